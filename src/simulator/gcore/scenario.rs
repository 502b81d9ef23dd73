//! Gcore's section of a scenario: the places where its documents leave room, or where an answer may
//! differ from them.

use serde::{Deserialize, Serialize};

use crate::simulator::world::ListingOrder;

/// Oddities of Gcore.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an oddity of its own, and a key of the file"
)]
pub struct GcoreScenario {
    /// The order of the purge history, which is not documented.
    pub order: ListingOrder,
    /// Purges that arrive right after each answered page of the history.
    pub arrivals_between_pages: u32,
    /// Seconds for which a new purge stays out of the history.
    pub history_lag_seconds: u32,
    /// Dates and payloads in the form of an older revision of the document.
    pub older_shapes: bool,
    /// Some purges have a status that no document names.
    pub strange_statuses: bool,
    /// A limit or offset outside the documented range is refused instead of being clamped.
    pub strict_paging: bool,
    /// The cname filter matches a part of a name.
    pub cname_part: bool,
    /// 429 answers carry Retry-After.
    pub retry_after: bool,
    /// Pattern purges and purges of all share one window, as they share one field.
    pub shared_paths_window: bool,
    /// Patterns must start with a slash and have `*` at their end only, as the specification says;
    /// the guide allows more.
    pub strict_patterns: bool,
    /// The host that `next` and `previous` point to, instead of the one that was asked.
    pub next_host: Option<String>,
    /// Limits other than the documented ones.
    pub limits: GcoreLimits,
}

/// Gcore's limits; the defaults are the documented numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GcoreLimits {
    /// URLs in one request.
    pub urls: usize,
    /// Patterns in one request.
    pub patterns: usize,
    /// URL purges of a resource in a minute.
    pub url_requests: usize,
    /// Pattern purges of a resource in a minute; as many purges of all.
    pub pattern_requests: usize,
}

impl Default for GcoreLimits {
    fn default() -> Self {
        Self { urls: 100, patterns: 10, url_requests: 2, pattern_requests: 1 }
    }
}
