//! The popup of a fuzzy list: the field above, the matching lines below.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use super::FuzzyList;
use crate::panes::clicks::{Click, Clicks};
use crate::panes::field::view::FieldView;
use crate::panes::scrolling::keep_in_view;
use crate::theme::{Role, Theme};
use crate::widgets::panel::popup;
use crate::widgets::scroll::list;
use crate::widgets::text::{RowWriter, width};

/// The popup of a chooser; the area is the whole screen.
pub struct FuzzyListView<'a> {
    /// The list.
    pub list: &'a FuzzyList,
    /// Its title.
    pub title: &'a str,
    /// Makes the mark before a text (empty: none) and the note at its right, from its number.
    pub beside: &'a dyn Fn(usize) -> (&'a str, String),
    /// Set if a word can be typed to narrow the list down; without, there is no field.
    pub narrowed: bool,
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// Notes the rows, whose items are the numbers of their texts.
    pub clicks: &'a Clicks,
}

impl Widget for &FuzzyListView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let FuzzyList { field, texts, shown, cursor, keywords } = self.list;
        let rows = u16::try_from(texts.len()).unwrap_or(u16::MAX);
        let above = u16::from(self.narrowed);
        let wide = if keywords.is_empty() { 76 } else { 110 };
        let size = (wide, rows.saturating_add(2 + above).clamp(5 + above, 24));
        let counts = || format!("{} of {}", shown.len(), texts.len());
        let note = self.narrowed.then(counts).unwrap_or_default();
        let inner = popup(area, size, (self.title, &note), self.theme, buffer);
        let [typed, below] =
            Layout::vertical([Constraint::Length(above), Constraint::Fill(1)]).areas(inner);
        if self.narrowed {
            (&FieldView::new(field, self.theme)).render(typed, buffer);
        }
        if shown.is_empty() {
            RowWriter::new(buffer, below, self.theme).put("No match", Role::Dim);
        }
        let top = keep_in_view(0, *cursor, usize::from(below.height), shown.len());
        for (number, row) in shown.iter().skip(top).zip(below.rows()) {
            self.clicks.note(row, Click::Item(*number));
        }
        list(below, shown.len(), (top, *cursor), self.theme, buffer, |at, writer| {
            let number = shown.get(at).copied().unwrap_or_default();
            let (mark, note) = (self.beside)(number);
            writer.column(mark, if mark.is_empty() { 0 } else { 2 }, Role::Mark);
            let note_room = width(&note).min(writer.room() / 2);
            let room = writer.room().saturating_sub(note_room + 2);
            writer
                .column(texts.get(number).map_or("", String::as_str), room, Role::Text)
                .put(" ", Role::Text)
                .column_right(&note, note_room, Role::Dim);
        });
    }
}
