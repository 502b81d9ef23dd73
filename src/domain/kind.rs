//! The three kinds of purge.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Single files, by path or full URL.
    Url,
    /// Everything that a directory, prefix or wildcard covers.
    Pattern,
    /// The whole cache of a resource.
    All,
}

impl Kind {
    /// Every kind, in the order in which they are listed to people: narrow before wide.
    pub const EVERY: [Self; 3] = [Self::Url, Self::Pattern, Self::All];

    /// The word for it on the screen, in flags, filters and exports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Pattern => "pattern",
            Self::All => "all",
        }
    }

    /// The kind that a word stands for; the words are those of [`Kind::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|kind| kind.word() == word)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
