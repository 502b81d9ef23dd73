//! The state of the cache that an edge reports with an answer.

use serde::{Deserialize, Serialize};

/// The cache's part in an answer, by the edge's word. In the order of precedence where headers or
/// tiers disagree: a copy that any tier had is a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheState {
    /// Not from a cache, and nothing is kept or a kept copy was passed by.
    Bypass,
    /// No copy was there; fetched for this answer.
    Miss,
    /// A copy was there and too old; fetched for this answer.
    Expired,
    /// A copy was there and the origin said that it still holds.
    Revalidated,
    /// From a copy.
    Hit,
    /// From a copy that is known to be out of date.
    Stale,
}

impl CacheState {
    /// Every state.
    pub const EVERY: [Self; 6] =
        [Self::Bypass, Self::Miss, Self::Expired, Self::Revalidated, Self::Hit, Self::Stale];

    /// The word for it, in exports and in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bypass => "bypass",
            Self::Miss => "miss",
            Self::Expired => "expired",
            Self::Revalidated => "revalidated",
            Self::Hit => "hit",
            Self::Stale => "stale",
        }
    }

    /// The state that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|state| state.word() == word)
    }
}
