//! What the simulated Medianova knows: one organization, its tokens, resources and purges.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

use super::{MedianovaAccount, MedianovaPurge, MedianovaResource};
use crate::simulator::random;
use crate::simulator::scenario::Scenario;
use crate::simulator::world::Kind;
use crate::simulator::world::ledger::{Asked, Ledger, Purge, Targets};
use crate::simulator::world::site::{self, Flavour, Site};

/// Of 100 purges, how many are by URL and by pattern; the rest are all.
const MIX: (f64, f64) = (83.0, 14.0);
/// How many tokens of logins are remembered.
const TOKENS: usize = 1000;

/// Everything.
#[derive(Debug)]
pub(crate) struct State {
    pub(super) organization: String,
    pub(super) token: String,
    pub(super) api_key: String,
    pub(super) api_secret: String,
    /// Tokens of logins and when they end.
    pub(super) issued: VecDeque<(String, DateTime<Utc>)>,
    /// One per resource, in the same order.
    pub(super) sites: Vec<Site>,
    pub(super) resources: Vec<Resource>,
    pub(super) ledger: Ledger,
    seed: u64,
    rng: Rng,
    calls: VecDeque<i64>,
}

/// A resource, as far as its site does not say it.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(super) uuid: String,
    pub(super) kind: &'static str,
    pub(super) full_purge: bool,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
}

impl State {
    pub(super) fn drawn(
        seed: u64,
        records: usize,
        now: DateTime<Utc>,
        scenario: &Scenario,
    ) -> Self {
        let mut rng = random::stream(seed, "medianova");
        let mut sites = site::sites(&mut rng, "example.org", 7..12, 15);
        if let Some(last) = sites.last_mut() {
            last.live = false;
        }
        let resources = sites
            .iter()
            .enumerate()
            .map(|(index, site)| Resource {
                uuid: uuid(&mut rng),
                kind: match site.flavour {
                    Flavour::Video => "vod",
                    Flavour::Download => "large",
                    Flavour::Api | Flavour::Www => "aksela",
                    Flavour::Img | Flavour::Static | Flavour::Blog | Flavour::Shop => "small",
                },
                full_purge: index % 5 != 4,
                created: now
                    - TimeDelta::days(rng.i64(90..1500))
                    - TimeDelta::seconds(rng.i64(0..86_400)),
                updated: now
                    - TimeDelta::days(rng.i64(0..80))
                    - TimeDelta::seconds(rng.i64(0..86_400)),
            })
            .collect();
        // Nothing goes unreported here.
        let scenario = Scenario { report_disabled_percent: 0.0, ..scenario.clone() };
        let past = random::stream(seed, "medianova past");
        let ledger = Ledger::drawn(past, now, &sites, records, MIX, &scenario);
        let mut text =
            |length: usize| -> String { (0..length).map(|_| rng.alphanumeric()).collect() };
        let (token, api_key, api_secret) = (text(64), text(24), text(48));
        Self {
            organization: uuid(&mut rng),
            token,
            api_key,
            api_secret,
            issued: VecDeque::new(),
            sites,
            resources,
            ledger,
            seed,
            rng,
            calls: VecDeque::new(),
        }
    }

    /// A new token that ends then.
    pub(super) fn issue(&mut self, ends: DateTime<Utc>) -> String {
        let token: String = (0..96).map(|_| self.rng.alphanumeric()).collect();
        self.issued.push_back((token.clone(), ends));
        if self.issued.len() > TOKENS {
            self.issued.pop_front();
        }
        token
    }

    /// A new UUID.
    pub(super) fn uuid(&mut self) -> String {
        uuid(&mut self.rng)
    }

    /// The id of a purge's operation.
    pub(super) fn op_id(&self, purge: &Purge) -> String {
        uuid(&mut random::stream(self.seed ^ purge.serial.rotate_left(20), "operation"))
    }

    /// Notes a request; how long until there is room again, when it is one too many in the `window`.
    pub(super) fn full(
        &mut self,
        most: usize,
        window: TimeDelta,
        now: DateTime<Utc>,
    ) -> Option<u64> {
        let (now, window) = (now.timestamp_micros(), window.num_microseconds().unwrap_or(0));
        while self.calls.front().is_some_and(|at| *at <= now - window) {
            self.calls.pop_front();
        }
        if self.calls.len() < most {
            self.calls.push_back(now);
            return None;
        }
        let oldest = self.calls.front().copied().unwrap_or(now);
        Some((oldest + window - now).unsigned_abs().div_ceil(1_000_000))
    }

    /// The index of a resource that is there.
    pub(super) fn find(&self, uuid: &str) -> Option<usize> {
        let index = self.resources.iter().position(|resource| resource.uuid == uuid)?;
        self.sites.get(index).filter(|site| site.live).map(|_| index)
    }

    /// Accepts a purge whose targets have been checked.
    pub(super) fn accept(
        &mut self,
        site: usize,
        targets: Vec<String>,
        by_api: bool,
        now: DateTime<Utc>,
    ) -> Purge {
        let kind = if targets.iter().any(|target| is_all(target)) {
            Kind::All
        } else if targets.iter().any(|target| target.contains('*')) {
            Kind::Pattern
        } else {
            Kind::Url
        };
        let author = usize::from(!by_api);
        self.ledger.add(Asked { site, kind, targets, author, by_api }, now)
    }

    pub(super) fn add_by_hand(
        &mut self,
        host: &str,
        targets: Vec<String>,
        now: DateTime<Utc>,
    ) -> Option<String> {
        let site = self.sites.iter().position(|site| site.live && site.host == host)?;
        let purge = self.accept(site, targets, false, now);
        Some(self.op_id(&purge))
    }

    /// The targets of a purge as rows tell them; a purge of all is one row.
    pub(super) fn targets(&self, purge: &Purge) -> Vec<String> {
        let targets =
            self.sites.get(purge.site).map(|site| purge.targets(site)).unwrap_or_default();
        if targets.is_empty() { vec!["/*".to_owned()] } else { targets }
    }

    /// The paths that were emptied at this host after `since` and by `now`.
    pub(super) fn ended(
        &self,
        host: &str,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Vec<String> {
        let mut ended = Vec::new();
        for purge in
            self.ledger.about(since, now).filter(|purge| purge.ends > since.timestamp_micros())
        {
            if self.sites.get(purge.site).is_some_and(|site| site.host == host) {
                let targets = self.targets(purge);
                let count = targets.len();
                let done = targets.into_iter().enumerate();
                ended.extend(
                    done.filter(|(index, _)| purge.part_emptied(*index, count, since, now))
                        .map(|(_, target)| target),
                );
            }
        }
        ended
    }

    pub(super) fn credentials(&self) -> MedianovaAccount {
        MedianovaAccount {
            name: "medianova".to_owned(),
            organization: self.organization.clone(),
            token: self.token.clone(),
            api_key: self.api_key.clone(),
            api_secret: self.api_secret.clone(),
        }
    }

    pub(super) fn accepted(&self) -> Vec<MedianovaPurge> {
        self.ledger
            .since(i64::MIN)
            .iter()
            .filter(|purge| purge.by_api && matches!(purge.targets, Targets::Given(_)))
            .filter_map(|purge| {
                Some(MedianovaPurge {
                    op_id: self.op_id(purge),
                    resource: self.resources.get(purge.site)?.uuid.clone(),
                    targets: self.targets(purge),
                    created: purge.created(),
                })
            })
            .collect()
    }

    pub(super) fn shown_resources(&self) -> Vec<MedianovaResource> {
        self.resources
            .iter()
            .zip(&self.sites)
            .filter(|(_, site)| site.live)
            .map(|(resource, site)| MedianovaResource {
                uuid: resource.uuid.clone(),
                host: site.host.clone(),
                full_purge: resource.full_purge,
            })
            .collect()
    }
}

/// Whether a path stands for all of a resource.
pub(super) fn is_all(path: &str) -> bool {
    !path.is_empty()
        && path.trim_start_matches('/').chars().all(|char| char == '*')
        && path.contains('*')
}

fn uuid(rng: &mut Rng) -> String {
    uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid().to_string()
}
