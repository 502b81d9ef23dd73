//! Targets under way at once: their number now, and the time at which more of them fit.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Usage, counts};
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::limits::{Limits, Scope};
use crate::domain::text::grouped;

/// The number of targets of some kinds that are under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWayLine {
    /// The kinds that are counted together.
    pub kinds: &'static [Kind],
    /// Over what they are counted.
    pub scope: Scope,
    /// The most targets that may be.
    pub of: u32,
    /// Number of targets that are.
    pub used: u32,
    /// True if there may be more: of some purges the targets are not known yet.
    pub is_least: bool,
}

impl UnderWayLine {
    /// Puts it in words: `12 of 15 patterns in progress`.
    pub fn words(&self) -> String {
        let at_least = if self.is_least { "at least " } else { "" };
        let (used, of) = (grouped(self.used.into()), grouped(self.of.into()));
        format!("{at_least}{used} of {of} {} in progress", nouns(self.kinds))
    }

    /// Returns the number of targets that there is room for, as far as is known.
    pub fn left(&self) -> u32 {
        self.of.saturating_sub(self.used)
    }
}

/// Returns the numbers of targets that are under way at a resource, in the order of the limits.
pub fn under_way(
    limits: &Limits,
    account: &AccountName,
    resource: &ResourceId,
    usage: &Usage,
) -> Vec<UnderWayLine> {
    let lines = limits.under_way.iter().map(|cap| {
        let mut line = UnderWayLine {
            kinds: cap.kinds,
            scope: cap.scope,
            of: cap.targets,
            used: 0,
            is_least: false,
        };
        for one in &usage.spent {
            let is_of_kind = one.kind.is_none_or(|kind| cap.kinds.contains(&kind));
            let is_here = one.account == *account && counts(cap.scope, &one.resource, resource);
            if one.is_under_way && is_of_kind && is_here {
                line.used += one.counted();
                line.is_least |= one.kind.is_none();
            }
        }
        line
    });
    lines.collect()
}

/// The nouns for the targets of these kinds: `patterns`, `URLs and tags`.
fn nouns(kinds: &[Kind]) -> String {
    let mut nouns: Vec<String> = Vec::new();
    for kind in kinds {
        // Everything is one of the patterns at most vendors, and has no noun of its own.
        if *kind == Kind::All && kinds.len() > 1 {
            continue;
        }
        let noun = format!("{}s", kind.noun());
        if !nouns.contains(&noun) {
            nouns.push(noun);
        }
    }
    nouns.join(" and ")
}

/// The times for which targets are under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans(Vec<Span>);

#[derive(Clone, Copy, Debug)]
struct Span {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    targets: usize,
}

impl Spans {
    pub(super) fn add(&mut self, from: DateTime<Utc>, until: DateTime<Utc>, targets: usize) {
        if from < until {
            self.0.push(Span { from, until, targets });
        }
    }

    /// Returns the first instant at `from` or later after which never more than `most` targets are
    /// under way for so long. Where more are from the start, that is when enough have ended.
    pub(super) fn first_free(
        &self,
        most: usize,
        from: DateTime<Utc>,
        long: TimeDelta,
    ) -> DateTime<Utc> {
        let mut at = from;
        while let Some(later) = self.overfull_until(most, at, long) {
            at = later;
        }
        at
    }

    /// Returns when the last stretch ends, of those that touch the time from `at` on for so long,
    /// in which more than `most` targets are under way.
    fn overfull_until(
        &self,
        most: usize,
        at: DateTime<Utc>,
        long: TimeDelta,
    ) -> Option<DateTime<Utc>> {
        // Something is under way at `at` itself, however short it takes.
        let end = at + long.max(TimeDelta::microseconds(1));
        let mut steps: Vec<(DateTime<Utc>, bool, usize)> = Vec::new();
        for span in self.0.iter().filter(|span| span.until > at && span.from < end) {
            steps.push((span.from.max(at), true, span.targets));
            steps.push((span.until, false, span.targets));
        }
        // At one instant, those that end make room for those that begin.
        steps.sort_unstable();
        let (mut running, mut overfull, mut until) = (0, false, None);
        for (time, begins, targets) in steps {
            if begins {
                running += targets;
            } else {
                running -= targets;
            }
            if overfull && running <= most {
                until = Some(time);
            }
            overfull = running > most;
        }
        until
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::super::{Consumption, Ledger};
    use super::*;
    use crate::domain::limits::UnderWay;
    use crate::testing::{consumption, noon, path_limits, secs};

    /// Path limits without windows where five URLs and three patterns may be under way; either
    /// takes 20 s.
    fn capped(scope: Scope) -> Limits {
        let mut limits = path_limits();
        for rule in limits.rules.values_mut() {
            rule.windows.clear();
        }
        let cap = |kinds, targets| UnderWay { kinds, targets, scope };
        limits.under_way = vec![cap(&[Kind::Url], 5), cap(&[Kind::Pattern, Kind::All], 3)];
        limits
    }

    fn running(kind: Option<Kind>, ago: i64, targets: u32) -> Consumption {
        Consumption {
            kind,
            targets,
            is_under_way: true,
            ..consumption("one", "1", Kind::Url, noon() - secs(ago))
        }
    }

    fn usage(spent: Vec<Consumption>) -> Usage {
        Usage { spent, now: noon(), ..Usage::default() }
    }

    fn words(usage: &Usage, resource: &str, scope: Scope) -> Vec<String> {
        let limits = capped(scope);
        let lines = under_way(&limits, &"one".into(), &resource.into(), usage);
        lines.iter().map(UnderWayLine::words).collect()
    }

    #[test]
    fn what_is_under_way_counts_by_kind_and_scope_until_it_is_seen_finished() {
        let done = Consumption { is_under_way: false, ..running(Some(Kind::Url), 3, 2) };
        let mut usage = usage(vec![
            running(Some(Kind::Url), 10, 3),
            // It takes longer than usual.
            running(Some(Kind::Pattern), 3_000, 1),
            running(Some(Kind::All), 1, 0),
            done,
        ]);
        let here = ["3 of 5 URLs in progress", "2 of 3 patterns in progress"];
        assert_eq!(words(&usage, "1", Scope::Resource), here);
        assert_eq!(words(&usage, "2", Scope::Account), here);
        let there = ["0 of 5 URLs in progress", "0 of 3 patterns in progress"];
        assert_eq!(words(&usage, "2", Scope::Resource), there);
        // One that was not read yet may be of any kind, and is one target at least.
        usage.spent.push(running(None, 5, 0));
        let least = ["at least 4 of 5 URLs in progress", "at least 3 of 3 patterns in progress"];
        assert_eq!(words(&usage, "1", Scope::Resource), least);
    }

    #[test]
    fn a_request_goes_out_when_enough_of_those_under_way_have_ended() {
        let limits = capped(Scope::Resource);
        for (spent, targets, wanted) in [
            (vec![], 5, Some(0)),
            (vec![], 6, None),
            (vec![running(Some(Kind::Url), 15, 1)], 4, Some(0)),
            (vec![running(Some(Kind::Url), 15, 1)], 5, Some(5)),
            (vec![running(Some(Kind::Url), 15, 2), running(Some(Kind::Url), 5, 3)], 1, Some(5)),
            (vec![running(Some(Kind::Url), 15, 2), running(Some(Kind::Url), 5, 3)], 3, Some(15)),
            (vec![running(Some(Kind::Pattern), 5, 3)], 5, Some(0)),
            // What takes longer than usual is taken to need as long again.
            (vec![running(Some(Kind::Url), 300, 5)], 1, Some(20)),
            // What others have under way beyond the number has to end, too.
            (vec![running(Some(Kind::Url), 5, 9)], 1, Some(15)),
            // What is queued for later keeps its room.
            (vec![running(Some(Kind::Url), -10, 5)], 1, Some(30)),
            (vec![running(Some(Kind::Url), -20, 5)], 1, Some(0)),
        ] {
            let usage = usage(spent);
            let ledger = Ledger::new(&limits, &"one".into(), &usage);
            let at = ledger.earliest(&"1".into(), Kind::Url, targets, noon());
            let at = at.map(|at| (at - noon()).num_seconds());
            assert_eq!(at, wanted, "{targets} beside {:?}", usage.spent);
        }
    }

    proptest! {
        #[test]
        fn no_order_of_requests_has_more_under_way_than_may_be(
            used in proptest::collection::vec((0i64..30, 1u32..4), 0..4),
            asked in proptest::collection::vec((1usize..6, 0i64..60), 1..20),
        ) {
            let limits = capped(Scope::Account);
            let spent = used.into_iter().map(|(ago, many)| running(Some(Kind::Url), ago, many));
            let usage = usage(spent.collect());
            let mut ledger = Ledger::new(&limits, &"one".into(), &usage);
            let mut spans: Vec<(i64, i64, usize)> = Vec::new();
            for one in &usage.spent {
                let began = (one.at - noon()).num_seconds();
                let until = if began + 20 > 0 { began + 20 } else { 20 };
                spans.push((began, until, one.targets as usize));
            }
            let before: usize = spans.iter().map(|span| span.2).sum();
            for (targets, from) in asked {
                let resource = "2".into();
                let at = ledger.earliest(&resource, Kind::Url, targets, noon() + secs(from));
                let at = at.unwrap();
                prop_assert!(at >= noon() + secs(from));
                ledger.take(&resource, Kind::Url, targets, at);
                let at = (at - noon()).num_seconds();
                spans.push((at, at + 20, targets));
                for second in at..at + 20 {
                    let under_way: usize = spans
                        .iter()
                        .filter(|(from, until, _)| (*from..*until).contains(&second))
                        .map(|span| span.2)
                        .sum();
                    prop_assert!(under_way <= 5, "{under_way} at {second}, {before} before");
                }
            }
        }
    }
}
