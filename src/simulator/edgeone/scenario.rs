//! EdgeOne's section of a scenario: the places where its documents leave room.

use serde::{Deserialize, Serialize};

use crate::simulator::world::ListingOrder;

/// Oddities of EdgeOne.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EdgeOneScenario {
    /// Order of a zone's history.
    pub order: ListingOrder,
    /// The longest range of history that one question may have, in days; its length is not
    /// documented.
    pub longest_range_days: u32,
    /// Limits other than the usual ones.
    pub limits: EdgeOneLimits,
}

impl Default for EdgeOneScenario {
    fn default() -> Self {
        Self {
            order: ListingOrder::default(),
            longest_range_days: 31,
            limits: EdgeOneLimits::default(),
        }
    }
}

/// EdgeOne's limits, which a zone's plan decides; only the number of URLs and the rate are in its
/// documents. The quota call tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EdgeOneLimits {
    /// URLs in one request.
    pub urls: usize,
    /// Prefixes, hosts or tags in one request.
    pub others: usize,
    /// URLs in a day, per zone.
    pub urls_a_day: usize,
    /// Prefixes, hosts, tags, and purges of everything in a day, per zone, each.
    pub others_a_day: usize,
    /// Calls of each action in a second.
    pub requests_a_second: usize,
}

impl Default for EdgeOneLimits {
    fn default() -> Self {
        Self {
            urls: 2000,
            others: 100,
            urls_a_day: 10_000,
            others_a_day: 1000,
            requests_a_second: 20,
        }
    }
}
