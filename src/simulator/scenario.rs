//! How a simulated day goes, as data: what is unusual about the vendors, and what goes wrong. It can be read from TOML.

use serde::{Deserialize, Serialize};

use super::fault::Fault;

/// A day at the vendors. The default keeps to what their documents say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// The mean time between two purges of colleagues on one account in a busy hour; 0: nobody but the operator purges.
    pub colleagues_every_seconds: u32,
    /// How many of 100 purges end as failed.
    pub failed_percent: f64,
    /// How many of 100 purges are never reported on. Gcore names that status for its filter but not for its answers, so the
    /// default has none of them; a demo has some.
    pub report_disabled_percent: f64,
    /// The shortest and the longest time that a purge takes, in seconds.
    pub purge_seconds: [u32; 2],
    /// How far the Date header of every answer is off, in seconds.
    pub date_skew_seconds: i64,
    /// What is unusual about Gcore.
    pub gcore: GcoreScenario,
    /// What is unusual about Tencent.
    pub tencent: TencentScenario,
    /// What is unusual about Medianova.
    pub medianova: MedianovaScenario,
    /// What is unusual about the edge.
    pub edge: EdgeScenario,
    /// What goes wrong.
    pub fault: Vec<Fault>,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            colleagues_every_seconds: 40,
            failed_percent: 1.2,
            report_disabled_percent: 0.0,
            purge_seconds: [2, 60],
            date_skew_seconds: 0,
            gcore: GcoreScenario::default(),
            tencent: TencentScenario::default(),
            medianova: MedianovaScenario::default(),
            edge: EdgeScenario::default(),
            fault: Vec::new(),
        }
    }
}

impl Scenario {
    /// The day that a demonstration shows: livelier, and with every status.
    pub fn demo() -> Self {
        Self {
            colleagues_every_seconds: 15,
            failed_percent: 1.6,
            report_disabled_percent: 0.7,
            ..Self::default()
        }
    }

    /// A day on which nothing happens but what a test does: no colleagues, no failures.
    pub fn quiet() -> Self {
        Self { colleagues_every_seconds: 0, failed_percent: 0.0, ..Self::default() }
    }

    /// Reads a scenario file.
    ///
    /// # Errors
    /// TOML that is malformed or has unknown keys, with the place.
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

/// Where Gcore's documents leave room, or where an answer may be other than documented.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an oddity of its own, and a key of the file"
)]
pub struct GcoreScenario {
    /// The order of the purge history, which is not documented.
    pub order: Order,
    /// How many purges arrive right after each answered page of the history.
    pub arrivals_between_pages: u32,
    /// How long a new purge stays out of the history, in seconds.
    pub history_lag_seconds: u32,
    /// Dates and payloads in the form of an older revision of the document.
    pub older_shapes: bool,
    /// Now and then a status that no document names.
    pub strange_statuses: bool,
    /// A limit or offset outside the documented range is refused instead of being clamped.
    pub strict_paging: bool,
    /// The cname filter takes a part of a name.
    pub cname_part: bool,
    /// 429 answers carry Retry-After.
    pub retry_after: bool,
    /// Pattern purges and purges of all share one window, as they share one field.
    pub shared_paths_window: bool,
    /// Patterns must start with a slash and have `*` at their end only, as the specification says; the guide allows more.
    pub strict_patterns: bool,
    /// The host that `next` and `previous` point to, instead of the one that was asked.
    pub next_host: Option<String>,
    /// Limits other than the documented ones.
    pub limits: GcoreLimits,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// Neither, but the same for every page.
    Shuffled,
}

/// What Gcore accepts; the defaults are the documented numbers.
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

/// Where Tencent's documents leave room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TencentScenario {
    /// The most rows that API 2.0 tells at once, which has no paging; its total stays true. No such limit is documented.
    pub refresh_log_rows: Option<usize>,
    /// Limits other than the documented ones.
    pub limits: TencentLimits,
}

/// What Tencent accepts; the defaults are the documented numbers. The account's quota call tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TencentLimits {
    /// URLs in one request.
    pub urls: usize,
    /// Directories in one request. The document's text has this number, its example of the quota call a smaller one.
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

/// Where nothing is known of Medianova.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MedianovaScenario {
    /// The order of a resource's purges.
    pub order: Order,
    /// Rows tell full URLs instead of the paths that were asked for.
    pub full_urls: bool,
    /// How many requests a minute are answered; any number without.
    pub requests_a_minute: Option<usize>,
}

/// What is unusual about the edge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EdgeScenario {
    /// What stays stale although its vendor says that the purge was successful: host and path together, `*` for anything.
    pub stale: Vec<String>,
}
