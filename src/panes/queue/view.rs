//! The queue as a popup: a row to a request, and below what is known of the one under the cursor.

use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::QueuePane;
use crate::domain::edge::Check;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::panes::format;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::panes::scrolling::keep_in_view;
use crate::theme::Role;
use crate::widgets::panel::{divide, popup};
use crate::widgets::scroll::list;
use crate::widgets::text::{RowWriter, put_lines};

/// Number of lines about the request under the cursor.
const ABOUT: u16 = 4;

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
            (0, 0) => "nothing under way".to_owned(),
            (0, done) => format!("nothing under way {} {done} done", theme.glyphs.dot),
            (open, _) => format!("{open} under way"),
        });
        let note = notes.join(&format!(" {} ", theme.glyphs.dot));
        let inner = popup(area, (120, area.height), ("Queue", &note), theme, buffer);
        let looks = self.pane.current().map_or(0, |entry| checks(entry).len());
        let about = if inner.height > ABOUT + 4 {
            (ABOUT + 1 + looks as u16).min((inner.height / 2).max(ABOUT + 1))
        } else {
            0
        };
        let [list, line, below] = Layout::vertical([
            Constraint::Fill(1),
            Constraint::Length(about.min(1)),
            Constraint::Length(about.saturating_sub(1)),
        ])
        .areas(inner);
        self.list(list, buffer);
        if about > 0 {
            divide(line, "request", theme, buffer);
            if let Some(entry) = self.pane.current() {
                put_lines(below, self.about(entry), theme, buffer);
            }
        }
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
        let cursor = self.pane.cursor();
        let top = keep_in_view(0, cursor, usize::from(area.height), entries.len());
        list(area, entries.len(), (top, cursor), theme, buffer, |at, writer| {
            if let Some(entry) = entries.get(at) {
                self.row(entry, area.width, writer);
            }
        });
    }

    fn row(&self, entry: &JournalEntry, width: u16, writer: &mut RowWriter<'_>) {
        let (mark, role) = format::entry_status(entry, &self.inputs.theme.glyphs);
        writer
            .column(&format!("{mark} {}", format::entry_word(entry)), 15, role)
            .column(&self.when(entry), 11, Role::Text)
            .skip(1);
        if width > 90 {
            writer.column(entry.request.account.as_str(), 14, Role::Text).skip(1);
        }
        let targets = entry.request.payload.targets();
        writer
            .column(&entry.request.cname, format::cname_cells(width), Role::Text)
            .skip(1)
            .column(entry.request.kind().word(), 8, Role::Text)
            .column_right(&targets.len().to_string(), 5, Role::Text)
            .skip(2)
            .put(targets.first().map_or("whole resource", String::as_str), Role::Text);
    }

    /// When it goes out, or went.
    fn when(&self, entry: &JournalEntry) -> String {
        if entry.state == JournalState::Queued {
            return match entry.planned_at - self.inputs.now {
                _ if self.inputs.known.paused => "paused".to_owned(),
                wait if wait <= TimeDelta::zero() => "next".to_owned(),
                wait => format!("in {}", format::short_length(wait)),
            };
        }
        let cancelled = entry.state == JournalState::Cancelled;
        let at = if cancelled { entry.answered_at } else { entry.sent_at };
        format!("{} ago", format::age(at.unwrap_or(entry.queued_at), self.inputs.now, true))
    }

    /// Lists the facts about the request under the cursor, one to a line.
    fn about(&self, entry: &JournalEntry) -> impl Iterator<Item = (String, Role)> {
        let glyphs = &self.inputs.theme.glyphs;
        let moment = |at| format::moment(at, self.inputs.now, self.inputs.zone);
        let facts = [
            Some(format!("queued {}", moment(entry.queued_at))),
            entry.sent_at.map(|at| format!("sent {}", moment(at))),
            entry.answered_at.map(|at| format!("{} {}", closing(entry), moment(at))),
            entry.purge.as_ref().map(|purge| format!("purge {purge}")),
        ];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        let first = facts.join(&format!(" {} ", glyphs.dot));
        let reason = match (&entry.reason, &entry.ticket) {
            (Some(reason), Some(ticket)) => format!("{ticket}: {reason}"),
            (Some(words), None) | (None, Some(words)) => words.clone(),
            (None, None) => String::new(),
        };
        let account = self.inputs.known.account(&entry.request.account);
        let vendor = account.map_or("The vendor", |account| account.provider.as_str());
        let mut vendor = vendor.to_owned();
        if let Some(initial) = vendor.get_mut(..1) {
            initial.make_ascii_uppercase();
        }
        let mut seen = meaning(entry.state).replace("The vendor", &vendor);
        if entry.state == JournalState::Failed && entry.error.is_none() {
            seen.push_str(" (no reason given)");
        } else if let (Some(edge), JournalState::Successful) = (&entry.verification, entry.state) {
            seen = format!("{seen}. At the edge: {}", edge.summary());
        }
        seen.push('.');
        let mut lines = vec![
            (first, Role::Text),
            (reason, Role::Text),
            (seen, Role::Dim),
            (entry.error.clone().unwrap_or_default(), Role::Error),
        ];
        for check in checks(entry) {
            let (glyph, role) = format::verdict(check.verdict(), glyphs);
            lines.push((format!("{glyph} {}", format::check(check)), role));
        }
        lines.into_iter().filter(|(words, _)| !words.is_empty())
    }
}

/// The looks at the edge after a request's purge.
fn checks(entry: &JournalEntry) -> &[Check] {
    entry.verification.as_ref().map_or(&[], |seen| seen.checks.as_slice())
}

/// Returns the word for the instant of a request's answer.
fn closing(entry: &JournalEntry) -> &'static str {
    match entry.state {
        JournalState::Cancelled => "canceled",
        // An answer that was lost, and a request that never went out, were given up.
        JournalState::Unknown => "given up",
        JournalState::Rejected if entry.sent_at.is_none() => "given up",
        JournalState::Queued
        | JournalState::Sending
        | JournalState::Accepted
        | JournalState::Rejected
        | JournalState::Successful
        | JournalState::Failed => "answered",
    }
}

/// Explains a state to the operator, without the full stop.
fn meaning(state: JournalState) -> &'static str {
    match state {
        JournalState::Queued => "Waits for its time or for room in the vendor's limits",
        JournalState::Sending => "Being sent",
        JournalState::Accepted => "The vendor accepted it and has not reported its end yet",
        JournalState::Rejected => "Refused: nothing was purged",
        JournalState::Unknown => {
            "The answer was lost; the vendor's history will show it. It is not sent again by itself"
        }
        JournalState::Successful => "The vendor reports success",
        JournalState::Failed => "The vendor accepted it, then reported: failed",
        JournalState::Cancelled => "Canceled before it was sent",
    }
}
