//! What there is to offer for a field's name and for its values.

use super::Vocabulary;
use crate::domain::filter::printer::written;
use crate::domain::filter::syntax::Word;
use crate::domain::filter::words::{Field, kind_word};
use crate::domain::kind::Kind;
use crate::domain::status::Status;

/// A text and what it means.
pub(super) struct Offer {
    pub(super) insert: String,
    pub(super) about: String,
}

impl Offer {
    fn new(insert: impl Into<String>, about: impl Into<String>) -> Self {
        Self { insert: insert.into(), about: about.into() }
    }
}

/// Fields that begin with what was typed and, where that is enough to go by, values with their field before them. With
/// `named`, the text has the field's colon already and only its name is wanted.
pub(super) fn terms(typed: &str, named: bool, vocabulary: &Vocabulary) -> Vec<Offer> {
    let fields = Field::EVERY.into_iter().map(|field| {
        let value = if field == Field::Sent && !named { "here" } else { "" };
        Offer::new(format!("{}:{value}", field.name()), field.about())
    });
    let mut offers: Vec<_> = fields.filter(|offer| offer.insert.starts_with(typed)).collect();
    if named || typed.chars().count() < 2 {
        return offers;
    }
    for field in [Field::Status, Field::Kind, Field::Account, Field::Cname, Field::Provider] {
        offers.extend(
            values(field, typed, vocabulary)
                .into_iter()
                .map(|offer| Offer::new(format!("{}:{}", field.name(), offer.insert), offer.about)),
        );
    }
    offers
}

/// The values of a field that begin with what was typed, in lower case, then those that contain it.
pub(super) fn values(field: Field, typed: &str, vocabulary: &Vocabulary) -> Vec<Offer> {
    let all = match field {
        Field::Cname => names(field, &vocabulary.cnames, "cname"),
        Field::Account => names(field, &vocabulary.accounts, "account"),
        Field::Provider => names(field, &vocabulary.providers, "provider"),
        Field::Status => {
            Status::EVERY.map(|status| Offer::new(status.word(), status.label())).into()
        }
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
    rows.iter().map(|(insert, about)| Offer::new(*insert, *about)).collect()
}

/// A number was typed: in what it could count.
fn counted(typed: &str) -> Option<Vec<Offer>> {
    let number =
        !typed.is_empty() && typed.len() <= 3 && typed.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| {
        [("m", "minutes"), ("h", "hours"), ("d", "days"), ("w", "weeks")]
            .map(|(letter, unit)| {
                Offer::new(format!("{typed}{letter}"), format!("{typed} {unit} ago"))
            })
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
