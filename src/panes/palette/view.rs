//! The palette's popup.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PalettePane;
use crate::commands::Command;
use crate::panes::fuzzy_list::view::FuzzyListView;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Theme;

/// The popup; the area is the whole screen.
pub struct PaletteView<'a> {
    /// The commands.
    pub pane: &'a PalettePane,
    /// The keys of a command, as they are bound now.
    pub keys: &'a dyn Fn(Command) -> String,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Overlay for PalettePane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        (&PaletteView { pane: self, keys: inputs.keys, theme: inputs.theme }).render(area, buffer);
    }
}

impl Widget for &PaletteView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let beside = |at: usize| match self.pane.commands.get(at) {
            Some((_, Some(why))) => ("", format!("({why})")),
            Some((command, None)) => ("", (self.keys)(*command)),
            None => ("", String::new()),
        };
        (&FuzzyListView {
            list: &self.pane.list,
            title: "Commands",
            beside: &beside,
            narrowed: true,
            theme: self.theme,
        })
            .render(area, buffer);
    }
}
