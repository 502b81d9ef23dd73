//! Joining an answer of the store with the rows that are held.

use super::{CursorPlacement, Hold, Rows};
use crate::domain::ids::PurgeKey;
use crate::domain::purge::PurgeRow;
use crate::domain::query::{Sort, Window};

impl Rows {
    /// The most rows that are held.
    fn max_held(&self) -> usize {
        self.page * 6 + 48
    }

    /// Puts the rows of an answer into place.
    pub(super) fn place(&mut self, window: &Window, placement: CursorPlacement) {
        match (placement, self.sort) {
            (CursorPlacement::Newest, _) if self.hold == Hold::Purge => self.keep_cursor(window),
            (CursorPlacement::First, _) | (CursorPlacement::Newest, Sort::NEWEST) => {
                self.replace(window);
                (self.cursor, self.top) = (0, 0);
                self.hold_newest_in(Sort::NEWEST);
            }
            (CursorPlacement::Last | CursorPlacement::Newest, _) => {
                self.replace(window);
                self.cursor = self.held().len().saturating_sub(1);
                self.hold_newest_in(Sort::OLDEST);
            }
            (CursorPlacement::Stay, _) => {
                self.keep_cursor(window);
                if self.hold == Hold::Newest {
                    // Since the question the operator went to the newest row, to follow it.
                    self.go_newest();
                }
            }
            (CursorPlacement::Append, _) => {
                let last = self.held().last();
                let fresh = window.rows.iter().filter(|row| {
                    last.is_none_or(|last| self.follows(last, row)) && !self.holds(row.key)
                });
                let fresh: Vec<_> = fresh.cloned().collect();
                self.window.rows.extend(fresh);
                self.window.more_after = window.more_after;
                self.drop_first();
            }
            (CursorPlacement::Prepend, _) => {
                let first = self.held().first();
                let fresh = window.rows.iter().filter(|row| {
                    first.is_none_or(|first| self.follows(row, first)) && !self.holds(row.key)
                });
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

    /// Returns whether `next` stands after a row in the sort order.
    fn follows(&self, row: &PurgeRow, next: &PurgeRow) -> bool {
        self.sort.compare(&self.place_of(row), &self.place_of(next)).is_lt()
    }

    /// Returns whether a purge is held; in the order of its status it may come twice.
    fn holds(&self, key: PurgeKey) -> bool {
        self.held().iter().any(|row| row.key == key)
    }

    fn replace(&mut self, window: &Window) {
        self.window = window.clone();
        self.lost = None;
    }

    /// Looks for the place of the row under the cursor among these rows.
    pub(super) fn reaches(&self, window: &Window) -> bool {
        let (first, last) = (window.rows.first(), window.rows.last());
        self.here().is_none_or(|here| {
            (!window.more_before || first.is_some_and(|row| !self.follows(here, row)))
                && (!window.more_after || last.is_some_and(|row| !self.follows(row, here)))
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
        let found = self.held().iter().position(|row| row.key == here.key);
        let place = found.unwrap_or_else(|| {
            let place = self.window.rows.partition_point(|row| self.follows(row, &here));
            self.lost = Some(here.key);
            self.window.rows.insert(place, here);
            place
        });
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
