//! One target on each line, whole.

use std::borrow::Cow;

use super::places::place_of;
use super::{Document, DocumentEntry};

/// Reads every line that is not blank as one target, without the blanks around it.
pub(super) fn read(text: &str) -> Document<'_> {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(line, text)| (line, text.trim())).filter(|(_, it)| !it.is_empty());
    let entries = lines.map(|(line, target)| DocumentEntry {
        line,
        text: Cow::Borrowed(target),
        alone: true,
        until: line,
        place: place_of(text, target),
    });
    Document { entries: entries.collect(), ..Document::default() }
}
