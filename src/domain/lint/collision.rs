//! Purges by anybody that make one of ours needless, or ours theirs.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::cover::Cover;
use super::{Sheet, Tally, shown};
use crate::domain::budget::RecentPurge;
use crate::domain::draft::Meaning;
use crate::domain::findings::{Code, Finding};
use crate::domain::kind::Kind;
use crate::domain::matching::normal;

/// How long a finished purge is worth mentioning.
pub const JUST_NOW: TimeDelta = TimeDelta::minutes(5);

/// An entry that meets a recent purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collision {
    /// The entry's number in the linted draft's lines.
    pub entry: usize,
    /// The purge's number in the context's recent purges: the one to follow instead.
    pub recent: usize,
    /// Whether it covers more than the entry does.
    pub wider: bool,
}

/// What of one resource was purged of late, ready to be looked up in.
struct Lately<'a> {
    same: HashMap<(Kind, &'a str), usize>,
    cover: Cover<'a>,
    everything: Option<usize>,
}

/// Finds the entries that meet a recent purge and says so.
pub(super) fn check(sheet: &mut Sheet<'_>, tallies: &[Tally<'_>]) -> Vec<Collision> {
    let (recent, now) = (sheet.context.recent, sheet.context.now);
    // The most telling one last, so that it is the one that stays: unfinished over finished, newer over older.
    let mut worth: Vec<usize> = (0..recent.len())
        .filter(|&number| {
            recent.get(number).is_some_and(|one| {
                (one.unfinished || now - one.spent.at <= JUST_NOW)
                    && tallies.iter().any(|tally| concerns(one, tally))
            })
        })
        .collect();
    if worth.is_empty() {
        return Vec::new();
    }
    worth.sort_by_key(|&number| recent.get(number).map(|one| (one.unfinished, one.spent.at)));
    let arena: Vec<(usize, Vec<String>)> = worth
        .into_iter()
        .filter_map(|number| {
            let targets = &recent.get(number)?.targets;
            Some((number, targets.iter().map(|target| normal(target).into_owned()).collect()))
        })
        .collect();
    let mut lately: HashMap<usize, Lately<'_>> = HashMap::new();
    for tally in tallies {
        lately.entry(tally.place).or_insert_with(|| Lately::of(recent, &arena, tally));
    }
    let mut collisions = Vec::new();
    for (entry, row) in sheet.rows.iter_mut().enumerate() {
        let (Some(place), Some(meaning)) = (row.place, &row.line.meaning) else {
            continue;
        };
        let Some((number, wider)) = lately.get(&place).and_then(|lately| lately.meets(meaning))
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

impl<'a> Lately<'a> {
    fn of(recent: &[RecentPurge], arena: &'a [(usize, Vec<String>)], tally: &Tally<'_>) -> Self {
        let mut same = HashMap::new();
        let mut everything = None;
        for (number, targets) in arena {
            let Some(one) = recent.get(*number).filter(|one| concerns(one, tally)) else {
                continue;
            };
            if one.spent.kind == Kind::All {
                everything = Some(*number);
            }
            for target in targets {
                same.insert((one.spent.kind, target.as_str()), *number);
            }
        }
        let patterns = same
            .iter()
            .filter(|((kind, _), _)| *kind == Kind::Pattern)
            .map(|((_, target), number)| (*target, *number));
        Self { cover: Cover::new(patterns), same, everything }
    }

    /// The purge that removes what an entry would, and whether it removes more.
    fn meets(&self, meaning: &Meaning) -> Option<(usize, bool)> {
        let target = normal(&meaning.target);
        let same = match meaning.kind {
            Kind::Url | Kind::Pattern => self.same.get(&(meaning.kind, target.as_ref())).copied(),
            // Where everything is a root pattern, the history has it as one.
            Kind::All => self
                .everything
                .or_else(|| self.same.get(&(Kind::Pattern, target.as_ref())).copied()),
        };
        if let Some(number) = same {
            return Some((number, false));
        }
        let wider = match meaning.kind {
            Kind::Url => self.cover.of_url(&target),
            Kind::Pattern => self.cover.of_pattern(&target),
            Kind::All => return None,
        };
        wider.or(self.everything).map(|number| (number, true))
    }
}

fn concerns(recent: &RecentPurge, tally: &Tally<'_>) -> bool {
    recent.spent.resource == tally.resource.id && recent.spent.account == tally.resource.account
}

fn finding(line: usize, recent: &RecentPurge, wider: bool, now: DateTime<Utc>) -> Finding {
    let what = if wider { "Something that covers it" } else { "The same" };
    // The vendor names whose secret it was: of our own purges that is us, and no colleague's doing.
    let by = match (recent.spent.sent_here, recent.by.as_deref().map(shown)) {
        (true, Some(by)) => format!("this purgedeck (as {by})"),
        (true, None) => "this purgedeck".to_owned(),
        (false, Some(by)) => by,
        (false, None) => "somebody".to_owned(),
    };
    let ago = ago(now - recent.spent.at);
    if recent.unfinished {
        Finding::new(
            Code::InProgress,
            Some(line),
            format!("{what} is being purged by {by} since {ago}."),
        )
    } else {
        Finding::new(Code::JustPurged, Some(line), format!("{what} was purged by {by} {ago} ago."))
    }
}

fn ago(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}
