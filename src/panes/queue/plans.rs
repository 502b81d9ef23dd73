//! The queue's requests by plan: those that were queued together stand together.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::bad_news::BadEnd;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::known::Known;

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The heading of the plan whose entries are these: the first one and the end.
    Plan(usize, usize),
    /// The request of this place.
    Request(usize),
}

/// Brings the requests of a plan together. Plans stand in the order of their first request, and
/// each has its requests in the order in which they come.
pub(super) fn group(entries: Vec<JournalEntry>) -> Vec<JournalEntry> {
    let mut plans: Vec<Vec<JournalEntry>> = Vec::new();
    for entry in entries {
        let of = |plan: &&mut Vec<JournalEntry>| {
            plan.first().is_some_and(|first| first.queued_at == entry.queued_at)
        };
        match plans.iter_mut().find(of) {
            Some(plan) => plan.push(entry),
            None => plans.push(vec![entry]),
        }
    }
    plans.into_iter().flatten().collect()
}

/// Returns the lines of requests that [`group`] ordered. A plan of one request needs no heading.
pub(super) fn lines(entries: &[JournalEntry]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = 0;
    for plan in entries.chunk_by(|a, b| a.queued_at == b.queued_at) {
        let end = at + plan.len();
        if plan.len() > 1 {
            lines.push(Line::Plan(at, end));
        }
        lines.extend((at..end).map(Line::Request));
        at = end;
    }
    lines
}

/// The place of a request among those that were queued with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceInPlan {
    /// It was queued alone: no heading stands above it.
    Alone,
    /// Others of its plan follow.
    Within,
    /// It is the last of its plan.
    Last,
}

/// Returns the place of a request in its plan, among requests that [`group`] ordered.
pub(super) fn place_in_plan(entries: &[JournalEntry], at: usize) -> PlaceInPlan {
    let queued_at = |at: usize| entries.get(at).map(|entry| entry.queued_at);
    let here = queued_at(at);
    let before = at.checked_sub(1).and_then(queued_at);
    match (before == here, queued_at(at + 1) == here) {
        (_, true) => PlaceInPlan::Within,
        (true, false) => PlaceInPlan::Last,
        (false, false) => PlaceInPlan::Alone,
    }
}

/// Says how far a plan is: `3 of 6 done`, then what else came of its requests.
pub(super) fn progress(plan: &[JournalEntry]) -> Vec<String> {
    let bad = |end| plan.iter().filter(|entry| BadEnd::of(entry) == Some(end)).count();
    let in_state = |state| plan.iter().filter(|entry| entry.state == state).count();
    let done = in_state(JournalState::Successful) - bad(BadEnd::NotVerified);
    let mut words = vec![format!("{done} of {} done", plan.len())];
    let rest = [
        (bad(BadEnd::Failed), "failed"),
        (bad(BadEnd::Refused), "refused"),
        (bad(BadEnd::NotVerified), "not verified"),
        (in_state(JournalState::Unknown), "unknown"),
        (in_state(JournalState::Cancelled), "canceled"),
    ];
    words.extend(
        rest.into_iter().filter(|(number, _)| *number > 0).map(|(n, word)| format!("{n} {word}")),
    );
    words
}

/// Returns when a request is usually done that is under way; `None` where it is over, or nobody can
/// tell.
pub(super) fn usual_end(
    entry: &JournalEntry,
    known: &Known,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let rule = known.limits.get(&entry.request.account)?.rule(entry.request.kind())?;
    let usual = TimeDelta::from_std(rule.usual).ok()?;
    match entry.state {
        JournalState::Queued if known.paused || !entry.confirmed => None,
        JournalState::Queued => Some(entry.planned_at.max(now) + usual),
        JournalState::Sending | JournalState::Accepted => Some(entry.sent_at? + usual),
        JournalState::Unknown
        | JournalState::Rejected
        | JournalState::Successful
        | JournalState::Failed
        | JournalState::Cancelled => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{noon, queued, secs};

    fn entry(id: &str, second: i64, state: JournalState) -> JournalEntry {
        JournalEntry {
            id: id.into(),
            queued_at: noon() + secs(second),
            state,
            ..queued("prod", "1", noon())
        }
    }

    #[test]
    fn what_was_queued_together_stands_together_under_one_heading() {
        let entries = group(vec![
            entry("c", 9, JournalState::Queued),
            entry("a", 1, JournalState::Queued),
            entry("d", 9, JournalState::Failed),
            entry("e", 5, JournalState::Successful),
        ]);
        let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["c", "d", "a", "e"]);
        assert_eq!(
            lines(&entries),
            [
                Line::Plan(0, 2),
                Line::Request(0),
                Line::Request(1),
                Line::Request(2),
                Line::Request(3)
            ]
        );
        assert_eq!(lines(&[]), []);
        let places: Vec<PlaceInPlan> = (0..4).map(|at| place_in_plan(&entries, at)).collect();
        let (alone, within) = (PlaceInPlan::Alone, PlaceInPlan::Within);
        assert_eq!(places, [within, PlaceInPlan::Last, alone, alone]);
    }

    #[test]
    fn only_what_is_successful_and_not_stale_counts_as_done() {
        let mut stale = entry("1", 0, JournalState::Successful);
        stale.verified = Some(false);
        let plan = [
            stale,
            entry("2", 0, JournalState::Successful),
            entry("3", 0, JournalState::Failed),
            entry("4", 0, JournalState::Queued),
        ];
        assert_eq!(progress(&plan), ["1 of 4 done", "1 failed", "1 not verified"]);
    }
}
