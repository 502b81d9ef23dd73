//! The state of the simulated CloudFront: an account's keys, distributions, tenants and purges.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use fastrand::Rng;

use super::errors::ApiError;
use super::scenario::CloudFrontScenario;
use crate::simulator::random;
use crate::simulator::rate_window::RequestWindow;
use crate::simulator::vendor::VendorSetup;
use crate::simulator::world::{
    NewPurge, PurgeRates, PurgeScope, SimulatedAccount, SimulatedPurge, sites,
};

/// Percentages of purges by URL and by wildcard; the rest are of all.
const SCOPES: (f64, f64) = (82.0, 15.0);
/// The sites that are tenants of one distribution.
const TENANTS: usize = 3;
const SECOND_US: i64 = 1_000_000;

/// The simulated vendor.
#[derive(Debug)]
pub struct CloudFront {
    pub(super) keys: Vec<AccessKey>,
    pub(super) account_number: u64,
    pub(super) world: SimulatedAccount,
    /// One per site of the world, in the same order.
    pub(super) places: Vec<PurgePlace>,
    /// The id of the distribution that has the tenants.
    pub(super) shared: String,
    /// The caller references of purges that were requested, by serial.
    pub(super) references: BTreeMap<u64, String>,
    pub(super) refused: Vec<RefusedEvent>,
    pub(super) scenario: CloudFrontScenario,
    pub(super) rate_limits: bool,
    pub(super) calls: RequestWindow,
    pub(super) lookups: RequestWindow,
    pub(super) requests: u64,
    seed: u64,
}

/// A purge that was refused.
#[derive(Clone, Debug)]
pub(super) struct RefusedEvent {
    pub(super) at: DateTime<Utc>,
    pub(super) place: String,
    pub(super) is_tenant: bool,
    pub(super) paths: Vec<String>,
    pub(super) reference: String,
    pub(super) error: ApiError,
    pub(super) address: String,
    pub(super) serial: u64,
}

/// An access key.
#[derive(Clone, Debug, Default)]
pub(super) struct AccessKey {
    pub(super) id: String,
    pub(super) secret: String,
    /// The token of a temporary key.
    pub(super) token: Option<String>,
}

/// A distribution or a tenant of one, beside its site.
#[derive(Clone, Debug)]
pub(super) struct PurgePlace {
    pub(super) id: String,
    pub(super) is_tenant: bool,
    /// The vendor's own name for it.
    pub(super) domain: String,
    /// True where the origin's header names tags.
    pub(super) has_tags: bool,
    pub(super) updated: DateTime<Utc>,
}

impl CloudFront {
    pub(in crate::simulator) fn generate(
        setup: &VendorSetup,
        scenario: CloudFrontScenario,
    ) -> Self {
        let VendorSetup { seed, records, now, rates, rate_limits } = *setup;
        let mut rng = random::stream(seed, "cloudfront");
        let mut sites = sites(&mut rng, "cf.example", 2..8, 16);
        let first_tenant = sites.len().saturating_sub(TENANTS);
        let mut places = Vec::new();
        for (index, site) in sites.iter_mut().enumerate() {
            let is_tenant = index >= first_tenant;
            let domain = format!("d{}.cloudfront.net", random::text(&mut rng, 13).to_lowercase());
            if index + 1 == first_tenant {
                // Switched off.
                site.live = false;
            } else if index % 7 == 5 && !is_tenant {
                // It has no name but the vendor's.
                site.host.clone_from(&domain);
                site.aliases.clear();
            } else if !is_tenant {
                site.aliases.push(domain.clone());
            }
            places.push(PurgePlace {
                id: if is_tenant {
                    format!("dt_{}", random::text(&mut rng, 27))
                } else {
                    distribution_id(&mut rng)
                },
                is_tenant,
                domain,
                has_tags: index % 2 == 0,
                updated: random::before(&mut rng, now, 0..80, SECOND_US),
            });
        }
        // No purge fails here, and every one is reported on.
        let rates = PurgeRates {
            scopes: SCOPES,
            report_disabled_percent: 0.0,
            failed_percent: 0.0,
            ..rates
        };
        let past = random::stream(seed, "cloudfront past");
        let world = SimulatedAccount::generate(past, now, sites, records, rates);
        let shared = distribution_id(&mut rng);
        let mut key = |begin: &str, token: Option<usize>| AccessKey {
            id: format!("{begin}{}", random::text(&mut rng, 16).to_uppercase()),
            secret: random::text(&mut rng, 40),
            token: token.map(|length| random::text(&mut rng, length)),
        };
        Self {
            keys: vec![key("AKIA", None), key("ASIA", Some(320))],
            account_number: 400_000_000_000 + seed % 100_000_000_000,
            world,
            places,
            shared,
            references: BTreeMap::new(),
            refused: Vec::new(),
            scenario,
            rate_limits,
            calls: RequestWindow::default(),
            lookups: RequestWindow::default(),
            requests: 0,
            seed,
        }
    }

    /// Returns the index of a distribution or a tenant that can be purged.
    pub(super) fn find(&self, id: &str, is_tenant: bool) -> Option<usize> {
        self.places.iter().position(|place| place.id == id && place.is_tenant == is_tenant)
    }

    /// Returns a purge's id.
    pub(super) fn id(&self, purge: &SimulatedPurge) -> String {
        format!("I{:016X}", random::spread(purge.serial) ^ self.seed)
    }

    /// Returns the purge of this site with this id.
    pub(super) fn purge(
        &self,
        site: usize,
        id: &str,
        now: DateTime<Utc>,
    ) -> Option<&SimulatedPurge> {
        let number = u64::from_str_radix(id.strip_prefix('I')?, 16).ok()? ^ self.seed;
        let mut purges = self.world.remembered(now).iter();
        purges.find(|purge| purge.site == site && random::spread(purge.serial) == number)
    }

    /// Adds a purge whose paths have been checked.
    pub(super) fn add(
        &mut self,
        site: usize,
        paths: Vec<String>,
        reference: &str,
        by_api: bool,
        now: DateTime<Utc>,
    ) -> SimulatedPurge {
        let scope = if paths.iter().any(|path| path == "/*") {
            PurgeScope::All
        } else if paths.iter().any(|path| is_wildcard(path)) {
            PurgeScope::Pattern
        } else {
            PurgeScope::Url
        };
        let author = usize::from(!by_api);
        let targets = paths;
        let purge = self.world.add(NewPurge { site, scope, targets, author, by_api }, now);
        self.references.insert(purge.serial, reference.to_owned());
        purge
    }

    /// Returns the paths of a purge; some of the past's are tags.
    pub(super) fn paths(&self, purge: &SimulatedPurge) -> Vec<String> {
        let paths = self.world.targets(purge);
        let has_tags = self.places.get(purge.site).is_some_and(|place| place.has_tags);
        if paths.is_empty() {
            vec!["/*".to_owned()]
        } else if purge.is_generated() && has_tags && purge.serial % 9 == 4 {
            let mut tags: Vec<String> =
                paths.iter().filter_map(|path| Some(format!("#{}", tag(path)?))).collect();
            tags.sort();
            tags.dedup();
            if tags.is_empty() { paths } else { tags }
        } else {
            paths
        }
    }

    /// Returns the caller reference of a purge.
    pub(super) fn reference(&self, purge: &SimulatedPurge) -> String {
        let own = self.references.get(&purge.serial).cloned();
        own.unwrap_or_else(|| format!("console-{}", purge.at))
    }
}

fn distribution_id(rng: &mut Rng) -> String {
    format!("E{}", random::text(rng, 13).to_uppercase())
}

/// Returns the tag that the origin gives an object: its first directory.
pub(super) fn tag(path: &str) -> Option<&str> {
    let (first, _) = path.strip_prefix('/')?.split_once('/')?;
    Some(first)
}

pub(super) fn is_wildcard(path: &str) -> bool {
    path.starts_with('/') && path.ends_with('*')
}
