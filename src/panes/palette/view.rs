//! The palette's popup.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::{Choice, PalettePane};
use crate::commands::Command;
use crate::panes::fuzzy_list::view::FuzzyListView;
use crate::panes::overlay::{Overlay, OverlayInputs};

impl Overlay for PalettePane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let beside = |at: usize| {
            let note = self.entries.get(at).map(|entry| match (&entry.choice, entry.unavailable) {
                (_, Some(why)) => format!("({why})"),
                (Choice::Command(command), None) => (inputs.keys)(*command),
                (Choice::View(at, _), None) => {
                    Command::of_view(*at).map(inputs.keys).unwrap_or_default()
                }
                (Choice::Account(_) | Choice::Cname(_) | Choice::Theme(..), None) => String::new(),
            });
            ("", note.unwrap_or_default())
        };
        (&FuzzyListView {
            list: &self.list,
            title: "Find",
            beside: &beside,
            narrowed: true,
            theme: inputs.theme,
            clicks: inputs.clicks,
        })
            .render(area, buffer);
    }
}
