//! The popup of a choice.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PickPane;
use crate::panes::fuzzy_list::view::FuzzyListView;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Theme;

/// The popup; the area is the whole screen.
#[derive(Clone, Copy, Debug)]
pub struct PickView<'a> {
    /// The list and its items.
    pub pane: &'a PickPane,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Overlay for PickPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        (&PickView { pane: self, theme: inputs.theme }).render(area, buffer);
    }
}

impl Widget for &PickView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let asked = &self.pane.asked;
        let mark = |at: usize| {
            let chosen = asked.many && asked.items.get(at).is_some_and(|item| item.chosen);
            let blank = if asked.many { " " } else { "" };
            (if chosen { self.theme.glyphs.mark } else { blank }, String::new())
        };
        (&FuzzyListView {
            list: &self.pane.list,
            title: &asked.title,
            beside: &mark,
            narrowed: asked.purpose.is_narrowed(),
            theme: self.theme,
        })
            .render(area, buffer);
    }
}
