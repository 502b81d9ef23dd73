//! Makes a filter of a text, or says which part of the text is wrong and why.

use std::str::FromStr;

use super::contradictions::TimeBounds;
use super::error::FilterError;
use super::fields::Condition;
use super::lexer::{Lexer, RawTerm};
use super::shapes::text;
use super::syntax::{Filter, Term};

impl Filter {
    /// Reads a filter. Takes time in proportion to the text; whether the text is right never
    /// depends on the time of day.
    ///
    /// - A blank is *and*, a comma is *or* between values of one field, a leading `-` is *not*.
    /// - `cname:` `account:` `provider:` `target:` `by:` mean the whole value; `*` in it stands for
    ///   anything. A word without
    ///   a field is searched for anywhere in the targets.
    /// - Quotes keep blanks, commas and stars as they are; `\"` and `\\` stand for a quote and a
    ///   backslash in them.
    /// - `since:` begins with the first instant of what it names. `until:` a day includes all of
    ///   that day; `until:` a time
    ///   ends just before it. The end of a range follows the same rule.
    /// - `since:a..b` is understood as `on:a..b`.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let mut lexer = Lexer::new(text);
        let mut bounds = TimeBounds::default();
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
