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

impl PurgeId {
    /// Makes one id for all the purges that a vendor made of one request, in its order: that of the
    /// only one, or all of them with commas between. `None` of none.
    pub fn of_all<'t>(ids: impl IntoIterator<Item = &'t str>) -> Option<Self> {
        let ids = ids.into_iter().map(str::trim).filter(|id| !id.is_empty());
        let ids: Vec<&str> = ids.collect();
        (!ids.is_empty()).then(|| Self::from(ids.join(",")))
    }

    /// Returns the ids of the purges that it stands for: usually itself alone.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        self.0.split(',').map(Self::new)
    }

    /// Returns true if it is this id, or one for several purges of which this is one.
    pub fn covers(&self, id: &Self) -> bool {
        self == id || self.0.split(',').any(|one| *one == *id.0)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_stands_for_all_the_purges_of_a_request() {
        let several = PurgeId::of_all(["1", " 2", ""]).unwrap_or_else(|| PurgeId::new(""));
        assert_eq!(several.as_str(), "1,2");
        assert_eq!(several.each().collect::<Vec<_>>(), ["1", "2"].map(PurgeId::new));
        assert!(several.covers(&"2".into()) && several.covers(&several));
        assert!(!several.covers(&"12".into()) && !PurgeId::new("2").covers(&several));
        assert_eq!(PurgeId::of_all(["", " "]), None);
        assert_eq!(PurgeId::new("7").each().collect::<Vec<_>>(), [PurgeId::new("7")]);
    }
}
