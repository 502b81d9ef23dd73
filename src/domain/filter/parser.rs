//! Makes a filter of a text, or says which part of the text is wrong and why.

use std::str::FromStr;

use chrono::Month;

use super::contradictions::TimeBounds;
use super::error::{FilterError, wrong_word};
use super::fields::{Condition, FilterField, Vocabulary};
use super::lexer::{Lexer, RawTerm, ends_value};
use super::shapes::text;
use super::syntax::{Filter, Term};
use super::time::{Span, TimeExpr};
use super::value::RawValue;
use crate::domain::nearest::nearest;

/// The longest text of a filter, in bytes. Nobody reads a longer one, and every word of it is
/// looked for in every purge.
pub const MAX_BYTES: usize = 16 << 10;

impl Filter {
    /// Reads a filter of at most [`MAX_BYTES`]. Takes time in proportion to the text; whether the
    /// text is right never depends on the time of day.
    ///
    /// - A blank is *and*, a comma is *or* between values of one field, a leading `-` is *not*.
    /// - `cname:` `account:` `provider:` `target:` `by:` mean the whole value; `*` in it stands for
    ///   anything. A word without a field is searched for anywhere in the targets and the cname;
    ///   one that is written as a time is an error, since it was surely meant as one.
    /// - Quotes keep blanks, commas and stars as they are; `\"` and `\\` stand for a quote and a
    ///   backslash in them.
    /// - `since:` begins with the first instant of what it names. `until:` a day includes all of
    ///   that day; `until:` a time ends just before it. The end of a range follows the same rule.
    /// - `since:a..b` is understood as `on:a..b`.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Self::parse_known(text, &Vocabulary::default())
    }

    /// Reads a filter as [`Filter::parse`] does, and refuses accounts and providers that are not
    /// among the known ones, where those are all that there are.
    pub fn parse_known(text: &str, known: &Vocabulary) -> Result<Self, FilterError> {
        refuse_long(text)?;
        let mut lexer = Lexer::new(text);
        let mut bounds = TimeBounds::default();
        let mut terms = Vec::new();
        let mut before: Option<RawTerm<'_>> = None;
        while let Some(raw) = lexer.term()? {
            refuse_stray_time(&raw, before.as_ref())?;
            let term = term(&raw, &mut bounds).map_err(|error| with_month(error, &raw, &lexer))?;
            refuse_unknown_name(&raw, &term.condition, known)?;
            terms.push(term);
            before = Some(raw);
        }
        Ok(Self { terms })
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

fn refuse_long(text: &str) -> Result<(), FilterError> {
    if text.len() <= MAX_BYTES {
        return Ok(());
    }
    let words = format!(
        "a filter is at most {} KiB long; search for what the words have in common, or use *",
        MAX_BYTES >> 10
    );
    Err(FilterError::new(text.floor_char_boundary(MAX_BYTES)..text.len(), words))
}

fn term(raw: &RawTerm<'_>, bounds: &mut TimeBounds) -> Result<Term, FilterError> {
    let condition = condition(raw)?;
    if !raw.negated {
        let at = raw.values.first().map_or(0..0, |value| value.at.clone());
        bounds.narrow(&condition, at)?;
    }
    Ok(Term { negated: raw.negated, condition })
}

fn condition(raw: &RawTerm<'_>) -> Result<Condition, FilterError> {
    if let Some(field) = raw.field {
        return Condition::read(field, &raw.values);
    }
    if let Some(empty) = raw.values.iter().find(|value| value.text.is_empty()) {
        let words = "an empty word is in every target";
        return Err(FilterError::new(empty.at.clone(), words));
    }
    text::read(&raw.values).map(Condition::Text)
}

/// Refuses a word that continues the time before it after a blank, and one that is a time without a
/// field: as a text to search for it would answer "nothing" where something happened.
fn refuse_stray_time(raw: &RawTerm<'_>, before: Option<&RawTerm<'_>>) -> Result<(), FilterError> {
    let (None, [value, ..]) = (raw.field, raw.values.as_slice()) else {
        return Ok(());
    };
    if value.quoted {
        return Ok(());
    }
    if let Some((from, joined)) = before.and_then(|before| joined(before, &value.text)) {
        let words = "a blank ends the time; write T or @ between a day and its time";
        return Err(FilterError::new(from..value.at.end, words).nearest(Some(joined)));
    }
    let Some(time) =
        raw.values.iter().find(|value| !value.quoted && Span::is_written_as_time(&value.text))
    else {
        return Ok(());
    };
    let is_distance = TimeExpr::parse(&time.text).is_ok_and(|time| time.back().is_some());
    let field = if is_distance { FilterField::Since } else { FilterField::On };
    let words = "a time needs a field before it; put quotes around it to search for the text";
    let nearest = format!("{}:{}", field.name(), time.text);
    Err(FilterError::new(time.at.clone(), words).nearest(Some(nearest)))
}

/// The day of the term before and a time of day after a blank, as one value, and where it begins.
fn joined(before: &RawTerm<'_>, text: &str) -> Option<(usize, String)> {
    let field = before.field.filter(|field| field.is_time())?;
    let day = before.values.last().filter(|value| !value.quoted)?;
    let (head, link) = match TimeExpr::parse(day.text.rsplit("..").next()?).ok()? {
        TimeExpr::Day(_) => (&day.text, 'T'),
        TimeExpr::Today | TimeExpr::Yesterday | TimeExpr::Weekday(_) => (&day.text, '@'),
        TimeExpr::Ago(..) if field == FilterField::On => (&day.text, '@'),
        TimeExpr::Ago(..)
        | TimeExpr::Now
        | TimeExpr::Clock(_)
        | TimeExpr::DayAt(..)
        | TimeExpr::Moment(..) => return None,
    };
    let is_hour = text.len() <= 2 && text.parse::<u8>().is_ok_and(|hour| hour < 24);
    let time = if is_hour { format!("{text}:00") } else { text.to_owned() };
    let value = format!("{head}{link}{time}");
    let raw = RawValue { at: 0..value.len(), text: value.as_str().into(), quoted: false };
    Condition::read(field, &[raw]).ok()?;
    Some((day.at.start, value))
}

/// Puts the right form in place of "a number alone" where the name of a month follows.
fn with_month(error: FilterError, raw: &RawTerm<'_>, lexer: &Lexer<'_>) -> FilterError {
    let number = raw.values.last().is_some_and(|value| {
        !value.text.is_empty() && value.text.bytes().all(|byte| byte.is_ascii_digit())
    });
    let next = lexer.rest().trim_start().split(ends_value).next().unwrap_or_default();
    if number && raw.field.is_some_and(FilterField::is_time) && next.parse::<Month>().is_ok() {
        return FilterError::new(error.at, "a day is written like 2026-11-20");
    }
    error
}

/// Refuses an account or a provider of which there is none: it would select nothing, in silence.
fn refuse_unknown_name(
    raw: &RawTerm<'_>,
    condition: &Condition,
    known: &Vocabulary,
) -> Result<(), FilterError> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "other values are not names of ours")]
    let (unknown, names, words) = match condition {
        Condition::Account(words) => ("no account is called", &known.accounts, words),
        Condition::Provider(words) => ("no account has the provider", &known.providers, words),
        _ => return Ok(()),
    };
    if !known.closed {
        return Ok(());
    }
    let patterns = text::resolve(words);
    let wrong = raw
        .values
        .iter()
        .zip(&patterns)
        .find(|(_, pattern)| !names.iter().any(|name| pattern.matches(name)));
    match wrong {
        Some((value, _)) => {
            let typed = value.text.to_ascii_lowercase();
            let nearest = nearest(&typed, names.iter().map(String::as_str));
            Err(wrong_word(value, unknown, nearest))
        }
        None => Ok(()),
    }
}
