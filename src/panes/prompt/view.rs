//! The popup of one line.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use super::PromptPane;
use crate::panes::field::view::FieldView;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Role;
use crate::widgets::panel::popup;
use crate::widgets::text::{fit, printable, put_lines, width};

/// The most columns that the popup takes.
const MAX_COLUMNS: u16 = 64;
/// The most lines for why the line was not taken.
const MAX_LINES: usize = 4;

impl Overlay for PromptPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let theme = inputs.theme;
        let error = self.error.as_deref().map(printable);
        let (below, role) = match (&error, self.waiting) {
            (Some(error), _) => {
                (lines(error, MAX_COLUMNS.min(area.width).saturating_sub(2)), Role::Error)
            }
            (None, true) => (vec!["One moment …"], Role::Dim),
            (None, false) => (Vec::new(), Role::Dim),
        };
        let size = (MAX_COLUMNS, 3 + below.len() as u16);
        let inner = popup(area, size, (&self.asked.title, ""), theme, buffer);
        let [field, rest] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
        (&FieldView { ghost: self.suggestion(), ..FieldView::new(&self.field, theme) })
            .render(field, buffer);
        put_lines(rest, below.into_iter().map(|line| (line, role)), theme, buffer);
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
