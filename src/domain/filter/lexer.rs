//! Cuts a filter's text into terms and their values, in one pass, with the place of each.

use std::borrow::Cow;

use super::error::FilterError;
use super::fields::{FilterField, field_like};
use super::value::RawValue;
use crate::domain::text::escape_control;

/// A term before anybody asked what its values mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawTerm<'a> {
    pub(super) negated: bool,
    pub(super) field: Option<FilterField>,
    pub(super) values: Vec<RawValue<'a>>,
}

/// Reads terms off the front of what is left of the text.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next term; `None` at the end of the text.
    pub(super) fn term(&mut self) -> Result<Option<RawTerm<'a>>, FilterError> {
        let left = self.rest();
        self.at += left.len() - left.trim_start().len();
        if self.rest().is_empty() {
            return Ok(None);
        }
        let start = self.at;
        let negated = self.take('-');
        if self.at_edge() {
            let words = if negated {
                "a term must follow the minus that negates it"
            } else {
                "a value is missing before the comma"
            };
            let at = if negated { start..self.at } else { start..start };
            return Err(FilterError::new(at, words));
        }
        let field = self.field()?;
        let mut values = vec![self.value(field)?];
        while self.take(',') {
            if let Some(other) =
                field_like(self.rest()).filter(|name| FilterField::named(name).is_some())
            {
                return Err(FilterError::new(
                    self.at..self.at + other.len() + 1,
                    "a comma joins values of one field; put a blank before another field",
                ));
            }
            values.push(self.value(field)?);
        }
        Ok(Some(RawTerm { negated, field, values }))
    }

    fn field(&mut self) -> Result<Option<FilterField>, FilterError> {
        let Some(name) = field_like(self.rest()) else {
            return Ok(None);
        };
        let start = self.at;
        self.at += name.len() + 1;
        FilterField::named(name).map(Some).ok_or_else(|| {
            let words = format!(
                "no field is called {}; put quotes around it to search targets for it",
                escape_control(name, 40)
            );
            let nearest = FilterField::nearest(name).map(|field| format!("{}:", field.name()));
            FilterError::new(start..self.at, words).nearest(nearest)
        })
    }

    fn value(&mut self, field: Option<FilterField>) -> Result<RawValue<'a>, FilterError> {
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        let start = self.at;
        let rest = self.rest();
        let end = rest
            .find(|character: char| ends_value(character) || character == '"')
            .unwrap_or(rest.len());
        let text = rest.get(..end).unwrap_or_default();
        self.at += end;
        if self.rest().starts_with('"') {
            return Err(FilterError::new(
                self.at..self.at + 1,
                "a quote can only open a whole value; inside quotes write it as \\\"",
            ));
        }
        if text.is_empty() {
            let words = field.map_or_else(
                || "a value is missing here".to_owned(),
                |field| format!("{}: needs a value here", field.name()),
            );
            return Err(FilterError::new(start..start, words));
        }
        Ok(RawValue { at: start..self.at, text: Cow::Borrowed(text), quoted: false })
    }

    fn quoted(&mut self) -> Result<RawValue<'a>, FilterError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(plain) = rest.find(['"', '\\']) else {
                return Err(FilterError::new(start..start + 1, "this quote is never closed"));
            };
            text.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            if self.take('"') {
                break;
            }
            self.at += 1;
            // A backslash before anything else is a backslash, so that pasted text survives.
            if self.take('"') {
                text.push('"');
            } else {
                self.take('\\');
                text.push('\\');
            }
        }
        if !self.at_edge() {
            let length = self.rest().chars().next().map_or(0, char::len_utf8);
            return Err(FilterError::new(
                self.at..self.at + length,
                "after a closing quote comes a blank or a comma",
            ));
        }
        Ok(RawValue { at: start..self.at, text: Cow::Owned(text), quoted: true })
    }

    /// The text that is not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn at_edge(&self) -> bool {
        self.rest().chars().next().is_none_or(ends_value)
    }

    fn take(&mut self, character: char) -> bool {
        let found = self.rest().starts_with(character);
        if found {
            self.at += character.len_utf8();
        }
        found
    }
}

/// Returns true if a value that is not in quotes ends before this character.
pub(super) fn ends_value(character: char) -> bool {
    character == ',' || character.is_whitespace()
}
