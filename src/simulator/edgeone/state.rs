//! The state of the simulated EdgeOne: one account's keys, zones and purges.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::errors;
use super::scenario::EdgeOneScenario;
use super::tasks::{self, TaskType};
use crate::simulator::rate_window::RequestWindow;
use crate::simulator::tc3::{ActionParams, ApiError, Tc3Key};
use crate::simulator::world::{SimulatedAccount, SimulatedPurge, Site};

/// The simulated vendor.
#[derive(Debug)]
pub struct EdgeOne {
    pub(super) keys: Vec<Tc3Key>,
    pub(super) world: SimulatedAccount,
    pub(super) zones: Vec<ZoneSettings>,
    /// The options of purges that were requested, by serial.
    pub(super) options: BTreeMap<u64, TaskOptions>,
    /// The serial of the last purge of the past, which no quota counts.
    pub(super) past: u64,
    pub(super) scenario: EdgeOneScenario,
    pub(super) rate_limits: bool,
    pub(super) calls: BTreeMap<String, RequestWindow>,
    pub(super) requests: u64,
}

/// A zone. Its domains are the sites below its name.
#[derive(Clone, Debug)]
pub(super) struct ZoneSettings {
    pub(super) id: String,
    pub(super) name: String,
    /// False for a zone without a plan: it serves nothing.
    pub(super) bound: bool,
    /// False for a zone that was switched off.
    pub(super) live: bool,
    /// True for one that serves all names below its own.
    pub(super) wildcard: bool,
    pub(super) created: DateTime<Utc>,
}

/// The options of a purge request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TaskOptions {
    pub(super) kind: TaskType,
    pub(super) delete: bool,
    /// The zone's place; `None` for a purge of targets of any.
    pub(super) zone: Option<usize>,
}

impl ZoneSettings {
    /// Returns true for the name of a domain that the zone may have.
    pub(super) fn holds(&self, host: &str) -> bool {
        host.strip_suffix(&self.name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl EdgeOne {
    /// Counts one more request.
    pub(super) fn request_number(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Counts a call of `action`; false when it is one too many in a second.
    pub(super) fn may_call(&mut self, action: &str, now: DateTime<Utc>) -> bool {
        let most = self.scenario.limits.requests_a_second;
        let calls = self.calls.entry(action.to_owned()).or_default();
        !self.rate_limits || calls.count(most, TimeDelta::seconds(1), now).is_ok()
    }

    /// Returns the options of a purge; those of a generated one follow from its number.
    pub(super) fn options(&self, purge: &SimulatedPurge) -> TaskOptions {
        self.options.get(&purge.serial).copied().unwrap_or_else(|| {
            let kind = TaskType::drawn(purge);
            let delete = !kind.has_methods() || purge.serial.is_multiple_of(2);
            TaskOptions { kind, delete, zone: self.zone_of(self.world.host(purge)) }
        })
    }

    /// Returns the place of the zone that the parameters name, which must have a plan.
    pub(super) fn named_zone(&self, params: &ActionParams) -> Result<usize, ApiError> {
        let id = params.text("ZoneId").ok_or_else(|| errors::missing("ZoneId"))?;
        let found = self.zones.iter().enumerate().find(|(_, zone)| zone.id == id);
        match found {
            Some((place, zone)) if zone.bound => Ok(place),
            Some(_) => Err(errors::zone_not_bound(id)),
            None => Err(errors::zone_not_found(id)),
        }
    }

    /// Returns the place of the zone that a host is in.
    pub(super) fn zone_of(&self, host: &str) -> Option<usize> {
        self.zones.iter().position(|zone| zone.holds(host))
    }

    /// Returns the sites of a zone with their places.
    pub(super) fn sites(&self, zone: usize) -> impl Iterator<Item = (usize, &Site)> {
        let zone = self.zones.get(zone);
        let sites = self.world.sites.iter().enumerate();
        sites.filter(move |(_, site)| zone.is_some_and(|zone| zone.holds(&site.host)))
    }

    /// Returns true if a purge of this kind has a target in a zone.
    pub(super) fn is_in(&self, kind: TaskType, target: &str, options_zone: usize) -> bool {
        tasks::host(kind, target).is_none_or(|host| self.zone_of(&host) == Some(options_zone))
    }

    /// Returns the targets of a purge, as its rows have them: one for each row.
    pub(super) fn targets(&self, purge: &SimulatedPurge) -> Vec<String> {
        let TaskOptions { kind, zone, .. } = self.options(purge);
        let zone = zone.and_then(|zone| self.zones.get(zone));
        if kind == TaskType::All {
            return zone.map(|zone| zone.name.clone()).into_iter().collect();
        }
        let targets = self.world.targets(purge);
        if !purge.is_generated() {
            return targets;
        }
        let host = self.world.host(purge);
        match kind {
            TaskType::Host => vec![host.to_owned()],
            TaskType::Tag => targets.iter().map(|path| tasks::tag(path)).collect(),
            TaskType::Url | TaskType::Prefix | TaskType::All => targets
                .iter()
                .map(|path| match path.strip_suffix('*') {
                    Some(directory) => {
                        format!("https://{host}{}/", directory.trim_end_matches('/'))
                    }
                    None => format!("https://{host}{path}"),
                })
                .collect(),
        }
    }

    /// Returns the number of rows of a purge, where it is known without its targets.
    pub(super) fn row_count(&self, purge: &SimulatedPurge) -> Option<usize> {
        let TaskOptions { kind, zone, .. } = self.options(purge);
        match (kind, zone) {
            (_, None) => None,
            (TaskType::All, _) => Some(1),
            (TaskType::Host, _) if purge.is_generated() => Some(1),
            (TaskType::Url | TaskType::Prefix | TaskType::Host | TaskType::Tag, _) => {
                Some(purge.target_count())
            }
        }
    }
}
