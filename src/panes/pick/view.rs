//! The popup of a choice.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PickPane;
use crate::panes::fuzzy_list::view::FuzzyListView;
use crate::panes::overlay::{Overlay, OverlayInputs};

impl Overlay for PickPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let asked = &self.asked;
        let mark = |at: usize| {
            let chosen = asked.many && asked.items.get(at).is_some_and(|item| item.chosen);
            let blank = if asked.many { " " } else { "" };
            (if chosen { inputs.theme.glyphs.mark } else { blank }, String::new())
        };
        (&FuzzyListView {
            list: &self.list,
            title: &asked.title,
            beside: &mark,
            narrowed: asked.purpose.is_narrowed(),
            theme: inputs.theme,
        })
            .render(area, buffer);
    }
}
