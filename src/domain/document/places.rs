//! Places in a text: from a part to its bytes, from bytes to their line.

use std::ops::Range;

/// Returns the bytes of a text that a part of it was borrowed from.
pub(super) fn place_of(text: &str, part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let place = start..start.checked_add(part.len())?;
    (text.get(place.clone()) == Some(part)).then_some(place)
}

/// Counts the lines of a text up to places that come in their order.
pub(super) struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> LineCounter<'a> {
    /// Begins at a text's start.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 0 }
    }

    /// Returns the line of a byte, counted from 0. A byte before the last one is on its line.
    pub(super) fn line_of(&mut self, at: usize) -> usize {
        let passed = self.text.as_bytes().get(self.at..at).unwrap_or_default();
        self.line += passed.split(|byte| *byte == b'\n').count() - 1;
        self.at = self.at.max(at);
        self.line
    }
}
