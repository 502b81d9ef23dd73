//! The queue as a popup: a row to a request, and below what is known of the one under the cursor.

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::QueuePane;
use crate::domain::edge::Check;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::known::Known;
use crate::domain::zone::Zone;
use crate::panes::format;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::panes::scrolling::keep_in_view;
use crate::theme::{Role, Theme};
use crate::widgets::panel::{Divider, Panel, clear, popup};
use crate::widgets::scroll::ScrollBar;
use crate::widgets::text::RowWriter;

/// Number of lines about the request under the cursor.
const ABOUT: u16 = 4;

/// The popup; the area is the whole screen.
#[derive(Clone, Copy, Debug)]
pub struct QueueView<'a> {
    /// The queue.
    pub pane: &'a QueuePane,
    /// Accounts and the queue's state.
    pub known: &'a Known,
    /// The time.
    pub now: DateTime<Utc>,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Overlay for QueuePane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let &OverlayInputs { known, now, zone, theme, .. } = inputs;
        (&QueueView { pane: self, known, now, zone, theme }).render(area, buffer);
    }
}

impl Widget for &QueueView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = popup(area, 120, area.height);
        clear(area, buffer, self.theme);
        let entries = self.pane.entries();
        let open = entries.iter().filter(|entry| entry.state.is_open()).count();
        let mut notes = Vec::new();
        if self.known.paused {
            notes.push("paused".to_owned());
        } else if let Some(end) = self.known.queue_ends_at().filter(|end| *end > self.now) {
            notes.push(format!(
                "the last goes out at {} (in {})",
                format::moment(end, self.now, self.zone),
                format::length(end - self.now)
            ));
        }
        notes.push(match (open, entries.len() - open) {
            (0, 0) => "nothing under way".to_owned(),
            (0, done) => format!("nothing under way {} {done} done", self.theme.glyphs.dot),
            (open, _) => format!("{open} under way"),
        });
        let note = notes.join(&format!(" {} ", self.theme.glyphs.dot));
        (&Panel {
            title: "Queue",
            title_role: Role::Heading,
            note: &note,
            focused: true,
            theme: self.theme,
        })
            .render(area, buffer);
        let inner = Panel::inner(area);
        let looks = self.pane.current().map_or(0, |entry| checks(entry).len());
        let about = if inner.height > ABOUT + 4 {
            (ABOUT + 1 + looks as u16).min((inner.height / 2).max(ABOUT + 1))
        } else {
            0
        };
        let list = Rect { height: inner.height - about, ..inner };
        self.list(list, area.right(), buffer);
        if about > 0 {
            let line = Rect::new(area.x, list.bottom(), area.width, 1);
            (&Divider {
                title: "request",
                title_role: Role::Heading,
                focused: true,
                theme: self.theme,
            })
                .render(line, buffer);
            if let Some(entry) = self.pane.current() {
                let below = Rect::new(inner.x, list.bottom() + 1, inner.width, about - 1);
                self.about(entry, below, buffer);
            }
        }
    }
}

impl QueueView<'_> {
    fn list(&self, area: Rect, edge: u16, buffer: &mut Buffer) {
        let glyphs = &self.theme.glyphs;
        let entries = self.pane.entries();
        if entries.is_empty() {
            let words = match (&self.pane.error, &self.pane.entries) {
                (Some(error), _) => error.as_str(),
                (None, None) => "Reading the journal …",
                (None, Some(_)) => "Nothing was sent from here yet.",
            };
            RowWriter::new(buffer, area, glyphs.ellipsis).put(words, self.theme.style(Role::Dim));
            return;
        }
        let rows = usize::from(area.height);
        let cursor = self.pane.cursor();
        let top = keep_in_view(0, cursor, rows, entries.len());
        for (line, (at, entry)) in entries.iter().enumerate().skip(top).take(rows).enumerate() {
            let row = Rect { y: area.y + line as u16, height: 1, ..area };
            self.row(entry, at == cursor, row, buffer);
        }
        (&ScrollBar { of: entries.len(), top, theme: self.theme })
            .render(Rect { x: edge.saturating_sub(1), width: 1, ..area }, buffer);
    }

    fn row(&self, entry: &JournalEntry, here: bool, row: Rect, buffer: &mut Buffer) {
        let glyphs = &self.theme.glyphs;
        let text = self.theme.style(Role::Text);
        let (mark, role) = format::entry_status(entry, glyphs);
        let mut writer = RowWriter::new(buffer, row, glyphs.ellipsis);
        writer
            .column(if here { glyphs.cursor } else { "" }, 2, self.theme.style(Role::Focus))
            .column(&format!("{mark} {}", entry.word()), 15, self.theme.style(role))
            .column(&self.when(entry), 11, text)
            .skip(1);
        if row.width > 90 {
            writer.column(entry.request.account.as_str(), 14, text).skip(1);
        }
        writer.column(&entry.request.cname, format::cname_cells(row.width), text).skip(1).column(
            entry.request.kind().word(),
            8,
            text,
        );
        let targets = entry.request.payload.targets();
        let first = targets.first().map_or("everything", String::as_str);
        writer.column_right(&targets.len().to_string(), 5, text).skip(2).put(first, text);
        if here {
            buffer.set_style(row, self.theme.style(Role::Cursor));
        }
    }

    /// When it goes out, or went.
    fn when(&self, entry: &JournalEntry) -> String {
        match entry.state {
            JournalState::Queued if self.known.paused => "paused".to_owned(),
            JournalState::Queued if entry.planned_at <= self.now => "next".to_owned(),
            JournalState::Queued => format!("in {}", short(entry.planned_at - self.now)),
            JournalState::Cancelled => {
                let at = entry.answered_at.unwrap_or(entry.queued_at);
                format!("{} ago", format::age(at, self.now, true))
            }
            JournalState::Sending
            | JournalState::Accepted
            | JournalState::Rejected
            | JournalState::Unknown
            | JournalState::Successful
            | JournalState::Failed => {
                let at = entry.sent_at.unwrap_or(entry.queued_at);
                format!("{} ago", format::age(at, self.now, true))
            }
        }
    }

    fn about(&self, entry: &JournalEntry, area: Rect, buffer: &mut Buffer) {
        let moment = |at| format::moment(at, self.now, self.zone);
        let facts = [
            Some(format!("queued {}", moment(entry.queued_at))),
            entry.sent_at.map(|at| format!("sent {}", moment(at))),
            entry.answered_at.map(|at| format!("{} {}", closing(entry), moment(at))),
            entry.purge.as_ref().map(|purge| format!("purge {purge}")),
        ];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        let first = facts.join(&format!(" {} ", self.theme.glyphs.dot));
        let reason = match (&entry.reason, &entry.ticket) {
            (Some(reason), Some(ticket)) => format!("{ticket}: {reason}"),
            (Some(words), None) | (None, Some(words)) => words.clone(),
            (None, None) => String::new(),
        };
        let seen = match (&entry.verification, entry.state) {
            (Some(seen), JournalState::Successful) => {
                format!("{} At the edge: {}.", meaning(entry.state), seen.summary())
            }
            (Some(_) | None, state) => meaning(state).to_owned(),
        };
        let mut lines = vec![
            (first, Role::Text),
            (reason, Role::Text),
            (seen, Role::Dim),
            (entry.error.clone().unwrap_or_default(), Role::Error),
        ];
        for check in checks(entry) {
            let (glyph, role) = format::verdict(check.verdict(), &self.theme.glyphs);
            lines.push((format!("{glyph} {}", format::check(check)), role));
        }
        let filled = lines.into_iter().filter(|(words, _)| !words.is_empty());
        for (line, (words, role)) in filled.take(usize::from(area.height)).enumerate() {
            let row = Rect { y: area.y + line as u16, height: 1, ..area };
            RowWriter::new(buffer, row, self.theme.glyphs.ellipsis)
                .put(&words, self.theme.style(role));
        }
    }
}

/// The looks at the edge after a request's purge.
fn checks(entry: &JournalEntry) -> &[Check] {
    entry.verification.as_ref().map_or(&[], |seen| seen.checks.as_slice())
}

/// A length of time that has no more than nine cells: `14s`, `1m 59s`, `23h 59m`, `364d 23h`.
fn short(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    let two = |a: i64, a_unit: char, b: i64, b_unit: char| match b {
        0 => format!("{a}{a_unit}"),
        _ => format!("{a}{a_unit} {b}{b_unit}"),
    };
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => two(seconds / 60, 'm', seconds % 60, 's'),
        3_600..86_400 => two(seconds / 3_600, 'h', seconds % 3_600 / 60, 'm'),
        _ => two(seconds / 86_400, 'd', seconds % 86_400 / 3_600, 'h'),
    }
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

/// Explains a state to the operator.
fn meaning(state: JournalState) -> &'static str {
    match state {
        JournalState::Queued => "Waits for its time or for room in the vendor's limits.",
        JournalState::Sending => "Being sent.",
        JournalState::Accepted => "The vendor accepted it and has not reported its end yet.",
        JournalState::Rejected => "Refused: nothing was purged.",
        JournalState::Unknown => {
            "The answer was lost; the vendor's history will show it. It is not sent again by itself."
        }
        JournalState::Successful => "The vendor reports success.",
        JournalState::Failed => "The vendor accepted it, then reported: failed.",
        JournalState::Cancelled => "Canceled before it was sent.",
    }
}
