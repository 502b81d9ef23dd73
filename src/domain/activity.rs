//! Attempts at purges, as a vendor's activity log tells them: who asked, and for what the vendor
//! refused too.
//!
//! A vendor's history does not always say who purged. Where its activity log does, the two are
//! [joined](super::matching::attribute), and a purge gets its author's name. An attempt that was
//! refused made no purge; it is kept for itself.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::ids::ResourceId;
use super::kind::Kind;

/// The author of a request, by the vendor's own ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Author {
    /// The user, where the vendor says.
    pub user: Option<String>,
    /// The token that was used; `None` also for the vendor's own panel.
    pub token: Option<String>,
}

/// Our names for people and tokens: the vendor gives numbers.
///
/// A name is given to `42`, which is a user or a token, or to `user 42` or `token 42`, where both
/// have that number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// The names of these ids.
    pub fn new(names: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(names.into_iter().collect())
    }

    /// Each id with its name, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(id, name)| (id.as_str(), name.as_str()))
    }

    /// Names an author: by the token's name, which says more than its owner's; else the
    /// user's; else the user's or the token's number. `None` where the vendor told neither.
    pub fn of(&self, author: &Author) -> Option<String> {
        let told = [("token", &author.token), ("user", &author.user)];
        let named = told.iter().find_map(|(what, id)| {
            let id = id.as_ref()?;
            self.0.get(&format!("{what} {id}")).or_else(|| self.0.get(id))
        });
        named.cloned().or_else(|| {
            let (what, id) = told.iter().rev().find_map(|(what, id)| Some((what, id.as_ref()?)))?;
            Some(format!("{what} {id}"))
        })
    }
}

/// One attempt at a purge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The log's id for it; unique within an account.
    pub id: String,
    /// When the vendor was asked.
    pub at: DateTime<Utc>,
    /// The resource.
    pub resource: ResourceId,
    /// The kind; `None` where the log does not keep the request, or keeps it in words that we
    /// cannot read.
    pub kind: Option<Kind>,
    /// The entries as they were sent.
    pub targets: Vec<String>,
    /// The author.
    pub author: Author,
    /// From which address, where the vendor says.
    pub address: Option<String>,
    /// The status of the vendor's answer, as HTTP counts them.
    pub status: u16,
}

impl Attempt {
    /// Returns true if the vendor took it.
    pub fn is_accepted(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns true if the vendor refused it. Of an answer that is neither (a 5xx, for one) nobody
    /// knows what it meant.
    pub fn is_refused(&self) -> bool {
        (400..500).contains(&self.status)
    }
}

/// A refused attempt, with its author's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// When.
    pub at: DateTime<Utc>,
    /// The author, where known.
    pub by: Option<String>,
    /// On what.
    pub resource: ResourceId,
    /// The kind, where known.
    pub kind: Option<Kind>,
    /// Number of entries.
    pub target_count: u32,
    /// The first entry; empty where there is none.
    pub first_target: String,
    /// The status of the vendor's answer.
    pub status: u16,
}

impl Refused {
    /// Why, as far as the status tells.
    pub fn why(&self) -> &'static str {
        match self.status {
            401 => "not signed in",
            403 => "not allowed",
            404 => "no such resource",
            429 => "too many at a time",
            _ => "not taken",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn author(user: Option<&str>, token: Option<&str>) -> Author {
        Author { user: user.map(str::to_owned), token: token.map(str::to_owned) }
    }

    #[test]
    fn the_most_telling_name_is_taken_and_a_number_where_there_is_none() {
        let names = Names::new(
            [("42", "mira"), ("user 7", "jonas"), ("token 7", "deploy"), ("900", "cms")]
                .map(|(id, name)| (id.to_owned(), name.to_owned())),
        );
        for (user, token, name) in [
            (Some("42"), None, Some("mira")),
            (Some("42"), Some("1"), Some("mira")),
            (Some("42"), Some("7"), Some("deploy")),
            (Some("42"), Some("900"), Some("cms")),
            (Some("7"), None, Some("jonas")),
            (None, Some("7"), Some("deploy")),
            (Some("8"), Some("1"), Some("user 8")),
            (None, Some("1"), Some("token 1")),
            (None, None, None),
        ] {
            assert_eq!(names.of(&author(user, token)).as_deref(), name, "{user:?} {token:?}");
        }
    }
}
