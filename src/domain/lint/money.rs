//! Says where a draft costs money, or nearly does.

use std::collections::BTreeMap;

use super::notes::Notes;
use super::{LintRun, TargetGroup, shown};
use crate::domain::findings::Code;
use crate::domain::ids::AccountName;

/// Says it of each account whose vendor charges for purges.
pub(super) fn check(run: &LintRun<'_>, groups: &[TargetGroup<'_>], notes: &mut Notes) {
    let mut targets: BTreeMap<&AccountName, usize> = BTreeMap::new();
    for group in groups {
        *targets.entry(&group.resource.account).or_default() += group.targets;
    }
    for (account, targets) in targets {
        let Some(cost) = run.context.cost(account, targets) else {
            continue;
        };
        let code = match cost.paid() {
            0 if cost.is_near() => Code::FreeLow,
            0 => continue,
            _ => Code::Paid,
        };
        notes.say(code, format!("{}: {}.", shown(account.as_str()), cost.words()));
    }
}
