//! A field of one line: its text, its cursor, the part that is wrong, and what could follow.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::Widget;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::text::escape_control;
use crate::theme::{Role, Theme};
use crate::widgets::text::width;

/// A field of one line. It scrolls sideways so far that the cursor is in view.
#[derive(Clone, Debug)]
pub struct FieldView<'a> {
    /// Its text.
    pub text: &'a str,
    /// Position of the cursor, in bytes; `None` where the field has no focus.
    pub cursor: Option<usize>,
    /// The bytes at fault.
    pub fault: Option<Range<usize>>,
    /// The rest of the suggestion; shown after the text.
    pub ghost: &'a str,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Widget for &FieldView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let glyphs = &self.theme.glyphs;
        let style = self.theme.style(Role::Field);
        let cursor = self.cursor.unwrap_or(0);
        let before: u16 = self.text.get(..cursor).map_or(0, width);
        let scroll = (before + 1).saturating_sub(area.width);
        let mut column = 0u16;
        for (at, grapheme) in self.text.grapheme_indices(true) {
            let shown = escape_control(grapheme, usize::MAX);
            let wide = width(&shown).max(1);
            let end = at + grapheme.len();
            if column >= scroll && column + wide - scroll <= area.width {
                let wrong =
                    self.fault.as_ref().is_some_and(|fault| at < fault.end && end > fault.start);
                let mut style = if wrong { self.theme.style(Role::Fault) } else { style };
                if self.cursor == Some(at) {
                    style = style.add_modifier(Modifier::REVERSED);
                }
                let room = usize::from(area.right() - (area.x + column - scroll));
                buffer.set_stringn(area.x + column - scroll, area.y, &shown, room, style);
            }
            column += wide;
        }
        let mut x = area.x + column.saturating_sub(scroll);
        if x >= area.right() {
            return;
        }
        let ghost = self.theme.style(Role::Suggestion);
        let at_end = self.cursor.is_some_and(|cursor| cursor >= self.text.len());
        let missing = self
            .fault
            .as_ref()
            .is_some_and(|fault| fault.is_empty() && fault.start >= self.text.len());
        if !self.ghost.is_empty() && at_end {
            let room = usize::from(area.right() - x);
            let shown = escape_control(self.ghost, room);
            let (after, _) = buffer.set_stringn(x, area.y, &shown, room, ghost);
            if let Some(cell) = buffer.cell_mut((x, area.y)) {
                cell.modifier.insert(Modifier::REVERSED);
            }
            x = after;
        } else if at_end {
            let symbol = if missing { glyphs.bar_here } else { " " };
            let style = if missing { self.theme.style(Role::Fault) } else { style };
            buffer[(x, area.y)]
                .set_symbol(symbol)
                .set_style(style.add_modifier(Modifier::REVERSED));
        }
        let _ = x;
    }
}
