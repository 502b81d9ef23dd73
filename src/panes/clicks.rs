//! The places of the screen that do something when they are clicked on, as they were drawn last:
//! whatever draws such a place notes it, so that no other arithmetic finds it again.

use std::cell::RefCell;

use ratatui::layout::{Position, Rect};

use crate::commands::Command;
use crate::domain::column::Column;
use crate::effect::PaneId;

/// The effect of a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Click {
    /// Runs a command.
    Command(Command),
    /// Shows the view at this place, counted from 0.
    View(usize),
    /// Sorts a pane by a column.
    Column(PaneId, Column),
    /// Goes to an item of the topmost overlay's list, or chooses it.
    Item(usize),
}

/// The places of a frame.
#[derive(Clone, Debug, Default)]
pub struct Clicks(RefCell<Vec<(Rect, Click)>>);

impl Clicks {
    /// Forgets all places, before another frame is drawn.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Notes a place.
    pub fn note(&self, area: Rect, click: Click) {
        if !area.is_empty() {
            self.0.borrow_mut().push((area, click));
        }
    }

    /// Forgets the places that something is drawn over.
    pub fn cover(&self, area: Rect) {
        self.0.borrow_mut().retain(|(place, _)| place.intersection(area).is_empty());
    }

    /// Returns the effect of a click on a cell.
    pub fn at(&self, cell: (u16, u16)) -> Option<Click> {
        let cell = Position::from(cell);
        let spots = self.0.borrow();
        spots.iter().rev().find(|(area, _)| area.contains(cell)).map(|(_, click)| *click)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_means_what_was_drawn_last_at_its_cell() {
        let clicks = Clicks::default();
        clicks.note(Rect::new(0, 0, 10, 1), Click::View(0));
        clicks.note(Rect::new(0, 5, 10, 1), Click::Command(Command::Help));
        assert_eq!(clicks.at((9, 0)), Some(Click::View(0)));
        assert_eq!(clicks.at((10, 0)), None);
        clicks.cover(Rect::new(0, 0, 80, 5));
        clicks.note(Rect::new(2, 1, 4, 1), Click::Item(3));
        clicks.note(Rect::new(2, 2, 4, 1), Click::Item(4));
        assert_eq!(clicks.at((0, 0)), None);
        assert_eq!(clicks.at((2, 2)), Some(Click::Item(4)));
        assert_eq!(clicks.at((2, 3)), None);
        assert_eq!(clicks.at((0, 5)), Some(Click::Command(Command::Help)));
    }
}
