//! The spread of purges over time: bars of equal length.

use std::ops::{AddAssign, RangeInclusive};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::status::Status;

/// Bars of equal length, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The beginning of the first bar; `None` where there are no bars.
    pub from: Option<DateTime<Utc>>,
    /// Length of a bar.
    pub step: TimeDelta,
    /// The bars.
    pub bars: Vec<Bar>,
}

/// The range in whole minutes or seconds, whichever make it longer by a hundredth at most; as it is
/// where neither do. A bar's own edges are microseconds that nobody wants to read.
pub fn rounded(from: DateTime<Utc>, until: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let length = until - from;
    let grain = [TimeDelta::minutes(1), TimeDelta::seconds(1)]
        .into_iter()
        .find(|grain| *grain * 200 <= length);
    let whole = grain.and_then(|grain| {
        let begin = from.duration_trunc(grain).ok()?;
        let end = until.duration_trunc(grain).ok()?;
        let end = if end < until { end.checked_add_signed(grain)? } else { end };
        Some((begin, end))
    });
    whole.unwrap_or((from, until))
}

/// Number of purges that were created in a bar's time, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    /// Those that failed.
    pub failed: u32,
    /// Those that are in progress.
    pub in_progress: u32,
    /// Those of which the vendor says neither.
    pub other: u32,
    /// Those that were successful.
    pub successful: u32,
}

impl Bar {
    /// So many purges of a status.
    pub fn of(status: Status, purges: u32) -> Self {
        let none = Self::default();
        match status {
            Status::Failed => Self { failed: purges, ..none },
            Status::InProgress => Self { in_progress: purges, ..none },
            Status::ReportDisabled | Status::Unknown => Self { other: purges, ..none },
            Status::Successful => Self { successful: purges, ..none },
        }
    }

    /// All of them.
    pub fn all(self) -> u32 {
        let parts = [self.in_progress, self.other, self.successful];
        parts.into_iter().fold(self.failed, u32::saturating_add)
    }
}

impl AddAssign for Bar {
    fn add_assign(&mut self, other: Self) {
        self.failed = self.failed.saturating_add(other.failed);
        self.in_progress = self.in_progress.saturating_add(other.in_progress);
        self.other = self.other.saturating_add(other.other);
        self.successful = self.successful.saturating_add(other.successful);
    }
}

impl Timeline {
    /// Empty bars over a half-open range. A bar is a whole number of microseconds, at least one, so
    /// the last bar may reach past the end by as many microseconds as there are bars, never fall
    /// short of it. No bars for an empty range.
    pub fn frame(from: DateTime<Utc>, until: DateTime<Utc>, bars: u16) -> Self {
        let Some(length) = (until - from).num_microseconds().filter(|length| *length > 0) else {
            return Self::default();
        };
        if bars == 0 {
            return Self::default();
        }
        let count = i64::from(bars);
        Self {
            from: Some(from),
            step: TimeDelta::microseconds(length / count + i64::from(length % count > 0)),
            bars: vec![Bar::default(); usize::from(bars)],
        }
    }

    /// In which bar's time an instant lies, counted from 0; `None` outside all of them.
    pub fn bar_at(&self, instant: DateTime<Utc>) -> Option<usize> {
        let step = self.step.num_microseconds().filter(|step| *step > 0)?;
        let into = (instant - self.from?).num_microseconds()?;
        let bar = usize::try_from(into.div_euclid(step)).ok()?;
        (bar < self.bars.len()).then_some(bar)
    }

    /// Counts a purge that was created at an instant; one outside the bars' time is not counted.
    pub fn add(&mut self, created: DateTime<Utc>, status: Status) {
        let bar = self.bar_at(created).and_then(|bar| self.bars.get_mut(bar));
        if let Some(bar) = bar {
            *bar += Bar::of(status, 1);
        }
    }

    /// All bars together.
    pub fn sum(&self) -> Bar {
        let mut sum = Bar::default();
        for bar in &self.bars {
            sum += *bar;
        }
        sum
    }

    /// The half-open time of some bars, first and last included and given in either order: what a
    /// zoom into them selects. Bars beyond the last count as the last. `None` where there are no
    /// bars.
    pub fn span(&self, bars: RangeInclusive<usize>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let last = self.bars.len().checked_sub(1)?;
        let (one, other) = (*bars.start().min(&last), *bars.end().min(&last));
        Some((self.edge(one.min(other))?, self.edge(one.max(other).checked_add(1)?)?))
    }

    /// Returns the end of the last bar; `None` where there are no bars.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.edge(self.bars.len())
    }

    fn edge(&self, bar: usize) -> Option<DateTime<Utc>> {
        let step = self.step.checked_mul(i32::try_from(bar).ok()?)?;
        self.from?.checked_add_signed(step)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn at(microsecond: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(1_700_000_000_000_000 + microsecond).unwrap()
    }

    #[test]
    fn no_time_and_no_width_have_no_bars() {
        for timeline in [
            Timeline::frame(at(5), at(5), 10),
            Timeline::frame(at(5), at(4), 10),
            Timeline::frame(at(0), at(10), 0),
        ] {
            assert_eq!(timeline, Timeline::default());
            assert_eq!(timeline.span(0..=0), None);
            assert_eq!(timeline.until(), None);
            assert_eq!(timeline.bar_at(at(5)), None);
        }
    }

    #[test]
    fn a_purge_on_the_edge_of_two_bars_counts_in_the_later_one() {
        let mut timeline = Timeline::frame(at(0), at(30), 3);
        for (microsecond, status) in [
            (0, Status::Successful),
            (9, Status::InProgress),
            (10, Status::Failed),
            (29, Status::Unknown),
        ] {
            timeline.add(at(microsecond), status);
        }
        timeline.add(at(-1), Status::Failed);
        timeline.add(at(30), Status::Failed);
        let none = Bar::default();
        assert_eq!(
            timeline.bars,
            [
                Bar { successful: 1, in_progress: 1, ..none },
                Bar { failed: 1, ..none },
                Bar { other: 1, ..none }
            ]
        );
        assert_eq!((timeline.sum().all(), timeline.sum().failed), (4, 1));
    }

    #[test]
    fn zooming_takes_whole_bars_in_either_order_and_stays_inside() {
        let timeline = Timeline::frame(at(0), at(40), 4);
        assert_eq!(timeline.span(1..=2), Some((at(10), at(30))));
        #[expect(clippy::reversed_empty_ranges, reason = "a drag to the left")]
        let dragged_left = timeline.span(2..=1);
        assert_eq!(dragged_left, Some((at(10), at(30))));
        assert_eq!(timeline.span(0..=0), Some((at(0), at(10))));
        assert_eq!(timeline.span(3..=99), Some((at(30), at(40))));
        assert_eq!(timeline.until(), Some(at(40)));
    }

    #[test]
    fn a_long_range_is_rounded_outwards_and_a_short_one_stays_exact() {
        let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let day = rounded(time("2026-11-20T09:12:33.5Z"), time("2026-11-20T18:40:00.000001Z"));
        assert_eq!(day, (time("2026-11-20T09:12:00Z"), time("2026-11-20T18:41:00Z")));
        let minutes = rounded(time("2026-11-20T09:12:33.5Z"), time("2026-11-20T09:20:00Z"));
        assert_eq!(minutes, (time("2026-11-20T09:12:33Z"), time("2026-11-20T09:20:00Z")));
        let short = (at(0), at(3_000_000));
        assert_eq!(rounded(short.0, short.1), short);
    }

    proptest! {
        #[test]
        fn every_instant_of_the_range_is_in_the_bar_whose_time_it_is(
            length in 1..2_000_000_i64,
            bars in 1..400_u16,
            part in 0.0..1.0_f64,
        ) {
            let timeline = Timeline::frame(at(0), at(length), bars);
            prop_assert_eq!(timeline.bars.len(), usize::from(bars));
            let end = (timeline.until().unwrap() - at(0)).num_microseconds().unwrap();
            prop_assert!(end >= length && end < length + i64::from(bars));
            let instant = at((part * length as f64) as i64);
            let bar = timeline.bar_at(instant).unwrap();
            let (from, until) = timeline.span(bar..=bar).unwrap();
            prop_assert!(from <= instant && instant < until);
        }
    }
}
