//! A field of one line: its text, its cursor, the part that is wrong, and what could follow.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::Widget;
use unicode_segmentation::UnicodeSegmentation;

use super::Field;
use crate::theme::{Role, Theme};
use crate::widgets::text::{RowWriter, printable, width};

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

impl<'a> FieldView<'a> {
    /// Shows a field that has the focus.
    pub fn new(field: &'a Field, theme: &'a Theme) -> Self {
        Self { text: field.text(), cursor: Some(field.cursor()), fault: None, ghost: "", theme }
    }
}

impl Widget for &FieldView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let style = self.theme.style(Role::Field);
        let faulty = self.theme.style(Role::Fault);
        let before: u16 = self.text.get(..self.cursor.unwrap_or(0)).map_or(0, width);
        let scroll = before.saturating_add(1).saturating_sub(area.width);
        let mut writer = RowWriter::new(buffer, area, self.theme);
        let mut column: u16 = 0;
        for (at, grapheme) in self.text.grapheme_indices(true) {
            let shown = printable(grapheme);
            let wide = width(&shown).max(1);
            let (begin, end) = (column, column.saturating_add(wide));
            column = end;
            if begin < scroll {
                // What is cut through at the left leaves its cells blank.
                writer.skip(end.saturating_sub(scroll));
            } else if wide <= writer.room() {
                let fault = self.fault.as_ref();
                let wrong = fault.is_some_and(|it| at < it.end && at + grapheme.len() > it.start);
                let mut style = if wrong { faulty } else { style };
                if self.cursor == Some(at) {
                    style = style.add_modifier(Modifier::REVERSED);
                }
                writer.column(&shown, wide, style);
            } else {
                return;
            }
        }
        let length = self.text.len();
        if self.cursor.is_none_or(|cursor| cursor < length) {
            return;
        }
        let mut ghost = self.ghost.chars();
        if let Some(first) = ghost.next() {
            let style = self.theme.style(Role::Suggestion);
            writer
                .put(first.encode_utf8(&mut [0; 4]), style.add_modifier(Modifier::REVERSED))
                .put(ghost.as_str(), style);
        } else if self.fault.as_ref().is_some_and(|it| it.is_empty() && it.start >= length) {
            // Something is missing at the end.
            writer.put(self.theme.glyphs.bar_here, faulty.add_modifier(Modifier::REVERSED));
        } else {
            writer.put(" ", style.add_modifier(Modifier::REVERSED));
        }
    }
}
