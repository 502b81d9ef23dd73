//! What could be typed next in a filter: fields, their values, times.

use std::ops::Range;

use super::lexer::ends_value;
use super::printer::written;
use super::syntax::Word;
use super::words::{Field, field_like, kind_word};
use crate::domain::kind::Kind;
use crate::domain::status::Status;

/// The most completions that are offered at once.
const MOST: usize = 50;

/// The names that are known, in the order in which they should be offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Resources' cnames.
    pub cnames: Vec<String>,
    /// Accounts' names.
    pub accounts: Vec<String>,
    /// Providers' names.
    pub providers: Vec<String>,
}

/// One thing that could be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What of the text it replaces: byte offsets on characters' edges; the cursor is in it or at its end.
    pub range: Range<usize>,
    /// What stands there afterwards; the cursor belongs after it.
    pub insert: String,
    /// What it means, in a few words.
    pub about: String,
}

/// What could stand where the cursor is, best first: what begins with what was typed, then what contains it. What is
/// already written out is not offered. The cursor is a byte offset; one inside a character counts as before it. The text
/// need not be a filter yet.
pub fn complete(text: &str, cursor: usize, vocabulary: &Vocabulary) -> Vec<Completion> {
    let spot = Spot::find(text, text.floor_char_boundary(cursor));
    let mut offers = match spot.field {
        Some(field) => values(field, &spot.typed, vocabulary),
        None if spot.first && !spot.quoted => terms(&spot, vocabulary),
        None => Vec::new(),
    };
    offers.retain(|offer| text.get(spot.range.clone()) != Some(offer.insert.as_str()));
    offers.truncate(MOST);
    let completion = |offer: Offer| Completion {
        range: spot.range.clone(),
        insert: offer.insert,
        about: offer.about,
    };
    offers.into_iter().map(completion).collect()
}

struct Offer {
    insert: String,
    about: String,
}

impl Offer {
    fn new(insert: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            insert: insert.into(),
            about: about.into(),
        }
    }
}

/// Where the cursor is, as far as an unfinished text tells.
struct Spot {
    field: Option<Field>,
    /// Whether it is the first value of its term, so that without a field it could still become one.
    first: bool,
    /// What stands between the value's start and the cursor, without an opening quote, in lower case.
    typed: String,
    range: Range<usize>,
    /// Whether a quote opens it.
    quoted: bool,
    /// Whether the colon of a field is already there, behind the cursor.
    named: bool,
}

impl Spot {
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
                        field = before.get(start..at).and_then(Field::named);
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
            typed: typed
                .strip_prefix('"')
                .unwrap_or(typed)
                .to_ascii_lowercase(),
            range: start..end,
            quoted: typed.starts_with('"'),
            named: name.is_some(),
        }
    }
}

/// How far behind the cursor the quote closes that it is in; nowhere, where it never does.
fn closing(behind: &str, mut escaped: bool) -> usize {
    for (at, character) in behind.char_indices() {
        if character == '"' && !escaped {
            return at + 1;
        }
        escaped = !escaped && character == '\\';
    }
    0
}

/// Fields, and where enough is typed, values that say what they belong to by themselves.
fn terms(spot: &Spot, vocabulary: &Vocabulary) -> Vec<Offer> {
    let fields = Field::EVERY.into_iter().map(|field| {
        let value = if field == Field::Sent && !spot.named {
            "here"
        } else {
            ""
        };
        Offer::new(format!("{}:{value}", field.name()), field.about())
    });
    let mut offers: Vec<_> = fields
        .filter(|offer| offer.insert.starts_with(&spot.typed))
        .collect();
    if spot.named || spot.typed.chars().count() < 2 {
        return offers;
    }
    for field in [
        Field::Status,
        Field::Kind,
        Field::Account,
        Field::Cname,
        Field::Provider,
    ] {
        offers.extend(
            values(field, &spot.typed, vocabulary)
                .into_iter()
                .map(|offer| Offer::new(format!("{}:{}", field.name(), offer.insert), offer.about)),
        );
    }
    offers
}

fn values(field: Field, typed: &str, vocabulary: &Vocabulary) -> Vec<Offer> {
    let all = match field {
        Field::Cname => names(field, &vocabulary.cnames, "cname"),
        Field::Account => names(field, &vocabulary.accounts, "account"),
        Field::Provider => names(field, &vocabulary.providers, "provider"),
        Field::Status => Status::EVERY
            .map(|status| Offer::new(status.word(), status.label()))
            .into(),
        Field::Kind => Kind::EVERY
            .map(Some)
            .into_iter()
            .chain([None])
            .map(|kind| Offer::new(kind_word(kind), kind_about(kind)))
            .collect(),
        Field::Since => counted(typed).unwrap_or_else(|| {
            table(&[
                ("15m", "the last 15 minutes"),
                ("1h", "the last hour"),
                ("2h", "the last two hours"),
                ("today", "since midnight"),
                ("1d", "the last 24 hours"),
                ("yesterday", "yesterday and today"),
                ("3d", "the last three days"),
                ("1w", "the last seven days"),
            ])
        }),
        Field::Until => counted(typed).unwrap_or_else(|| {
            table(&[
                ("1h", "up to an hour ago"),
                ("1d", "up to 24 hours ago"),
                ("yesterday", "up to the end of yesterday"),
                ("1w", "up to seven days ago"),
            ])
        }),
        Field::On => table(&[
            ("today", "the day that it is"),
            ("yesterday", "the day before"),
            ("yesterday..today", "both days"),
            ("1w..1d", "the last week but for the last 24 hours"),
        ]),
        Field::Sent => table(&[("here", "sent from this store")]),
        Field::Id | Field::Target | Field::By => Vec::new(),
    };
    let (mut best, mut good) = (Vec::new(), Vec::new());
    for offer in all {
        let word = offer.insert.trim_start_matches('"').to_ascii_lowercase();
        if word.starts_with(typed) {
            best.push(offer);
        } else if word.contains(typed) {
            good.push(offer);
        }
    }
    best.append(&mut good);
    best
}

fn names(field: Field, names: &[String], about: &str) -> Vec<Offer> {
    names
        .iter()
        .map(|name| Offer::new(written(&Word::exactly(name.as_str()), Some(field)), about))
        .collect()
}

fn table(rows: &[(&str, &str)]) -> Vec<Offer> {
    rows.iter()
        .map(|(insert, about)| Offer::new(*insert, *about))
        .collect()
}

/// A number was typed: in what it could count.
fn counted(typed: &str) -> Option<Vec<Offer>> {
    let number =
        !typed.is_empty() && typed.len() <= 3 && typed.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| {
        [
            ("m", "minutes"),
            ("h", "hours"),
            ("d", "days"),
            ("w", "weeks"),
        ]
        .map(|(letter, unit)| Offer::new(format!("{typed}{letter}"), format!("{typed} {unit} ago")))
        .into()
    })
}

fn kind_about(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Url) => "single files",
        Some(Kind::Pattern) => "a directory, prefix or wildcard",
        Some(Kind::All) => "everything of a resource",
        None => "a vendor's word that we do not know",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        Vocabulary {
            cnames: vec![
                "dl.site.com".to_owned(),
                "www.site.com".to_owned(),
                "img www".to_owned(),
            ],
            accounts: vec!["prod".to_owned(), "staging".to_owned()],
            providers: vec!["acme".to_owned()],
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
            assert_eq!(completed(marked).len(), Field::EVERY.len(), "{marked}");
        }
    }

    #[test]
    fn what_is_typed_is_completed_where_it_stands() {
        for (marked, expected) in [
            ("cn|", vec!["cname:"]),
            ("x -tar|", vec!["x -target:"]),
            ("st|", vec!["status:", "account:staging"]),
            ("fai|", vec!["status:failed"]),
            ("www|", vec!["cname:www.site.com", "cname:\"img www\""]),
            (
                "cname:|,b",
                vec![
                    "cname:dl.site.com,b",
                    "cname:www.site.com,b",
                    "cname:\"img www\",b",
                ],
            ),
            (
                "cname:dl.site.com,w|x y",
                vec![
                    "cname:dl.site.com,www.site.com y",
                    "cname:dl.site.com,\"img www\" y",
                ],
            ),
            (
                "cname:\"im| status:failed",
                vec!["cname:\"img www\" status:failed"],
            ),
            ("cname:\"im|x\" y", vec!["cname:\"img www\" y"]),
            ("cname:www.site.com|", vec![]),
            ("type:p|", vec!["type:pattern"]),
            ("kind:U|", vec!["kind:url", "kind:unknown"]),
            ("status:failed,succ|", vec!["status:failed,successful"]),
            (
                "since:3|",
                vec!["since:3m", "since:3h", "since:3d", "since:3w"],
            ),
            ("since:y|", vec!["since:yesterday", "since:today"]),
            ("sent:|", vec!["sent:here"]),
            ("sen|", vec!["sent:here"]),
            ("cn|x:abc", vec!["cname:abc"]),
            ("a,cn|", vec![]),
            ("\"cn|", vec![]),
            ("id:|", vec![]),
            ("https://h/|", vec![]),
        ] {
            assert_eq!(completed(marked), expected, "{marked}");
        }
    }

    #[test]
    fn a_cursor_beyond_the_text_or_inside_a_character_does_no_harm() {
        assert!(!complete("cn", 99, &vocabulary()).is_empty());
        assert!(
            complete("äcn", 1, &vocabulary())
                .iter()
                .all(|offer| offer.range.start == 0)
        );
    }
}
