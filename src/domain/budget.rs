//! How much of a vendor's limits is left at an instant: a pure function of the purges that anybody made of late.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::ids::{AccountName, ResourceId};
use super::kind::Kind;

/// One recent purge that used up room in a window, by whomever: from the vendor's history, or from our journal where the
/// history does not show it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The account.
    pub account: AccountName,
    /// The resource.
    pub resource: ResourceId,
    /// What was purged.
    pub kind: Kind,
    /// When the vendor counted it.
    pub at: DateTime<Utc>,
    /// How many targets it had.
    pub targets: u32,
    /// Whether it was sent from here.
    pub sent_here: bool,
}

/// How one rate window stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetLine {
    /// For which kind of purge.
    pub kind: Kind,
    /// How many requests fit into the window.
    pub of: u32,
    /// The length of the window.
    pub per: Duration,
    /// How many requests it has room for now.
    pub left: u32,
    /// How many of the used ones were not sent from here.
    pub used_by_others: u32,
    /// When it has room again; `None` when it has room now.
    pub next: Option<DateTime<Utc>>,
}

/// A recent purge, by anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentPurge {
    /// What it used up.
    pub spent: Spent,
    /// Its entries, in the vendor's form.
    pub targets: Vec<String>,
    /// Whether it is finished, as far as is known.
    pub unfinished: bool,
    /// Who asked for it, where known.
    pub by: Option<String>,
}
