//! The upper edge of a history pane: filter, number of purges, and how far back it is complete.

use chrono::{DateTime, Utc};

use super::HistoryView;
use super::list::ShownColumns;
use crate::domain::column::Column;
use crate::domain::ids::AccountName;
use crate::domain::query::Sort;
use crate::panes::format::{count, count_noun, day, loading_older, span};
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
pub(super) fn note(view: &HistoryView<'_>, columns: &ShownColumns, room: u16) -> String {
    let dot = view.theme.glyphs.dot;
    let mut note = String::new();
    for piece in pieces(view, columns).into_iter().flatten() {
        let longer = if note.is_empty() { piece } else { format!("{note} {dot} {piece}") };
        let most = room.saturating_sub(width(&title(view)).min(room / 2));
        if width(&longer) > most && !note.is_empty() {
            break;
        }
        note = longer;
    }
    note
}

fn pieces(view: &HistoryView<'_>, columns: &ShownColumns) -> [Option<String>; 5] {
    let timeline = view.pane.timeline();
    let marked = match view.pane.marks().len() {
        0 => None,
        marked => Some(format!("{} marked", count(marked as u64))),
    };
    let sorted = sorted(view.pane.rows().sort(), columns);
    let Some(summary) = timeline.summary() else {
        return [marked, sorted, None, None, None];
    };
    let ellipsis = if timeline.is_loading() { "~" } else { "" };
    let selected = if summary.selected == summary.stored {
        format!("{ellipsis}{}", count_noun(summary.stored, "purge", "purges"))
    } else {
        format!("{ellipsis}{} of {}", count(summary.selected), count(summary.stored))
    };
    let complete = complete_since(view);
    let from = view.pane.filter().predicate().from;
    let is_complete = matches!(complete, Some(Ok(back)) if from.is_some_and(|from| from >= back));
    // Of the same accounts it is never both.
    let reach = older(view).filter(|_| !is_complete).or_else(|| match complete? {
        Err(why) => Some(why),
        Ok(_) if is_complete => Some("complete".to_owned()),
        Ok(back) => {
            let is_all = summary.coverage.iter().any(|(_, it)| it.is_all_kept(back));
            let end = if is_all { "; older is not kept" } else { "" };
            Some(format!("complete back to {}{end}", day(back, view.now, view.zone)))
        }
    });
    [Some(selected), marked, lost(view), sorted, reach]
}

/// Names the order where no title of a column shows it.
fn sorted(sort: Sort, columns: &ShownColumns) -> Option<String> {
    let is_shown = columns.iter().any(|(column, _)| *column == sort.column);
    (!is_shown).then(|| {
        if sort.column == Column::Time {
            sort.words().to_owned()
        } else {
            format!("by {}, {}", sort.column.name(), sort.words())
        }
    })
}

/// Returns whether the pane's filter may select purges of an account: by its name and provider, and
/// by the cnames of its resources.
pub(super) fn may_show(view: &HistoryView<'_>, name: &AccountName) -> bool {
    let predicate = view.pane.filter().predicate();
    let account = view.known.account(name);
    if !account.is_none_or(|account| predicate.may_select(name, &account.provider)) {
        return false;
    }
    let summary = view.pane.timeline().summary();
    let counted = summary.is_some_and(|it| it.by_account.iter().any(|(other, _)| other == name));
    let resources = view.known.resources_of(name).unwrap_or_default();
    counted
        || resources.is_empty()
        || resources.iter().any(|resource| predicate.may_select_cname(&resource.cname))
}

/// Returns the instant since when the history of the accounts that the filter may select is
/// complete; as an error, why it is not.
fn complete_since(view: &HistoryView<'_>) -> Option<Result<DateTime<Utc>, String>> {
    let coverage = &view.pane.timeline().summary()?.coverage;
    let is_covered = |name: &AccountName| coverage.iter().any(|(other, _)| other == name);
    let never_read: Vec<&str> = view
        .known
        .accounts
        .iter()
        .filter(|account| may_show(view, &account.name) && !is_covered(&account.name))
        .map(|account| account.name.as_str())
        .collect();
    if let [first, rest @ ..] = never_read.as_slice() {
        let was = if rest.is_empty() { "was" } else { "were" };
        let names = if rest.len() < 3 { never_read.join(", ") } else { first.to_string() };
        let more = if rest.len() < 3 { String::new() } else { format!(" and {} more", rest.len()) };
        return Some(Err(format!("{names}{more} {was} never read")));
    }
    let mut back = None;
    for (account, coverage) in coverage.iter().filter(|(account, _)| may_show(view, account)) {
        match coverage.complete_back_to(view.now) {
            None => return Some(Err(format!("{account} is not complete"))),
            Some(since) => back = back.max(Some(since)),
        }
    }
    back.map(Ok)
}

/// Names the newest time of which the history is missing for good, among those of the filter: the
/// vendor did not keep it until it was read.
fn lost(view: &HistoryView<'_>) -> Option<String> {
    let coverage = &view.pane.timeline().summary()?.coverage;
    let predicate = view.pane.filter().predicate();
    let is_selected = |(from, until): &(DateTime<Utc>, DateTime<Utc>)| {
        predicate.from.is_none_or(|since| *until > since)
            && predicate.until.is_none_or(|end| *from < end)
    };
    let gaps = coverage.iter().filter(|(account, _)| may_show(view, account)).filter_map(
        |(account, coverage)| {
            let kept = view.known.limits.get(account)?.history.kept_from(view.now)?;
            let gap = coverage.lost(kept).into_iter().rev().find(is_selected)?;
            Some((gap.1, gap, account))
        },
    );
    let (_, (from, until), account) = gaps.max()?;
    let span = span(from, until, view.now, view.zone);
    let several = view.known.accounts.len() > 1;
    Some(if several {
        format!("{account}: {span} is missing")
    } else {
        format!("{span} is missing")
    })
}

/// Returns the progress of reading older history of the accounts that the filter may select.
fn older(view: &HistoryView<'_>) -> Option<String> {
    view.known.older(|name| may_show(view, name)).map(loading_older)
}
