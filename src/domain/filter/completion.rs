//! Completions at the cursor: fields, their values, times.

use std::ops::Range;

use super::fields::{FilterField, Vocabulary, field_like};
use super::lexer::ends_value;
use super::printer::written;

/// The most completions that are offered at once.
const MOST: usize = 50;

/// One thing that could be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The part of the text that it replaces: byte offsets on characters' edges; the cursor is in
    /// it or at its end.
    pub range: Range<usize>,
    /// The text that takes its place; the cursor belongs after it.
    pub insert: String,
    /// The meaning, in a few words.
    pub about: String,
}

/// Completes the word at the cursor, best offers first: what begins with what was typed, then
/// what contains it. What is already written out is not offered. The cursor is a byte offset; one
/// inside a character counts as before it. The text need not be a filter yet.
pub fn complete(text: &str, cursor: usize, vocabulary: &Vocabulary) -> Vec<Completion> {
    let spot = CursorPlace::find(text, text.floor_char_boundary(cursor));
    let mut offers = match spot.field {
        Some(field) => values(field, &spot.typed, vocabulary),
        None if spot.first && !spot.quoted => terms(&spot.typed, spot.named, vocabulary),
        None => Vec::new(),
    };
    offers.retain(|(insert, _)| text.get(spot.range.clone()) != Some(insert.as_str()));
    offers.truncate(MOST);
    let completion = |(insert, about)| Completion { range: spot.range.clone(), insert, about };
    offers.into_iter().map(completion).collect()
}

/// A text to insert, and what it means.
type Insert = (String, String);

/// Fields that begin with what was typed and, where that is enough to go by, values with their
/// field before them. With `named`, the text has the field's colon already and only its name is
/// wanted.
fn terms(typed: &str, named: bool, vocabulary: &Vocabulary) -> Vec<Insert> {
    let fields = FilterField::EVERY.iter().map(|field| {
        let value = if *field == FilterField::Sent && !named { "here" } else { "" };
        (format!("{}:{value}", field.name()), field.about().to_owned())
    });
    let mut offers: Vec<_> = fields.filter(|(insert, _)| insert.starts_with(typed)).collect();
    if named || typed.chars().count() < 2 {
        return offers;
    }
    let mut fields: Vec<_> =
        FilterField::EVERY.iter().copied().filter(|field| field.rank() > 0).collect();
    fields.sort_by_key(|field| field.rank());
    for field in fields {
        let values = values(field, typed, vocabulary).into_iter();
        offers.extend(values.map(|(insert, about)| (format!("{}:{insert}", field.name()), about)));
    }
    offers
}

/// The values of a field that begin with what was typed, in lower case, then those that contain it.
fn values(field: FilterField, typed: &str, vocabulary: &Vocabulary) -> Vec<Insert> {
    let (mut best, mut good) = (Vec::new(), Vec::new());
    for offer in field.offers(typed, vocabulary) {
        let insert = written(&offer.value, Some(field)).into_owned();
        let word = insert.trim_start_matches('"').to_ascii_lowercase();
        if word.starts_with(typed) {
            best.push((insert, offer.about.into_owned()));
        } else if word.contains(typed) {
            good.push((insert, offer.about.into_owned()));
        }
    }
    best.append(&mut good);
    best
}

/// The cursor's place in the language, as far as an unfinished text tells.
struct CursorPlace {
    field: Option<FilterField>,
    /// True for the first value of a term, which could still become a field.
    first: bool,
    /// The text between the value's start and the cursor, without an opening quote, in lower case.
    typed: String,
    range: Range<usize>,
    /// True if a quote opens it.
    quoted: bool,
    /// True if the colon of a field is already there, behind the cursor.
    named: bool,
}

impl CursorPlace {
    fn find(text: &str, cursor: usize) -> Self {
        let (before, behind) = text.split_at_checked(cursor).unwrap_or((text, ""));
        let mut field = None;
        let mut first = true;
        let mut start = 0;
        let mut fresh = true;
        let (mut quoted, mut escaped) = (false, false);
        for (at, character) in before.char_indices() {
            let next = at + character.len_utf8();
            if quoted {
                quoted = escaped || character != '"';
                escaped = !escaped && character == '\\';
            } else if character.is_whitespace() {
                (field, first, start, fresh) = (None, true, next, true);
            } else if character == '-' && fresh {
                (start, fresh) = (next, false);
            } else {
                fresh = false;
                match character {
                    ',' => (first, start) = (false, next),
                    '"' if at == start => quoted = true,
                    ':' if first && field.is_none() => {
                        field = before.get(start..at).and_then(FilterField::named);
                        if field.is_some() {
                            start = next;
                        }
                    }
                    _ => {}
                }
            }
        }
        let typed = before.get(start..).unwrap_or_default();
        let to_edge = |ends: fn(char) -> bool| behind.find(ends).unwrap_or(behind.len());
        let whole = text.get(start..).unwrap_or_default();
        let name =
            field_like(whole).filter(|name| field.is_none() && first && name.len() >= typed.len());
        let end = match name {
            Some(name) => start + name.len() + 1,
            None if quoted => cursor + closing(behind, escaped),
            None => cursor + to_edge(|character| ends_value(character) || character == '"'),
        };
        Self {
            field,
            first,
            typed: typed.strip_prefix('"').unwrap_or(typed).to_ascii_lowercase(),
            range: start..end,
            quoted: typed.starts_with('"'),
            named: name.is_some(),
        }
    }
}

/// Returns the distance from the cursor to the end of its quote; `None` where it never closes.
fn closing(behind: &str, mut escaped: bool) -> usize {
    for (at, character) in behind.char_indices() {
        if character == '"' && !escaped {
            return at + 1;
        }
        escaped = !escaped && character == '\\';
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        Vocabulary {
            cnames: vec!["dl.site.com".to_owned(), "www.site.com".to_owned(), "img www".to_owned()],
            accounts: vec!["prod".to_owned(), "staging".to_owned()],
            providers: vec!["acme".to_owned()],
            closed: true,
        }
    }

    /// The texts that come of completing where the bar stands.
    fn completed(marked: &str) -> Vec<String> {
        let cursor = marked.find('|').unwrap_or(marked.len());
        let text = marked.replacen('|', "", 1);
        complete(&text, cursor, &vocabulary())
            .into_iter()
            .map(|completion| {
                let mut text = text.clone();
                text.replace_range(completion.range, &completion.insert);
                text
            })
            .collect()
    }

    #[test]
    fn an_empty_place_offers_every_field() {
        for marked in ["|", "cname:x |", "-|"] {
            assert_eq!(completed(marked).len(), FilterField::EVERY.len(), "{marked}");
        }
    }

    #[test]
    fn what_is_typed_is_completed_where_it_stands() {
        for (marked, expected) in [
            ("cn|", vec!["cname:"]),
            ("x -tar|", vec!["x -target:"]),
            ("st|", vec!["status:", "kind:host", "account:staging"]),
            ("fai|", vec!["status:failed"]),
            ("www|", vec!["cname:www.site.com", "cname:\"img www\""]),
            (
                "cname:|,b",
                vec!["cname:dl.site.com,b", "cname:www.site.com,b", "cname:\"img www\",b"],
            ),
            (
                "cname:dl.site.com,w|x y",
                vec!["cname:dl.site.com,www.site.com y", "cname:dl.site.com,\"img www\" y"],
            ),
            ("cname:\"im| status:failed", vec!["cname:\"img www\" status:failed"]),
            ("cname:\"im|x\" y", vec!["cname:\"img www\" y"]),
            ("cname:www.site.com|", vec![]),
            ("type:p|", vec!["type:pattern"]),
            ("kind:U|", vec!["kind:url", "kind:unknown", "kind:ignore_query"]),
            ("status:failed,succ|", vec!["status:failed,successful"]),
            ("since:3|", vec!["since:3m", "since:3h", "since:3d", "since:3w"]),
            ("since:y|", vec!["since:yesterday", "since:today"]),
            ("sent:|", vec!["sent:here"]),
            ("sen|", vec!["sent:here"]),
            ("cn|x:abc", vec!["cname:abc"]),
            ("a,cn|", vec![]),
            ("\"cn|", vec![]),
            ("\"a\\\" st|", vec![]),
            ("id:|", vec![]),
            ("https://h/|", vec![]),
        ] {
            assert_eq!(completed(marked), expected, "{marked}");
        }
    }

    #[test]
    fn a_cursor_beyond_the_text_or_inside_a_character_does_no_harm() {
        assert!(!complete("cn", 99, &vocabulary()).is_empty());
        assert!(complete("äcn", 1, &vocabulary()).iter().all(|offer| offer.range.start == 0));
    }
}
