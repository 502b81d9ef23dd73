//! The questions that panes ask of the local history, and their answers.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::coverage::Coverage;
use super::filter::Predicate;
use super::ids::{AccountName, PurgeKey};
use super::kind::Kind;
use super::purge::PurgeRow;
use super::sort::RowPlace;
use super::status::Status;
use super::timeline::Timeline;

pub use super::sort::Sort;

/// The wanted rows of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// From the first row in the sort order.
    Start,
    /// The last rows in the sort order, given in the sort order.
    End,
    /// The rows after this one in the sort order, without it.
    After(RowPlace<'static>),
    /// The rows before this one in the sort order, without it, given in the sort order.
    Before(RowPlace<'static>),
    /// So many rows before this one, then this one or, where it is not selected any more, its
    /// successor, then the rest.
    Around {
        /// The row that should stay under the cursor. Where its purge has another place by now,
        /// that one counts.
        row: RowPlace<'static>,
        /// Number of rows that are wanted before it.
        before: u32,
    },
}

/// Asks for a window of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowQuery {
    /// The selection.
    pub predicate: Arc<Predicate>,
    /// In which order.
    pub sort: Sort,
    /// The window's place.
    pub anchor: Anchor,
    /// The most rows in it.
    pub limit: u32,
}

/// A window of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    /// The rows, in the sort order.
    pub rows: Vec<PurgeRow>,
    /// True if there are rows before the first one.
    pub more_before: bool,
    /// True if there are rows after the last one.
    pub more_after: bool,
}

/// Asks for the keys of a selection.
#[derive(Clone, Debug, PartialEq)]
pub struct KeysQuery {
    /// The selection.
    pub predicate: Arc<Predicate>,
    /// The only keys that are looked for; `None` for all.
    pub among: Option<Vec<PurgeKey>>,
    /// The most keys in the answer.
    pub limit: u32,
}

/// Asks for what is known of a selection as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryQuery {
    /// The selection.
    pub predicate: Arc<Predicate>,
    /// Into how many bars the timeline is divided; 0 for no timeline.
    pub bars: u16,
    /// The instant up to which a timeline without an end of its own runs.
    pub now: DateTime<Utc>,
}

/// Facts of a selection as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Number of selected purges.
    pub selected: u64,
    /// Number of purges in the store.
    pub stored: u64,
    /// The selected purges by status, only those that occur.
    pub by_status: Vec<(Status, u64)>,
    /// The selected purges by kind, only those that occur.
    pub by_kind: Vec<(Option<Kind>, u64)>,
    /// The selected purges by account, most first.
    pub by_account: Vec<(AccountName, u64)>,
    /// The selected purges by cname, most first, the first 50.
    pub by_cname: Vec<(String, u64)>,
    /// The selected purges by who asked for them, where that is known, most first, the first 50.
    pub by_author: Vec<(String, u64)>,
    /// Their spread over time.
    pub timeline: Timeline,
    /// For which times the accounts' local history is complete.
    pub coverage: Vec<(AccountName, Coverage)>,
}
