//! Tencent's section of a scenario: the places where its documents leave room.

use serde::{Deserialize, Serialize};

/// Oddities of Tencent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TencentScenario {
    /// The most rows in one answer of API 2.0, which has no paging; its total stays true. No such
    /// limit is documented.
    pub refresh_log_rows: Option<usize>,
    /// Limits other than the documented ones.
    pub limits: TencentLimits,
}

/// Tencent's limits; the defaults are the documented numbers. The account's quota call tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TencentLimits {
    /// URLs in one request.
    pub urls: usize,
    /// Directories in one request. The document's text has this number, its example of the quota
    /// call a smaller one.
    pub paths: usize,
    /// URLs in a day, per area.
    pub urls_a_day: usize,
    /// Directories in a day, per area.
    pub paths_a_day: usize,
    /// Calls of each action of API 3.0 in a second.
    pub requests_a_second: usize,
}

impl Default for TencentLimits {
    fn default() -> Self {
        Self { urls: 1000, paths: 500, urls_a_day: 10_000, paths_a_day: 100, requests_a_second: 20 }
    }
}
