//! The popup of a choice.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PickPane;
use crate::panes::chooser::view::ChooserView;
use crate::theme::Theme;

/// The popup; the area is the whole screen.
#[derive(Clone, Copy, Debug)]
pub struct PickView<'a> {
    /// What is chosen from.
    pub pane: &'a PickPane,
    /// How things look.
    pub theme: &'a Theme,
}

impl Widget for &PickView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let asked = &self.pane.asked;
        let mark = |at: usize| {
            let chosen = asked.many && asked.items.get(at).is_some_and(|item| item.chosen);
            let blank = if asked.many { " " } else { "" };
            (if chosen { self.theme.glyphs.mark } else { blank }, String::new())
        };
        (&ChooserView {
            chooser: &self.pane.chooser,
            title: &asked.title,
            beside: &mark,
            narrowed: asked.purpose.is_narrowed(),
            nothing: "Nothing fits; delete some of the word.",
            theme: self.theme,
        })
            .render(area, buffer);
    }
}
