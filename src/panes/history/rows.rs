//! The rows in view and a margin around them, and the cursor among them.
//!
//! Only a window of the selection is ever held. The cursor moves within it without asking for
//! anything; near an edge the rows beyond it are asked for by the key of the last one, so nothing
//! is counted and nothing is skipped.

use chrono::{DateTime, Utc};

use crate::domain::event::StoreError;
use crate::domain::ids::{PurgeKey, Ticket};
use crate::domain::purge::PurgeRow;
use crate::domain::query::{Anchor, Sort, Window};
use crate::panes::scrolling::keep_in_view;

/// A request for rows, and where the cursor goes when they come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Position of the rows.
    pub anchor: Anchor,
    /// The most of them.
    pub limit: u32,
    /// The cursor's place when they come.
    pub placement: CursorPlacement,
}

/// The cursor's place when rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorPlacement {
    /// It goes to the first row.
    First,
    /// It goes to the last row.
    Last,
    /// It goes to the newest row, if the operator has left it alone since the question; else it
    /// stays.
    Newest,
    /// It stays on its row, and the row where it is on the screen.
    Stay,
    /// The rows join those that are there, after them.
    Append,
    /// The rows join those that are there, before them.
    Prepend,
}

/// The rows that are held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    window: Window,
    cursor: usize,
    top: usize,
    /// Number of rows in view.
    page: usize,
    sort: Sort,
    waiting: Option<(Ticket, CursorPlacement)>,
    stale: bool,
    known: bool,
    /// Set once the operator has moved the cursor or acted on its row: it stays on its purge from
    /// then on.
    pinned: bool,
    /// The purge under the cursor where the selection has lost it: it stays there until the cursor
    /// leaves it.
    lost: Option<PurgeKey>,
    error: Option<StoreError>,
}

impl Rows {
    /// All that are held, in the sort order.
    pub fn held(&self) -> &[PurgeRow] {
        &self.window.rows
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

    /// Pins the cursor to its purge, whatever comes in: the operator has moved it, or acts on it.
    pub fn pin(&mut self) {
        self.pinned = true;
    }

    /// Returns whether the selection has lost this purge, which is shown only because the cursor is
    /// on it.
    pub fn is_lost(&self, key: PurgeKey) -> bool {
        self.lost == Some(key)
    }

    /// The order of the rows.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Returns whether rows were ever read; before that, nothing is known, not even that there are
    /// none.
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// Returns whether rows are being waited for that will replace those in view.
    pub fn is_loading(&self) -> bool {
        self.waiting.is_some_and(|(_, placement)| match placement {
            CursorPlacement::First | CursorPlacement::Last => true,
            CursorPlacement::Newest
            | CursorPlacement::Stay
            | CursorPlacement::Append
            | CursorPlacement::Prepend => false,
        })
    }

    /// Returns the store's last error.
    pub fn error(&self) -> Option<&StoreError> {
        self.error.as_ref()
    }

    /// Returns whether the first row in view is the first of the selection, and the last one the
    /// last.
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

    /// Reverses the order; the rows are to be asked for again.
    pub fn reverse(&mut self) -> PageRequest {
        self.sort = match self.sort {
            Sort::Newest => Sort::Oldest,
            Sort::Oldest => Sort::Newest,
        };
        self.first_page()
    }

    /// Moves the cursor by rows, as far as rows are held.
    pub fn go(&mut self, by: isize) -> bool {
        let last = self.held().len().saturating_sub(1);
        let to = self.cursor.saturating_add_signed(by).min(last);
        self.pin();
        self.set_cursor(to)
    }

    /// Moves the cursor by pages; the view moves as far as the cursor does.
    pub fn go_page(&mut self, by: isize) -> bool {
        let step = self.page.saturating_sub(1).max(1) as isize * by;
        let last = self.held().len().saturating_sub(1);
        let to = self.cursor.saturating_add_signed(step).min(last);
        self.top = self.top.saturating_add_signed(step);
        self.pin();
        self.set_cursor(to)
    }

    /// Puts the cursor on the row in view at this place; whether there is one.
    pub fn go_in_view(&mut self, at: usize) -> bool {
        let there = self.top + at;
        at < self.page && there < self.held().len() && {
            self.pin();
            self.set_cursor(there);
            true
        }
    }

    /// The first row; rows are wanted where it is not held. Where that is the newest one, the
    /// cursor follows the newest again.
    pub fn go_first(&mut self) -> Option<PageRequest> {
        if self.window.more_before {
            return Some(self.first_page());
        }
        self.set_cursor(0);
        self.pinned = self.sort != Sort::Newest;
        None
    }

    /// The last row; rows are wanted where it is not held. Where that is the newest one, the cursor
    /// follows the newest again.
    pub fn go_last(&mut self) -> Option<PageRequest> {
        if self.window.more_after {
            return Some(PageRequest {
                anchor: Anchor::End,
                limit: self.page_limit(),
                placement: CursorPlacement::Last,
            });
        }
        self.set_cursor(usize::MAX);
        self.pinned = self.sort != Sort::Oldest;
        None
    }

    fn set_cursor(&mut self, to: usize) -> bool {
        let mut to = to.min(self.held().len().saturating_sub(1));
        let moved = to != self.cursor;
        if moved {
            let lost = self.lost.take();
            if lost.is_some() && self.here().map(|row| row.key) == lost {
                self.window.rows.remove(self.cursor);
                to -= usize::from(to > self.cursor);
            }
        }
        self.cursor = to;
        self.scroll();
        moved
    }

    fn scroll(&mut self) {
        self.top = keep_in_view(self.top, self.cursor, self.page, self.held().len());
    }

    /// Returns the number of rows to ask for at once: what is in view, the same again, and some.
    fn page_limit(&self) -> u32 {
        (self.page * 2 + 16) as u32
    }

    /// The most rows that are held.
    fn max_held(&self) -> usize {
        self.page * 6 + 48
    }

    /// The rows from the first one on, for another selection or another order.
    pub fn first_page(&self) -> PageRequest {
        PageRequest {
            anchor: Anchor::Start,
            limit: self.page_limit(),
            placement: CursorPlacement::First,
        }
    }

    /// The same rows again, after the history has changed. A cursor on the newest row, with nothing
    /// newer beyond it, stays on the newest row, whichever that is then, as long as the operator
    /// has left it alone; any other stays on its purge.
    pub fn reload(&self) -> PageRequest {
        let first = self.cursor == 0 && !self.window.more_before;
        let last = self.cursor + 1 == self.held().len() && !self.window.more_after;
        let (anchor, placement) = match (self.here(), self.sort) {
            (Some(_), Sort::Newest) if first && !self.pinned => {
                (Anchor::Start, CursorPlacement::Newest)
            }
            (Some(_), Sort::Oldest) if last && !self.pinned => {
                (Anchor::End, CursorPlacement::Newest)
            }
            (Some(row), Sort::Newest | Sort::Oldest) => {
                let before = (self.cursor_in_view() + self.page / 2 + 8) as u32;
                let key = row.key;
                (Anchor::Around { key, before }, CursorPlacement::Stay)
            }
            (None, _) => (Anchor::Start, CursorPlacement::First),
        };
        PageRequest { anchor, limit: self.page_limit() + self.page as u32, placement }
    }

    /// The rows beyond an edge that the cursor has come near; `None` while others are being waited
    /// for.
    pub fn prefetch(&self) -> Option<PageRequest> {
        if self.waiting.is_some() {
            return None;
        }
        let rows = self.held();
        let margin = self.page + 4;
        let limit = self.page_limit();
        let bottom = self.cursor.max(self.top + self.page);
        if self.window.more_after && bottom + margin >= rows.len() {
            return rows.last().map(|row| PageRequest {
                anchor: Anchor::After(row.key),
                limit,
                placement: CursorPlacement::Append,
            });
        }
        if self.window.more_before && self.top < margin {
            return rows.first().map(|row| PageRequest {
                anchor: Anchor::Before(row.key),
                limit,
                placement: CursorPlacement::Prepend,
            });
        }
        None
    }

    /// Waits for the answer with this ticket; earlier ones are no longer awaited.
    pub fn asked(&mut self, ticket: Ticket, placement: CursorPlacement) {
        self.waiting = Some((ticket, placement));
        self.stale = false;
    }

    /// Returns whether purges created between two instants, the last included, could be among the
    /// rows that are held, or next to them where nothing is known to lie between.
    pub fn touches(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        let (first, last) = (self.held().first(), self.held().last());
        let Some((first, last)) = first.zip(last) else {
            return true;
        };
        let ((newest, more_newer), (oldest, more_older)) = match self.sort {
            Sort::Newest => ((first, self.window.more_before), (last, self.window.more_after)),
            Sort::Oldest => ((last, self.window.more_after), (first, self.window.more_before)),
        };
        (until >= oldest.created || !more_older) && (from <= newest.created || !more_newer)
    }

    /// Notes a change of the history; returns whether to ask for rows at once. While others are
    /// awaited, it is remembered until those are there. Whether rows are to be asked for at once;
    /// while others are being waited for, it is remembered until those are there.
    pub fn changed(&mut self) -> bool {
        self.stale = self.waiting.is_some();
        !self.stale
    }

    /// Takes an answer. Returns `None` where it is no longer awaited; else whether the rows are out
    /// of date already.
    pub fn answer(&mut self, ticket: Ticket, result: &Result<Window, StoreError>) -> Option<bool> {
        let (waiting, placement) = self.waiting?;
        if waiting != ticket {
            return None;
        }
        self.waiting = None;
        self.known = true;
        match result {
            Ok(window) => {
                self.error = None;
                if placement == CursorPlacement::Newest && self.pinned && !self.reaches(window) {
                    // The operator took hold of a purge that these rows do not reach to: the
                    // question was the wrong one.
                    self.stale = true;
                } else {
                    self.place(window, placement);
                }
            }
            Err(error) => self.error = Some(error.clone()),
        }
        Some(std::mem::take(&mut self.stale))
    }

    fn place(&mut self, window: &Window, placement: CursorPlacement) {
        match (placement, self.sort) {
            (CursorPlacement::Newest, _) if self.pinned => self.keep_cursor(window),
            (CursorPlacement::First, sort) | (CursorPlacement::Newest, sort @ Sort::Newest) => {
                self.replace(window);
                (self.cursor, self.top) = (0, 0);
                self.pinned = sort != Sort::Newest;
            }
            (CursorPlacement::Last, sort) | (CursorPlacement::Newest, sort @ Sort::Oldest) => {
                self.replace(window);
                self.cursor = self.held().len().saturating_sub(1);
                self.pinned = sort != Sort::Oldest;
            }
            (CursorPlacement::Stay, _) => {
                self.keep_cursor(window);
                if !self.pinned {
                    // Since the question the operator went to the newest row, to follow it.
                    self.go_newest();
                }
            }
            (CursorPlacement::Append, _) => {
                let last = self.held().last().map(|row| row.key);
                let fresh = window.rows.iter().filter(|row| self.follows(last, row.key));
                let fresh: Vec<_> = fresh.cloned().collect();
                self.window.rows.extend(fresh);
                self.window.more_after = window.more_after;
                self.drop_first();
            }
            (CursorPlacement::Prepend, _) => {
                let first = self.held().first().map(|row| row.key);
                let fresh = window
                    .rows
                    .iter()
                    .filter(|row| first.is_none_or(|first| self.follows(Some(row.key), first)));
                let fresh: Vec<_> = fresh.cloned().collect();
                let more = fresh.len();
                self.window.rows.splice(0..0, fresh);
                self.window.more_before = window.more_before;
                self.cursor += more;
                self.top += more;
                self.drop_last();
            }
        }
        self.scroll();
    }

    /// Returns whether a key comes after another in the sort order.
    fn follows(&self, key: Option<PurgeKey>, next: PurgeKey) -> bool {
        key.is_none_or(|key| match self.sort {
            Sort::Newest => next < key,
            Sort::Oldest => next > key,
        })
    }

    fn go_newest(&mut self) {
        match self.sort {
            Sort::Newest if !self.window.more_before => self.set_cursor(0),
            Sort::Oldest if !self.window.more_after => self.set_cursor(usize::MAX),
            Sort::Newest | Sort::Oldest => false,
        };
    }

    fn replace(&mut self, window: &Window) {
        self.window = window.clone();
        self.lost = None;
    }

    /// Returns whether the place of the row under the cursor is among these rows.
    fn reaches(&self, window: &Window) -> bool {
        let (first, last) = (window.rows.first(), window.rows.last());
        self.here().is_none_or(|here| {
            (!window.more_before || first.is_some_and(|row| !self.follows(Some(here.key), row.key)))
                && (!window.more_after
                    || last.is_some_and(|row| !self.follows(Some(row.key), here.key)))
        })
    }

    /// The cursor stays on its purge, also where the selection has lost it: what is under the
    /// cursor must not turn into another purge between a look and a key.
    fn keep_cursor(&mut self, window: &Window) {
        let at_start = self.edges().0;
        let on_screen = self.cursor_in_view();
        let here = self.here().cloned();
        self.replace(window);
        let Some(here) = here else {
            (self.cursor, self.top) = (0, 0);
            return;
        };
        let place = self.window.rows.partition_point(|row| self.follows(Some(row.key), here.key));
        if self.held().get(place).is_none_or(|row| row.key != here.key) {
            self.lost = Some(here.key);
            self.window.rows.insert(place, here);
        }
        self.cursor = place;
        self.top =
            if at_start && !self.window.more_before { 0 } else { place.saturating_sub(on_screen) };
    }

    fn drop_first(&mut self) {
        let surplus = self.held().len().saturating_sub(self.max_held());
        let gone = surplus.min(self.top.saturating_sub(self.page));
        if gone > 0 {
            self.window.rows.drain(..gone);
            self.window.more_before = true;
            self.cursor -= gone;
            self.top -= gone;
        }
    }

    fn drop_last(&mut self) {
        let keep = self.max_held().max(self.top + self.page * 2);
        if self.held().len() > keep {
            self.window.rows.truncate(keep);
            self.window.more_after = true;
        }
    }
}
