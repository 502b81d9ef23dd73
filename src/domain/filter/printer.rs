//! Writes a filter as a text that reads back as the same filter; a text that was written so comes back letter by letter.

use std::fmt::{self, Write as _};

use super::lexer::ends_value;
use super::syntax::{Condition, Filter, Term, Word};
use super::words::{Field, field_like, kind_word};
use crate::domain::status::Status;

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
        match self {
            Self::Cname(words)
            | Self::Account(words)
            | Self::Provider(words)
            | Self::Id(words)
            | Self::Target(words)
            | Self::By(words)
            | Self::Text(words) => list(f, words, |word| written(word, field)),
            Self::Status(statuses) => list(f, statuses, |status| Status::word(*status).to_owned()),
            Self::Kind(kinds) => list(f, kinds, |kind| kind_word(*kind).to_owned()),
            Self::Since(when) | Self::Until(when) => write!(f, "{when}"),
            Self::On(spans) => list(f, spans, ToString::to_string),
            Self::SentHere => f.write_str("here"),
        }
    }
}

impl Condition {
    pub(super) fn field(&self) -> Option<Field> {
        match self {
            Self::Cname(_) => Some(Field::Cname),
            Self::Account(_) => Some(Field::Account),
            Self::Provider(_) => Some(Field::Provider),
            Self::Status(_) => Some(Field::Status),
            Self::Kind(_) => Some(Field::Kind),
            Self::Since(_) => Some(Field::Since),
            Self::Until(_) => Some(Field::Until),
            Self::On(_) => Some(Field::On),
            Self::Id(_) => Some(Field::Id),
            Self::Target(_) => Some(Field::Target),
            Self::By(_) => Some(Field::By),
            Self::SentHere => Some(Field::Sent),
            Self::Text(_) => None,
        }
    }
}

/// The word as it must be written as a value of a field, or without one: in quotes where it would be read otherwise.
pub(super) fn written(word: &Word, field: Option<Field>) -> String {
    let text = word.text.as_str();
    let quotes = text.is_empty()
        || text.contains(|character: char| ends_value(character) || character == '"')
        || (!word.glob && text.contains('*') && field.is_none_or(Field::globs))
        || match field {
            Some(_) => text.starts_with("//") || field_like(text).and_then(Field::named).is_some(),
            None => text.starts_with('-') || field_like(text).is_some(),
        };
    if !quotes || word.glob {
        return text.to_owned();
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
    quoted
}

fn list<T>(f: &mut fmt::Formatter<'_>, items: &[T], word: impl Fn(&T) -> String) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_char(',')?;
        }
        f.write_str(&word(item))?;
    }
    Ok(())
}
