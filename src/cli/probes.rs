//! What the edge showed, in the form in which it is exported with a purge or a request.

use serde::{Deserialize, Serialize};

use super::record::stamp;
use crate::domain::edge::{CacheState, Check, Verification};

/// The newest look at one URL at one place. What is not known is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeRecord {
    /// The URL.
    pub url: String,
    /// The edge's address, where the operator chose it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// When the edge answered, RFC 3339, UTC.
    pub at: String,
    /// `fresh`, `stale` or `unclear`.
    pub verdict: String,
    /// What led to that, in words.
    pub because: String,
    /// The HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// `hit`, `miss`, `bypass`, `expired`, `revalidated` or `stale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<String>,
    /// How old the copy was, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<u64>,
    /// Which version of the content it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When the content last changed, in the origin's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// Which server answered, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge: Option<String>,
}

impl From<&Check> for ProbeRecord {
    fn from(check: &Check) -> Self {
        let look = &check.look;
        let seen = look.seen.as_ref().ok();
        Self {
            url: look.url.clone(),
            place: look.place.clone(),
            at: stamp(look.at),
            verdict: check.verdict().word().to_owned(),
            because: check.why.to_string(),
            status: seen.map(|seen| seen.status),
            cache: seen.and_then(|seen| seen.cache).map(CacheState::word).map(str::to_owned),
            age: seen.and_then(|seen| seen.age),
            etag: seen.and_then(|seen| seen.etag.clone()),
            last_modified: seen.and_then(|seen| seen.last_modified.clone()),
            edge: seen.and_then(|seen| seen.edge.clone()),
        }
    }
}

/// All looks after a purge; none where there were none.
pub fn probes(seen: Option<&Verification>) -> Vec<ProbeRecord> {
    seen.map(|seen| seen.checks.iter().map(ProbeRecord::from).collect()).unwrap_or_default()
}
