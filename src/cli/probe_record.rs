//! A probe of an edge server as it is exported with a purge or a request.

use serde::{Deserialize, Serialize};

use super::time::rfc3339;
use crate::domain::edge::{CacheState, Check, Verification};

/// The newest probe of one URL at one edge server. Unknown fields are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeRecord {
    pub(super) url: String,
    /// The edge server's address, where it is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<String>,
    /// The time of the answer, RFC 3339, UTC.
    pub(super) at: String,
    /// `fresh`, `stale` or `unclear`.
    pub(super) verdict: String,
    /// The evidence for the verdict, in words.
    pub(super) because: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    /// `hit`, `miss`, `bypass`, `expired`, `revalidated` or `stale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cache: Option<String>,
    /// The age of the cached copy, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) age: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    /// The time of the last change, in the origin's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_modified: Option<String>,
    /// The name of the server that answered, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) edge: Option<String>,
}

impl From<&Check> for ProbeRecord {
    fn from(check: &Check) -> Self {
        let look = &check.probe;
        let seen = look.result.as_ref().ok();
        Self {
            url: look.url.clone(),
            place: look.place.clone(),
            at: rfc3339(look.at),
            verdict: check.verdict().word().to_owned(),
            because: check.evidence.to_string(),
            status: seen.map(|seen| seen.status),
            cache: seen.and_then(|seen| seen.cache).map(CacheState::word).map(str::to_owned),
            age: seen.and_then(|seen| seen.age),
            etag: seen.and_then(|seen| seen.etag.clone()),
            last_modified: seen.and_then(|seen| seen.last_modified.clone()),
            edge: seen.and_then(|seen| seen.edge.clone()),
        }
    }
}

/// Lists the probes after a purge; none where it was not verified.
pub fn probes(seen: Option<&Verification>) -> Vec<ProbeRecord> {
    seen.map(|seen| seen.checks.iter().map(ProbeRecord::from).collect()).unwrap_or_default()
}
