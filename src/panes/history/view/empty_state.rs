//! Shown in a history pane without rows: the reason, and what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::HistoryView;
use super::heading::may_show;
use crate::domain::account::Account;
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
        let unread = || shown(view).filter(|account| !is_read(view, account));
        let none_is_read = unread().next().is_some() && !shown(view).any(|it| is_read(view, it));
        let words = if none_is_read { "Nothing read yet" } else { "No purge fits this filter" };
        let mut lines = vec![head(words), plain(format!("{} shows all purges", view.keys.clear))];
        lines.extend(unread().map(|account| standing(view, account)));
        return lines;
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
    let unread = view.known.accounts.iter().any(|account| !is_read(view, account));
    let mut lines = vec![head(if unread { "Nothing read yet" } else { "No purges yet" })];
    lines.extend(view.known.accounts.iter().map(|account| standing(view, account)));
    lines.push((format!("{} asks again", view.keys.refresh), Role::Dim));
    lines
}

/// The accounts that the filter may select.
fn shown<'a>(view: &'a HistoryView<'_>) -> impl Iterator<Item = &'a Account> {
    view.known.accounts.iter().filter(|account| may_show(view, &account.name))
}

fn is_read(view: &HistoryView<'_>, account: &Account) -> bool {
    let status = view.known.statuses.get(&account.name);
    status.is_some_and(|status| status.synced_at.is_some())
}

/// Says how an account without rows stands with its vendor.
fn standing(view: &HistoryView<'_>, account: &Account) -> (String, Role) {
    let name = &account.name;
    let status = view.known.statuses.get(name);
    match status.and_then(|it| it.failure.as_ref()) {
        Some(failure) => {
            let next = status.and_then(|it| format::next_try(it, view.now, view.zone));
            let next = next.map_or_else(String::new, |next| format!(", {next}"));
            let (headline, advice) = (failure, failure.advice());
            (format!("{name}: {headline}{next}. {advice}"), Role::Error)
        }
        None if is_read(view, account) => {
            (format!("{name}: its vendor has no purge on record"), Role::Text)
        }
        None => {
            let words = status.and_then(|status| format::reading(status, view.now));
            (format!("{name}: {}", words.as_deref().unwrap_or("reading")), Role::Text)
        }
    }
}
