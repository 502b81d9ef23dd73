//! Checks amounts: requests, quotas.

use std::collections::BTreeMap;

use super::notes::Notes;
use super::{LintRun, TargetGroup, count, shown};
use crate::domain::budget::{Usage, quotas};
use crate::domain::findings::Code;
use crate::domain::ids::AccountName;
use crate::domain::kind::Kind;

/// A draft's use of one quota.
struct Want {
    total: u64,
    left: u64,
    asked: u64,
}

/// Says where a draft becomes several requests, and where a vendor's quota does not suffice.
pub(super) fn check(run: &LintRun<'_>, groups: &[TargetGroup<'_>], notes: &mut Notes) {
    let mut usages: BTreeMap<&AccountName, Usage> = BTreeMap::new();
    let mut wanted: BTreeMap<(&AccountName, Kind, Option<String>), Want> = BTreeMap::new();
    for group in groups {
        let Some(limits) = group.limits else { continue };
        let kind = limits.sent_kind(group.kind);
        let Some(rule) = limits.rule(kind) else {
            continue;
        };
        if rule.windows.iter().any(|window| window.requests == 0) {
            notes.say(
                Code::NeverRoom,
                format!(
                    "By the limits of {}, no purge by {kind} is allowed.",
                    shown(group.resource.account.as_str())
                ),
            );
        }
        let mut per_request = limits.per_request(kind);
        if !limits.quotas.is_empty() {
            let account = &group.resource.account;
            let usage = usages.entry(account).or_insert_with(|| run.context.usage(account));
            let area = run.draft.area.as_deref();
            for line in quotas(limits, group.resource, kind, area, usage, run.context.now) {
                per_request = line.per_request.map_or(per_request, |most| most.min(per_request));
                wanted
                    .entry((account, kind, line.area))
                    .or_insert(Want { total: line.total, left: line.left, asked: 0 })
                    .asked += group.targets as u64;
            }
        }
        let requests = group.targets.div_ceil(per_request.max(1) as usize);
        if group.kind != Kind::All && requests > 1 {
            notes.say(
                Code::Splits,
                format!(
                    "{} for {} become {requests} requests of at most {per_request}.",
                    count(group.targets, Kind::noun(kind)),
                    shown(&group.resource.cname)
                ),
            );
        }
    }
    for ((account, kind, area), want) in wanted {
        let Want { total, left, asked } = want;
        let of = area.map_or_else(String::new, |area| format!(" in {}", shown(&area)));
        let of = format!("{kind} quota of {}{of}", shown(account.as_str()));
        if asked > left {
            notes.say(
                Code::QuotaShort,
                format!("The {of} has {left} of {total} left today; this needs {asked}."),
            );
        } else if (left - asked) * 10 < total {
            notes.say(
                Code::QuotaLow,
                format!("After this the {of} has {} of {total} left today.", left - asked),
            );
        }
    }
}
