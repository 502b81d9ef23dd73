//! Says where a draft has to wait for purges under way to end.

use super::notes::Notes;
use super::{LintRun, TargetGroup, count, shown};
use crate::domain::budget::under_way;
use crate::domain::findings::Code;
use crate::domain::kind::Kind;

/// Says of each resource and number of targets at once that the draft has no room beside those
/// under way.
pub(super) fn check(run: &LintRun<'_>, groups: &[TargetGroup<'_>], notes: &mut Notes) {
    for (place, group) in groups.iter().enumerate() {
        let Some(limits) = group.limits.filter(|limits| !limits.under_way.is_empty()) else {
            continue;
        };
        let resource = group.resource;
        let is_same = |other: &&TargetGroup<'_>| other.place == group.place;
        // Once for each resource, with all of its kinds.
        if groups.iter().take(place).any(|other| is_same(&other)) {
            continue;
        }
        let usage = run.context.usage(&resource.account);
        let lines = under_way(limits, &resource.account, &resource.id, &usage);
        for line in lines {
            let counted = groups.iter().filter(is_same);
            let counted =
                counted.filter(|other| line.kinds.contains(&limits.sent_kind(other.kind)));
            let asked: usize = counted.map(|other| other.targets).sum();
            if asked > line.left() as usize {
                let noun = line.kinds.first().map_or("target", |kind| Kind::noun(*kind));
                notes.say(
                    Code::WaitsForOthers,
                    format!(
                        "{}: {}; {} of this draft can go out only once enough of them have ended.",
                        shown(&resource.cname),
                        line.words(),
                        count(asked - line.left() as usize, noun)
                    ),
                );
            }
        }
    }
}
