//! A row of keys and what they do, as the footer shows them: as many as fit, the most important first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::text::{RowWriter, width};
use crate::theme::{Role, Theme};

/// Keys and what they do.
#[derive(Clone, Copy, Debug)]
pub struct Hints<'a> {
    /// Key and title, the most important first.
    pub hints: &'a [(String, &'a str)],
    /// How things look.
    pub theme: &'a Theme,
}

impl Widget for &Hints<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let (key_style, title_style) =
            (self.theme.style(Role::Key), self.theme.style(Role::KeyTitle));
        let mut pen = RowWriter::new(buffer, area, self.theme.glyphs.ellipsis);
        for (key, title) in self.hints {
            let needed = width(key) + 1 + width(title);
            if needed > pen.room() {
                break;
            }
            pen.put(key, key_style).skip(1).put(title, title_style).skip(2);
        }
    }
}
