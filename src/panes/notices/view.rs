//! The history of notices as a popup: a row to a notice, and below it all of the one under the
//! cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::NoticesPane;
use crate::domain::event::Level;
use crate::domain::notice_log::LoggedNotice;
use crate::panes::format;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Role;
use crate::widgets::panel::{divide, popup};
use crate::widgets::text::{RowWriter, put_lines};
use crate::widgets::wrap::wrap;

/// Largest number of lines for the notice under the cursor.
const ABOUT: usize = 8;

impl Overlay for NoticesPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let &OverlayInputs { known, theme, .. } = inputs;
        let log = &known.notices;
        let note = format::count_noun(log.len() as u64, "notice", "notices");
        let inner = popup(area, (140, area.height), ("Notices", &note), theme, buffer);
        let Some(here) = self.current(known) else {
            RowWriter::new(buffer, inner, theme).put("Nothing was told yet.", Role::Dim);
            return;
        };
        let mut about = wrap(&words(here), inner.width);
        about.truncate(ABOUT.min(usize::from(inner.height / 2)));
        let [rows, line, below] = Layout::vertical([
            Constraint::Fill(1),
            Constraint::Length(1),
            Constraint::Length(about.len() as u16),
        ])
        .areas(inner);
        inputs.list(log.len(), self.cursor).draw(rows, buffer, |at, writer| {
            if let Some(logged) = log.get(at) {
                row(logged, inputs, writer);
            }
        });
        divide(line, "notice", theme, buffer);
        put_lines(below, about.into_iter().map(|line| (line, Role::Text)), theme, buffer);
    }
}

fn row(logged: &LoggedNotice, inputs: &OverlayInputs<'_>, writer: &mut RowWriter<'_>) {
    let (mark, role) = format::level(logged.notice.level, &inputs.theme.glyphs);
    let at = format::moment(logged.at, inputs.now, inputs.zone);
    let words_role = match logged.notice.level {
        Level::Info => Role::Text,
        Level::Warning | Level::Error => role,
    };
    writer.put(&at, Role::Dim).skip(1).put(mark, role).skip(1);
    if logged.times > 1 {
        writer.put(&format!("{}x ", logged.times), Role::Dim);
    }
    writer.put(&words(logged), words_role);
}

/// Returns a notice with its account.
fn words(logged: &LoggedNotice) -> String {
    match &logged.notice.account {
        Some(account) => format!("{account}: {}", logged.notice.words),
        None => logged.notice.words.clone(),
    }
}
