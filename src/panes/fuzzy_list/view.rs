//! The popup of a fuzzy list: the field above, the matching lines below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::FuzzyList;
use crate::panes::field::view::FieldView;
use crate::panes::scrolling::keep_in_view;
use crate::theme::{Role, Theme};
use crate::widgets::panel::{Panel, clear, popup};
use crate::widgets::scroll::ScrollBar;
use crate::widgets::text::{RowWriter, width};

/// The popup of a chooser; the area is the whole screen.
pub struct FuzzyListView<'a> {
    /// The list.
    pub list: &'a FuzzyList,
    /// Its title.
    pub title: &'a str,
    /// Returns what is beside a text, by its number: a mark before it (empty: none), a note at the
    /// right.
    pub beside: &'a dyn Fn(usize) -> (&'a str, String),
    /// Set if a word can be typed to narrow the list down; without, there is no field.
    pub narrowed: bool,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Widget for &FuzzyListView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let list = self.list;
        let rows = u16::try_from(list.texts.len()).unwrap_or(u16::MAX);
        let field = u16::from(self.narrowed);
        let least = 5 + field;
        let area = popup(area, 76, rows.saturating_add(2 + field).clamp(least, 24));
        clear(area, buffer, self.theme);
        let note = if self.narrowed {
            format!("{} of {}", list.shown.len(), list.texts.len())
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
                text: list.field.text(),
                cursor: Some(list.field.cursor()),
                fault: None,
                ghost: "",
                theme: self.theme,
            })
                .render(Rect { height: 1, ..inner }, buffer);
        }
        let below = Rect { y: inner.y + field, height: inner.height - field, ..inner };
        let glyphs = &self.theme.glyphs;
        if list.shown.is_empty() {
            RowWriter::new(buffer, below, glyphs.ellipsis)
                .put("No match", self.theme.style(Role::Dim));
        }
        let rows = usize::from(below.height);
        let top = keep_in_view(0, list.cursor, rows, list.shown.len());
        for (line, at) in (top..list.shown.len()).take(rows).enumerate() {
            let Some((number, text)) =
                list.shown.get(at).and_then(|&number| Some((number, list.texts.get(number)?)))
            else {
                continue;
            };
            let row = Rect { y: below.y + line as u16, height: 1, ..below };
            let (mark, note) = (self.beside)(number);
            let here = at == list.cursor;
            let mut writer = RowWriter::new(buffer, row, glyphs.ellipsis);
            writer.column(if here { glyphs.cursor } else { "" }, 2, self.theme.style(Role::Focus));
            writer.column(mark, if mark.is_empty() { 0 } else { 2 }, self.theme.style(Role::Mark));
            let note_room = width(&note).min(writer.room() / 2);
            let room = writer.room().saturating_sub(note_room + 2);
            writer
                .column(text, room, self.theme.style(Role::Text))
                .put(" ", self.theme.style(Role::Text))
                .column_right(&note, note_room, self.theme.style(Role::Dim));
            if here {
                buffer.set_style(row, self.theme.style(Role::Cursor));
            }
        }
        (&ScrollBar { of: list.shown.len(), top, theme: self.theme })
            .render(Rect { x: area.right().saturating_sub(1), width: 1, ..below }, buffer);
    }
}
