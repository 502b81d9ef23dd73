//! What is wrong with a filter's text, and where.

use std::ops::Range;

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}{}", .nearest.as_ref().map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default())]
pub struct FilterError {
    /// Which part of the text is wrong: byte offsets that lie on characters' edges. Empty where something is missing: it is
    /// missing there.
    pub at: Range<usize>,
    /// What is wrong with it, in words that are safe to show.
    pub words: String,
    /// What could stand there in its place.
    pub nearest: Option<String>,
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
