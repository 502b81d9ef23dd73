//! What the simulated Tencent knows: one account's keys, domains and purges.

use std::collections::{BTreeMap, HashSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Ended, TencentAccount, TencentDomain, TencentPurge, quota, tasks};
use crate::simulator::random;
use crate::simulator::scenario::{Scenario, TencentScenario};
use crate::simulator::world::Kind;
use crate::simulator::world::ledger::{Asked, Ledger, Purge, Targets};
use crate::simulator::world::site::{self, Flavour, Site};

/// Of 100 purges, how many are by URL and by directory; there is no purge of all here.
const MIX: (f64, f64) = (94.0, 6.0);

/// Everything.
#[derive(Debug)]
pub(crate) struct State {
    pub(super) keys: Vec<Key>,
    pub(super) app_id: u64,
    /// One per domain, in the same order.
    pub(super) sites: Vec<Site>,
    pub(super) domains: Vec<Domain>,
    pub(super) ledger: Ledger,
    /// What is special about purges that were asked for, by serial.
    pub(super) ways: BTreeMap<u64, Way>,
    /// Nonces of API 2.0 that were used, with their timestamps.
    pub(super) nonces: HashSet<(i64, u64)>,
    /// Daily quotas that the vendor has raised for this account, because of what it does.
    pub(super) raised_urls: usize,
    pub(super) raised_paths: usize,
    /// When each action was called last.
    calls: BTreeMap<String, VecDeque<i64>>,
    requests: u64,
}

/// A key and what it needs.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(super) id: String,
    pub(super) secret: String,
    /// The token of a temporary key.
    pub(super) token: Option<String>,
}

/// A domain, as far as its site does not say it.
#[derive(Clone, Debug)]
pub(crate) struct Domain {
    pub(super) id: u64,
    pub(super) area: Area,
    pub(super) service: &'static str,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) https: bool,
}

/// Where a domain serves, or a purge is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Area {
    Mainland,
    Overseas,
    Global,
}

/// How a purge was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    pub(super) flush: bool,
    pub(super) area: Area,
}

/// What is accepted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(super) urls: usize,
    pub(super) paths: usize,
    pub(super) urls_a_day: usize,
    pub(super) paths_a_day: usize,
    /// Calls of one action in a second; `None` for any number.
    pub(super) a_second: Option<usize>,
    /// Whether API 2.0 counts calls in a minute.
    pub(super) by_minute: bool,
}

impl Limits {
    pub(super) fn of(scenario: &TencentScenario, rate_limits: bool) -> Self {
        let given = scenario.limits;
        let free = |limit: usize| if rate_limits { limit } else { 100_000_000 };
        Self {
            urls: given.urls,
            paths: given.paths,
            urls_a_day: free(given.urls_a_day),
            paths_a_day: free(given.paths_a_day),
            a_second: rate_limits.then_some(given.requests_a_second),
            by_minute: rate_limits,
        }
    }
}

impl Area {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Mainland => "mainland",
            Self::Overseas => "overseas",
            Self::Global => "global",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        [Self::Mainland, Self::Overseas, Self::Global].into_iter().find(|area| area.word() == word)
    }

    /// Whether what serves here also serves there.
    pub(super) fn covers(self, other: Self) -> bool {
        self == other || self == Self::Global
    }
}

impl State {
    pub(super) fn drawn(
        seed: u64,
        records: usize,
        now: DateTime<Utc>,
        scenario: &Scenario,
    ) -> Self {
        let mut rng = random::stream(seed, "tencent");
        let mut sites = site::sites(&mut rng, "example.net", 4..10, 18);
        // The last domain is offline.
        if let Some(last) = sites.last_mut() {
            last.live = false;
        }
        let domains = sites
            .iter()
            .enumerate()
            .map(|(index, site)| Domain {
                id: 3_100_000 + index as u64 * 17 + rng.u64(0..17),
                area: match index % 4 {
                    0 => Area::Global,
                    1 | 2 => Area::Mainland,
                    _ => Area::Overseas,
                },
                service: match site.flavour {
                    Flavour::Video => "media",
                    Flavour::Download => "download",
                    Flavour::Api => "hybrid",
                    Flavour::Www
                    | Flavour::Img
                    | Flavour::Static
                    | Flavour::Blog
                    | Flavour::Shop => "web",
                },
                created: now
                    - TimeDelta::days(rng.i64(90..1500))
                    - TimeDelta::seconds(rng.i64(0..86_400)),
                updated: now
                    - TimeDelta::days(rng.i64(0..80))
                    - TimeDelta::seconds(rng.i64(0..86_400)),
                https: rng.u8(0..5) > 0,
            })
            .collect();
        // Nothing goes unreported here.
        let scenario = Scenario { report_disabled_percent: 0.0, ..scenario.clone() };
        let ledger = Ledger::drawn(
            random::stream(seed, "tencent past"),
            now,
            &sites,
            records,
            MIX,
            &scenario,
        );
        let mut text =
            |length: usize| -> String { (0..length).map(|_| rng.alphanumeric()).collect() };
        let keys = vec![
            Key { id: format!("AKID{}", text(32)), secret: text(32), token: None },
            Key { id: format!("AKID{}", text(64)), secret: text(44), token: Some(text(128)) },
        ];
        let mut state = Self {
            keys,
            app_id: 1_251_000_000 + seed % 900_000,
            sites,
            domains,
            ledger,
            ways: BTreeMap::new(),
            nonces: HashSet::new(),
            raised_urls: 0,
            raised_paths: 0,
            calls: BTreeMap::new(),
            requests: 0,
        };
        state.raised_urls = quota::raised(&state, Kind::Url, now, 10_000);
        state.raised_paths = quota::raised(&state, Kind::Pattern, now, 100);
        state
    }

    pub(super) fn catch_up(&mut self, now: DateTime<Utc>) {
        self.ledger.catch_up(now, &self.sites);
    }

    /// The number of one more request.
    pub(super) fn number(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Notes a call of `action`; false when it is one too many in the `window` before now.
    pub(super) fn may_call(
        &mut self,
        action: &str,
        most: usize,
        window: TimeDelta,
        now: DateTime<Utc>,
    ) -> bool {
        let now = now.timestamp_micros();
        let window = window.num_microseconds().unwrap_or(0);
        let calls = self.calls.entry(action.to_owned()).or_default();
        while calls.front().is_some_and(|at| *at <= now - window) {
            calls.pop_front();
        }
        let may = calls.len() < most;
        if may {
            calls.push_back(now);
        }
        may
    }

    /// Accepts a purge whose targets have been checked; the first of them decides the domain it is filed under.
    pub(super) fn accept(
        &mut self,
        kind: Kind,
        targets: Vec<String>,
        way: Way,
        by_api: bool,
        now: DateTime<Utc>,
    ) -> Purge {
        let first = targets
            .first()
            .and_then(|target| tasks::domain(self, target))
            .map_or(0, |(index, _)| index);
        let author = usize::from(!by_api);
        let purge = self.ledger.add(Asked { site: first, kind, targets, author, by_api }, now);
        self.ways.insert(purge.serial, way);
        purge
    }

    pub(super) fn add_by_hand(
        &mut self,
        purge_type: &str,
        targets: Vec<String>,
        now: DateTime<Utc>,
    ) -> Option<String> {
        let kind = match purge_type {
            "url" => Kind::Url,
            "path" => Kind::Pattern,
            _ => return None,
        };
        let (index, domain) = tasks::domain(self, targets.first()?)?;
        let area = domain.area;
        if !self.sites.get(index)?.live {
            return None;
        }
        let way = Way { flush: kind != Kind::Url, area };
        let purge = self.accept(kind, targets, way, false, now);
        Some(tasks::task_id(&purge))
    }

    /// Where a purge was or is carried out.
    pub(super) fn area_of(&self, purge: &Purge) -> Area {
        let own = || self.domains.get(purge.site).map_or(Area::Global, |domain| domain.area);
        self.ways.get(&purge.serial).map_or_else(own, |way| way.area)
    }

    /// `flush` or `delete`; URLs are always deleted.
    pub(super) fn flush_type(&self, purge: &Purge) -> &'static str {
        let drawn = || purge.kind != Kind::Url && purge.serial.is_multiple_of(2);
        let flush = self.ways.get(&purge.serial).map_or_else(drawn, |way| way.flush);
        if flush { "flush" } else { "delete" }
    }

    /// The targets that were emptied after `since` and by `now`.
    pub(super) fn ended(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> Vec<Ended> {
        let mut ended = Vec::new();
        for purge in
            self.ledger.about(since, now).filter(|purge| purge.ends > since.timestamp_micros())
        {
            let targets = tasks::targets(self, purge);
            let count = targets.len();
            for (index, target) in targets.into_iter().enumerate() {
                if purge.part_emptied(index, count, since, now) {
                    let flush = self.flush_type(purge) == "flush";
                    ended.push(Ended { target, directory: purge.kind != Kind::Url, flush });
                }
            }
        }
        ended
    }

    pub(super) fn credentials(&self) -> TencentAccount {
        let key = |index: usize| self.keys.get(index).cloned();
        let empty = || Key { id: String::new(), secret: String::new(), token: None };
        let (own, temporary) = (key(0).unwrap_or_else(empty), key(1).unwrap_or_else(empty));
        TencentAccount {
            name: "tencent".to_owned(),
            secret_id: own.id,
            secret_key: own.secret,
            temporary_id: temporary.id,
            temporary_key: temporary.secret,
            session_token: temporary.token.unwrap_or_default(),
        }
    }

    pub(super) fn accepted(&self) -> Vec<TencentPurge> {
        self.ledger
            .since(i64::MIN)
            .iter()
            .filter(|purge| purge.by_api && matches!(purge.targets, Targets::Given(_)))
            .map(|purge| TencentPurge {
                task_id: tasks::task_id(purge),
                purge_type: tasks::purge_type(purge.kind),
                flush_type: self.flush_type(purge),
                targets: tasks::targets(self, purge),
                created: purge.created(),
            })
            .collect()
    }

    pub(super) fn shown_domains(&self) -> Vec<TencentDomain> {
        self.sites
            .iter()
            .zip(&self.domains)
            .map(|(site, domain)| TencentDomain {
                domain: site.host.clone(),
                status: if site.live { "online" } else { "offline" },
                area: domain.area.word(),
            })
            .collect()
    }
}
