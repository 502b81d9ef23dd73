//! Generates the simulated Alibaba Cloud's account from the seed.

use std::collections::{BTreeMap, HashSet};

use super::quota;
use super::scenario::AlibabaScenario;
use super::state::{AccessKey, Alibaba};
use crate::simulator::random;
use crate::simulator::vendor::VendorSetup;
use crate::simulator::world::{PurgeRates, SimulatedAccount, sites};

/// Percentages of purges by URL and by directory; there is no purge of all here.
const SCOPES: (f64, f64) = (92.0, 8.0);

impl Alibaba {
    pub(in crate::simulator) fn generate(setup: &VendorSetup, scenario: AlibabaScenario) -> Self {
        let VendorSetup { seed, records, now, rates, rate_limits } = *setup;
        let mut rng = random::stream(seed, "alibaba");
        let mut sites = sites(&mut rng, "alibaba.example", 2..9, 16);
        // Domains have no further names.
        for site in &mut sites {
            site.aliases.clear();
        }
        // The last domain is offline.
        if let Some(last) = sites.last_mut() {
            last.live = false;
        }
        let coverages = sites
            .iter()
            .map(|_| random::pick(&mut rng, &["domestic", "overseas", "global"], "global"));
        let coverages = coverages.collect();
        // Every purge is reported on here.
        let rates = PurgeRates { scopes: SCOPES, report_disabled_percent: 0.0, ..rates };
        let past = random::stream(seed, "alibaba past");
        let world = SimulatedAccount::generate(past, now, sites, records, rates);
        let mut text = |length| random::text(&mut rng, length);
        let keys = vec![
            AccessKey { id: format!("LTAI{}", text(20)), secret: text(30), token: None },
            AccessKey { id: format!("STS.{}", text(25)), secret: text(44), token: Some(text(160)) },
        ];
        let mut vendor = Self {
            keys,
            world,
            coverages,
            options: BTreeMap::new(),
            nonces: HashSet::new(),
            raised: BTreeMap::new(),
            asked: None,
            scenario,
            rate_limits,
            calls: BTreeMap::new(),
            requests: 0,
        };
        vendor.raised = quota::raised(&vendor, now);
        vendor
    }
}
