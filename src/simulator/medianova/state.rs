//! The state of the simulated Medianova: one organization, its tokens, resources and purges.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use fastrand::Rng;

use super::scenario::MedianovaScenario;
use crate::simulator::random;
use crate::simulator::rate_window::RequestWindow;
use crate::simulator::vendor::VendorSetup;
use crate::simulator::world::{
    ContentKind, NewPurge, PurgeRates, PurgeScope, SimulatedAccount, SimulatedPurge, sites,
};

/// Percentages of purges by URL and by pattern; the rest are of all.
const SCOPES: (f64, f64) = (83.0, 14.0);
/// The most tokens of logins that are remembered.
const MAX_TOKENS: usize = 1000;
const SECOND_US: i64 = 1_000_000;

/// The simulated vendor.
#[derive(Debug)]
pub struct Medianova {
    pub(super) organization: String,
    pub(super) token: String,
    pub(super) api_key: String,
    pub(super) api_secret: String,
    /// Tokens of logins with their ends.
    pub(super) issued: VecDeque<(String, DateTime<Utc>)>,
    pub(super) world: SimulatedAccount,
    /// One per site of the world, in the same order.
    pub(super) resources: Vec<ResourceSettings>,
    pub(super) scenario: MedianovaScenario,
    pub(super) rate_limits: bool,
    pub(super) calls: RequestWindow,
    seed: u64,
    rng: Rng,
}

/// The settings of a resource, beside those of its site.
#[derive(Clone, Debug)]
pub(super) struct ResourceSettings {
    pub(super) uuid: String,
    pub(super) kind: &'static str,
    pub(super) full_purge: bool,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
}

impl Medianova {
    pub(in crate::simulator) fn generate(setup: &VendorSetup, scenario: MedianovaScenario) -> Self {
        let VendorSetup { seed, records, now, rates, rate_limits } = *setup;
        let mut rng = random::stream(seed, "medianova");
        let mut sites = sites(&mut rng, "example.org", 7..12, 15);
        if let Some(last) = sites.last_mut() {
            last.live = false;
        }
        let resources = sites.iter().enumerate().map(|(index, site)| ResourceSettings {
            uuid: random::uuid(&mut rng),
            kind: match site.content {
                ContentKind::Video => "vod",
                ContentKind::Download => "large",
                ContentKind::Api | ContentKind::Www => "aksela",
                ContentKind::Img | ContentKind::Static | ContentKind::Blog | ContentKind::Shop => {
                    "small"
                }
            },
            full_purge: index % 5 != 4,
            created: random::before(&mut rng, now, 90..1500, SECOND_US),
            updated: random::before(&mut rng, now, 0..80, SECOND_US),
        });
        let resources = resources.collect();
        // Every purge is reported on here.
        let rates = PurgeRates { scopes: SCOPES, report_disabled_percent: 0.0, ..rates };
        let past = random::stream(seed, "medianova past");
        let world = SimulatedAccount::generate(past, now, sites, records, rates);
        let token = random::text(&mut rng, 64);
        let api_key = random::text(&mut rng, 24);
        let api_secret = random::text(&mut rng, 48);
        Self {
            organization: random::uuid(&mut rng),
            token,
            api_key,
            api_secret,
            issued: VecDeque::new(),
            world,
            resources,
            scenario,
            rate_limits,
            calls: RequestWindow::default(),
            seed,
            rng,
        }
    }

    /// Issues a token that ends then.
    pub(super) fn issue(&mut self, ends: DateTime<Utc>) -> String {
        let token = random::text(&mut self.rng, 96);
        self.issued.push_back((token.clone(), ends));
        if self.issued.len() > MAX_TOKENS {
            self.issued.pop_front();
        }
        token
    }

    /// Draws a new UUID.
    pub(super) fn uuid(&mut self) -> String {
        random::uuid(&mut self.rng)
    }

    /// Returns the id of a purge's operation.
    pub(super) fn op_id(&self, purge: &SimulatedPurge) -> String {
        random::uuid(&mut random::stream(self.seed ^ purge.serial.rotate_left(20), "operation"))
    }

    /// Returns the index of a live resource.
    pub(super) fn find(&self, uuid: &str) -> Option<usize> {
        let index = self.resources.iter().position(|resource| resource.uuid == uuid)?;
        self.world.is_live(index).then_some(index)
    }

    /// Adds a purge whose targets have been checked, and returns the id of its operation.
    pub(super) fn add(
        &mut self,
        site: usize,
        targets: Vec<String>,
        by_api: bool,
        now: DateTime<Utc>,
    ) -> String {
        let scope = if targets.iter().any(|target| is_all(target)) {
            PurgeScope::All
        } else if targets.iter().any(|target| target.contains('*')) {
            PurgeScope::Pattern
        } else {
            PurgeScope::Url
        };
        let author = usize::from(!by_api);
        let purge = self.world.add(NewPurge { site, scope, targets, author, by_api }, now);
        self.op_id(&purge)
    }

    /// Returns the targets of a purge as rows have them; a purge of all is one row.
    pub(super) fn targets(&self, purge: &SimulatedPurge) -> Vec<String> {
        let targets = self.world.targets(purge);
        if targets.is_empty() { vec!["/*".to_owned()] } else { targets }
    }
}

/// Returns true for a path that covers all of a resource.
pub(super) fn is_all(path: &str) -> bool {
    path.contains('*') && path.trim_start_matches('/').chars().all(|char| char == '*')
}
