//! The palette's popup.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PalettePane;
use crate::panes::fuzzy_list::view::FuzzyListView;
use crate::panes::overlay::{Overlay, OverlayInputs};

impl Overlay for PalettePane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let beside = |at: usize| match self.commands.get(at) {
            Some((_, Some(why))) => ("", format!("({why})")),
            Some((command, None)) => ("", (inputs.keys)(*command)),
            None => ("", String::new()),
        };
        (&FuzzyListView {
            list: &self.list,
            title: "Commands",
            beside: &beside,
            narrowed: true,
            theme: inputs.theme,
        })
            .render(area, buffer);
    }
}
