//! Moving the cursor among the rows that are held.

use super::{CursorPlacement, Hold, PageRequest, Rows};
use crate::domain::query::{Anchor, Sort};
use crate::panes::scrolling::keep_in_view;

impl Rows {
    /// Pins the cursor to its purge, whatever comes in: the operator has moved it, or acts on it.
    pub fn pin(&mut self) {
        self.hold = Hold::Purge;
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
            return Some(PageRequest { limit: self.view_limit(), ..self.first_page() });
        }
        self.set_cursor(0);
        self.hold_newest_in(Sort::NEWEST);
        None
    }

    /// The last row; rows are wanted where it is not held. Where that is the newest one, the cursor
    /// follows the newest again.
    pub fn go_last(&mut self) -> Option<PageRequest> {
        if self.window.more_after {
            return Some(PageRequest {
                anchor: Anchor::End,
                limit: self.view_limit(),
                placement: CursorPlacement::Last,
            });
        }
        self.set_cursor(usize::MAX);
        self.hold_newest_in(Sort::OLDEST);
        None
    }

    /// Lets the cursor follow the newest row, which it is on in this order; in any other order it
    /// stays on its purge.
    pub(super) fn hold_newest_in(&mut self, sort: Sort) {
        self.hold = if self.sort == sort { Hold::Newest } else { Hold::Purge };
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

    pub(super) fn scroll(&mut self) {
        self.top = keep_in_view(self.top, self.cursor, self.page, self.held().len());
    }

    /// Puts the cursor on the newest row, if it is held.
    pub(super) fn go_newest(&mut self) {
        match self.sort {
            Sort::NEWEST if !self.window.more_before => self.set_cursor(0),
            Sort::OLDEST if !self.window.more_after => self.set_cursor(usize::MAX),
            _ => false,
        };
    }
}
