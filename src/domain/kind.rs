//! The kinds of purge.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::words::words;

words! {
    /// The kind of purge.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Kind {
        /// Single files, by path or full URL.
        Url = "url";
        /// Single files with whatever query string they were asked for.
        IgnoreQuery = "ignore_query";
        /// Everything that a directory, prefix or wildcard covers.
        Pattern = "pattern";
        /// Everything whose URL a regular expression matches.
        Regex = "regex";
        /// Everything that one host name serves, of a resource that has several.
        Host = "host";
        /// Everything that the origin marked with a tag.
        Tag = "tag";
        /// The whole cache of a resource.
        All = "all";
    }
}

impl Kind {
    /// Returns true for a kind whose targets are addresses, with a path or a URL each.
    pub fn has_addresses(self) -> bool {
        match self {
            Self::Url | Self::IgnoreQuery | Self::Pattern | Self::Regex => true,
            Self::Host | Self::Tag | Self::All => false,
        }
    }
}

impl Kind {
    /// Returns true for a kind whose targets are names: of tags, or of hosts.
    pub fn is_named(self) -> bool {
        matches!(self, Self::Host | Self::Tag)
    }

    /// Returns the word for it in the cells of a list: of seven letters at most.
    pub fn label(self) -> &'static str {
        match self {
            Self::IgnoreQuery => "noquery",
            Self::Url | Self::Pattern | Self::Regex | Self::Host | Self::Tag | Self::All => {
                self.word()
            }
        }
    }

    /// Returns the noun for one of its targets.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Url | Self::IgnoreQuery => "URL",
            Self::Pattern => "pattern",
            Self::Regex => "regular expression",
            Self::Host => "host",
            Self::Tag => "tag",
            Self::All => "purge",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
