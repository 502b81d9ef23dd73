//! Alibaba Cloud's section of a scenario: the places where its documents leave room.

use serde::{Deserialize, Serialize};

use crate::simulator::world::ListingOrder;

/// Oddities of Alibaba Cloud CDN.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlibabaScenario {
    /// A status tells of the time of the question before.
    pub late_status: bool,
    /// Order of the history.
    pub order: ListingOrder,
    /// Limits other than the documented ones.
    pub limits: AlibabaLimits,
}

/// Alibaba Cloud's limits; the defaults are the documented numbers, but for the objects without
/// their parameters, whose number is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlibabaLimits {
    /// URLs in one request.
    pub urls: usize,
    /// Directories in one request.
    pub directories: usize,
    /// URLs in a day.
    pub urls_a_day: usize,
    /// Directories in a day.
    pub directories_a_day: usize,
    /// Regular expressions in a day.
    pub expressions_a_day: usize,
    /// URLs in a day that are purged with any parameters.
    pub parameterless_a_day: usize,
    /// Calls of each action that purges in a second.
    pub purges_a_second: usize,
    /// Calls for a part of the history in a second.
    pub lists_a_second: usize,
    /// Calls of each other action in a second.
    pub calls_a_second: usize,
}

/// The rate that an action is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rate {
    Purges,
    Lists,
    Tasks,
}

impl AlibabaLimits {
    pub(super) fn calls_a_second(&self, rate: Rate) -> usize {
        match rate {
            Rate::Purges => self.purges_a_second,
            Rate::Lists => self.lists_a_second,
            Rate::Tasks => self.calls_a_second,
        }
    }
}

impl Default for AlibabaLimits {
    fn default() -> Self {
        Self {
            urls: 1000,
            directories: 100,
            urls_a_day: 10_000,
            directories_a_day: 100,
            expressions_a_day: 20,
            parameterless_a_day: 100,
            purges_a_second: 50,
            lists_a_second: 5,
            calls_a_second: 30,
        }
    }
}
