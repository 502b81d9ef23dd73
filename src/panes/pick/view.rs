//! The popup of a choice.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PickPane;
use crate::panes::Pane;
use crate::panes::fuzzy_list::view::FuzzyListView;
use crate::panes::overlay::{Overlay, OverlayInputs};

impl Overlay for PickPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let asked = &self.asked;
        let beside = |at: usize| {
            let command = asked.items.get(at).and_then(|item| item.key);
            let key = command.map(|it| (inputs.free_key)(self.contexts(), it));
            ("", key.unwrap_or_default())
        };
        (&FuzzyListView {
            list: &self.list,
            title: &asked.title,
            beside: &beside,
            narrowed: asked.purpose.is_narrowed(),
            theme: inputs.theme,
            clicks: inputs.clicks,
        })
            .render(area, buffer);
    }
}
