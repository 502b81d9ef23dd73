//! The state of the cache that an edge reports with an answer.

use serde::{Deserialize, Serialize};

use crate::domain::words::words;

words! {
    /// The cache's part in an answer, by the edge's word. In the order of precedence where headers
    /// or tiers disagree: a copy that any tier had is a copy.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    CacheState {
        /// Not from a cache, and nothing is kept or a kept copy was passed by.
        Bypass = "bypass";
        /// No copy was there; fetched for this answer.
        Miss = "miss";
        /// A copy was there and too old; fetched for this answer.
        Expired = "expired";
        /// A copy was there and the origin said that it still holds.
        Revalidated = "revalidated";
        /// From a copy.
        Hit = "hit";
        /// From a copy that is known to be out of date.
        Stale = "stale";
    }
}
