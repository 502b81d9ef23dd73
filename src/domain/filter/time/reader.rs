//! Reads one time of the filter language.

use chrono::{FixedOffset, NaiveDate, NaiveTime, Weekday};

use super::{RelativeDay, Span, TimeExpr, Unit};
use crate::domain::nearest::nearest;

/// Why a text is no time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::domain::filter) struct TimeError {
    pub(in crate::domain::filter) words: &'static str,
    pub(in crate::domain::filter) nearest: Option<String>,
}

impl TimeExpr {
    /// Reads a time. Whether there is such a time never depends on now.
    pub(in crate::domain::filter) fn parse(text: &str) -> Result<Self, TimeError> {
        if let Some((day, time)) = text.split_once('@') {
            return time_of_day(day, time);
        }
        match text.to_ascii_lowercase().as_str() {
            "now" => return Ok(Self::Now),
            "today" => return Ok(Self::Today),
            "yesterday" => return Ok(Self::Yesterday),
            _ => {}
        }
        if let Some(day) = weekday(text) {
            return Ok(Self::Weekday(day));
        }
        if text.starts_with(|first: char| first.is_ascii_alphabetic()) {
            let near = nearest(&text.to_ascii_lowercase(), ["today", "yesterday", "now"]);
            return Err(TimeError { words: FORMS, nearest: near.map(str::to_owned) });
        }
        if let Some((date, clock)) = text.split_once(['T', 't', ' ']) {
            return moment(date, clock);
        }
        if text.contains(':') {
            return clock(text).map(Self::Clock);
        }
        if text.get(1..).is_some_and(|rest| rest.contains(['-', '/', '.'])) {
            return day(text).map(Self::Day);
        }
        ago(text)
    }
}

impl Span {
    /// True if a word without a field is so surely a time that it cannot be meant as a part of a
    /// target: a clock, a day, a distance back, or a range of such.
    pub(in crate::domain::filter) fn is_written_as_time(text: &str) -> bool {
        let one = |text: &str| {
            let is_word = ["today", "yesterday"].iter().any(|word| text.eq_ignore_ascii_case(word));
            let is_digit = |first: char| first.is_ascii_digit();
            (is_word || text.starts_with(is_digit) || text.contains('@'))
                && TimeExpr::parse(text).is_ok()
        };
        match text.split_once("..") {
            Some(("", end) | (end, "")) => one(end),
            Some((from, until)) => one(from) && one(until),
            None => one(text),
        }
    }
}

fn weekday(text: &str) -> Option<Weekday> {
    // chrono reads names of three letters and whole ones, and no others.
    text.parse().ok()
}

/// Reads what stands around an `@`: a day, in digits or counted from today, and a time of it.
fn time_of_day(day_text: &str, time: &str) -> Result<TimeExpr, TimeError> {
    let day = match TimeExpr::parse(day_text)? {
        TimeExpr::Day(_) => return moment(day_text, time),
        TimeExpr::Today => RelativeDay::Back(0),
        TimeExpr::Yesterday => RelativeDay::Back(1),
        TimeExpr::Weekday(day) => RelativeDay::Weekday(day),
        other @ (TimeExpr::Ago(..)
        | TimeExpr::Now
        | TimeExpr::Clock(_)
        | TimeExpr::DayAt(..)
        | TimeExpr::Moment(..)) => {
            RelativeDay::Back(other.days_back().ok_or(no("before the @ stands a day"))?)
        }
    };
    Ok(TimeExpr::DayAt(day, clock(time)?))
}

impl Unit {
    /// The unit by its letter or by the longer words that people write.
    fn named(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        Self::EVERY.into_iter().find(|unit| {
            let words: &[&str] = match unit {
                Self::Seconds => &["s", "sec", "secs", "second", "seconds"],
                Self::Minutes => &["m", "min", "mins", "minute", "minutes"],
                Self::Hours => &["h", "hr", "hrs", "hour", "hours"],
                Self::Days => &["d", "day", "days"],
                Self::Weeks => &["w", "wk", "week", "weeks"],
            };
            words.contains(&word.as_str())
        })
    }
}

const FORMS: &str =
    "this is no time; write 2h, 3d, today, mon, 14:00, 2026-11-20, 2026-11-20T14:00 or mon@14:00";

fn no(words: &'static str) -> TimeError {
    TimeError { words, nearest: None }
}

/// A number of at most so many digits, and nothing else.
fn number(text: &str, digits: usize) -> Option<u32> {
    let right =
        !text.is_empty() && text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten()
}

fn ago(text: &str) -> Result<TimeExpr, TimeError> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (amount, unit) = text.split_at_checked(end).unwrap_or((text, ""));
    if amount.is_empty() {
        return Err(no(FORMS));
    }
    if unit.is_empty() {
        return Err(TimeError {
            words: "a number alone is no time; say in what it counts: m, h, d or w",
            nearest: number(amount, 4).map(|amount| format!("{amount}h")),
        });
    }
    let Some(unit) = Unit::named(unit) else {
        return Err(no("times count back in m, h, d or w"));
    };
    number(amount, 9)
        .filter(|amount| i64::from(*amount) * unit.seconds() <= 36_525 * 86_400)
        .map(|amount| TimeExpr::Ago(amount, unit))
        .ok_or(no("that is more than a hundred years back"))
}

fn day(text: &str) -> Result<NaiveDate, TimeError> {
    let mut parts = text.split('-');
    let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
    let [Some(year), Some(month), Some(day), None] = parts else {
        let nearest = text.replace(['/', '.'], "-");
        let nearest = (nearest != text)
            .then(|| self::day(&nearest).ok())
            .flatten()
            .map(|day| TimeExpr::Day(day).to_string());
        return Err(TimeError { words: "a day is written like 2026-11-20", nearest });
    };
    let (Some(year), Some(month), Some(day)) =
        (number(year, 4).filter(|_| year.len() == 4), number(month, 2), number(day, 2))
    else {
        return Err(no("a day is written like 2026-11-20"));
    };
    i32::try_from(year)
        .ok()
        .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
        .ok_or(no("there is no such day"))
}

fn clock(text: &str) -> Result<NaiveTime, TimeError> {
    let wrong = no("a time of day is written like 14:00 or 14:00:30");
    let (whole, fraction) =
        text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut parts = whole.split(':');
    let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
    let (hour, minute, second) = match parts {
        [Some(hour), Some(minute), None, None] if fraction.is_none() => (hour, minute, "00"),
        [Some(hour), Some(minute), Some(second), None] => (hour, minute, second),
        _ => return Err(wrong),
    };
    let micros = match fraction {
        None => Some(0),
        Some(digits) if digits.len() <= 9 && number(digits, 9).is_some() => {
            // Vendors' clocks and ours are kept to the microsecond; what is finer says nothing.
            number(format!("{digits:0<6}").get(..6).unwrap_or_default(), 6)
        }
        Some(_) => None,
    };
    let two = |text: &str| number(text, 2).filter(|_| text.len() == 2);
    let (Some(hour), Some(minute), Some(second), Some(micros)) =
        (number(hour, 2), two(minute), two(second), micros)
    else {
        return Err(wrong);
    };
    NaiveTime::from_hms_micro_opt(hour, minute, second, micros).ok_or(no("there is no such time"))
}

fn moment(date: &str, time: &str) -> Result<TimeExpr, TimeError> {
    let date = day(date)?;
    let edge = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, distance) = time.split_at_checked(edge).unwrap_or((time, ""));
    let time = clock(time)?;
    Ok(TimeExpr::Moment(date.and_time(time), offset(distance)?))
}

fn offset(text: &str) -> Result<Option<FixedOffset>, TimeError> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.eq_ignore_ascii_case("z") {
        return Ok(FixedOffset::east_opt(0));
    }
    let wrong = no("a distance from UTC is written like Z or +02:00");
    let (west, digits) = match (text.strip_prefix('-'), text.strip_prefix('+')) {
        (Some(digits), _) => (true, digits),
        (None, Some(digits)) => (false, digits),
        (None, None) => return Err(wrong),
    };
    let parts = digits.split_once(':').or_else(|| digits.split_at_checked(2));
    let Some((hours, minutes)) = parts else {
        return Err(wrong);
    };
    let minutes = if minutes.is_empty() && !digits.contains(':') {
        Some(0)
    } else {
        number(minutes, 2).filter(|amount| minutes.len() == 2 && *amount < 60)
    };
    let (Some(hours), Some(minutes)) = (number(hours, 2).filter(|_| hours.len() == 2), minutes)
    else {
        return Err(wrong);
    };
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).unwrap_or(i32::MAX);
    FixedOffset::east_opt(if west { -seconds } else { seconds })
        .map(Some)
        .ok_or(no("no place on Earth is that far from UTC"))
}
