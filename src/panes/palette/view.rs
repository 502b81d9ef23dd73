//! The palette's popup.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PalettePane;
use crate::commands::Command;
use crate::panes::chooser::view::ChooserView;
use crate::theme::Theme;

/// The popup; the area is the whole screen.
pub struct PaletteView<'a> {
    /// The commands.
    pub pane: &'a PalettePane,
    /// The keys of a command, as they are bound now.
    pub keys: &'a dyn Fn(Command) -> String,
    /// How things look.
    pub theme: &'a Theme,
}

impl Widget for &PaletteView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let beside = |at: usize| match self.pane.commands.get(at) {
            Some((_, Some(why))) => ("", format!("({why})")),
            Some((command, None)) => ("", (self.keys)(*command)),
            None => ("", String::new()),
        };
        (&ChooserView {
            chooser: &self.pane.chooser,
            title: "Commands",
            beside: &beside,
            narrowed: true,
            nothing: "No command has such a name.",
            theme: self.theme,
        })
            .render(area, buffer);
    }
}
