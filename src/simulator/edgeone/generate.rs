//! Generates the simulated EdgeOne's account from the seed.

use std::collections::BTreeMap;

use super::scenario::EdgeOneScenario;
use super::state::{EdgeOne, ZoneSettings};
use crate::simulator::random;
use crate::simulator::tc3::Tc3Key;
use crate::simulator::vendor::VendorSetup;
use crate::simulator::world::{PurgeRates, SimulatedAccount, sites};

/// The reserved domain that all zones are below.
const ABOVE: &str = "asia.example";
/// Percentages of purges by URL, and by prefix, host or tag; the rest are of everything.
const SCOPES: (f64, f64) = (88.0, 10.0);
const SECOND_US: i64 = 1_000_000;

impl EdgeOne {
    pub(in crate::simulator) fn generate(setup: &VendorSetup, scenario: EdgeOneScenario) -> Self {
        let VendorSetup { seed, records, now, rates, rate_limits } = *setup;
        let mut rng = random::stream(seed, "edgeone");
        let mut sites = sites(&mut rng, ABOVE, 3..7, 16);
        // Each domain is cached by itself.
        for site in &mut sites {
            site.aliases.clear();
        }
        let mut zones: Vec<ZoneSettings> = Vec::new();
        let mut zone = |name: &str| ZoneSettings {
            id: format!("zone-{}", random::text(&mut rng, 12).to_lowercase()),
            name: name.to_owned(),
            bound: true,
            live: true,
            wildcard: false,
            created: random::before(&mut rng, now, 90..900, SECOND_US),
        };
        for site in &sites {
            let name = site.host.split_once('.').map_or("", |(_, name)| name);
            if !zones.iter().any(|known| known.name == name) {
                zones.push(zone(name));
            }
        }
        zones.push(ZoneSettings { bound: false, live: false, ..zone("new.asia.example") });
        if let Some(first) = zones.first_mut() {
            first.wildcard = true;
        }
        // One domain is switched off.
        if let Some(last) = sites.last_mut() {
            last.live = false;
        }
        // Every purge is reported on here.
        let rates = PurgeRates { scopes: SCOPES, report_disabled_percent: 0.0, ..rates };
        let past = random::stream(seed, "edgeone past");
        let world = SimulatedAccount::generate(past, now, sites, records, rates);
        let mut text = |length| random::text(&mut rng, length);
        let keys = vec![
            Tc3Key { id: format!("AKID{}", text(32)), secret: text(32), token: None },
            Tc3Key { id: format!("AKID{}", text(64)), secret: text(44), token: Some(text(128)) },
        ];
        Self {
            keys,
            past: world.remembered(now).last().map_or(0, |purge| purge.serial),
            world,
            zones,
            options: BTreeMap::new(),
            scenario,
            rate_limits,
            calls: BTreeMap::new(),
            requests: 0,
        }
    }
}
