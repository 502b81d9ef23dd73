//! A scroll bar of one column.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::theme::{Role, Theme};

/// A scroll bar; nothing is drawn where everything is in view.
#[derive(Clone, Copy, Debug)]
pub struct ScrollBar<'a> {
    /// Number of lines.
    pub of: usize,
    /// The first line in view.
    pub top: usize,
    /// Colours and glyphs.
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
            buffer[(area.x, y)].set_symbol(symbol).set_style(self.theme.style(role));
        }
    }
}
