//! The queue as a popup: a row to a request, by plan, and below what is known of the one under the
//! cursor.

mod about;
mod row;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::QueuePane;
use super::plans::{Line, lines, place_in_plan, progress};
use crate::domain::journal::JournalEntry;
use crate::panes::format;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Role;
use crate::widgets::panel::{WIDE, divide, popup};
use crate::widgets::text::{RowWriter, put_lines};

/// Least number of rows for requests where the one under the cursor is told of below.
const MIN_ROWS: u16 = 4;

/// The popup of the queue.
struct QueueView<'a> {
    pane: &'a QueuePane,
    inputs: &'a OverlayInputs<'a>,
}

impl Overlay for QueuePane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        QueueView { pane: self, inputs }.draw(area, buffer);
    }

    fn shows_bad_news(&self) -> bool {
        true
    }
}

impl QueueView<'_> {
    fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let theme = self.inputs.theme;
        let inner = popup(area, (WIDE, area.height), ("Queue", &self.note()), theme, buffer);
        let entry = self.pane.current();
        let facts =
            entry.map_or_else(Vec::new, |entry| about::lines(entry, self.inputs, inner.width));
        let room = (inner.height / 2).min(inner.height.saturating_sub(MIN_ROWS + 1));
        let below = (facts.len() as u16).min(room);
        let [rows, line, about] = Layout::vertical([
            Constraint::Fill(1),
            Constraint::Length(below.min(1)),
            Constraint::Length(below),
        ])
        .areas(inner);
        self.list(rows, buffer);
        if below > 0 {
            divide(line, "request", theme, buffer);
            put_lines(about, facts, theme, buffer);
        }
    }

    /// Says when the last is sent, and how much is under way and over.
    fn note(&self) -> String {
        let &OverlayInputs { known, now, zone, theme, .. } = self.inputs;
        let entries = self.pane.entries();
        let open = entries.iter().filter(|entry| entry.state.is_open()).count();
        let mut notes = Vec::new();
        if known.paused {
            notes.push("paused".to_owned());
        } else if let Some(end) = known.queue_ends_at().filter(|end| *end > now) {
            notes.push(format!(
                "the last is sent at {} (in {})",
                format::moment(end, now, zone),
                format::length(end - now)
            ));
        }
        notes.push(match (open, entries.len() - open) {
            (0, 0) if self.pane.error.is_some() => "not known".to_owned(),
            (0, 0) => "nothing under way".to_owned(),
            (0, ended) => format!("nothing under way {} {ended} ended", theme.glyphs.dot),
            (open, _) => format!("{open} under way"),
        });
        notes.join(&format!(" {} ", theme.glyphs.dot))
    }

    fn list(&self, area: Rect, buffer: &mut Buffer) {
        let theme = self.inputs.theme;
        let entries = self.pane.entries();
        if entries.is_empty() {
            let words = match (&self.pane.error, &self.pane.entries) {
                (Some(error), _) => error.as_str(),
                (None, None) => "Reading the journal …",
                (None, Some(_)) => "Nothing was sent from here yet.",
            };
            RowWriter::new(buffer, area, theme).put(words, Role::Dim);
            return;
        }
        let columns = row::QueueColumns::of(entries, self.inputs, area.width);
        let [head, rows] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        columns.head(&mut RowWriter::new(buffer, head, theme));
        let lines = lines(entries);
        let here = Line::Request(self.pane.cursor());
        let cursor = lines.iter().position(|line| *line == here).unwrap_or(0);
        let item = |at: usize| match lines.get(at)? {
            Line::Plan(..) => None,
            Line::Request(at) => Some(*at),
        };
        let list = self.inputs.list(lines.len(), cursor);
        list.draw_items(rows, buffer, item, |at, writer| match lines.get(at) {
            Some(&Line::Plan(from, until)) => {
                self.plan(entries.get(from..until).unwrap_or_default(), writer);
            }
            Some(&Line::Request(at)) => {
                if let Some(entry) = entries.get(at) {
                    columns.row(entry, place_in_plan(entries, at), self.inputs, writer);
                }
            }
            None => {}
        });
    }

    /// The heading of a plan: how far it is, when it was queued and why.
    fn plan(&self, plan: &[JournalEntry], writer: &mut RowWriter<'_>) {
        let &OverlayInputs { now, zone, theme, .. } = self.inputs;
        let Some(first) = plan.first() else {
            return;
        };
        let dot = format!(" {} ", theme.glyphs.dot);
        let progress = progress(plan);
        let all_well = progress.len() == 1;
        writer
            .put("plan of ", Role::Dim)
            .put(&format::moment(first.queued_at, now, zone), Role::Heading);
        for (at, words) in progress.iter().enumerate() {
            let role = if at == 0 || all_well { Role::Heading } else { Role::Warning };
            writer.put(&dot, Role::Dim).put(words, role);
        }
        if let Some(why) = about::reason(first) {
            writer.put(&dot, Role::Dim).put(&why, Role::Dim);
        }
    }
}
