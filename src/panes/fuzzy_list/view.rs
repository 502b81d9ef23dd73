//! The popup of a fuzzy list: the field above, the matching lines below.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use super::FuzzyList;
use crate::panes::clicks::Clicks;
use crate::panes::field::view::FieldView;
use crate::panes::item_list::ItemList;
use crate::theme::{Role, Theme};
use crate::widgets::panel::popup;
use crate::widgets::text::{RowWriter, width};
use crate::widgets::wrap::wrap;

/// The indentation of the further lines of a text.
const INDENT: &str = "  ";
/// The cells of the cursor's mark before each text.
const CURSOR: u16 = 2;

/// The popup of a chooser; the area is the whole screen.
pub struct FuzzyListView<'a> {
    /// The list.
    pub list: &'a FuzzyList,
    /// Its title.
    pub title: &'a str,
    /// Makes the mark before a text (empty: none) and the note at its right, from its number.
    pub beside: &'a dyn Fn(usize) -> (&'a str, String),
    /// Set if a word can be typed to narrow the list down; without, there is no field, and a text
    /// that is too long for its line is broken into several.
    pub narrowed: bool,
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// Notes the rows, whose items are the numbers of their texts.
    pub clicks: &'a Clicks,
}

impl Widget for &FuzzyListView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let FuzzyList { field, texts, shown, keywords, .. } = self.list;
        let above = u16::from(self.narrowed);
        let wide: u16 = if keywords.is_empty() { 76 } else { 110 };
        let lines = self.lines(wide.min(area.width).saturating_sub(2 + CURSOR));
        let rows = if self.narrowed { texts.len() } else { lines.len() };
        let rows = u16::try_from(rows).unwrap_or(u16::MAX);
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
        let here = self.list.here();
        let cursor = lines.iter().position(|line| Some(line.text) == here).unwrap_or(0);
        let list = ItemList { rows: lines.len(), cursor, theme: self.theme, clicks: self.clicks };
        let item = |at: usize| lines.get(at).map(|line| line.text);
        list.draw_items(below, buffer, item, |at, writer| {
            let Some(line) = lines.get(at) else { return };
            if !line.is_first {
                writer.put(INDENT, Role::Text).put(&line.words, Role::Text);
                return;
            }
            let (mark, note) = (self.beside)(line.text);
            writer.column(mark, if mark.is_empty() { 0 } else { 2 }, Role::Mark);
            let note_room = note_room(&note, writer.room());
            let room = writer.room().saturating_sub(note_room + 2);
            writer.column(&line.words, room, Role::Text).put(" ", Role::Text).column_right(
                &note,
                note_room,
                Role::Dim,
            );
        });
    }
}

/// A line of the list: a text, or a part of one.
struct Line<'a> {
    /// The number of the text.
    text: usize,
    words: Cow<'a, str>,
    is_first: bool,
}

impl FuzzyListView<'_> {
    /// Returns the lines in a room of this many cells.
    fn lines(&self, cells: u16) -> Vec<Line<'_>> {
        let mut lines = Vec::new();
        for &text in &self.list.shown {
            let words = self.list.texts.get(text).map_or("", String::as_str);
            if self.narrowed {
                lines.push(Line { text, words: words.into(), is_first: true });
                continue;
            }
            let (_, note) = (self.beside)(text);
            let room = cells.saturating_sub(note_room(&note, cells) + 2);
            for (at, words) in wrap(words, room).into_iter().enumerate() {
                lines.push(Line { text, words: words.into(), is_first: at == 0 });
            }
        }
        lines
    }
}

/// Returns the cells for a note in a line of so many.
fn note_room(note: &str, room: u16) -> u16 {
    width(note).min(room / 2)
}
