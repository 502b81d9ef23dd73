//! Joining an answer of the store with the rows that are held.

use super::{CursorPlacement, Hold, Rows};
use crate::domain::ids::PurgeKey;
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
            (CursorPlacement::First, _) | (CursorPlacement::Newest, Sort::Newest) => {
                self.replace(window);
                (self.cursor, self.top) = (0, 0);
                self.hold_newest_in(Sort::Newest);
            }
            (CursorPlacement::Last, _) | (CursorPlacement::Newest, Sort::Oldest) => {
                self.replace(window);
                self.cursor = self.held().len().saturating_sub(1);
                self.hold_newest_in(Sort::Oldest);
            }
            (CursorPlacement::Stay, _) => {
                self.keep_cursor(window);
                if self.hold == Hold::Newest {
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

    /// Compares keys in the sort order; any key follows none.
    fn follows(&self, key: Option<PurgeKey>, next: PurgeKey) -> bool {
        key.is_none_or(|key| match self.sort {
            Sort::Newest => next < key,
            Sort::Oldest => next > key,
        })
    }

    fn replace(&mut self, window: &Window) {
        self.window = window.clone();
        self.lost = None;
    }

    /// Looks for the place of the row under the cursor among these rows.
    pub(super) fn reaches(&self, window: &Window) -> bool {
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
