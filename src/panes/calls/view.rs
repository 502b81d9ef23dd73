//! The request log as a popup: a row to a call, and below them all of the one under the cursor.
//!
//! ```text
//! ┌ Request log ───────────────────────────────────────────────────────────── 3 calls, 1 failed ┐
//! │▸ 10:04:12 gcore-prod  ✗ 401    87 ms      GET  /cdn/resources?limit=1000                     │
//! │  10:04:11 tencent       200   143 ms      POST /                                             │
//! ├ call ───────────────────────────────────────────────────────────────────────────────────────┤
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::{CallsPane, sentence};
use crate::domain::call::{Call, CallLog};
use crate::panes::format;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Role;
use crate::widgets::panel::{divide, popup};
use crate::widgets::text::{RowWriter, put_lines, width};
use crate::widgets::wrap::wrap;

/// The largest width of an account's name, in cells; less on a narrow screen.
const MAX_NAME: u16 = 24;
/// The same where a row has fewer cells than [`WIDE`].
const MAX_NAME_NARROW: u16 = 12;
/// The cells from which on a row has room for everything.
const WIDE: u16 = 70;
/// Largest number of lines for the call under the cursor.
const ABOUT: usize = 6;

impl Overlay for CallsPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let &OverlayInputs { known, theme, .. } = inputs;
        let shown = self.shown();
        let note = self.note();
        let inner = popup(area, (140, area.height), ("Request log", &note), theme, buffer);
        let cursor = self.cursor(&shown);
        let Some(here) = shown.get(cursor) else {
            let words = match &self.log {
                None => "Reading the log.",
                Some(_) if known.offline => "Offline: no vendor is asked.",
                Some(log) if self.only_failures && log.last() > 0 => "No call failed.",
                Some(_) => "No vendor was asked yet.",
            };
            RowWriter::new(buffer, inner, theme).put(words, Role::Dim);
            return;
        };
        let mut about = wrap(&sentence(here), inner.width);
        about.truncate(ABOUT.min(usize::from(inner.height / 2)));
        let [rows, line, below] = Layout::vertical([
            Constraint::Fill(1),
            Constraint::Length(1),
            Constraint::Length(about.len() as u16),
        ])
        .areas(inner);
        let most = if rows.width < WIDE { MAX_NAME_NARROW } else { MAX_NAME };
        let names = shown.iter().map(|call| width(call.account.as_str())).max();
        let names = names.unwrap_or(0).min(most);
        let item = |at: usize| usize::try_from(shown.get(at)?.number).ok();
        inputs.list(shown.len(), cursor).draw_items(rows, buffer, item, |at, writer| {
            if let Some(call) = shown.get(at) {
                row(call, names, inputs, writer);
            }
        });
        divide(line, "call", theme, buffer);
        put_lines(below, about.into_iter().map(|line| (line, Role::Text)), theme, buffer);
    }
}

impl CallsPane {
    /// Counts the calls for the title.
    fn note(&self) -> String {
        let all = || self.log.iter().flat_map(CallLog::newest_first);
        let failed = all().filter(|call| call.failure.is_some()).count() as u64;
        let calls = format::count_noun(all().count() as u64, "call", "calls");
        match (self.only_failures, failed) {
            (true, failed) => format!("failures only, {} of {calls}", format::count(failed)),
            (false, 0) => calls,
            (false, failed) => format!("{calls}, {} failed", format::count(failed)),
        }
    }
}

fn row(call: &Call, names: u16, inputs: &OverlayInputs<'_>, writer: &mut RowWriter<'_>) {
    let glyphs = &inputs.theme.glyphs;
    let (mark, role) = match call.failure {
        Some(_) => (glyphs.failed, Role::Failed),
        None => ("", Role::Dim),
    };
    let status = call.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    writer.put(&format::moment(call.at, inputs.now, inputs.zone), Role::Dim).skip(1);
    writer.name(call.account.as_str(), names, Role::Text).skip(1);
    writer.column(mark, 1, role).skip(1).column(&status, 9, role).skip(1);
    writer.column_right(
        &format!("{} ms", format::count(call.took.as_millis() as u64)),
        9,
        Role::Dim,
    );
    let attempt = if call.attempt > 1 { format!("try {}", call.attempt) } else { String::new() };
    writer.skip(1).column(&attempt, 5, Role::Warning).skip(1);
    writer.column(&call.method, 4, Role::Dim).skip(1).put(&call.path, Role::Text);
}
