//! The popup of the columns: a row to a column, with its width.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ColumnsPane;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Role;
use crate::widgets::panel::popup;

impl Overlay for ColumnsPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let theme = inputs.theme;
        let count = self.columns.len();
        let note = format!("{} of {count} shown", self.shown().count());
        let rows = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
        let inner = popup(area, (46, rows), ("Columns", &note), theme, buffer);
        inputs.list(count, self.cursor).draw(inner, buffer, |at, writer| {
            let Some((column, shown)) = self.columns.get(at) else { return };
            let role = if *shown { Role::Text } else { Role::Dim };
            writer.column(if *shown { theme.glyphs.mark } else { "" }, 2, Role::Mark);
            writer.column(&column.column.name(), 12, role);
            let width = match (column.width, shown) {
                (Some(width), _) => format!("{width} cells"),
                (None, true) => "as wide as its contents".to_owned(),
                (None, false) => String::new(),
            };
            writer.put(&width, Role::Dim);
        });
    }
}
