//! A scroll bar of one column, and the arithmetic of keeping a cursor in view.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::theme::{Role, Theme};

/// A scroll bar; nothing is drawn where everything is in view.
#[derive(Clone, Copy, Debug)]
pub struct ScrollBar<'a> {
    /// How many lines there are.
    pub of: usize,
    /// The first line in view.
    pub top: usize,
    /// How things look.
    pub theme: &'a Theme,
}

impl Widget for &ScrollBar<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let rows = usize::from(area.height);
        if area.is_empty() || self.of <= rows {
            return;
        }
        let thumb = (rows * rows / self.of).clamp(1, rows);
        let start = (rows - thumb) * self.top.min(self.of - rows) / (self.of - rows);
        for (at, y) in (area.top()..area.bottom()).enumerate() {
            let inside = (start..start + thumb).contains(&at);
            let (symbol, role) = if inside {
                (self.theme.glyphs.scroll_thumb, Role::Dim)
            } else {
                (self.theme.glyphs.scroll_track, Role::Border)
            };
            buffer[(area.x, y)]
                .set_symbol(symbol)
                .set_style(self.theme.style(role));
        }
    }
}

/// The first line in view after as little scrolling as keeps the cursor's line in view and leaves no empty lines below the
/// last one.
pub fn keep_in_view(top: usize, cursor: usize, rows: usize, of: usize) -> usize {
    if rows == 0 {
        return cursor;
    }
    let top = top.min(cursor).max((cursor + 1).saturating_sub(rows));
    top.min(of.saturating_sub(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_scrolls_no_further_than_the_cursor_needs() {
        assert_eq!(keep_in_view(0, 4, 5, 20), 0);
        assert_eq!(keep_in_view(0, 5, 5, 20), 1);
        assert_eq!(keep_in_view(10, 3, 5, 20), 3);
        assert_eq!(keep_in_view(18, 18, 5, 20), 15);
        assert_eq!(keep_in_view(3, 1, 5, 2), 0);
    }
}
