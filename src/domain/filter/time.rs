//! The times of the filter language as they are written: relative ones stay relative.
//!
//! | written | means |
//! |---|---|
//! | `90m` `2h` `3d` `1w` (also `s`) | so long before now, to the instant |
//! | `now` | now |
//! | `today` `yesterday` `mon` `2026-11-20` | that whole day; the latest Monday, also today |
//! | `14:00` `14:00:30` | that time today, or yesterday where it is still to come today |
//! | `2026-11-20T14:00` | that instant by the screen's clock |
//! | `yesterday@14:00` `mon@14:00` `2d@14:00` | that time of that day |
//! | `2026-11-20T14:00Z` `…+02:00` | that instant, whatever the screen shows |

mod reader;

use std::fmt;

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc,
    Weekday,
};

/// A half-open range of time: at or after the first instant, before the second; open where there is
/// none.
pub type TimeRange = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Returns true if an instant lies in a range.
pub(super) fn within((from, until): TimeRange, instant: DateTime<Utc>) -> bool {
    from.is_none_or(|from| instant >= from) && until.is_none_or(|until| instant < until)
}

/// A time as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeExpr {
    /// So many units before now.
    Ago(u32, Unit),
    /// Now.
    Now,
    /// The day that the screen's clock shows now.
    Today,
    /// The day before it.
    Yesterday,
    /// A day.
    Day(NaiveDate),
    /// The latest such day of the week; today where today is one.
    Weekday(Weekday),
    /// A time of a day that is counted from today.
    DayAt(RelativeDay, NaiveTime),
    /// A time of day: today's, or yesterday's where today's is still to come.
    Clock(NaiveTime),
    /// A day and a time, to the microsecond; by the screen's clock where no distance from UTC is
    /// given.
    Moment(NaiveDateTime, Option<FixedOffset>),
}

/// A day that depends on now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelativeDay {
    /// This many days before today; 0 is today.
    Back(u32),
    /// The latest such day of the week; today where today is one.
    Weekday(Weekday),
}

/// In what a distance from now is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Twenty-four hours each, whatever the clocks do.
    Days,
    /// Seven days.
    Weeks,
}

/// A value of `on:`: a day, or from one time to another. An end that is a day counts in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    /// A whole day, also as `2d` or `1w` back; of a time, its minute, or its second where it has
    /// seconds.
    At(TimeExpr),
    /// From, until.
    Between(TimeExpr, TimeExpr),
    /// From then on.
    From(TimeExpr),
    /// Until then.
    Until(TimeExpr),
}

/// A time on a scale that needs no now and no zone: such times can be compared as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ScalePoint {
    pub(super) scale: Scale,
    /// Its first instant, and for a day the first one after it.
    pub(super) start: i64,
    pub(super) end: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Written,
    Universal,
    Back,
    DayWord,
}

impl Unit {
    const EVERY: [Self; 5] = [Self::Seconds, Self::Minutes, Self::Hours, Self::Days, Self::Weeks];

    fn letter(self) -> char {
        match self {
            Self::Seconds => 's',
            Self::Minutes => 'm',
            Self::Hours => 'h',
            Self::Days => 'd',
            Self::Weeks => 'w',
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 3_600,
            Self::Days => 86_400,
            Self::Weeks => 604_800,
        }
    }
}

impl TimeExpr {
    /// An instant, to the microsecond. Years outside 0 to 9999 have no text; the nearest instant
    /// that has one is taken.
    pub fn instant(at: DateTime<Utc>) -> Self {
        let (first, last) = Self::writable();
        let clock = at.clamp(first, last).naive_utc();
        Self::Moment(clock.date().and_time(whole_micros(clock.time())), FixedOffset::east_opt(0))
    }

    /// The first and the last instant that can be written.
    pub(super) fn writable() -> (DateTime<Utc>, DateTime<Utc>) {
        let first = NaiveDate::from_ymd_opt(0, 1, 1).unwrap_or(NaiveDate::MIN);
        let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
        (
            first.and_time(NaiveTime::MIN).and_utc(),
            last.and_time(NaiveTime::MIN).and_utc() + TimeDelta::microseconds(86_399_999_999),
        )
    }

    /// Returns the distance back from now, for [`TimeExpr::Ago`] and [`TimeExpr::Now`].
    pub(super) fn back(self) -> Option<TimeDelta> {
        match self {
            Self::Ago(amount, unit) => TimeDelta::try_seconds(i64::from(amount) * unit.seconds()),
            Self::Now => Some(TimeDelta::zero()),
            Self::Today
            | Self::Yesterday
            | Self::Day(_)
            | Self::Weekday(_)
            | Self::DayAt(..)
            | Self::Clock(_)
            | Self::Moment(..) => None,
        }
    }

    /// Days back from today, where it is a count of whole days.
    pub(super) fn days_back(self) -> Option<u32> {
        match self {
            Self::Ago(amount, Unit::Days) => Some(amount),
            Self::Ago(amount, Unit::Weeks) => amount.checked_mul(7),
            Self::Ago(_, Unit::Seconds | Unit::Minutes | Unit::Hours)
            | Self::Now
            | Self::Today
            | Self::Yesterday
            | Self::Day(_)
            | Self::Weekday(_)
            | Self::DayAt(..)
            | Self::Clock(_)
            | Self::Moment(..) => None,
        }
    }

    /// True for a time that comes again every day or every week.
    pub(super) fn recurs(self) -> bool {
        matches!(self, Self::Clock(_) | Self::Weekday(_) | Self::DayAt(RelativeDay::Weekday(_), _))
    }

    /// True if it names a day, so that a time of day after it means a time of that day.
    pub(super) fn is_dated(self) -> bool {
        match self {
            Self::Today
            | Self::Yesterday
            | Self::Day(_)
            | Self::Weekday(_)
            | Self::DayAt(..)
            | Self::Moment(..) => true,
            Self::Ago(..) | Self::Now | Self::Clock(_) => false,
        }
    }

    /// Returns its place among the times that can be compared without a now and a zone.
    pub(super) fn on_scale(self) -> Option<ScalePoint> {
        let at = |scale, start: i64, length: i64| {
            Some(ScalePoint { scale, start, end: start.saturating_add(length) })
        };
        match self {
            Self::Ago(..) | Self::Now => at(Scale::Back, -self.back()?.num_seconds(), 0),
            Self::Today => at(Scale::DayWord, 0, 1),
            Self::Yesterday => at(Scale::DayWord, -1, 1),
            Self::Day(day) => at(
                Scale::Written,
                day.and_time(NaiveTime::MIN).and_utc().timestamp_micros(),
                86_400_000_000,
            ),
            Self::Clock(_) | Self::Weekday(_) | Self::DayAt(..) => None,
            Self::Moment(clock, None) => at(Scale::Written, clock.and_utc().timestamp_micros(), 0),
            Self::Moment(clock, Some(offset)) => at(
                Scale::Universal,
                clock.and_utc().timestamp_micros()
                    - i64::from(offset.local_minus_utc()) * 1_000_000,
                0,
            ),
        }
    }
}

fn whole_micros(time: NaiveTime) -> NaiveTime {
    time.with_nanosecond(time.nanosecond() / 1_000 % 1_000_000 * 1_000).unwrap_or(time)
}

impl fmt::Display for TimeExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Ago(amount, unit) => write!(f, "{amount}{}", unit.letter()),
            Self::Now => f.write_str("now"),
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
            Self::Day(day) => write_day(f, day),
            Self::Clock(time) => write_clock(f, time),
            Self::Weekday(day) => f.write_str(weekday_word(day)),
            Self::DayAt(day, time) => {
                write!(f, "{day}@")?;
                write_clock(f, time)
            }
            Self::Moment(clock, offset) => {
                write_day(f, clock.date())?;
                f.write_str("T")?;
                write_clock(f, clock.time())?;
                match offset {
                    None => Ok(()),
                    Some(offset) if offset.local_minus_utc() == 0 => f.write_str("Z"),
                    Some(offset) => write!(f, "{offset}"),
                }
            }
        }
    }
}

impl fmt::Display for RelativeDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Back(0) => f.write_str("today"),
            Self::Back(1) => f.write_str("yesterday"),
            Self::Back(days) => write!(f, "{days}d"),
            Self::Weekday(day) => f.write_str(weekday_word(day)),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(when) => write!(f, "{when}"),
            Self::Between(from, until) => write!(f, "{from}..{until}"),
            Self::From(from) => write!(f, "{from}.."),
            Self::Until(until) => write!(f, "..{until}"),
        }
    }
}

fn weekday_word(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "mon",
        Weekday::Tue => "tue",
        Weekday::Wed => "wed",
        Weekday::Thu => "thu",
        Weekday::Fri => "fri",
        Weekday::Sat => "sat",
        Weekday::Sun => "sun",
    }
}

fn write_day(f: &mut fmt::Formatter<'_>, day: NaiveDate) -> fmt::Result {
    write!(f, "{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

fn write_clock(f: &mut fmt::Formatter<'_>, time: NaiveTime) -> fmt::Result {
    write!(f, "{:02}:{:02}", time.hour(), time.minute())?;
    let micros = time.nanosecond() / 1_000;
    if time.second() > 0 || micros > 0 {
        write!(f, ":{:02}", time.second())?;
    }
    if micros > 0 {
        let digits = format!("{micros:06}");
        write!(f, ".{}", digits.trim_end_matches('0'))?;
    }
    Ok(())
}
