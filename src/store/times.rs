//! Instants as microseconds since 1970, and sets of them as sorted half-open ranges.

use chrono::{DateTime, Utc};

use crate::domain::filter::TimeRange;
use crate::domain::query::Sort;

/// A half-open range of microseconds; the smallest and the greatest number mean "open".
pub(super) type MicrosRange = (i64, i64);

/// The range that holds every time.
pub(super) const ALL_TIME: MicrosRange = (i64::MIN, i64::MAX);

/// Direction of a walk through history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// From old to new.
    Ascending,
    /// From new to old.
    Descending,
}

impl Direction {
    /// Returns the direction of an order by time; `None` for an order by another column.
    pub(super) fn of(sort: Sort) -> Option<Self> {
        match sort {
            Sort::NEWEST => Some(Self::Descending),
            Sort::OLDEST => Some(Self::Ascending),
            _ => None,
        }
    }

    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }

    /// Returns the word that follows a column in `ORDER BY`.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Ascending => "ASC",
            Self::Descending => "DESC",
        }
    }
}

/// Returns the microsecond that holds an instant.
pub(super) fn micros(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_micros()
}

/// Returns the first whole microsecond at or after an instant: no stored time lies between the two.
fn micros_rounded_up(instant: DateTime<Utc>) -> i64 {
    let is_between = !instant.timestamp_subsec_nanos().is_multiple_of(1000);
    micros(instant).saturating_add(i64::from(is_between))
}

/// Returns the instant of a microsecond, or the nearest end of the calendar if it has no such
/// instant.
pub(super) fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(if micros < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}

pub(super) fn micros_range((from, until): TimeRange) -> MicrosRange {
    (from.map_or(i64::MIN, micros_rounded_up), until.map_or(i64::MAX, micros_rounded_up))
}

/// Returns the union of ranges: sorted, with a gap between each two.
pub(super) fn union(mut ranges: Vec<MicrosRange>) -> Vec<MicrosRange> {
    ranges.retain(|range| range.0 < range.1);
    ranges.sort_unstable();
    let mut merged: Vec<MicrosRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.0 <= last.1 => last.1 = last.1.max(range.1),
            Some(_) | None => merged.push(range),
        }
    }
    merged
}

/// Returns the gaps between ranges that are sorted and apart.
pub(super) fn complement(ranges: &[MicrosRange]) -> Vec<MicrosRange> {
    let mut gaps = Vec::with_capacity(ranges.len() + 1);
    let mut reached = i64::MIN;
    for range in ranges {
        gaps.push((reached, range.0));
        reached = range.1;
    }
    gaps.push((reached, i64::MAX));
    union(gaps)
}

pub(super) fn intersection(one: &[MicrosRange], other: &[MicrosRange]) -> Vec<MicrosRange> {
    union(one.iter().flat_map(|a| other.iter().map(|b| (a.0.max(b.0), a.1.min(b.1)))).collect())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn ranges_are_sets() {
        let some = union(vec![(5, 7), (1, 3), (3, 4), (9, 9), (6, 8)]);
        assert_eq!(some, [(1, 4), (5, 8)]);
        assert_eq!(complement(&some), [(i64::MIN, 1), (4, 5), (8, i64::MAX)]);
        assert_eq!(complement(&complement(&some)), some);
        assert_eq!(complement(&[ALL_TIME]), []);
        assert_eq!(complement(&[]), [ALL_TIME]);
        assert_eq!(intersection(&some, &[(3, 6), (7, 20)]), [(3, 4), (5, 6), (7, 8)]);
    }

    #[test]
    fn a_bound_between_two_microseconds_leaves_the_earlier_one_out() {
        let bound = instant(5) + TimeDelta::nanoseconds(1);
        assert_eq!(micros_range((Some(bound), Some(bound))), (6, 6));
        assert_eq!(micros_range((Some(instant(5)), None)), (5, i64::MAX));
    }
}
