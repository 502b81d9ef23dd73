//! Objects of JSON that end a line, alone or behind what a collector of logs wrote before them:
//! `web-1  | {"url":"/a"}`.

use super::super::json;
use super::super::places::place_of;
use super::super::{Document, DocumentEntry, Omission, OmissionReason};
use super::has_address;

/// Reads the object that ends a line, if one does.
pub(super) fn put<'a>(
    line: &'a str,
    number: usize,
    text: &'a str,
    document: &mut Document<'a>,
) -> bool {
    let at = line.find("{\"").filter(|_| line.ends_with('}'));
    let Some((before, object)) = at.and_then(|at| line.split_at_checked(at)) else {
        return false;
    };
    if !json::is_json(object) {
        return false;
    }
    if !before.is_empty() {
        document.omit(number, OmissionReason::Words, has_address(before));
    }
    let start = place_of(text, object).map_or(0, |place| place.start);
    let read = json::read(object);
    document.entries.extend(read.entries.into_iter().map(|entry| DocumentEntry {
        line: number,
        alone: false,
        until: number,
        place: entry.place.map(|place| place.start + start..place.end + start),
        ..entry
    }));
    let omissions = read.omissions.into_iter();
    document.omissions.extend(omissions.map(|omission| Omission { line: number, ..omission }));
    true
}
