//! Where things stand on a screen of a given size. Pure arithmetic: the update needs it as much as the drawing.

use ratatui::layout::Rect;

/// The parts of the screen; a part without room is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The program's name, the accounts, the clock.
    pub accounts: Rect,
    /// The tabs and the queue's state.
    pub tabs: Rect,
    /// The panes.
    pub board: Rect,
    /// The budgets of the row's resource, or a notice.
    pub status: Rect,
    /// The keys; a notice where there is no status line.
    pub footer: Rect,
}

impl Places {
    /// Where overlays have room: over the tabs and the panes. How fresh everything is, what is to be read and the keys stay in
    /// view.
    pub fn overlays(self) -> Rect {
        Rect {
            height: self.tabs.height + self.board.height,
            y: self.accounts.bottom(),
            ..self.board
        }
    }
}

/// The smallest screen that can be used.
pub const SMALLEST: (u16, u16) = (30, 9);

/// The parts of a screen; `None` where it is too small.
pub fn places(size: (u16, u16)) -> Option<Places> {
    let (width, height) = size;
    if width < SMALLEST.0 || height < SMALLEST.1 {
        return None;
    }
    let tabs = u16::from(height >= 16);
    let status = u16::from(height >= 20);
    let row = |y: u16, height: u16| Rect::new(0, y, width, height);
    let board = height - 2 - tabs - status;
    Some(Places {
        accounts: row(0, 1),
        tabs: row(1, tabs),
        board: row(1 + tabs, board),
        status: row(1 + tabs + board, status),
        footer: row(height - 1, 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_screen_belongs_to_one_part() {
        for height in SMALLEST.1..70 {
            let places = places((80, height));
            let rows: u16 = places.map_or(0, |it| {
                [it.accounts, it.tabs, it.board, it.status, it.footer]
                    .iter()
                    .map(|part| part.height)
                    .sum()
            });
            assert_eq!(rows, height);
        }
        assert_eq!(places((20, 5)), None);
    }
}
