//! For which times an account's local history is known to be complete.

use chrono::{DateTime, Utc};

/// Half-open ranges of time, sorted, apart from each other: `from <= t < until` is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    ranges: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// The instant before which no history is kept; `None` if all is.
    kept_from: Option<DateTime<Utc>>,
}

impl Coverage {
    /// The ranges, oldest first.
    pub fn ranges(&self) -> &[(DateTime<Utc>, DateTime<Utc>)] {
        &self.ranges
    }

    /// Notes that the history is complete from the first instant until just before the second.
    /// Ranges that overlap or touch become one; an empty or backward range says nothing.
    pub fn add(&mut self, from: DateTime<Utc>, until: DateTime<Utc>) {
        if from >= until {
            return;
        }
        let first = self.ranges.partition_point(|range| range.1 < from);
        let after = self.ranges.partition_point(|range| range.0 <= until);
        let touched = self.ranges.get(first..after).unwrap_or_default();
        let from = touched.first().map_or(from, |range| range.0.min(from));
        let until = touched.last().map_or(until, |range| range.1.max(until));
        self.ranges.splice(first..after, [(from, until)]);
    }

    /// Forgets ranges that end before an instant; the newest stays.
    pub fn forget_before(&mut self, at: DateTime<Utc>) {
        let old = self.ranges.partition_point(|range| range.1 < at);
        self.ranges.drain(..old.min(self.ranges.len().saturating_sub(1)));
    }

    /// Returns true if it is another with its newest range going on up to a later instant, and the
    /// same otherwise.
    pub fn is_newer(&self, other: &Self) -> bool {
        match (self.ranges.split_last(), other.ranges.split_last()) {
            (Some((newest, older)), Some((newest_of_other, older_of_other))) => {
                older == older_of_other
                    && newest.0 == newest_of_other.0
                    && newest.1 > newest_of_other.1
            }
            (_, None) | (None, _) => false,
        }
    }

    /// Returns true if every instant from the first until just before the second is complete; of no
    /// instants, all are.
    pub fn contains(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        from >= until || self.ranges.iter().any(|range| range.0 <= from && until <= range.1)
    }

    /// Returns the gaps in what is complete from the first instant until just before the
    /// second, oldest gap first.
    pub fn missing(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let mut gaps = Vec::new();
        let mut reached = from;
        for &(start, end) in &self.ranges {
            if start >= until {
                break;
            }
            if reached < start {
                gaps.push((reached, start));
            }
            reached = reached.max(end);
        }
        if reached < until {
            gaps.push((reached, until));
        }
        gaps
    }

    /// Returns the gaps that nobody can fill any more, oldest first: the parts from before an
    /// instant of what lies between the complete ranges, and after the newest one. That is the
    /// instant back to which the vendor keeps its history. What is not kept here anyway is no gap.
    pub fn lost(&self, kept_there_from: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let ends = self.ranges.iter().map(|range| range.1);
        let starts = self.ranges.iter().skip(1).map(|range| range.0).chain([kept_there_from]);
        let gaps = ends.zip(starts).map(|(from, until)| {
            let from = self.kept_from.map_or(from, |kept| from.max(kept));
            (from, until.min(kept_there_from))
        });
        gaps.filter(|(from, until)| from < until).collect()
    }

    /// Takes the instant before which no history is kept; `None` if all is.
    #[must_use]
    pub fn kept_from(self, kept_from: Option<DateTime<Utc>>) -> Self {
        Self { kept_from, ..self }
    }

    /// Returns true if nothing is kept that is older than what is complete since an instant.
    pub fn is_all_kept(&self, since: DateTime<Utc>) -> bool {
        self.kept_from.is_some_and(|kept| since <= kept)
    }

    /// Returns what is complete from an instant on.
    #[must_use]
    pub fn since(&self, from: DateTime<Utc>) -> Self {
        self.ranges.iter().map(|range| (range.0.max(from), range.1)).collect()
    }

    /// Since when the history is complete without a gap, up to `now` or to the newest instant
    /// before it that is: the start of the newest range that does not lie wholly after `now`.
    /// `None` where nothing is known to be complete.
    pub fn complete_back_to(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.ranges.iter().rev().map(|range| range.0).find(|start| *start <= now)
    }
}

impl Extend<(DateTime<Utc>, DateTime<Utc>)> for Coverage {
    fn extend<I: IntoIterator<Item = (DateTime<Utc>, DateTime<Utc>)>>(&mut self, ranges: I) {
        for (from, until) in ranges {
            self.add(from, until);
        }
    }
}

impl FromIterator<(DateTime<Utc>, DateTime<Utc>)> for Coverage {
    fn from_iter<I: IntoIterator<Item = (DateTime<Utc>, DateTime<Utc>)>>(ranges: I) -> Self {
        let mut coverage = Self::default();
        coverage.extend(ranges);
        coverage
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn of(ranges: &[(i64, i64)]) -> Coverage {
        ranges.iter().map(|&(from, until)| (at(from), at(until))).collect()
    }

    fn seconds(ranges: &[(DateTime<Utc>, DateTime<Utc>)]) -> Vec<(i64, i64)> {
        ranges.iter().map(|(from, until)| (from.timestamp(), until.timestamp())).collect()
    }

    #[test]
    fn ranges_that_overlap_or_touch_become_one() {
        for (added, merged) in [
            (vec![(1, 3), (3, 5)], vec![(1, 5)]),
            (vec![(3, 5), (1, 3)], vec![(1, 5)]),
            (vec![(1, 3), (4, 5)], vec![(1, 3), (4, 5)]),
            (vec![(1, 2), (3, 4), (5, 6), (2, 5), (8, 9)], vec![(1, 6), (8, 9)]),
            (vec![(1, 9), (3, 4)], vec![(1, 9)]),
            (vec![(3, 3), (5, 4)], vec![]),
        ] {
            assert_eq!(seconds(of(&added).ranges()), merged, "{added:?}");
        }
    }

    #[test]
    fn ranges_of_the_past_are_forgotten_and_the_newest_is_not() {
        for (at_second, left) in [
            (0, vec![(1, 3), (5, 7), (9, 11)]),
            (3, vec![(1, 3), (5, 7), (9, 11)]),
            (4, vec![(5, 7), (9, 11)]),
            (10, vec![(9, 11)]),
            (99, vec![(9, 11)]),
        ] {
            let mut coverage = of(&[(1, 3), (5, 7), (9, 11)]);
            coverage.forget_before(at(at_second));
            assert_eq!(seconds(coverage.ranges()), left, "before {at_second}");
        }
        let mut nothing = Coverage::default();
        nothing.forget_before(at(1));
        assert_eq!(nothing, Coverage::default());
    }

    #[test]
    fn only_a_later_end_of_the_newest_range_makes_it_newer() {
        let before = of(&[(1, 4), (6, 9)]);
        for (ranges, is_newer) in [
            (&[(1, 4), (6, 12)][..], true),
            (&[(1, 4), (6, 9)], false),
            (&[(1, 4), (6, 8)], false),
            (&[(0, 4), (6, 12)], false),
            (&[(1, 4), (5, 12)], false),
            (&[(1, 12)], false),
            (&[(1, 4), (6, 9), (11, 12)], false),
            (&[], false),
        ] {
            assert_eq!(of(ranges).is_newer(&before), is_newer, "{ranges:?}");
        }
        assert!(!of(&[(1, 4)]).is_newer(&Coverage::default()));
    }

    #[test]
    fn gaps_are_told_oldest_first_and_cut_to_the_question() {
        let coverage = of(&[(10, 20), (30, 40)]);
        for (from, until, gaps) in [
            (0, 50, vec![(0, 10), (20, 30), (40, 50)]),
            (12, 18, vec![]),
            (15, 35, vec![(20, 30)]),
            (22, 25, vec![(22, 25)]),
            (45, 50, vec![(45, 50)]),
            (0, 5, vec![(0, 5)]),
            (10, 20, vec![]),
            (7, 7, vec![]),
            (25, 15, vec![]),
        ] {
            assert_eq!(seconds(&coverage.missing(at(from), at(until))), gaps, "{from}..{until}");
        }
    }

    #[test]
    fn what_is_complete_can_be_cut_at_an_instant() {
        let coverage = of(&[(10, 20), (30, 40)]);
        for (from, left) in [
            (5, vec![(10, 20), (30, 40)]),
            (15, vec![(15, 20), (30, 40)]),
            (20, vec![(30, 40)]),
            (35, vec![(35, 40)]),
            (40, vec![]),
        ] {
            assert_eq!(seconds(coverage.since(at(from)).ranges()), left, "{from}");
        }
    }

    #[test]
    fn what_lies_between_two_ranges_and_is_older_than_the_vendor_keeps_is_lost() {
        let coverage = of(&[(10, 20), (30, 40), (50, 60)]);
        let lost = |before| -> Vec<_> {
            let seconds =
                |range: &(DateTime<Utc>, DateTime<Utc>)| (range.0.timestamp(), range.1.timestamp());
            coverage.lost(at(before)).iter().map(seconds).collect()
        };
        assert_eq!(lost(15), []);
        assert_eq!(lost(25), [(20, 25)]);
        assert_eq!(lost(55), [(20, 30), (40, 50)]);
        // Nothing was read since, and the vendor has forgotten a part of that.
        assert_eq!(lost(99), [(20, 30), (40, 50), (60, 99)]);
        assert_eq!(Coverage::default().lost(at(99)), []);
        let kept = coverage.clone().kept_from(Some(at(45)));
        assert_eq!(kept.lost(at(55)), [(at(45), at(50))]);
    }

    #[test]
    fn completeness_is_told_back_from_the_newest_range() {
        let coverage = of(&[(10, 20), (30, 40)]);
        let back = |now| coverage.complete_back_to(at(now)).map(|at| at.timestamp());
        assert_eq!(back(35), Some(30));
        assert_eq!(back(99), Some(30));
        assert_eq!(back(25), Some(10));
        assert_eq!(back(5), None);
        assert_eq!(Coverage::default().complete_back_to(at(5)), None);
    }

    fn some_ranges() -> impl Strategy<Value = Vec<(i64, i64)>> {
        prop::collection::vec((0..60_i64, -2..12_i64), 0..12)
            .prop_map(|ranges| ranges.into_iter().map(|(a, n)| (a, a + n)).collect())
    }

    proptest! {
        #[test]
        fn the_order_of_adding_does_not_matter(ranges in some_ranges(), seed in any::<u64>()) {
            let mut other = ranges.clone();
            let len = other.len().max(1);
            other.rotate_left(usize::try_from(seed).unwrap_or(0) % len);
            prop_assert_eq!(of(&ranges), of(&other));
            other.sort_unstable();
            prop_assert_eq!(of(&ranges), of(&other));
            other.reverse();
            prop_assert_eq!(of(&ranges), of(&other));
        }

        #[test]
        fn ranges_stay_sorted_and_apart(ranges in some_ranges()) {
            let coverage = of(&ranges);
            prop_assert!(coverage.ranges().iter().all(|range| range.0 < range.1));
            prop_assert!(coverage.ranges().windows(2).all(|pair| pair[0].1 < pair[1].0));
        }

        #[test]
        fn every_second_is_covered_or_missing_as_it_was_added(
            ranges in some_ranges(),
            from in 0..60_i64,
            len in 0..20_i64,
        ) {
            let coverage = of(&ranges);
            let missing = coverage.missing(at(from), at(from + len));
            for second in from..from + len {
                let added = ranges.iter().any(|range| range.0 <= second && second < range.1);
                let gap = missing.iter().any(|range| range.0 <= at(second) && at(second) < range.1);
                prop_assert_eq!(coverage.contains(at(second), at(second + 1)), added);
                prop_assert_eq!(gap, !added);
            }
            prop_assert_eq!(coverage.contains(at(from), at(from + len)), missing.is_empty());
        }

        #[test]
        fn filling_the_gaps_leaves_none(
            ranges in some_ranges(),
            from in 0..60_i64,
            len in 0..20_i64,
        ) {
            let mut coverage = of(&ranges);
            coverage.extend(coverage.missing(at(from), at(from + len)));
            prop_assert!(coverage.contains(at(from), at(from + len)));
        }
    }
}
