//! The upper edge of a history pane: filter, number of purges, and how far back it is complete.

use super::HistoryView;
use crate::domain::ids::AccountName;
use crate::panes::format::{count, count_noun, day};
use crate::widgets::text::width;

/// Returns the filter in words.
pub(super) fn title(view: &HistoryView<'_>) -> String {
    match view.pane.filter().text() {
        "" => "all purges".to_owned(),
        text => text.to_owned(),
    }
}

/// Returns the counts; as many of the pieces as fit into half of the room, the most important
/// first.
pub(super) fn note(view: &HistoryView<'_>, room: u16) -> String {
    let dot = view.theme.glyphs.dot;
    let mut note = String::new();
    for piece in pieces(view).into_iter().flatten() {
        let longer = if note.is_empty() { piece } else { format!("{note} {dot} {piece}") };
        let most = room.saturating_sub(width(&title(view)).min(room / 2));
        if width(&longer) > most && !note.is_empty() {
            break;
        }
        note = longer;
    }
    note
}

fn pieces(view: &HistoryView<'_>) -> [Option<String>; 4] {
    let timeline = view.pane.timeline();
    let marked = match view.pane.marks().len() {
        0 => None,
        marked => Some(format!("{} marked", count(marked as u64))),
    };
    let Some(summary) = timeline.summary() else {
        return [marked, None, None, None];
    };
    let ellipsis = if timeline.is_loading() { "~" } else { "" };
    let selected = if summary.selected == summary.stored {
        format!("{ellipsis}{}", count_noun(summary.stored, "purge", "purges"))
    } else {
        format!("{ellipsis}{} of {}", count(summary.selected), count(summary.stored))
    };
    [Some(selected), marked, complete(view), older(view)]
}

/// Returns the instant since when the shown accounts' history is complete, in words.
fn complete(view: &HistoryView<'_>) -> Option<String> {
    let coverage = &view.pane.timeline().summary()?.coverage;
    let predicate = view.pane.filter().predicate();
    let shown = |name: &AccountName| {
        let account = view.known.account(name);
        account.is_none_or(|account| predicate.may_select(name, &account.provider))
    };
    let never_read = view.known.accounts.iter().find(|account| {
        shown(&account.name) && !coverage.iter().any(|(name, _)| *name == account.name)
    });
    if let Some(account) = never_read {
        return Some(format!("{} was never read", account.name));
    }
    let mut back = None;
    for (account, coverage) in coverage.iter().filter(|(account, _)| shown(account)) {
        match coverage.complete_back_to(view.now) {
            None => return Some(format!("{account} is not complete")),
            Some(since) => back = back.max(Some(since)),
        }
    }
    let back = back?;
    Some(if predicate.from.is_some_and(|from| from >= back) {
        "complete".to_owned()
    } else {
        format!("complete back to {}", day(back, view.now, view.zone))
    })
}

/// Returns the progress of reading older history, over all accounts.
fn older(view: &HistoryView<'_>) -> Option<String> {
    let reading: Vec<_> = view.known.statuses.values().filter_map(|status| status.older).collect();
    if reading.is_empty() {
        return None;
    }
    let read: u64 = reading.iter().map(|(read, _)| read).sum();
    let of: Option<u64> = reading.iter().map(|(_, of)| *of).sum();
    Some(match of {
        Some(of) => format!("loading older: {} of {} rows", count(read), count(of)),
        None => format!("loading older: {} rows", count(read)),
    })
}
