//! A list that a typed word narrows down: the field above, the fitting lines below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::Chooser;
use crate::domain::text::escape_control;
use crate::panes::field::view::FieldView;
use crate::panes::scrolling::keep_in_view;
use crate::theme::{Role, Theme};
use crate::widgets::panel::{Panel, clear, popup};
use crate::widgets::scroll::ScrollBar;
use crate::widgets::text::{RowWriter, width};

/// The popup of a chooser; the area is the whole screen.
pub struct ChooserView<'a> {
    /// The list.
    pub chooser: &'a Chooser,
    /// Its title.
    pub title: &'a str,
    /// What stands beside each text, by its number in the order given: a mark before it (empty: none), a note at the right.
    pub beside: &'a dyn Fn(usize) -> (&'a str, String),
    /// Whether a word can be typed to narrow the list down; without, there is no field.
    pub narrowed: bool,
    /// What is said where nothing fits.
    pub nothing: &'a str,
    /// How things look.
    pub theme: &'a Theme,
}

impl Widget for &ChooserView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let chooser = self.chooser;
        let rows = u16::try_from(chooser.texts.len()).unwrap_or(u16::MAX);
        let field = u16::from(self.narrowed);
        let least = 5 + field;
        let area = popup(area, 76, rows.saturating_add(2 + field).clamp(least, 24));
        clear(area, buffer, self.theme);
        let note = if self.narrowed {
            format!("{} of {}", chooser.shown.len(), chooser.texts.len())
        } else {
            String::new()
        };
        (&Panel {
            title: self.title,
            title_role: Role::Heading,
            note: &note,
            focused: true,
            theme: self.theme,
        })
            .render(area, buffer);
        let inner = Panel::inner(area);
        if inner.is_empty() {
            return;
        }
        if self.narrowed {
            (&FieldView {
                text: chooser.field.text(),
                cursor: Some(chooser.field.cursor()),
                fault: None,
                ghost: "",
                theme: self.theme,
            })
                .render(Rect { height: 1, ..inner }, buffer);
        }
        let list = Rect { y: inner.y + field, height: inner.height - field, ..inner };
        let glyphs = &self.theme.glyphs;
        if chooser.shown.is_empty() {
            RowWriter::new(buffer, list, glyphs.ellipsis)
                .put(self.nothing, self.theme.style(Role::Dim));
        }
        let rows = usize::from(list.height);
        let top = keep_in_view(0, chooser.cursor, rows, chooser.shown.len());
        for (line, at) in (top..chooser.shown.len()).take(rows).enumerate() {
            let Some((number, text)) = chooser
                .shown
                .get(at)
                .and_then(|&number| Some((number, chooser.texts.get(number)?)))
            else {
                continue;
            };
            let row = Rect { y: list.y + line as u16, height: 1, ..list };
            let (mark, note) = (self.beside)(number);
            let here = at == chooser.cursor;
            let mut pen = RowWriter::new(buffer, row, glyphs.ellipsis);
            pen.column(if here { glyphs.cursor } else { "" }, 2, self.theme.style(Role::Focus));
            pen.column(mark, if mark.is_empty() { 0 } else { 2 }, self.theme.style(Role::Mark));
            let note_room = width(&note).min(pen.room() / 2);
            let room = pen.room().saturating_sub(note_room + 2);
            pen.column(&escape_control(text, 300), room, self.theme.style(Role::Text))
                .put(" ", self.theme.style(Role::Text))
                .column_right(&escape_control(&note, 300), note_room, self.theme.style(Role::Dim));
            if here {
                buffer.set_style(row, self.theme.style(Role::Cursor));
            }
        }
        (&ScrollBar { of: chooser.shown.len(), top, theme: self.theme })
            .render(Rect { x: area.right().saturating_sub(1), width: 1, ..list }, buffer);
    }
}
