//! Generates the simulated Tencent's account from the seed.

use std::collections::{BTreeMap, HashSet};

use super::quota;
use super::scenario::TencentScenario;
use super::state::{Area, DomainSettings, Tencent};
use crate::simulator::random;
use crate::simulator::tc3::Tc3Key;
use crate::simulator::vendor::VendorSetup;
use crate::simulator::world::{ContentKind, PurgeRates, PurgeScope, SimulatedAccount, sites};

/// Percentages of purges by URL and by directory; there is no purge of all here.
const SCOPES: (f64, f64) = (94.0, 6.0);
const SECOND_US: i64 = 1_000_000;

impl Tencent {
    pub(in crate::simulator) fn generate(setup: &VendorSetup, scenario: TencentScenario) -> Self {
        let VendorSetup { seed, records, now, rates, rate_limits } = *setup;
        let mut rng = random::stream(seed, "tencent");
        let mut sites = sites(&mut rng, "example.net", 4..10, 18);
        // Domains have no further names.
        for site in &mut sites {
            site.aliases.clear();
        }
        // The last domain is offline.
        if let Some(last) = sites.last_mut() {
            last.live = false;
        }
        let domains = sites.iter().enumerate().map(|(index, site)| DomainSettings {
            id: 3_100_000 + index as u64 * 17 + rng.u64(0..17),
            area: match index % 4 {
                0 => Area::Global,
                1 | 2 => Area::Mainland,
                _ => Area::Overseas,
            },
            service: match site.content {
                ContentKind::Video => "media",
                ContentKind::Download => "download",
                ContentKind::Api => "hybrid",
                ContentKind::Www
                | ContentKind::Img
                | ContentKind::Static
                | ContentKind::Blog
                | ContentKind::Shop => "web",
            },
            created: random::before(&mut rng, now, 90..1500, SECOND_US),
            updated: random::before(&mut rng, now, 0..80, SECOND_US),
            https: rng.u8(0..5) > 0,
        });
        let domains = domains.collect();
        // Every purge is reported on here.
        let rates = PurgeRates { scopes: SCOPES, report_disabled_percent: 0.0, ..rates };
        let past = random::stream(seed, "tencent past");
        let world = SimulatedAccount::generate(past, now, sites, records, rates);
        let mut text = |length| random::text(&mut rng, length);
        let keys = vec![
            Tc3Key { id: format!("AKID{}", text(32)), secret: text(32), token: None },
            Tc3Key { id: format!("AKID{}", text(64)), secret: text(44), token: Some(text(128)) },
        ];
        Self {
            keys,
            app_id: 1_251_000_000 + seed % 900_000,
            raised_urls: quota::raised(&world, PurgeScope::Url, now, 10_000),
            raised_paths: quota::raised(&world, PurgeScope::Pattern, now, 100),
            world,
            domains,
            options: BTreeMap::new(),
            nonces: HashSet::new(),
            scenario,
            rate_limits,
            calls: BTreeMap::new(),
            requests: 0,
        }
    }
}
