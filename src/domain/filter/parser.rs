//! Makes a filter of a text, or says which part of the text is wrong and why.

use std::str::FromStr;

use super::error::FilterError;
use super::lexer::{Lexer, RawTerm, RawValue};
use super::order::Bounds;
use super::syntax::{Condition, Filter, Term, Word};
use super::when::{Span, When};
use super::words::{self, Field};
use crate::domain::text::escape_control;

impl Filter {
    /// Reads a filter. Takes time in proportion to the text; whether the text is right never depends on the time of day.
    ///
    /// - A blank is *and*, a comma is *or* between values of one field, a leading `-` is *not*.
    /// - `cname:` `account:` `provider:` `target:` `by:` mean the whole value; `*` in it stands for anything. A word without
    ///   a field is searched for anywhere in the targets.
    /// - Quotes keep blanks, commas and stars as they are; `\"` and `\\` stand for a quote and a backslash in them.
    /// - `since:` begins with the first instant of what it names. `until:` a day includes all of that day; `until:` a time
    ///   ends just before it. The end of a range follows the same rule.
    /// - `since:a..b` is understood as `on:a..b`.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let mut lexer = Lexer::new(text);
        let mut bounds = Bounds::default();
        let mut terms = Vec::new();
        while let Some(raw) = lexer.term()? {
            terms.push(term(&raw, &mut bounds)?);
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

fn term(raw: &RawTerm<'_>, bounds: &mut Bounds) -> Result<Term, FilterError> {
    let condition = condition(raw)?;
    if !raw.negated {
        let at = raw.values.first().map_or(0..0, |value| value.at.clone());
        bounds.narrow(&condition, at)?;
    }
    Ok(Term { negated: raw.negated, condition })
}

fn condition(raw: &RawTerm<'_>) -> Result<Condition, FilterError> {
    let Some(field) = raw.field else {
        if let Some(empty) = raw.values.iter().find(|value| value.text.is_empty()) {
            let words = "an empty word is in every target";
            return Err(FilterError::new(empty.at.clone(), words));
        }
        return Ok(Condition::Text(words(raw, true)));
    };
    let words = || words(raw, field.globs());
    Ok(match field {
        Field::Cname => Condition::Cname(words()),
        Field::Account => Condition::Account(words()),
        Field::Provider => Condition::Provider(words()),
        Field::Id => Condition::Id(words()),
        Field::Target => Condition::Target(words()),
        Field::By => Condition::By(words()),
        Field::Status => Condition::Status(statuses(raw)?),
        Field::Kind => Condition::Kind(kinds(raw)?),
        Field::On => Condition::On(spans(raw)?),
        Field::Since if has_range(raw) => Condition::On(spans(raw)?),
        Field::Since => Condition::Since(one_time(raw, field)?),
        Field::Until => Condition::Until(one_time(raw, field)?),
        Field::Sent => sent(raw)?,
    })
}

fn words(raw: &RawTerm<'_>, globs: bool) -> Vec<Word> {
    let word = |value: &RawValue<'_>| Word {
        text: value.text.clone().into_owned(),
        glob: globs && !value.quoted && value.text.contains('*'),
    };
    raw.values.iter().map(word).collect()
}

fn statuses(raw: &RawTerm<'_>) -> Result<Vec<crate::domain::status::Status>, FilterError> {
    let mut all = Vec::new();
    for value in &raw.values {
        let Some(some) = words::statuses(&value.text) else {
            return Err(wrong_word(
                value,
                "no status is called",
                words::nearest_status(&value.text),
            ));
        };
        for status in some {
            if !all.contains(status) {
                all.push(*status);
            }
        }
    }
    Ok(all)
}

fn kinds(raw: &RawTerm<'_>) -> Result<Vec<Option<crate::domain::kind::Kind>>, FilterError> {
    let mut all = Vec::new();
    for value in &raw.values {
        let Some(kind) = words::kind(&value.text) else {
            return Err(wrong_word(value, "no kind is called", words::nearest_kind(&value.text)));
        };
        if !all.contains(&kind) {
            all.push(kind);
        }
    }
    Ok(all)
}

fn sent(raw: &RawTerm<'_>) -> Result<Condition, FilterError> {
    match raw.values.iter().find(|value| !value.text.eq_ignore_ascii_case("here")) {
        Some(value) => {
            Err(wrong_word(value, "sent: can only be asked of here, not of", Some("here")))
        }
        None => Ok(Condition::SentHere),
    }
}

fn wrong_word(value: &RawValue<'_>, words: &str, nearest: Option<&str>) -> FilterError {
    let words = format!("{words} {}", escape_control(&value.text, 40));
    FilterError::new(value.at.clone(), words).nearest(nearest)
}

fn has_range(raw: &RawTerm<'_>) -> bool {
    raw.values.iter().any(|value| value.text.contains(".."))
}

fn one_time(raw: &RawTerm<'_>, field: Field) -> Result<When, FilterError> {
    let [value, more @ ..] = raw.values.as_slice() else {
        return Err(FilterError::new(0..0, "a time is missing"));
    };
    if let Some(second) = more.first() {
        let words = format!("{}: takes one time", field.name());
        return Err(FilterError::new(second.at.clone(), words));
    }
    if value.text.contains("..") {
        let words = "a range belongs to on:";
        return Err(
            FilterError::new(value.at.clone(), words).nearest(Some(format!("on:{}", value.text)))
        );
    }
    time(value, &value.text, 0)
}

fn spans(raw: &RawTerm<'_>) -> Result<Vec<Span>, FilterError> {
    raw.values.iter().map(span).collect()
}

fn span(value: &RawValue<'_>) -> Result<Span, FilterError> {
    let Some((from, until)) = value.text.split_once("..") else {
        let when = time(value, &value.text, 0)?;
        if when.back().is_some() {
            let words = "on: takes a day or a range";
            let nearest = format!("since:{when}");
            return Err(FilterError::new(value.at.clone(), words).nearest(Some(nearest)));
        }
        return Ok(Span::At(when));
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

/// Reads a time that stands so many bytes into a value.
fn time(value: &RawValue<'_>, text: &str, into: usize) -> Result<When, FilterError> {
    When::parse(text).map_err(|wrong| {
        let at = if value.quoted {
            value.at.clone()
        } else {
            value.at.start + into..value.at.start + into + text.len()
        };
        FilterError::new(at, wrong.words).nearest(wrong.nearest)
    })
}
