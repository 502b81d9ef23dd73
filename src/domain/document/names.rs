//! Tags or host names: between blanks and commas, as the header that an origin answers with, or as
//! JSON.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::form::has_word;
use super::places::{LineCounter, place_of};
use super::text::comment_at;
use super::{Document, DocumentEntry, OmissionReason, label};

/// Words of the keys of JSON that name names.
const KEY_WORDS: [&str; 8] = ["tag", "tags", "key", "keys", "host", "hosts", "name", "names"];

/// Reads every word as one name. No name holds a blank or a comma.
pub(super) fn read(text: &str) -> Document<'_> {
    if let Some(names) = names_in_json(text) {
        return found_in(text, &names);
    }
    let mut document = Document::default();
    for (number, line) in text.lines().enumerate() {
        put_line(line.trim(), number, text, &mut document);
    }
    document
}

fn put_line<'a>(line: &'a str, number: usize, text: &'a str, document: &mut Document<'a>) {
    // `#product-42` is a name with the mark that a vendor writes before it.
    if line == "#" || line.starts_with("# ") {
        document.omit(number, OmissionReason::Comment, false);
        return;
    }
    let words = match comment_at(line) {
        Some(at) => {
            document.omit(number, OmissionReason::Comment, false);
            line.get(..at).unwrap_or_default().trim_end()
        }
        None => line,
    };
    if label::put(words, number, text, document) {
        return;
    }
    let names = words.split(|it: char| it == ',' || it.is_whitespace()).filter(|it| !it.is_empty());
    let names: Vec<&str> = names.collect();
    // A header's name, or a bullet.
    let is_heading = |word: &str| word.ends_with(':') || ["-", "*", "+", "•"].contains(&word);
    let has_heading = names.len() > 1 && names.first().is_some_and(|first| is_heading(first));
    if has_heading {
        document.omit(number, OmissionReason::Words, false);
    }
    let names = names.get(usize::from(has_heading)..).unwrap_or_default();
    for name in names {
        let entry = DocumentEntry {
            line: number,
            text: Cow::Borrowed(name),
            alone: names.len() == 1,
            until: number,
            place: place_of(text, name),
        };
        document.entries.push(entry);
    }
}

/// The strings of a list, or of the lists under keys that name names; `None` for what is no JSON.
fn names_in_json(text: &str) -> Option<Vec<String>> {
    if !text.trim_start().starts_with(['[', '{']) {
        return None;
    }
    let strings = |value: &Value| -> Vec<String> {
        match value {
            Value::String(name) => vec![name.clone()],
            Value::Array(all) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
        }
    };
    let value: Value = serde_json::from_str(text).ok()?;
    let Some(fields) = value.as_object() else { return Some(strings(&value)) };
    let named = fields.iter().filter(|(key, _)| has_word(key, &KEY_WORDS));
    Some(named.flat_map(|(_, value)| strings(value)).collect())
}

/// Makes entries of names, at the places where they stand in the text.
fn found_in<'a>(text: &'a str, names: &[String]) -> Document<'a> {
    let mut document = Document::default();
    let mut lines = LineCounter::new(text);
    let (mut from, mut line) = (0, 0);
    for name in names {
        let place = quoted_at(text, name, from);
        if let Some(place) = &place {
            line = lines.line_of(place.start);
            from = place.end;
        }
        document.put(line, Cow::Owned(name.clone()), place);
    }
    document.entries.sort_by_key(|entry| entry.line);
    document
}

/// Finds a name in quotes behind a place of a text; `None` where it is written with escapes.
fn quoted_at(text: &str, name: &str, from: usize) -> Option<Range<usize>> {
    let start = from + text.get(from..)?.find(&format!("\"{name}\""))? + 1;
    Some(start..start + name.len())
}

#[cfg(test)]
mod tests {
    use super::super::{DocumentFormat, read};

    fn names(text: &str) -> Vec<String> {
        let document = read(text, Some(DocumentFormat::Names));
        document.entries.into_iter().map(|entry| entry.text.into_owned()).collect()
    }

    #[test]
    fn names_stand_between_blanks_and_commas() {
        for (text, expected) in [
            ("a\nb\n\n c ", &["a", "b", "c"][..]),
            ("a,b, c", &["a", "b", "c"]),
            ("a b\tc", &["a", "b", "c"]),
            ("Cache-Tag: a,b", &["a", "b"]),
            ("surrogate-key: a b", &["a", "b"]),
            ("- a\n- b", &["a", "b"]),
            ("# of the shop\n#a\nb # note", &["#a", "b"]),
            ("type:product", &["type:product"]),
            ("tag:a,b", &["tag:a", "tag:b"]),
            ("[\"a\", \"b\"]", &["a", "b"]),
            ("{\"CacheTag\": [\"a\",\n\"b\"], \"id\": [\"x\"]}", &["a", "b"]),
            ("[\"a\", \"b\"", &["[\"a\"", "\"b\""]),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn a_name_of_json_is_pointed_at() {
        let text = "[\"a\",\n\"b\",\n\"a\"]";
        let document = read(text, Some(DocumentFormat::Names));
        let found: Vec<(usize, &str)> = document
            .entries
            .iter()
            .filter_map(|entry| Some((entry.line, text.get(entry.place.clone()?)?)))
            .collect();
        assert_eq!(found, [(0, "a"), (1, "b"), (2, "a")]);
    }
}
