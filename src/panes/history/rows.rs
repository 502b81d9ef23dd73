//! The rows in view and a margin around them, and the cursor among them.
//!
//! Only a window of the selection is ever held. The cursor moves within it without asking for
//! anything; near an edge the rows beyond it are asked for by the key of the last one, so nothing
//! is counted and nothing is skipped. `cursor` moves the cursor, `paging` says which rows to ask
//! for, `merge` joins an answer with the rows that are held.

mod cursor;
mod merge;
mod paging;

use chrono::{DateTime, Utc};

use crate::domain::event::StoreError;
use crate::domain::ids::{PurgeKey, Ticket};
use crate::domain::purge::PurgeRow;
use crate::domain::query::{Sort, Window};

pub use paging::{CursorPlacement, PageRequest};

/// The rows that are held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    window: Window,
    cursor: usize,
    top: usize,
    /// Number of rows in view.
    page: usize,
    sort: Sort,
    read: ReadState,
    pending: Pending,
    hold: Hold,
    /// The purge under the cursor where the selection has lost it: it stays there until the cursor
    /// leaves it.
    lost: Option<PurgeKey>,
    /// Set while the rows are those of another selection than the one that is asked for.
    is_of_other: bool,
}

/// The state of a list, for whoever draws it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ListState<'a> {
    /// Nothing was read yet, so nothing is known, not even that there is no row.
    Unread,
    /// There are rows.
    Rows,
    /// There is no row, and the store's last answer was an error.
    Failed(&'a StoreError),
    /// There is no row.
    Empty,
}

/// The store's last answer.
#[derive(Clone, Debug, Default, PartialEq)]
enum ReadState {
    #[default]
    Unread,
    Read,
    Failed(StoreError),
}

/// The query that is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pending {
    #[default]
    None,
    Query {
        ticket: Ticket,
        placement: CursorPlacement,
        /// Set once the history has changed since: its answer will be out of date.
        outdated: bool,
    },
}

/// The thing that the cursor stays on when rows come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Hold {
    /// The newest row, whichever that is then, if the cursor is on it.
    #[default]
    Newest,
    /// Its purge: the operator has moved the cursor or acted on its row.
    Purge,
}

impl Rows {
    /// Makes a list of which nothing was read, in this order.
    pub fn sorted(sort: Sort) -> Self {
        Self { sort, ..Self::default() }
    }

    /// All that are held, in the sort order.
    pub fn held(&self) -> &[PurgeRow] {
        &self.window.rows
    }

    /// Returns the state of the list, for whoever draws it.
    pub fn state(&self) -> ListState<'_> {
        match &self.read {
            _ if !self.held().is_empty() => ListState::Rows,
            ReadState::Unread => ListState::Unread,
            ReadState::Read => ListState::Empty,
            ReadState::Failed(error) => ListState::Failed(error),
        }
    }

    /// Returns the rows in view.
    pub fn in_view(&self) -> &[PurgeRow] {
        let rows = self.held();
        let end = (self.top + self.page).min(rows.len());
        rows.get(self.top.min(end)..end).unwrap_or_default()
    }

    /// Returns the cursor's row in view.
    pub fn cursor_in_view(&self) -> usize {
        self.cursor.saturating_sub(self.top)
    }

    /// The row under the cursor.
    pub fn here(&self) -> Option<&PurgeRow> {
        self.held().get(self.cursor)
    }

    /// True for a purge that the selection has lost; it is shown only because the cursor is on it.
    pub fn is_lost(&self, key: PurgeKey) -> bool {
        self.lost == Some(key)
    }

    /// The order of the rows.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// True once the store has answered.
    pub fn is_known(&self) -> bool {
        self.read != ReadState::Unread
    }

    /// Compares the first row in view with the first of the selection, and the last with the last.
    pub fn edges(&self) -> (bool, bool) {
        (
            self.top == 0 && !self.window.more_before,
            self.top + self.page >= self.held().len() && !self.window.more_after,
        )
    }

    /// Sets the number of rows in view.
    pub fn set_page(&mut self, page: usize) {
        self.page = page;
        self.scroll();
    }

    /// Waits for the answer with this ticket; earlier ones are no longer awaited.
    pub fn asked(&mut self, ticket: Ticket, placement: CursorPlacement) {
        self.pending = Pending::Query { ticket, placement, outdated: false };
    }

    /// Takes note that another selection is asked for: its rows take the place of these, or none.
    pub fn select_other(&mut self) {
        self.is_of_other = true;
    }

    /// True if purges created between two instants, the last included, could be among the rows that
    /// are held, or next to them where nothing is known to lie between.
    pub fn touches(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        let (first, last) = (self.held().first(), self.held().last());
        let Some((first, last)) = first.zip(last) else {
            return true;
        };
        let ((newest, more_newer), (oldest, more_older)) = match self.sort {
            Sort::NEWEST => ((first, self.window.more_before), (last, self.window.more_after)),
            Sort::OLDEST => ((last, self.window.more_after), (first, self.window.more_before)),
            // In another order, purges of any time may come between.
            _ => return true,
        };
        (until >= oldest.created || !more_older) && (from <= newest.created || !more_newer)
    }

    /// Notes a change of the history; returns whether to ask for rows at once. While others are
    /// awaited, it is remembered until those are there.
    pub fn changed(&mut self) -> bool {
        match &mut self.pending {
            Pending::None => true,
            Pending::Query { outdated, .. } => {
                *outdated = true;
                false
            }
        }
    }

    /// Takes an answer. Returns `None` where it is no longer awaited; else whether the rows are out
    /// of date already.
    pub fn answer(&mut self, ticket: Ticket, result: &Result<Window, StoreError>) -> Option<bool> {
        let Pending::Query { ticket: awaited, placement, outdated } = self.pending else {
            return None;
        };
        if awaited != ticket {
            return None;
        }
        self.pending = Pending::None;
        match result {
            Ok(window) => {
                self.read = ReadState::Read;
                self.is_of_other = false;
                let held = placement == CursorPlacement::Newest && self.hold == Hold::Purge;
                if held && !self.reaches(window) {
                    // The operator took hold of a purge that these rows do not reach to: the
                    // question was the wrong one.
                    return Some(true);
                }
                self.place(window, placement);
            }
            Err(error) => {
                self.read = ReadState::Failed(error.clone());
                // What one filter selected must not stand under the name of another.
                if self.is_of_other {
                    (self.window, self.lost) = (Window::default(), None);
                    (self.cursor, self.top) = (0, 0);
                }
            }
        }
        Some(outdated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_filter_never_stand_under_another_that_could_not_be_read() {
        let row = PurgeRow {
            key: PurgeKey(1),
            account: "gcore-prod".into(),
            provider: "gcore".into(),
            id: "7".into(),
            cname: "www.site.com".to_owned(),
            kind: None,
            status: crate::domain::status::Status::Failed,
            raw_status: String::new(),
            created: DateTime::UNIX_EPOCH,
            target_count: 1,
            first_target: "/a".to_owned(),
            by: None,
            sent_here: false,
            verified: None,
        };
        let tickets = crate::effect::Tickets::default();
        let failed = Err(StoreError { words: "Away.".to_owned(), advice: "Wait.".to_owned() });
        let read = Ok(Window { rows: vec![row], ..Window::default() });
        let mut rows = Rows::default();
        let answered = |rows: &mut Rows, answer: &Result<Window, StoreError>| {
            let ticket = tickets.take();
            rows.asked(ticket, CursorPlacement::Newest);
            rows.answer(ticket, answer);
        };
        answered(&mut rows, &read);
        answered(&mut rows, &failed);
        assert_eq!(rows.state(), ListState::Rows, "the same rows, older");
        rows.select_other();
        assert_eq!(rows.state(), ListState::Rows, "until the answer is there");
        answered(&mut rows, &failed);
        assert!(matches!(rows.state(), ListState::Failed(_)) && rows.here().is_none());
        answered(&mut rows, &read);
        assert_eq!(rows.held().len(), 1);
    }
}
