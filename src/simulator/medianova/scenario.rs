//! Medianova's section of a scenario: the places where nothing is known of it.

use serde::{Deserialize, Serialize};

use crate::simulator::world::ListingOrder;

/// Oddities of Medianova.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MedianovaScenario {
    /// The order of a resource's purges.
    pub order: ListingOrder,
    /// Rows have full URLs instead of the paths that were sent.
    pub full_urls: bool,
    /// The most requests that are answered in a minute; any number without.
    pub requests_a_minute: Option<usize>,
}
