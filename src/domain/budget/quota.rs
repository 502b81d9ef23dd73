//! Daily quotas: what is left of them for a resource, what our own queue will use.

use super::Usage;
use crate::domain::kind::Kind;
use crate::domain::limits::{Limits, Quota};
use crate::domain::resource::Resource;

/// The state of one daily quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaLine {
    /// Of which kind of purge.
    pub kind: Kind,
    /// For which area, in the vendor's word; `None` for all.
    pub area: Option<String>,
    /// Targets a day.
    pub total: u64,
    /// Targets that are left by the vendor's last word, less what our queue holds. A queued request
    /// counts for every area, because the queue does not say which: too few is safe, too many is
    /// not.
    pub left: u64,
    /// The most targets in one request for this area.
    pub per_request: Option<u32>,
}

/// The quotas that a purge of this kind on this resource draws on; all of them must have room. The
/// area is the chosen one, else the resource's own; where neither names an area that the vendor
/// splits by, the purge may count for each.
pub fn quotas(
    limits: &Limits,
    resource: &Resource,
    kind: Kind,
    area: Option<&str>,
    usage: &Usage,
    now: chrono::DateTime<chrono::Utc>,
) -> Vec<QuotaLine> {
    let of_kind: Vec<&Quota> = limits.quotas.iter().filter(|quota| quota.kind == kind).collect();
    let wanted = area
        .or(resource.area.as_deref())
        .filter(|wanted| of_kind.iter().any(|quota| same(quota, wanted)));
    let queued: u64 = usage
        .spent
        .iter()
        .filter(|spent| {
            spent.account == resource.account
                && spent.kind == Some(kind)
                && spent.sent_here
                && spent.at >= now
        })
        .map(|spent| u64::from(spent.targets))
        .sum();
    of_kind
        .into_iter()
        .filter(|quota| quota.area.is_none() || wanted.is_none_or(|wanted| same(quota, wanted)))
        .map(|quota| QuotaLine {
            kind,
            area: quota.area.clone(),
            total: quota.total,
            left: quota.left.saturating_sub(queued),
            per_request: quota.per_request,
        })
        .collect()
}

fn same(quota: &Quota, area: &str) -> bool {
    quota.area.as_deref().is_some_and(|one| one.eq_ignore_ascii_case(area))
}
