//! The three kinds of purge.

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
        /// Everything that a directory, prefix or wildcard covers.
        Pattern = "pattern";
        /// The whole cache of a resource.
        All = "all";
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
