//! Help as a popup: keys at the left, what they do at the right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{HelpPane, Line};
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Role;
use crate::widgets::panel::popup;
use crate::widgets::scroll::scroll_bar;
use crate::widgets::text::RowWriter;

impl Overlay for HelpPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let theme = inputs.theme;
        let title = format!("Help {} purgedeck {}", theme.glyphs.dot, env!("CARGO_PKG_VERSION"));
        let note = "keys can be changed under [keys] in the configuration";
        let inner = popup(area, (100, area.height), (&title, note), theme, buffer);
        let top = self.top.min(self.lines.len().saturating_sub(usize::from(inner.height)));
        let narrow = inner.width < 70;
        for (line, row) in self.lines.iter().skip(top).zip(inner.rows()) {
            let mut writer = RowWriter::new(buffer, row, theme);
            match line {
                Line::Blank => {}
                Line::Here => {
                    writer.put("Here", Role::Heading);
                }
                Line::Heading(group) => {
                    writer.put(group.title(), Role::Heading);
                }
                Line::Entry(command) => {
                    let about = command.about();
                    let keys = (inputs.keys)(*command);
                    writer.skip(1).column(&keys, if narrow { 12 } else { 18 }, Role::Key).skip(1);
                    if !narrow {
                        writer.column(about.name, 22, Role::Dim);
                    }
                    writer.put(about.help, Role::Text);
                }
            }
        }
        scroll_bar(inner, self.lines.len(), top, theme, buffer);
    }
}
