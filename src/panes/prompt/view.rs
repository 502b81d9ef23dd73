//! The popup of one line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PromptPane;
use crate::panes::field::view::FieldView;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::{Role, Theme};
use crate::widgets::panel::{Panel, clear, popup};
use crate::widgets::text::{RowWriter, fit, width};

/// The most columns that the popup takes.
const MAX_COLUMNS: u16 = 64;
/// The most lines for why the line was not taken.
const MAX_LINES: usize = 4;

/// The popup; the area is the whole screen.
#[derive(Clone, Copy, Debug)]
pub struct PromptView<'a> {
    /// The question.
    pub pane: &'a PromptPane,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Overlay for PromptPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        (&PromptView { pane: self, theme: inputs.theme }).render(area, buffer);
    }
}

impl Widget for &PromptView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let below = match (&self.pane.error, self.pane.waiting) {
            (Some(error), _) => lines(error, MAX_COLUMNS.min(area.width).saturating_sub(2)),
            (None, true) => vec!["One moment …"],
            (None, false) => Vec::new(),
        };
        let role = if self.pane.error.is_some() { Role::Error } else { Role::Dim };
        let area = popup(area, MAX_COLUMNS, 3 + below.len() as u16);
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
            .render(Rect { height: 1.min(inner.height), ..inner }, buffer);
        for (line, row) in below.into_iter().zip(inner.rows().skip(1)) {
            RowWriter::new(buffer, row, self.theme.glyphs.ellipsis)
                .put(line, self.theme.style(role));
        }
    }
}

/// Wraps the text to this many cells and at most [`MAX_LINES`]; the last line is cut when it is
/// drawn.
fn lines(text: &str, columns: u16) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while lines.len() + 1 < MAX_LINES && width(rest) > columns {
        let (fits, _) = fit(rest, columns);
        let end = fits.rfind(' ').map_or(fits.len(), |blank| blank + 1);
        if end == 0 {
            break;
        }
        let (line, left) = rest.split_at(end);
        lines.push(line);
        rest = left;
    }
    lines.push(rest);
    lines
}
