//! The rows to ask for: a first page, the same rows again, the rows beyond an edge.

use super::{Hold, Pending, Rows};
use crate::domain::purge::PurgeRow;
use crate::domain::query::{Anchor, Sort};
use crate::domain::sort::RowPlace;

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

impl Rows {
    /// Returns the number of rows to ask for at once: what is in view, the same again, and some.
    pub(super) fn page_limit(&self) -> u32 {
        (self.page * 2 + 16) as u32
    }

    /// Returns the number of rows to ask for after a jump: those in view come first, and the others
    /// are asked for when they are there.
    pub(super) fn view_limit(&self) -> u32 {
        self.page.max(1) as u32
    }

    /// Takes another order; the rows are to be asked for again.
    pub fn sort_by(&mut self, sort: Sort) -> PageRequest {
        self.sort = sort;
        self.first_page()
    }

    /// The place of a row in the order.
    pub(super) fn place_of(&self, row: &PurgeRow) -> RowPlace<'static> {
        self.sort.place(row)
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
            (Some(_), Sort::NEWEST) if first && self.hold == Hold::Newest => {
                (Anchor::Start, CursorPlacement::Newest)
            }
            (Some(_), Sort::OLDEST) if last && self.hold == Hold::Newest => {
                (Anchor::End, CursorPlacement::Newest)
            }
            (Some(row), _) => {
                let before = (self.cursor_in_view() + self.page / 2 + 8) as u32;
                let row = self.place_of(row);
                (Anchor::Around { row, before }, CursorPlacement::Stay)
            }
            (None, _) => (Anchor::Start, CursorPlacement::First),
        };
        PageRequest { anchor, limit: self.page_limit() + self.page as u32, placement }
    }

    /// The rows beyond an edge that the cursor has come near; `None` while others are being waited
    /// for.
    pub fn prefetch(&self) -> Option<PageRequest> {
        if self.pending != Pending::None {
            return None;
        }
        let rows = self.held();
        let margin = self.page + 4;
        let limit = self.page_limit();
        let bottom = self.cursor.max(self.top + self.page);
        if self.window.more_after && bottom + margin >= rows.len() {
            return rows.last().map(|row| PageRequest {
                anchor: Anchor::After(self.place_of(row)),
                limit,
                placement: CursorPlacement::Append,
            });
        }
        if self.window.more_before && self.top < margin {
            return rows.first().map(|row| PageRequest {
                anchor: Anchor::Before(self.place_of(row)),
                limit,
                placement: CursorPlacement::Prepend,
            });
        }
        None
    }
}
