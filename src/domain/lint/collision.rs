//! Purges by anybody that make one of ours needless, or ours theirs. One that failed makes none
//! needless: it is named as the last try.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Meaning;
use super::pattern_set::PatternSet;
use super::{LintRun, TargetGroup, shown};
use crate::domain::budget::{RecentPurge, RecentState};
use crate::domain::findings::{Code, Finding};
use crate::domain::kind::Kind;
use crate::domain::target::normal_as;

/// Age up to which a finished purge is worth mentioning.
pub const JUST_NOW: TimeDelta = TimeDelta::minutes(5);

/// An entry that meets a recent purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collision {
    /// The entry's number in the linted draft's lines.
    pub entry: usize,
    /// The purge's number in the context's recent purges: the one to follow instead.
    pub recent: usize,
    /// True if it covers more than the entry does.
    pub wider: bool,
}

/// The recent purges of one resource, ready for look-ups.
struct RecentTargets<'a> {
    same: HashMap<(Kind, &'a str), usize>,
    /// Failed tries; they cover nothing.
    failed: HashMap<(Kind, &'a str), usize>,
    cover: PatternSet<'a>,
    everything: Option<usize>,
}

/// Finds the entries that meet a recent purge and says so.
pub(super) fn check(run: &mut LintRun<'_>, groups: &[TargetGroup<'_>]) -> Vec<Collision> {
    let (recent, now) = (run.context.recent, run.context.now);
    // The most telling one last, so that it is the one that stays: running over finished, newer
    // over older.
    let mut worth: Vec<usize> = (0..recent.len())
        .filter(|&number| {
            recent.get(number).is_some_and(|one| {
                (one.state == RecentState::Running || now - one.spent.at <= JUST_NOW)
                    && groups.iter().any(|group| concerns(one, group))
            })
        })
        .collect();
    if worth.is_empty() {
        return Vec::new();
    }
    worth.sort_by_key(|&number| recent.get(number).map(|one| (one.state, one.spent.at)));
    let arena: Vec<(usize, Vec<String>)> = worth
        .into_iter()
        .filter_map(|number| {
            let RecentPurge { spent, targets, .. } = recent.get(number)?;
            let normal = |target: &String| match spent.kind {
                Some(kind) => normal_as(kind, target).into_owned(),
                None => target.clone(),
            };
            Some((number, targets.iter().map(normal).collect()))
        })
        .collect();
    let mut lately: HashMap<usize, RecentTargets<'_>> = HashMap::new();
    for group in groups {
        lately.entry(group.place).or_insert_with(|| RecentTargets::of(recent, &arena, group));
    }
    let mut collisions = Vec::new();
    for (entry, row) in run.entries.iter_mut().enumerate() {
        let (Some(place), Some(meaning)) = (row.place, &row.line.meaning) else {
            continue;
        };
        let Some((number, wider)) =
            lately.get(&place).and_then(|lately| lately.tells(meaning, recent))
        else {
            continue;
        };
        if let Some(one) = recent.get(number) {
            row.line.findings.push(finding(row.line.line, one, wider, now));
            collisions.push(Collision { entry, recent: number, wider });
        }
    }
    collisions
}

impl<'a> RecentTargets<'a> {
    fn of(
        recent: &[RecentPurge],
        arena: &'a [(usize, Vec<String>)],
        group: &TargetGroup<'_>,
    ) -> Self {
        let (mut same, mut failed) = (HashMap::new(), HashMap::new());
        let mut everything = None;
        for (number, targets) in arena {
            let Some(one) = recent.get(*number).filter(|one| concerns(one, group)) else {
                continue;
            };
            // Of what kind it was, and of what, is not known yet.
            let Some(kind) = one.spent.kind else { continue };
            if one.state == RecentState::Failed {
                // A purge of everything has no targets.
                let whole = (kind == Kind::All).then_some("");
                let targets = targets.iter().map(String::as_str).chain(whole);
                failed.extend(targets.map(|target| ((kind, target), *number)));
                continue;
            }
            if kind == Kind::All {
                everything = Some(*number);
            }
            same.extend(targets.iter().map(|target| ((kind, target.as_str()), *number)));
        }
        let patterns = same
            .iter()
            .filter(|((kind, _), _)| *kind == Kind::Pattern)
            .map(|((_, target), number)| (*target, *number));
        Self { cover: PatternSet::new(patterns), same, failed, everything }
    }

    /// The purge to name beside an entry: one that removes what the entry would, unless the last
    /// try at just this was later and failed.
    fn tells(&self, meaning: &Meaning, recent: &[RecentPurge]) -> Option<(usize, bool)> {
        let at = |number: usize| recent.get(number).map(|one| one.spent.at);
        let running =
            |number: usize| recent.get(number).is_some_and(|it| it.state == RecentState::Running);
        let done = self.meets(meaning);
        let failed = self
            .failed_try(meaning)
            .filter(|&failed| done.is_none_or(|(done, _)| !running(done) && at(done) < at(failed)));
        failed.map(|failed| (failed, false)).or(done)
    }

    /// The last failed try at just what an entry removes.
    fn failed_try(&self, meaning: &Meaning) -> Option<usize> {
        let target = normal_as(meaning.kind, &meaning.target);
        let of = |kind, target: &str| self.failed.get(&(kind, target)).copied();
        match meaning.kind {
            Kind::Url
            | Kind::IgnoreQuery
            | Kind::Pattern
            | Kind::Regex
            | Kind::Host
            | Kind::Tag => of(meaning.kind, &target),
            Kind::All => of(Kind::All, "").or_else(|| of(Kind::Pattern, &target)),
        }
    }

    /// The purge that removes what an entry would, and whether it removes more.
    fn meets(&self, meaning: &Meaning) -> Option<(usize, bool)> {
        let target = normal_as(meaning.kind, &meaning.target);
        let same = match meaning.kind {
            Kind::Url
            | Kind::IgnoreQuery
            | Kind::Pattern
            | Kind::Regex
            | Kind::Host
            | Kind::Tag => self.same.get(&(meaning.kind, target.as_ref())).copied(),
            // Where everything is a root pattern, the history has it as one.
            Kind::All => self
                .everything
                .or_else(|| self.same.get(&(Kind::Pattern, target.as_ref())).copied()),
        };
        if let Some(number) = same {
            return Some((number, false));
        }
        let wider = match meaning.kind {
            Kind::Url | Kind::IgnoreQuery => self.cover.of_url(&target),
            Kind::Pattern => self.cover.of_pattern(&target),
            Kind::Regex | Kind::Host | Kind::Tag => None,
            Kind::All => return None,
        };
        wider.or(self.everything).map(|number| (number, true))
    }
}

fn concerns(recent: &RecentPurge, group: &TargetGroup<'_>) -> bool {
    recent.spent.resource == group.resource.id && recent.spent.account == group.resource.account
}

fn finding(line: usize, recent: &RecentPurge, wider: bool, now: DateTime<Utc>) -> Finding {
    let what = if wider { "A wider purge" } else { "The same purge" };
    // The vendor names whose secret it was: of our own purges that is us, and no colleague's doing.
    let by = match (recent.spent.sent_here, recent.by.as_deref().map(shown)) {
        (true, Some(by)) => format!("this purgedeck as {by}"),
        (true, None) => "this purgedeck".to_owned(),
        (false, Some(by)) => by,
        (false, None) => "not told".to_owned(),
    };
    let ago = ago(now - recent.spent.at);
    let (code, words) = match recent.state {
        RecentState::Running => {
            (Code::InProgress, format!("{what} has been running for {ago} (by: {by})."))
        }
        RecentState::Done => (Code::JustPurged, format!("{what} ran {ago} ago (by: {by}).")),
        RecentState::Failed => {
            (Code::LastTryFailed, format!("The last try, {ago} ago, failed (by: {by})."))
        }
    };
    Finding::new(code, Some(line), words)
}

fn ago(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}
