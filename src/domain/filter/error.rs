//! The error of a filter's text, and its place.

use std::ops::Range;

use super::value::RawValue;
use crate::domain::text::escape_control;

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}{}", .nearest.as_deref().map_or_else(String::new, did_you_mean))]
pub struct FilterError {
    /// The part of the text that is wrong: byte offsets that lie on characters' edges. Empty where
    /// something is missing: it is missing there.
    pub at: Range<usize>,
    /// The fault, in words that are safe to show.
    pub words: String,
    /// A text that could stand there instead.
    pub nearest: Option<String>,
}

fn did_you_mean(nearest: &str) -> String {
    format!("; did you mean {nearest}?")
}

impl FilterError {
    pub(super) fn new(at: Range<usize>, words: impl Into<String>) -> Self {
        Self { at, words: words.into(), nearest: None }
    }

    pub(super) fn nearest(mut self, nearest: Option<impl Into<String>>) -> Self {
        self.nearest = nearest.map(Into::into);
        self
    }
}

/// Refuses a value that is not one of the words that could stand there.
pub(super) fn wrong_word(value: &RawValue<'_>, words: &str, nearest: Option<&str>) -> FilterError {
    let words = format!("{words} {}", escape_control(&value.text, 40));
    FilterError::new(value.at.clone(), words).nearest(nearest)
}
