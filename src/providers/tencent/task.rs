//! What both APIs' histories have in common: a purge's host, and its status out of those of its targets.

use url::Url;

use crate::domain::purge::Target;
use crate::domain::status::Status;

/// The host of a target; empty where it has none.
pub(super) fn host(target: &str) -> String {
    Url::parse(target).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// The status of a purge that the vendor tells target by target: failed when one failed, unfinished while one is.
pub(super) fn overall(targets: &[Target]) -> Status {
    let has = |status| targets.iter().any(|target| target.status == Some(status));
    [
        Status::Failed,
        Status::InProgress,
        Status::Unknown,
        Status::ReportDisabled,
        Status::Successful,
    ]
    .into_iter()
    .find(|status| has(*status))
    .unwrap_or(Status::Unknown)
}
