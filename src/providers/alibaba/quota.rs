//! `DescribeRefreshQuota`: the rest of the day, as texts. The names of the fields are trusted: the
//! SDK's comments on them are shifted against them by a line or more.

use serde_json::Value;

use crate::domain::kind::Kind;
use crate::domain::limits::{Limits, LimitsSource, Quota};
use crate::providers::lenient;

/// The fields of each kind: its quota, and what is left of it. There is none for tags.
const FIELDS: [(Kind, &str, &str); 4] = [
    (Kind::Url, "UrlQuota", "UrlRemain"),
    (Kind::IgnoreQuery, "IgnoreParamsQuota", "IgnoreParamsRemain"),
    (Kind::Pattern, "DirQuota", "DirRemain"),
    (Kind::Regex, "RegexQuota", "RegexRemain"),
];

/// Returns every quota in the answer.
pub(super) fn quotas(body: &Value) -> Vec<Quota> {
    let told = FIELDS.into_iter().filter_map(|(kind, total, left)| {
        let (total, left) = (lenient::number(body, total)?, lenient::number(body, left)?);
        Some(Quota { kind, area: None, total, left, per_request: None })
    });
    told.collect()
}

/// The limits with the quotas in them.
pub(super) fn applied(limits: Limits, quotas: Vec<Quota>) -> Limits {
    Limits { quotas, source: LimitsSource::Live, ..limits }
}
