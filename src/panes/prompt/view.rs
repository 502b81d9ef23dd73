//! The popup of one line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PromptPane;
use crate::panes::field::view::FieldView;
use crate::theme::{Role, Theme};
use crate::widgets::panel::{Panel, clear, popup};
use crate::widgets::text::Pen;

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
        let trouble = self.pane.trouble.as_deref();
        let area = popup(area, 64, 3 + u16::from(trouble.is_some()));
        clear(area, buffer, self.theme);
        (&Panel {
            title: &self.pane.asked.title,
            title_role: Role::Heading,
            note: "",
            focused: true,
            theme: self.theme,
        })
            .render(area, buffer);
        let inner = Panel::inner(area);
        (&FieldView {
            text: self.pane.field.text(),
            cursor: Some(self.pane.field.cursor()),
            fault: None,
            ghost: self.pane.suggestion(),
            theme: self.theme,
        })
            .render(
                Rect {
                    height: 1.min(inner.height),
                    ..inner
                },
                buffer,
            );
        if let Some(trouble) = trouble {
            let below = Rect {
                y: inner.y + 1,
                height: inner.height.saturating_sub(1),
                ..inner
            };
            Pen::new(buffer, below, self.theme.glyphs.ellipsis)
                .put(trouble, self.theme.style(Role::Error));
        }
    }
}
