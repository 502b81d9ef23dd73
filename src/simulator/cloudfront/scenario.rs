//! CloudFront's section of a scenario.

use serde::{Deserialize, Serialize};

use crate::simulator::world::ListingOrder;

/// Oddities of CloudFront.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CloudFrontScenario {
    /// The order of a distribution's purges.
    pub order: ListingOrder,
    /// Lists are one page, whatever is asked for, as other simulators of the vendor have them.
    pub one_page: bool,
    /// The most calls that are answered in a second; any number without. CloudTrail has its own.
    pub requests_a_second: Option<usize>,
}
