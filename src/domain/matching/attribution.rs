//! Giving recorded purges to the attempts that made them, each to one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::assign::MatchKey;
use crate::domain::activity::Attempt;
use crate::domain::ids::AccountName;
use crate::domain::kind::Kind;
use crate::domain::purge::Purge;

/// Greatest distance between the log's time of an attempt and the history's time of its purge. Both
/// are the vendor's; how far its two clocks may differ is said nowhere. Vendors allow one or two
/// alike purges a minute.
pub const APART: TimeDelta = TimeDelta::seconds(15);
/// So many purges that are alike are looked at on either side of an attempt.
const NEIGHBOURS: usize = 16;

/// Pairs attempts with the purges that they made, as places in the two lists: same resource, kind
/// and targets, and recorded when it was asked for. Where several are alike, the nearest two belong
/// together, then the nearest two of those that are left, so that a purge whose attempt is missing
/// takes nobody else's. Every attempt and every purge is given once at most, and the order of the
/// lists does not matter where no two distances are the same.
///
/// Only accepted attempts make purges. One of which the log did not keep what was asked for is
/// given to none.
pub fn attribute(
    account: &AccountName,
    attempts: &[Attempt],
    purges: &[Purge],
) -> Vec<(usize, usize)> {
    let mut alike: BTreeMap<MatchKey<'_>, Vec<(DateTime<Utc>, usize)>> = BTreeMap::new();
    // A bare one can be matched as soon as its targets are known.
    for (place, purge) in purges.iter().enumerate().filter(|(_, purge)| !purge.is_bare()) {
        for kind in Kind::EVERY {
            if purge.kind.is_none_or(|known| known == kind) {
                let key = MatchKey::of_purge(purge, kind);
                alike.entry(key).or_default().push((purge.created, place));
            }
        }
    }
    for group in alike.values_mut() {
        group.sort_unstable();
    }
    let mut pairs = Vec::new();
    for (place, attempt) in attempts.iter().enumerate() {
        let Some(kind) = attempt.kind.filter(|_| attempt.is_accepted()) else {
            continue;
        };
        let key = MatchKey::new(account, &attempt.resource, kind, &attempt.targets);
        let group = alike.get(&key).map_or(&[][..], Vec::as_slice);
        let here = group.partition_point(|(at, _)| *at < attempt.at);
        let from = here.saturating_sub(NEIGHBOURS);
        for (created, purge) in group.iter().skip(from).take(2 * NEIGHBOURS) {
            let apart = (*created - attempt.at).abs();
            if apart <= APART {
                pairs.push((apart, attempt.at, *created, Reverse(place), place, *purge));
            }
        }
    }
    pairs.sort_unstable();
    let mut free_attempts = vec![true; attempts.len()];
    let mut free_purges = vec![true; purges.len()];
    let mut given = Vec::new();
    for (.., attempt, purge) in pairs {
        if let (Some(one), Some(other)) =
            (free_attempts.get_mut(attempt), free_purges.get_mut(purge))
            && *one
            && *other
        {
            (*one, *other) = (false, false);
            given.push((attempt, purge));
        }
    }
    given.sort_unstable();
    given
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::purge;
    use super::*;
    use crate::domain::activity::Author;
    use crate::testing::noon;

    fn attempt(id: &str, millis: i64, targets: &[&str]) -> Attempt {
        Attempt {
            id: id.to_owned(),
            at: noon() + TimeDelta::milliseconds(millis),
            resource: "1".into(),
            kind: Some(if targets.is_empty() { Kind::All } else { Kind::Url }),
            targets: targets.iter().map(|&target| target.to_owned()).collect(),
            author: Author::default(),
            address: None,
            status: 201,
        }
    }

    fn given(attempts: &[Attempt], purges: &[Purge]) -> Vec<(usize, usize)> {
        attribute(&"one".into(), attempts, purges)
    }

    #[test]
    fn an_attempt_is_found_however_the_history_writes_its_targets() {
        let purges = [
            purge("other", 0, &["/b"]),
            purge("p", 1, &["http://www.site.com/b", "http://www.site.com/a"]),
        ];
        assert_eq!(given(&[attempt("a", 400, &["/a", "/b"])], &purges), [(0, 1)]);
        assert_eq!(given(&[attempt("a", 0, &[])], &[purge("p", 1, &[])]), [(0, 0)]);
    }

    #[test]
    fn what_does_not_fit_stays_without_an_author() {
        let fitting = || attempt("a", 0, &["/a"]);
        let purges = [purge("p", 1, &["/a"])];
        assert_eq!(given(&[fitting()], &purges), [(0, 0)]);
        for other in [
            attempt("a", 0, &["/b"]),
            attempt("a", 0, &[]),
            attempt("a", -14_001, &["/a"]),
            attempt("a", 16_001, &["/a"]),
            Attempt { resource: "2".into(), ..fitting() },
            Attempt { kind: None, ..fitting() },
            Attempt { kind: Some(Kind::Pattern), ..fitting() },
            Attempt { status: 429, ..fitting() },
        ] {
            assert_eq!(given(std::slice::from_ref(&other), &purges), [], "{other:?}");
        }
        assert_eq!(attribute(&"two".into(), &[fitting()], &purges), []);
    }

    #[test]
    fn two_alike_in_the_same_minute_each_find_their_own() {
        let purges = [purge("late", 30, &["/a"]), purge("early", 0, &["/a"])];
        let early = attempt("x", 200, &["/a"]);
        let late = attempt("y", 29_900, &["/a"]);
        assert_eq!(given(&[early, late.clone()], &purges), [(0, 1), (1, 0)]);
        assert_eq!(given(&[late], &purges), [(0, 0)]);
    }

    proptest! {
        /// Purges that are alike, two seconds or more apart, told by the log less than a second
        /// off: whatever the order, and whoever is missing from either side, all that are on both
        /// get their own, and nobody two.
        #[test]
        fn everybody_who_is_told_twice_gets_their_own_purge(
            made in prop::collection::vec(
                (2..50_i64, -900..900_i64, 0..2_usize, any::<bool>(), any::<bool>()), 0..40),
            turn in any::<prop::sample::Index>(),
        ) {
            let mut second = 0;
            let (mut attempts, mut purges) = (Vec::new(), Vec::new());
            let mut both = 0;
            for (number, (gap, off, what, logged, recorded)) in made.iter().enumerate() {
                second += gap;
                let target = ["/a", "/b"][*what];
                if *logged {
                    attempts.push(attempt(&number.to_string(), second * 1000 + off, &[target]));
                }
                if *recorded {
                    purges.push(purge(&number.to_string(), second, &[target]));
                }
                both += usize::from(*logged && *recorded);
            }
            if !purges.is_empty() {
                let by = turn.index(purges.len());
                purges.rotate_left(by);
            }
            let given = given(&attempts, &purges);
            let right = given
                .iter()
                .filter(|(one, other)| attempts[*one].id == purges[*other].id.as_str());
            prop_assert_eq!(right.count(), both);
            let mut once: Vec<_> = given.iter().map(|pair| pair.1).collect();
            once.sort_unstable();
            once.dedup();
            prop_assert_eq!(once.len(), given.len());
            for (one, other) in given {
                prop_assert!((attempts[one].at - purges[other].created).abs() <= APART);
            }
        }
    }
}
