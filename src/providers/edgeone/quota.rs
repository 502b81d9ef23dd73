//! `DescribeContentQuota`: what is left of a zone's day, and how much fits into a request.

use serde_json::Value;

use super::purge::KINDS;
use crate::domain::limits::{Limits, LimitsSource, Quota};
use crate::providers::lenient;

/// Returns every quota of purges in the answer; the list may be null. `area` names the zone.
pub(super) fn quotas(area: &str, body: &Value) -> Vec<Quota> {
    let list = body.get("PurgeQuota").and_then(lenient::list).unwrap_or_default();
    let quotas = list.iter().filter_map(|quota| {
        let word = lenient::field(quota, "Type")?;
        Some(Quota {
            kind: KINDS.iter().find(|(known, _)| *known == word)?.1,
            area: Some(area.to_owned()),
            total: lenient::number(quota, "Daily")?,
            left: lenient::number(quota, "DailyAvailable")?,
            per_request: lenient::number(quota, "Batch")
                .and_then(|batch| u32::try_from(batch).ok())
                .filter(|batch| *batch > 0),
        })
    });
    quotas.collect()
}

/// The limits with the quotas in them. A kind's rule has the batch of the zone that takes most; a
/// smaller one stands in the zone's own quota.
pub(super) fn applied(mut limits: Limits, quotas: Vec<Quota>) -> Limits {
    for (kind, rule) in limits.rules.iter_mut().filter(|(_, rule)| rule.per_request > 0) {
        let told = quotas.iter().filter(|quota| quota.kind == *kind);
        if let Some(batch) = told.filter_map(|quota| quota.per_request).max() {
            rule.per_request = batch;
        }
    }
    limits.quotas = quotas;
    limits.source = LimitsSource::Live;
    limits
}
