//! The second line: the views with their keys and numbers of purges, a star where one shows another
//! filter than its own, and the queue's state.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Screen;
use crate::commands::Command;
use crate::domain::bad_news::{self, BadEnd};
use crate::domain::journal::JournalState;
use crate::panes::clicks::Click;
use crate::panes::format::count;
use crate::theme::Role;
use crate::widgets::text::{RowWriter, cut, width};

pub(super) fn draw(screen: &Screen<'_>, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let theme = screen.theme;
    let queue = queue(screen);
    let wide = queue.iter().map(|(words, _)| width(words)).sum::<u16>();
    let (tabs, here) = screen.app.workspace().tabs();
    let mut writer = RowWriter::new(buffer, area, theme);
    writer.skip(1);
    let names: Vec<(String, String)> = tabs
        .enumerate()
        .map(|(at, name)| {
            let key = Command::of_view(at).map(|view| screen.key(view)).unwrap_or_default();
            let other = if screen.app.workspace().is_narrowed(at) { "*" } else { "" };
            let purges =
                screen.app.workspace().count(at).map(|purges| format!(" {}", count(purges)));
            let name = format!("{key} {}{other}", cut(name, 24, theme.glyphs.ellipsis));
            (name, purges.unwrap_or_default())
        })
        .collect();
    // The counts go first where there is little room.
    let all: u16 = names.iter().map(|(name, purges)| width(name) + width(purges) + 2).sum();
    let counted = all <= writer.room().saturating_sub(wide + 1);
    for (at, (name, purges)) in names.iter().enumerate() {
        let role = if at == here { Role::TabHere } else { Role::Tab };
        let left = writer.room().saturating_sub(wide + 3);
        if left < width(name) {
            break;
        }
        let x = writer.x();
        writer.put(name, role);
        if counted {
            writer.put(purges, Role::Dim);
        }
        let place = Rect { x, width: writer.x() - x, ..area };
        screen.clicks.note(place, Click::View(at));
        writer.skip(2);
    }
    let right = Rect {
        x: area.right().saturating_sub(wide + 1),
        width: (wide + 1).min(area.width),
        ..area
    };
    let mut writer = RowWriter::new(buffer, right, theme);
    for (words, role) in &queue {
        writer.put(words, *role);
    }
    screen.clicks.note(right, Click::Command(Command::QueueOpen));
}

/// Returns the queue's state in words, and what went wrong in it and was not looked at; empty where
/// nothing is queued.
fn queue(screen: &Screen<'_>) -> Vec<(String, Role)> {
    let known = screen.app.known();
    let waiting = known.count(JournalState::Queued);
    let sending = known.count(JournalState::Sending);
    let unknown = known.count(JournalState::Unknown);
    let mut words = Vec::new();
    if unknown > 0 {
        words.push(format!("{} {unknown} unknown", screen.theme.glyphs.warning));
    }
    if sending > 0 {
        words.push(format!("sending {sending}"));
    }
    if known.paused {
        words.push("paused".to_owned());
    }
    if waiting > 0 {
        let next = known
            .open
            .values()
            .filter(|entry| entry.state == JournalState::Queued)
            .map(|entry| entry.planned_at)
            .min();
        words.push(format!("queue {waiting}"));
        if let Some(next) = next.filter(|next| *next > screen.ctx.now && !known.paused) {
            let next = screen.app.zone().show(next).format("%H:%M:%S");
            words.push(format!("next {next}"));
        }
    }
    let role = if unknown > 0 || known.paused { Role::Warning } else { Role::InProgress };
    let dot = format!(" {} ", screen.theme.glyphs.dot);
    let mut parts = vec![(words.join(&dot), role)];
    // The unknown ones are counted already, looked at or not.
    let bad = known.bad_news().filter(|entry| BadEnd::of(entry) != Some(BadEnd::Unknown));
    let bad = bad_news::counts(&bad.collect::<Vec<_>>());
    if !bad.is_empty() {
        if !words.is_empty() {
            parts.push((dot.clone(), Role::Dim));
        }
        let mark = screen.theme.glyphs.failed;
        parts.push((format!("{mark} {}", bad.join(&dot)), Role::Failed));
    }
    parts
}
