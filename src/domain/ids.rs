//! The names by which things are told apart. All of them are text, because every vendor's are (a
//! Tencent task id looks like a number and is not one); they are cheap to clone.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as it is; what may stand in it is for whoever reads it from outside
            /// to check.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Arc::from(text.as_ref()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

text_id! {
    /// An account as the operator named it, for instance `gcore-prod`. Unique within a
    /// configuration and a store.
    AccountName
}
text_id! {
    /// A vendor's API, by the word that stands in the configuration and in exported history.
    ProviderName
}
text_id! {
    /// A vendor's name for a resource: a number at some, a UUID or a domain at others.
    ResourceId
}
text_id! {
    /// A vendor's name for a purge. Unique within an account, not beyond it.
    PurgeId
}
text_id! {
    /// Our own name for one request in the journal, a UUID of version 7: in the order in which
    /// requests were queued.
    JournalId
}

text_id! {
    /// Our own name for a draft that is kept.
    DraftId
}

/// The place of a purge in the local history: the instant of its creation in microseconds since
/// 1970, moved on to the next free microsecond where two purges share one. Greater is newer, so a
/// window of history is a range of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PurgeKey(pub i64);

/// Ties a report to the effect that asked for it. A reader keeps the newest ticket that it gave out
/// and drops reports with any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

impl Ticket {
    /// The ticket after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}
