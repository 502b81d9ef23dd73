//! What of a predicate a vendor could select by itself.

use chrono::{DateTime, Utc};

use super::{Pattern, Predicate, Test};
use crate::domain::kind::Kind;
use crate::domain::status::Status;

/// The part of a predicate that is a single plain value: what could be sent along with a question. Everything that the
/// predicate selects fits it; not everything that fits it is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Created at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Created before this.
    pub until: Option<DateTime<Utc>>,
    /// Of this account only, in lower case.
    pub account: Option<String>,
    /// Of this cname only, in lower case.
    pub cname: Option<String>,
    /// With this status only.
    pub status: Option<Status>,
    /// Of this kind only.
    pub kind: Option<Kind>,
    /// This id only.
    pub id: Option<String>,
}

impl Predicate {
    /// What of it a vendor could select by itself; how vendors differ in that is for whoever asks them to know.
    pub fn asks(&self) -> Asked {
        let mut asked = Asked { from: self.from, until: self.until, ..Asked::default() };
        for clause in self.clauses.iter().filter(|clause| !clause.negated) {
            match &clause.test {
                Test::Account(patterns) => fill(&mut asked.account, exact(patterns)),
                Test::Cname(patterns) => fill(&mut asked.cname, exact(patterns)),
                Test::Status(statuses) => fill(&mut asked.status, only(statuses).copied()),
                Test::Kind(kinds) => fill(&mut asked.kind, only(kinds).copied().flatten()),
                Test::Id(ids) => fill(&mut asked.id, only(ids).cloned()),
                Test::Provider(_)
                | Test::Target(_)
                | Test::By(_)
                | Test::SentHere
                | Test::Created(_) => {}
            }
        }
        asked
    }
}

/// Of two clauses on one field either may be asked: both must hold.
fn fill<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

fn only<T>(values: &[T]) -> Option<&T> {
    match values {
        [one] => Some(one),
        _ => None,
    }
}

fn exact(patterns: &[Pattern]) -> Option<String> {
    match only(patterns)? {
        Pattern::Is(text) => Some(text.clone()),
        Pattern::Contains(_) | Pattern::Glob(_) => None,
    }
}
