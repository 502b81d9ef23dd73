//! Help as a popup: keys at the left, what they do at the right; above it the search, if there is
//! one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use super::HelpPane;
use super::lines::{HelpLine, Sign};
use crate::commands::Command;
use crate::panes::field::view::FieldView;
use crate::panes::format;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::{Role, Theme};
use crate::widgets::panel::popup;
use crate::widgets::scroll::scroll_bar;
use crate::widgets::text::RowWriter;

/// The cells of the name of a mark or a field.
const WORD: u16 = 14;
/// The cells of an example of a filter.
const EXAMPLE: u16 = 43;

impl Overlay for HelpPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let theme = inputs.theme;
        let title = format!("Help {} purgedeck {}", theme.glyphs.dot, env!("CARGO_PKG_VERSION"));
        let search = (inputs.keys)(Command::HelpSearch);
        let note = format!("{search} search; keys can be changed under [keys]");
        let inner = popup(area, (100, area.height), (&title, &note), theme, buffer);
        let above = self.above();
        let [typed, below] =
            Layout::vertical([Constraint::Length(above), Constraint::Fill(1)]).areas(inner);
        if above > 0 {
            let mut field = FieldView::new(&self.search, theme);
            field.cursor = field.cursor.filter(|_| self.typing);
            (&field).render(typed, buffer);
        }
        if self.shown.is_empty() {
            RowWriter::new(buffer, below, theme).put("No match", Role::Dim);
        }
        let top = self.top(area);
        for (line, row) in self.shown.iter().skip(top).zip(below.rows()) {
            let mut writer = RowWriter::new(buffer, row, theme);
            draw_line(line, inputs, inner.width < 70, &mut writer);
        }
        scroll_bar(below, self.shown.len(), top, theme, buffer);
    }
}

fn draw_line(
    line: &HelpLine,
    inputs: &OverlayInputs<'_>,
    narrow: bool,
    writer: &mut RowWriter<'_>,
) {
    match line {
        HelpLine::Blank => {}
        HelpLine::Heading(title) => {
            writer.put(title, Role::Heading);
        }
        HelpLine::Entry(command, keys) => {
            let about = command.about();
            writer.skip(1).column(keys, if narrow { 12 } else { 18 }, Role::Key).skip(1);
            if !narrow {
                writer.column(about.name, 22, Role::Dim);
            }
            writer.put(about.help, Role::Text);
        }
        HelpLine::Sign(sign) => {
            let (glyph, role) = mark(*sign, inputs.theme);
            let (word, about) = sign.words();
            writer.skip(1).column(glyph, 2, role).column(word, WORD, role).put(about, Role::Text);
        }
        HelpLine::Rule(example, about) => {
            let room = if narrow { writer.room() / 2 } else { EXAMPLE };
            writer.skip(1).column(example, room, Role::Key).skip(1).put(about, Role::Text);
        }
        HelpLine::Field(field) => {
            let name = format!("{}:", field.name);
            writer.skip(1).column(&name, WORD, Role::Key).put(field.about, Role::Text);
            if !field.values.is_empty() {
                writer.put(": ", Role::Dim).put(&field.values.join(" "), Role::Dim);
            }
        }
    }
}

/// Returns a mark as the theme draws it.
fn mark(sign: Sign, theme: &Theme) -> (&'static str, Role) {
    let glyphs = &theme.glyphs;
    match sign {
        Sign::Purge(status, verified) => format::status_seen(status, verified, glyphs),
        Sign::Request(state) => format::state(state, glyphs),
        Sign::Online => (glyphs.online, Role::Successful),
        Sign::Asking => (glyphs.asking, Role::Dim),
        Sign::Cursor => (glyphs.cursor, Role::Focus),
        Sign::Marked => (glyphs.mark, Role::Mark),
        Sign::Sorted => (glyphs.sort_down, Role::Heading),
        Sign::SortedReversed => (glyphs.sort_up, Role::Heading),
        Sign::FailedBar => (glyphs.bar_failed, Role::BarFailed),
    }
}
