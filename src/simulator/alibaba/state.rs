//! The state of the simulated Alibaba Cloud: one account's keys, domains and purges.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::scenario::AlibabaScenario;
use super::tasks::{self, ObjectType};
use crate::simulator::rate_window::RequestWindow;
use crate::simulator::world::{NewPurge, SimulatedAccount, SimulatedPurge};

/// The time for which the vendor remembers tasks.
const MEMORY: TimeDelta = TimeDelta::days(3);

/// The simulated vendor.
#[derive(Debug)]
pub struct Alibaba {
    pub(super) keys: Vec<AccessKey>,
    pub(super) world: SimulatedAccount,
    /// The area that each site of the world is served in, in the same order.
    pub(super) coverages: Vec<&'static str>,
    /// The options of purges that were requested, by serial.
    pub(super) options: BTreeMap<u64, PurgeOptions>,
    /// Nonces that were used.
    pub(super) nonces: HashSet<String>,
    /// Daily quotas that the vendor has raised for this account, because of its past.
    pub(super) raised: BTreeMap<ObjectType, usize>,
    /// The time of the last question for the status of tasks.
    pub(super) asked: Option<DateTime<Utc>>,
    pub(super) scenario: AlibabaScenario,
    pub(super) rate_limits: bool,
    pub(super) calls: BTreeMap<&'static str, RequestWindow>,
    pub(super) requests: u64,
}

/// An access key.
#[derive(Clone, Debug, Default)]
pub(super) struct AccessKey {
    pub(super) id: String,
    pub(super) secret: String,
    /// The token of a temporary key.
    pub(super) token: Option<String>,
}

/// The options of a purge request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PurgeOptions {
    pub(super) object_type: ObjectType,
    pub(super) force: bool,
}

impl Alibaba {
    /// Counts one more request.
    pub(super) fn request_number(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Returns the tasks that the vendor remembers, oldest first.
    pub(super) fn remembered(&self, now: DateTime<Utc>) -> &[SimulatedPurge] {
        self.world.since((now - MEMORY).timestamp_micros())
    }

    /// Adds a purge of one domain, whose objects have been checked.
    pub(super) fn add(
        &mut self,
        site: usize,
        objects: Vec<String>,
        options: PurgeOptions,
        by_api: bool,
        now: DateTime<Utc>,
    ) -> SimulatedPurge {
        let scope = options.object_type.scope();
        let author = usize::from(!by_api);
        let purge = self.world.add(NewPurge { site, scope, targets: objects, author, by_api }, now);
        self.options.insert(purge.serial, options);
        purge
    }

    /// Returns the type and the force of a purge. A few of the generated ones are no purges: they
    /// fetch URLs ahead.
    pub(super) fn options_of(&self, purge: &SimulatedPurge) -> PurgeOptions {
        let drawn = || PurgeOptions {
            object_type: ObjectType::generated(purge),
            force: purge.serial.is_multiple_of(2),
        };
        self.options.get(&purge.serial).copied().unwrap_or_else(drawn)
    }

    /// Returns the objects of a purge.
    pub(super) fn objects(&self, purge: &SimulatedPurge) -> Vec<String> {
        let mut objects = self.world.targets(purge);
        if purge.is_generated() {
            let host = self.world.host(purge);
            let is_directory = self.options_of(purge).object_type == ObjectType::Directory;
            for object in &mut objects {
                let end = if is_directory { "/" } else { "" };
                let path = object.trim_end_matches('*').trim_end_matches('/');
                *object = format!("https://{host}{path}{end}");
            }
        }
        objects
    }

    /// Returns the index of the account's domain that a URL belongs to.
    pub(super) fn site(&self, url: &str) -> Option<usize> {
        self.world.site_index(&tasks::host(url)?)
    }

    /// Returns the id of the task that one of a purge's objects is in: one task for all URLs of a
    /// domain and second, up to so many; of everything else a task each.
    pub(super) fn task_id(&self, purge: &SimulatedPurge, index: usize) -> String {
        if self.options_of(purge).object_type != ObjectType::File {
            return tasks::id(purge.serial, index);
        }
        let same_second = self.world.since(tasks::second(purge).timestamp_micros()).iter();
        let (mut first, mut before) = (purge.serial, 0);
        for other in same_second.take_while(|other| other.serial < purge.serial) {
            if other.site == purge.site && self.options_of(other).object_type == ObjectType::File {
                first = first.min(other.serial);
                before += other.target_count();
            }
        }
        tasks::id(first, (before + index) / tasks::MERGED)
    }

    /// Returns the ids of a purge's tasks, in the order of its objects.
    pub(super) fn task_ids(&self, purge: &SimulatedPurge) -> Vec<String> {
        let mut ids: Vec<String> =
            (0..purge.target_count()).map(|index| self.task_id(purge, index)).collect();
        ids.dedup();
        ids
    }
}
