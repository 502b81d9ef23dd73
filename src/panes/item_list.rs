//! The list of an overlay: its rows, with the cursor in view, and what a click on each chooses.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::clicks::{Click, Clicks};
use super::scrolling::keep_in_view;
use crate::theme::{Role, Theme};
use crate::widgets::scroll::list;
use crate::widgets::text::RowWriter;

/// A list whose rows are items, or belong to one.
#[derive(Clone, Copy)]
pub struct ItemList<'a> {
    /// The number of its rows.
    pub rows: usize,
    /// The row under the cursor.
    pub cursor: usize,
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// Notes what can be clicked on.
    pub clicks: &'a Clicks,
}

impl ItemList<'_> {
    /// Draws a list in which every row is an item of the same number.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, draw: impl Fn(usize, &mut RowWriter<'_>)) {
        self.draw_items(area, buffer, Some, draw);
    }

    /// Draws a list in which `item` returns the item of a row; `None` for a heading. All rows of
    /// the item under the cursor are highlighted. `draw` gets the row's number.
    pub fn draw_items(
        &self,
        area: Rect,
        buffer: &mut Buffer,
        item: impl Fn(usize) -> Option<usize>,
        draw: impl Fn(usize, &mut RowWriter<'_>),
    ) {
        let &Self { rows, cursor, theme, clicks } = self;
        let top = keep_in_view(0, cursor, usize::from(area.height), rows);
        list(area, rows, (top, cursor), theme, buffer, draw);
        let here = item(cursor);
        for (at, row) in (top..rows).zip(area.rows()) {
            let Some(item) = item(at) else { continue };
            clicks.note(row, Click::Item(item));
            if Some(item) == here {
                buffer.set_style(row, theme.style(Role::Cursor));
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::theme::{ColourDepth, Glyphs};

    #[test]
    fn a_row_is_clicked_for_its_item_and_a_heading_for_nothing() {
        let theme = Theme::named("default", ColourDepth::Indexed, Glyphs::ASCII).unwrap();
        let (clicks, area) = (Clicks::default(), Rect::new(0, 0, 10, 3));
        let mut buffer = Buffer::empty(area);
        let items = [None, Some(0), None, Some(1), Some(1), Some(2)];
        let list = ItemList { rows: items.len(), cursor: 3, theme: &theme, clicks: &clicks };
        list.draw_items(area, &mut buffer, |at| items[at], |_, _| {});
        // The rows from the second to the fourth are in view.
        assert_eq!(clicks.at((4, 0)), Some(Click::Item(0)));
        assert_eq!(clicks.at((4, 1)), None);
        assert_eq!(clicks.at((4, 2)), Some(Click::Item(1)));
        assert_eq!(clicks.at((4, 3)), None);
    }
}
