//! The fields that are not a row's shape: times, and `sent:here`.

use super::error::{FilterError, wrong_word};
use super::time::{Span, TimeExpr};
use super::value::{Offer, RawValue};

/// Returns true if `since:` was given a range, which `on:` takes.
pub(super) fn is_range(raw: &[RawValue<'_>]) -> bool {
    raw.iter().any(|value| value.text.contains(".."))
}

/// Reads the one time that `since:` and `until:` take.
pub(super) fn one_time(raw: &[RawValue<'_>], field: &str) -> Result<TimeExpr, FilterError> {
    let [value, more @ ..] = raw else {
        return Err(FilterError::new(0..0, "a time is missing"));
    };
    if let Some(second) = more.first() {
        return Err(FilterError::new(second.at.clone(), format!("{field}: takes one time")));
    }
    if value.text.contains("..") {
        let words = "a range belongs to on:";
        return Err(
            FilterError::new(value.at.clone(), words).nearest(Some(format!("on:{}", value.text)))
        );
    }
    time(value, &value.text, 0)
}

/// Reads the days and ranges that `on:` takes.
pub(super) fn spans(raw: &[RawValue<'_>]) -> Result<Vec<Span>, FilterError> {
    raw.iter().map(span).collect()
}

fn span(value: &RawValue<'_>) -> Result<Span, FilterError> {
    let Some((from, until)) = value.text.split_once("..") else {
        let time = time(value, &value.text, 0)?;
        if time.back().is_some() && time.days_back().is_none() {
            let words = "on: takes a day or a range";
            let nearest = format!("since:{time}");
            return Err(FilterError::new(value.at.clone(), words).nearest(Some(nearest)));
        }
        return Ok(Span::At(time));
    };
    let end = from.len() + 2;
    Ok(match (from.is_empty(), until.is_empty()) {
        (true, true) => {
            let words = "a range needs a beginning or an end";
            return Err(FilterError::new(value.at.clone(), words));
        }
        (true, false) => Span::Until(time(value, until, end)?),
        (false, true) => Span::From(time(value, from, 0)?),
        (false, false) => Span::Between(time(value, from, 0)?, time(value, until, end)?),
    })
}

/// Reads a time that begins this many bytes into a value.
fn time(value: &RawValue<'_>, text: &str, into: usize) -> Result<TimeExpr, FilterError> {
    TimeExpr::parse(text).map_err(|wrong| {
        let at = if value.quoted {
            value.at.clone()
        } else {
            value.at.start + into..value.at.start + into + text.len()
        };
        FilterError::new(at, wrong.words).nearest(wrong.nearest)
    })
}

/// Refuses everything but `here`.
pub(super) fn here(raw: &[RawValue<'_>]) -> Result<(), FilterError> {
    match raw.iter().find(|value| !value.text.eq_ignore_ascii_case("here")) {
        Some(value) => {
            Err(wrong_word(value, "sent: can only be asked of here, not of", Some("here")))
        }
        None => Ok(()),
    }
}

/// Values of `since:`; of a number, its units.
pub(super) fn since_offers(typed: &str) -> Vec<Offer<'static>> {
    counted(typed).unwrap_or_else(|| {
        table(&[
            ("15m", "the last 15 minutes"),
            ("1h", "the last hour"),
            ("2h", "the last two hours"),
            ("today", "since midnight"),
            ("1d", "the last 24 hours"),
            ("yesterday", "yesterday and today"),
            ("3d", "the last three days"),
            ("1w", "the last seven days"),
        ])
    })
}

/// Values of `until:`; of a number, its units.
pub(super) fn until_offers(typed: &str) -> Vec<Offer<'static>> {
    counted(typed).unwrap_or_else(|| {
        table(&[
            ("1h", "up to an hour ago"),
            ("1d", "up to 24 hours ago"),
            ("yesterday", "up to the end of yesterday"),
            ("1w", "up to seven days ago"),
        ])
    })
}

/// Values of `on:`.
pub(super) fn on_offers() -> Vec<Offer<'static>> {
    table(&[
        ("today", "the day that it is"),
        ("yesterday", "the day before"),
        ("2d", "the day before yesterday"),
        ("mon", "the latest Monday"),
        ("yesterday@14:00..15:00", "an hour of a day"),
        ("yesterday..today", "both days"),
        ("1w..1d", "the last week but for the last 24 hours"),
    ])
}

/// The value of `sent:`.
pub(super) fn here_offers() -> Vec<Offer<'static>> {
    table(&[("here", "sent from this store")])
}

fn table(rows: &[(&'static str, &'static str)]) -> Vec<Offer<'static>> {
    rows.iter().map(|&(value, about)| Offer::plain(value, about)).collect()
}

fn counted(typed: &str) -> Option<Vec<Offer<'static>>> {
    let number =
        !typed.is_empty() && typed.len() <= 3 && typed.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| {
        [("m", "minutes"), ("h", "hours"), ("d", "days"), ("w", "weeks")]
            .map(|(letter, unit)| {
                Offer::plain(format!("{typed}{letter}"), format!("{typed} {unit} ago"))
            })
            .into()
    })
}
