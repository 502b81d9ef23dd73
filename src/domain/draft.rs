//! The operator's draft: its text, and the choices that go with it.

pub mod address;
mod again;
pub mod edit;
mod kept;
mod overview;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::{Document, DocumentFormat, read};
use super::ids::{AccountName, ResourceId};
use super::kind::Kind;

pub use kept::KeptDraft;
pub use overview::Overview;

/// The draft so far. Survives a crash, so it can be written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The targets as typed or pasted: a list, a table, a log, or whatever else names them.
    pub text: String,
    /// The format in which the text is to be read; `None`: the one that it is recognised as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<DocumentFormat>,
    /// The kind that was chosen; `None`: each line tells by its form. Everything is only ever meant
    /// by choice.
    pub kind: Option<Kind>,
    /// The kinds of entries whose form would tell another one, by the entry as it stands in the
    /// text: rows of the history keep theirs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<String, Kind>,
    /// The resource for targets without a host, and for a purge of everything.
    pub resource: Option<(AccountName, ResourceId)>,
    /// The mode that was chosen, where a vendor offers a choice.
    pub mode: Option<String>,
    /// The area that was chosen, where a vendor splits by area.
    pub area: Option<String>,
    /// Why.
    pub reason: String,
    /// The operator's ticket.
    pub ticket: String,
}

impl Draft {
    /// Returns true if throwing it away would lose nothing that would be purged.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.kind != Some(Kind::All)
    }

    /// Reads its text.
    pub fn read(&self) -> Document<'_> {
        read(&self.text, self.reading())
    }

    /// Returns the format in which it is read: the one that was chosen, or that its kind tells;
    /// `None`: the one that it is recognised as.
    pub fn reading(&self) -> Option<DocumentFormat> {
        self.format.or_else(|| DocumentFormat::of_kind(self.kind))
    }

    /// Returns the kind that an entry has by choice or by its origin; `None`: its form tells.
    pub fn kind_of(&self, entry: &str) -> Option<Kind> {
        self.kind.or_else(|| self.kinds.get(entry).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str, kind: Option<Kind>) -> Draft {
        Draft { text: text.to_owned(), kind, reason: "stale hero".to_owned(), ..Draft::default() }
    }

    #[test]
    fn names_and_expressions_are_read_as_such_where_their_kind_is_chosen() {
        let entries = |text: &str, kind| -> Vec<String> {
            let draft = draft(text, kind);
            draft.read().entries.into_iter().map(|entry| entry.text.into_owned()).collect()
        };
        assert_eq!(entries("a,b c", Some(Kind::Tag)), ["a", "b", "c"]);
        assert_eq!(entries("a.com b.com", Some(Kind::Host)), ["a.com", "b.com"]);
        assert_eq!(entries("^/a(b|c), d$\n", Some(Kind::Regex)), ["^/a(b|c), d$"]);
        assert_eq!(entries("/a?b /c", Some(Kind::IgnoreQuery)), ["/a?b", "/c"]);
    }

    #[test]
    fn a_draft_is_empty_where_nothing_of_it_would_be_purged() {
        assert!(draft(" \n", None).is_empty());
        assert!(!draft("", Some(Kind::All)).is_empty());
    }
}
