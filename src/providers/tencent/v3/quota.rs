//! `DescribePurgeQuota`: what is left of the day, and how much fits into a request, by area.

use serde_json::Value;

use crate::domain::kind::Kind;
use crate::domain::limits::{KindRule, Limits, LimitsSource, Quota};
use crate::providers::lenient;

/// Returns every quota in the answer.
pub(super) fn quotas(response: &Value) -> Vec<Quota> {
    [("UrlPurge", Kind::Url), ("PathPurge", Kind::Pattern)]
        .into_iter()
        .flat_map(|(name, kind)| {
            response.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(
                move |quota| {
                    Some(Quota {
                        kind,
                        area: lenient::field(quota, "Area"),
                        total: lenient::number(quota, "Total")?,
                        left: lenient::number(quota, "Available")?,
                        per_request: lenient::number(quota, "Batch")
                            .and_then(|batch| u32::try_from(batch).ok())
                            .filter(|batch| *batch > 0),
                    })
                },
            )
        })
        .collect()
}

/// The limits with the quotas in them. A request that names no area goes wherever its domain
/// serves, so that the smallest batch of the areas in question holds.
pub(super) fn applied(mut limits: Limits, quotas: Vec<Quota>, area: Option<&str>) -> Limits {
    apply(limits.rule_mut(Kind::Url), Kind::Url, &quotas, area);
    apply(limits.rule_mut(Kind::Pattern), Kind::Pattern, &quotas, area);
    limits.quotas = quotas;
    limits.source = LimitsSource::Live;
    limits
}

fn apply(rule: Option<&mut KindRule>, kind: Kind, quotas: &[Quota], area: Option<&str>) {
    let smallest = quotas
        .iter()
        .filter(|quota| quota.kind == kind)
        .filter(|quota| area.is_none() || quota.area.as_deref() == area)
        .filter_map(|quota| quota.per_request)
        .min();
    if let (Some(rule), Some(batch)) = (rule, smallest) {
        rule.per_request = batch;
    }
}
