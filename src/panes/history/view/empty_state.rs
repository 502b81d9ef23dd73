//! Shown in a history pane without rows: the reason, and what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::HistoryView;
use crate::panes::format;
use crate::panes::history::rows::ListState;
use crate::theme::Role;
use crate::widgets::text::{RowWriter, width};

/// Draws it if there is no row; returns whether it did.
pub(super) fn draw(view: &HistoryView<'_>, area: Rect, buffer: &mut Buffer) -> bool {
    let state = view.pane.rows().state();
    if state == ListState::Rows {
        return false;
    }
    let lines = lines(view, state);
    let top = area.y + area.height.saturating_sub(lines.len() as u16) / 3;
    for ((text, role), y) in lines.iter().zip(top..area.bottom()) {
        let inset = area.width.saturating_sub(width(text)) / 2;
        let line = Rect { x: area.x + inset, width: area.width - inset, y, height: 1 };
        RowWriter::new(buffer, line, view.theme).put(text, *role);
    }
    true
}

fn lines(view: &HistoryView<'_>, state: ListState<'_>) -> Vec<(String, Role)> {
    let head = |text: &str| (text.to_owned(), Role::Heading);
    let plain = |text: String| (text, Role::Text);
    match state {
        ListState::Failed(error) => {
            return vec![(error.words.clone(), Role::Error), plain(error.advice.clone())];
        }
        ListState::Unread => {
            return vec![(format!("Reading the store{}", view.theme.glyphs.ellipsis), Role::Dim)];
        }
        ListState::Empty | ListState::Rows => {}
    }
    let stored = view.pane.timeline().summary().map_or(0, |it| it.stored);
    if stored > 0 || (!view.pane.filter().text().is_empty() && view.pane.timeline().is_loading()) {
        return vec![
            head("No purge fits this filter"),
            plain(format!("{} shows all purges", view.keys.clear)),
        ];
    }
    if view.known.accounts.is_empty() {
        return vec![
            head("No account is set up yet"),
            plain("Look around first:  purgedeck demo".to_owned()),
            plain("Write a configuration:  purgedeck config init".to_owned()),
            plain("Or set the API key in the environment; the README says which".to_owned()),
        ];
    }
    if view.known.offline {
        return vec![
            head("Nothing is stored yet"),
            plain("--offline asks no vendor; start without it".to_owned()),
        ];
    }
    let unread = view.known.accounts.iter().any(|account| {
        view.known.statuses.get(&account.name).is_none_or(|status| status.synced_at.is_none())
    });
    let mut lines = vec![head(if unread { "Nothing read yet" } else { "No purges yet" })];
    for account in &view.known.accounts {
        let name = &account.name;
        let status = view.known.statuses.get(name);
        lines.push(match status.and_then(|it| it.failure.as_ref()) {
            Some(failure) => (format!("{name}: {failure}. {}", failure.advice()), Role::Error),
            None if status.is_some_and(|it| it.synced_at.is_some()) => {
                plain(format!("{name}: its vendor has no purge on record"))
            }
            None => {
                let words = status.and_then(|status| format::reading(status, view.now));
                plain(format!("{name}: {}", words.as_deref().unwrap_or("reading")))
            }
        });
    }
    lines.push((format!("{} asks again", view.keys.refresh), Role::Dim));
    lines
}
