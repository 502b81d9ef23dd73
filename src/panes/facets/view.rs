//! The popup of the counts: groups below each other, each value with its number of purges.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{FacetsPane, Row};
use crate::commands::Command;
use crate::panes::format::count;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Role;
use crate::widgets::panel::popup;
use crate::widgets::text::width;

/// The widest popup.
const COLUMNS: u16 = 64;

impl Overlay for FacetsPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let theme = inputs.theme;
        let keys = [(Command::Mark, "several"), (Command::FacetsExclude, "leave out")];
        let notes = keys.map(|(command, words)| format!("{} {words}", (inputs.keys)(command)));
        let note = match self.chosen.len() {
            0 => notes.join("  "),
            chosen => format!("{} chosen", count(chosen as u64)),
        };
        let rows = u16::try_from(self.rows.len()).unwrap_or(u16::MAX).saturating_add(2);
        let inner = popup(area, (COLUMNS, rows), ("Counts", &note), theme, buffer);
        let list = inputs.list(self.rows.len(), self.cursor);
        let item = |at: usize| match self.rows.get(at)? {
            Row::Heading(..) => None,
            Row::Value(_) => Some(at),
        };
        list.draw_items(inner, buffer, item, |at, writer| match self.rows.get(at) {
            Some(Row::Heading(title, rest)) => {
                writer.put(title, Role::Heading).put("  ", Role::Dim).put(rest, Role::Dim);
            }
            Some(Row::Value(facet)) => {
                let chosen = self.chosen.contains(&facet.term);
                writer.column(if chosen { theme.glyphs.mark } else { "" }, 2, Role::Mark);
                let number = count(facet.purges);
                let room = writer.room().saturating_sub(width(&number) + 2);
                writer
                    .name(&facet.label, room, Role::Text)
                    .put(" ", Role::Text)
                    .put(&number, Role::Dim);
            }
            None => {}
        });
    }
}
