//! The state of the simulated Tencent: one account's keys, domains and purges.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::scenario::TencentScenario;
use super::tasks;
use crate::simulator::rate_window::RequestWindow;
use crate::simulator::tc3::Tc3Key;
use crate::simulator::world::{NewPurge, PurgeScope, SimulatedAccount, SimulatedPurge};

/// The simulated vendor.
#[derive(Debug)]
pub struct Tencent {
    pub(super) keys: Vec<Tc3Key>,
    pub(super) app_id: u64,
    pub(super) world: SimulatedAccount,
    /// One per site of the world, in the same order.
    pub(super) domains: Vec<DomainSettings>,
    /// The options of purges that were requested, by serial.
    pub(super) options: BTreeMap<u64, PurgeOptions>,
    /// Nonces of API 2.0 that were used, with their timestamps.
    pub(super) nonces: HashSet<(i64, u64)>,
    /// Daily quotas that the vendor has raised for this account, because of its past.
    pub(super) raised_urls: usize,
    pub(super) raised_paths: usize,
    pub(super) scenario: TencentScenario,
    pub(super) rate_limits: bool,
    pub(super) calls: BTreeMap<String, RequestWindow>,
    pub(super) requests: u64,
}

/// The settings of a domain, beside those of its site.
#[derive(Clone, Debug)]
pub(super) struct DomainSettings {
    pub(super) id: u64,
    pub(super) area: Area,
    pub(super) service: &'static str,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) https: bool,
}

/// The area of a domain or a purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Area {
    Mainland,
    Overseas,
    Global,
}

/// The options of a purge request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PurgeOptions {
    pub(super) flush: bool,
    pub(super) area: Area,
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

    /// Returns true when something of this area also covers the other.
    pub(super) fn covers(self, other: Self) -> bool {
        self == other || self == Self::Global
    }
}

impl Tencent {
    /// Counts one more request.
    pub(super) fn request_number(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Counts a call of `action`; false when it is one too many in the `window` before now.
    pub(super) fn may_call(
        &mut self,
        action: &str,
        most: usize,
        window: TimeDelta,
        now: DateTime<Utc>,
    ) -> bool {
        let calls = self.calls.entry(action.to_owned()).or_default();
        !self.rate_limits || calls.count(most, window, now).is_ok()
    }

    /// Adds a purge whose targets have been checked; the first of them decides its domain.
    pub(super) fn add(
        &mut self,
        scope: PurgeScope,
        targets: Vec<String>,
        options: PurgeOptions,
        by_api: bool,
        now: DateTime<Utc>,
    ) -> SimulatedPurge {
        let first = targets.first().and_then(|target| self.domain(target));
        let site = first.map_or(0, |(index, _)| index);
        let author = usize::from(!by_api);
        let purge = self.world.add(NewPurge { site, scope, targets, author, by_api }, now);
        self.options.insert(purge.serial, options);
        purge
    }

    /// Returns the targets of a purge as URLs and directories.
    pub(super) fn targets(&self, purge: &SimulatedPurge) -> Vec<String> {
        let mut targets = self.world.targets(purge);
        if purge.is_generated() {
            let host = self.world.host(purge);
            for path in &mut targets {
                *path = match purge.scope {
                    PurgeScope::Url => format!("https://{host}{path}"),
                    PurgeScope::Pattern | PurgeScope::All => {
                        let directory = path.trim_end_matches('*').trim_end_matches('/');
                        format!("https://{host}{directory}/")
                    }
                };
            }
        }
        targets
    }

    /// Returns the account's domain that a URL belongs to.
    pub(super) fn domain(&self, url: &str) -> Option<(usize, &DomainSettings)> {
        let index = self.world.site_index(&tasks::host(url)?)?;
        Some((index, self.domains.get(index)?))
    }

    /// Returns the area of a purge.
    pub(super) fn area_of(&self, purge: &SimulatedPurge) -> Area {
        let own = || self.domains.get(purge.site).map_or(Area::Global, |domain| domain.area);
        self.options.get(&purge.serial).map_or_else(own, |options| options.area)
    }

    /// Returns `flush` or `delete`; URLs are always deleted.
    pub(super) fn flush_type(&self, purge: &SimulatedPurge) -> &'static str {
        let drawn = || purge.scope != PurgeScope::Url && purge.serial.is_multiple_of(2);
        let flush = self.options.get(&purge.serial).map_or_else(drawn, |options| options.flush);
        if flush { "flush" } else { "delete" }
    }
}
