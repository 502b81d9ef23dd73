//! Writes a filter as a text that reads back as the same filter; a text that was written so comes
//! back letter by letter.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use super::fields::{Condition, FilterField, field_like};
use super::lexer::ends_value;
use super::syntax::{Filter, Term};
use super::time::Span;
use super::value::{Printed, Word};

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                f.write_char(' ')?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_char('-')?;
        }
        write!(f, "{}", self.condition)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field();
        if let Some(field) = field {
            write!(f, "{}:", field.name())?;
        }
        for (index, value) in self.printed().iter().enumerate() {
            if index > 0 {
                f.write_char(',')?;
            }
            f.write_str(&written(value, field))?;
        }
        Ok(())
    }
}

/// The value as it must be written after a field, or without one.
pub(super) fn written<'a>(value: &'a Printed<'_>, field: Option<FilterField>) -> Cow<'a, str> {
    match value {
        Printed::Word(word) => quoted(word, field),
        Printed::Plain(text) => Cow::Borrowed(text),
    }
}

/// Puts a word into quotes where it would be read otherwise.
fn quoted(word: &Word, field: Option<FilterField>) -> Cow<'_, str> {
    let text = word.text.as_str();
    let quotes = text.is_empty()
        || text.contains(|character: char| ends_value(character) || character == '"')
        || (!word.glob && text.contains('*') && field.is_none_or(FilterField::globs))
        || match field {
            Some(_) => {
                text.starts_with("//") || field_like(text).and_then(FilterField::named).is_some()
            }
            None => {
                text.starts_with('-')
                    || field_like(text).is_some()
                    || Span::is_written_as_time(text)
                    // After a day, it would be read as the hour.
                    || (text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
            }
        };
    if !quotes || word.glob {
        return Cow::Borrowed(text);
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    Cow::Owned(quoted)
}
