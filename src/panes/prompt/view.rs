//! The popup of one line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PromptPane;
use crate::panes::field::view::FieldView;
use crate::theme::{Role, Theme};
use crate::widgets::panel::{Panel, clear, popup};

/// The popup; the area is the whole screen.
#[derive(Clone, Copy, Debug)]
pub struct PromptView<'a> {
    /// What is asked.
    pub pane: &'a PromptPane,
    /// How things look.
    pub theme: &'a Theme,
}

impl Widget for &PromptView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = popup(area, 64, 3);
        clear(area, buffer, self.theme);
        (&Panel {
            title: &self.pane.asked.title,
            title_role: Role::Heading,
            note: "",
            focused: true,
            theme: self.theme,
        })
            .render(area, buffer);
        (&FieldView {
            text: self.pane.field.text(),
            cursor: Some(self.pane.field.cursor()),
            fault: None,
            ghost: "",
            theme: self.theme,
        })
            .render(Panel::inner(area), buffer);
    }
}
