//! Help as a popup: keys at the left, what they do at the right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::{HelpPane, Line};
use crate::commands::Command;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::{Role, Theme};
use crate::widgets::panel::{Panel, clear, popup};
use crate::widgets::scroll::ScrollBar;
use crate::widgets::text::RowWriter;

/// The popup; the area is the whole screen.
pub struct HelpView<'a> {
    /// Its lines and scroll position.
    pub pane: &'a HelpPane,
    /// The keys of a command, as they are bound now.
    pub keys: &'a dyn Fn(Command) -> String,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Overlay for HelpPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        (&HelpView { pane: self, keys: inputs.keys, theme: inputs.theme }).render(area, buffer);
    }
}

impl Widget for &HelpView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = popup(area, 100, area.height);
        clear(area, buffer, self.theme);
        let title =
            format!("Help {} purgedeck {}", self.theme.glyphs.dot, env!("CARGO_PKG_VERSION"));
        (&Panel {
            title: &title,
            title_role: Role::Heading,
            note: "keys can be changed under [keys] in the configuration",
            focused: true,
            theme: self.theme,
        })
            .render(area, buffer);
        let inner = Panel::inner(area);
        let lines = &self.pane.lines;
        let rows = usize::from(inner.height);
        let top = self.pane.top.min(lines.len().saturating_sub(rows));
        for (row, line) in lines.iter().skip(top).take(rows).enumerate() {
            let row = Rect { y: inner.y + row as u16, height: 1, ..inner };
            let mut writer = RowWriter::new(buffer, row, self.theme.glyphs.ellipsis);
            match line {
                Line::Blank => {}
                Line::Here => {
                    writer.put("Here", self.theme.style(Role::Heading));
                }
                Line::Heading(group) => {
                    writer.put(group.title(), self.theme.style(Role::Heading));
                }
                Line::Entry(command) => {
                    let about = command.about();
                    let keys = (self.keys)(*command);
                    let (name, narrow) = (about.name, inner.width < 70);
                    writer
                        .skip(1)
                        .column(&keys, if narrow { 12 } else { 18 }, self.theme.style(Role::Key))
                        .skip(1);
                    if !narrow {
                        writer.column(name, 22, self.theme.style(Role::Dim));
                    }
                    writer.put(about.help, self.theme.style(Role::Text));
                }
            }
        }
        (&ScrollBar { of: lines.len(), top, theme: self.theme })
            .render(Rect { x: area.right().saturating_sub(1), width: 1, ..inner }, buffer);
    }
}
