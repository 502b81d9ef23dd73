//! Instants as microseconds since 1970, and sets of them as sorted half-open ranges.

use chrono::{DateTime, Utc};

use crate::domain::filter::TimeRange;

/// A half-open range of microseconds; the outermost numbers stand for "open".
pub(super) type Range = (i64, i64);

/// All of time.
pub(super) const EVER: Range = (i64::MIN, i64::MAX);

/// The microsecond that an instant lies in.
pub(super) fn micros(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_micros()
}

/// The first whole microsecond at or after an instant: no stored time lies between the two.
fn micros_up(instant: DateTime<Utc>) -> i64 {
    let between = !instant.timestamp_subsec_nanos().is_multiple_of(1000);
    micros(instant).saturating_add(i64::from(between))
}

/// The instant of a microsecond. One that no calendar has becomes the nearest end of the calendar.
pub(super) fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(if micros < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}

/// A stretch as a range.
pub(super) fn range((from, until): TimeRange) -> Range {
    (from.map_or(i64::MIN, micros_up), until.map_or(i64::MAX, micros_up))
}

/// Sorted ranges apart from each other that hold what any of these holds.
pub(super) fn any_of(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.retain(|range| range.0 < range.1);
    ranges.sort_unstable();
    let mut merged: Vec<Range> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.0 <= last.1 => last.1 = last.1.max(range.1),
            Some(_) | None => merged.push(range),
        }
    }
    merged
}

/// What none of these sorted ranges holds.
pub(super) fn none_of(ranges: &[Range]) -> Vec<Range> {
    let mut gaps = Vec::with_capacity(ranges.len() + 1);
    let mut reached = i64::MIN;
    for range in ranges {
        gaps.push((reached, range.0));
        reached = range.1;
    }
    gaps.push((reached, i64::MAX));
    any_of(gaps)
}

/// What both hold.
pub(super) fn both(one: &[Range], other: &[Range]) -> Vec<Range> {
    any_of(one.iter().flat_map(|a| other.iter().map(|b| (a.0.max(b.0), a.1.min(b.1)))).collect())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn ranges_are_sets() {
        let some = any_of(vec![(5, 7), (1, 3), (3, 4), (9, 9), (6, 8)]);
        assert_eq!(some, [(1, 4), (5, 8)]);
        assert_eq!(none_of(&some), [(i64::MIN, 1), (4, 5), (8, i64::MAX)]);
        assert_eq!(none_of(&none_of(&some)), some);
        assert_eq!(none_of(&[EVER]), []);
        assert_eq!(none_of(&[]), [EVER]);
        assert_eq!(both(&some, &[(3, 6), (7, 20)]), [(3, 4), (5, 6), (7, 8)]);
    }

    #[test]
    fn a_bound_between_two_microseconds_leaves_the_earlier_one_out() {
        let bound = instant(5) + TimeDelta::nanoseconds(1);
        assert_eq!(range((Some(bound), Some(bound))), (6, 6));
        assert_eq!(range((Some(instant(5)), None)), (5, i64::MAX));
    }
}
