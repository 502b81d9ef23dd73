//! The detail of the purge under the cursor: a few words while it is closed, everything while it is
//! open.

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::HistoryView;
use super::list::{ShownColumns, shows_target};
use super::matches::{matched, put_marked, put_matches};
use crate::domain::ids::AccountName;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, PurgeDetail, PurgeRow};
use crate::domain::status::Status;
use crate::panes::format;
use crate::theme::Role;
use crate::widgets::scroll::scroll_bar;
use crate::widgets::text::{RowWriter, parts, path, printable, put_lines, skip, width};
use crate::widgets::wrap::wrap;

/// Width of the list below which its row hardly shows the account, so the summary names it.
const NO_ACCOUNTS_BELOW: u16 = 96;

/// The words in the place of the targets of a purge whose list does not tell them.
const UNREAD: &str = "paths not read yet";

/// Returns the title of the detail.
pub(super) fn title(view: &HistoryView<'_>) -> String {
    let detail = view.pane.detail();
    let dot = view.theme.glyphs.dot;
    match (detail.is_open(), detail.match_here(), detail.matches().len()) {
        (true, Some(here), count) => format!("detail {dot} match {} of {count}", here + 1),
        (true, None, count) if count > 0 => {
            format!("detail {dot} {}", format::count_noun(count as u64, "match", "matches"))
        }
        (true, None, _) => "detail".to_owned(),
        (false, ..) => format!("detail {dot} {}", view.keys.open),
    }
}

pub(super) fn draw(
    view: &HistoryView<'_>,
    columns: &ShownColumns,
    area: Rect,
    buffer: &mut Buffer,
) {
    if area.is_empty() {
        return;
    }
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let detail = view.pane.detail();
    let Some(row) = view.pane.rows().here() else {
        return;
    };
    if !detail.is_open() {
        return peek(view, row, columns, area, buffer);
    }
    match (detail.shown(), detail.error()) {
        (Some(shown), _) => full(view, shown, area, buffer),
        (None, Some(error)) => {
            RowWriter::new(buffer, area, view.theme).put(&error.to_string(), Role::Error);
        }
        (None, None) => peek(view, row, columns, area, buffer),
    }
}

/// Draws a summary of the row, in as many lines as there are; the first target only where the row
/// has no room for it.
fn peek(
    view: &HistoryView<'_>,
    row: &PurgeRow,
    columns: &ShownColumns,
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = view.theme;
    let dot = theme.glyphs.dot;
    let is_unread = view.is_unread(row);
    let mut words = vec![if is_unread {
        UNREAD.to_owned()
    } else {
        amount(row.kind, u64::from(row.target_count))
    }];
    if view.known.accounts.len() > 1 && area.width < NO_ACCOUNTS_BELOW {
        words.push(row.account.to_string());
    }
    if row.sent_here {
        words.push("sent from here".to_owned());
    }
    if let Some(by) = &row.by {
        words.push(format!("by {by}"));
    }
    words.push(format::moment(row.created, view.now, view.zone));
    if row.status.is_unfinished() {
        words.push(running(view, row.created, usual(view, &row.account, row.kind)));
    }
    if row.status == Status::Unknown {
        words.push(format!("the vendor says \"{}\"", row.raw_status));
    }
    words.push(format!("id {}", row.id));
    let words = words.join(&format!(" {dot} "));
    let line = Rect { height: 1, ..area };
    let mut writer = RowWriter::new(buffer, line, theme);
    if area.height == 1 && !row.first_target.is_empty() {
        // On a single line the target is what the row says least of, and the id is cut first.
        let dot = format!(" {dot} ");
        let others = width(&words) + width(&dot);
        let room = writer.room().saturating_sub(others).max(writer.room() / 2);
        let target = path(&printable(&row.first_target), room, theme.glyphs.ellipsis).into_owned();
        put_matches(&mut writer, &target, room, view, Role::Text);
        writer.put(&dot, Role::Dim);
    }
    writer.put(&words, Role::Text);
    if area.height == 1 || shows_target(row, columns) {
        return;
    }
    if !row.first_target.is_empty() {
        let line = Rect { y: area.y + 1, height: 1, ..area };
        let mut writer = RowWriter::new(buffer, line, theme);
        let room = writer.room();
        put_matches(&mut writer, &row.first_target, room, view, Role::Dim);
    }
    if area.height > 2 && row.target_count > 1 {
        let line = Rect { y: area.y + 2, height: 1, ..area };
        let more = format!("and {} more", format::count(u64::from(row.target_count) - 1));
        RowWriter::new(buffer, line, theme).put(&more, Role::Dim);
    }
}

fn full(view: &HistoryView<'_>, shown: &PurgeDetail, area: Rect, buffer: &mut Buffer) {
    let mut lines = Vec::new();
    for (fact, role) in facts(view, shown) {
        lines.extend(wrap(&fact, area.width).into_iter().map(|line| (line, role)));
    }
    // That a fact is missing is worth a line where one is free.
    let free = usize::from(area.height) > lines.len() + shown.purge.targets.len();
    if free && shown.purge.by.is_none() && shown.sent.is_none() {
        lines.push(("who asked for it: not told by this vendor".to_owned(), Role::Dim));
    }
    let most = if area.height > 6 { area.height - 3 } else { area.height.saturating_sub(1).max(1) };
    let above = most.min(lines.len() as u16);
    let [facts, targets] =
        Layout::vertical([Constraint::Length(above), Constraint::Fill(1)]).areas(area);
    put_lines(facts, lines, view.theme, buffer);
    draw_targets(view, &shown.purge, targets, buffer);
}

fn draw_targets(view: &HistoryView<'_>, purge: &Purge, area: Rect, buffer: &mut Buffer) {
    let theme = view.theme;
    let detail = view.pane.detail();
    let area = Rect { width: area.width.saturating_sub(1), ..area };
    let (top, left) = detail.scroll();
    let top = top.min(purge.targets.len().saturating_sub(usize::from(area.height)));
    let here = detail.match_here().and_then(|here| detail.matches().get(here));
    if left == 0 && draw_wrapped(view, purge, here, area, buffer) {
        return;
    }
    for ((at, target), row) in purge.targets.iter().enumerate().skip(top).zip(area.rows()) {
        let mut writer = RowWriter::new(buffer, row, theme);
        match target.status {
            Some(status) => {
                let (glyph, role) = format::status(status, &theme.glyphs);
                writer.column(glyph, 2, role);
            }
            None => {
                writer.skip(2);
            }
        }
        let style = if here == Some(&at) { Role::MatchHere } else { Role::Text };
        let room = writer.room();
        put_matches(&mut writer, skip(&printable(&target.text), left), room, view, style);
    }
    scroll_bar(area, purge.targets.len(), top, theme, buffer);
}

/// Draws the targets whole, on several lines each where one does not suffice; returns false where
/// there is no room for all of that.
fn draw_wrapped(
    view: &HistoryView<'_>,
    purge: &Purge,
    here: Option<&usize>,
    area: Rect,
    buffer: &mut Buffer,
) -> bool {
    let rows = usize::from(area.height);
    let room = area.width.saturating_sub(2);
    if purge.targets.len() > rows || room == 0 {
        return false;
    }
    let texts: Vec<_> = purge.targets.iter().map(|target| printable(&target.text)).collect();
    let lines: Vec<Vec<&str>> = texts.iter().map(|text| parts(text, room)).collect();
    if lines.iter().map(Vec::len).sum::<usize>() > rows {
        return false;
    }
    let mut places = area.rows();
    for ((at, target), (text, lines)) in
        purge.targets.iter().enumerate().zip(texts.iter().zip(&lines))
    {
        let found = matched(view, text);
        let role = if here == Some(&at) { Role::MatchHere } else { Role::Text };
        let mut start = 0;
        for (line, place) in lines.iter().zip(&mut places) {
            let mut writer = RowWriter::new(buffer, place, view.theme);
            match target.status.filter(|_| start == 0) {
                Some(status) => {
                    let (glyph, role) = format::status(status, &view.theme.glyphs);
                    writer.column(glyph, 2, role);
                }
                None => {
                    writer.skip(2);
                }
            }
            let end = start + line.len();
            let part = found.as_ref().map(|found| {
                found.start.clamp(start, end) - start..found.end.clamp(start, end) - start
            });
            put_marked(&mut writer, line, room, part, role);
            start = end;
        }
    }
    true
}

/// Returns the facts besides the targets, one to a line, the most important first.
fn facts(view: &HistoryView<'_>, shown: &PurgeDetail) -> Vec<(String, Role)> {
    let purge = &shown.purge;
    let glyphs = &view.theme.glyphs;
    let dot = glyphs.dot;
    let verified = shown.sent.as_ref().and_then(|sent| sent.verified);
    let (glyph, role) = format::status_seen(purge.status, verified, glyphs);
    let mut facts = vec![(
        format!(
            "{glyph} {} {dot} {} {dot} {}",
            purge.status.label_seen(verified),
            purge.cname,
            if purge.is_bare() {
                UNREAD.to_owned()
            } else {
                amount(purge.kind, purge.targets.len() as u64)
            }
        ),
        role,
    )];
    let moment = |at| format::moment(at, view.now, view.zone);
    let mut times = format!("created {}", moment(purge.created));
    if purge.raw_created.as_deref() == Some("") {
        times = format!("taken {}; the vendor has not listed it yet", moment(purge.created));
    } else if let Some(raw) = &purge.raw_created {
        times = format!(
            "first seen {}; the vendor's time \"{}\" cannot be read",
            moment(purge.created),
            raw
        );
    }
    if let Some(completed) = purge.completed {
        let took = format::length(completed - purge.created);
        times = format!("{times} {dot} completed {}, took {took}", moment(completed));
    } else if purge.status.is_unfinished() {
        let usual = usual(view, &purge.account, purge.kind);
        times = format!("{times} {dot} {}", running(view, purge.created, usual));
    } else {
        times = format!("{times} {dot} completed: not told by this vendor");
    }
    facts.push((times, Role::Text));
    let mut who = Vec::new();
    if let Some(by) = &purge.by {
        who.push(format!("by {by}"));
    }
    if let Some(sent) = &shown.sent {
        who.push(format!("sent from here {}", moment(sent.sent_at)));
        if let Some(reason) = &sent.reason {
            who.push(format!("\"{reason}\""));
        }
        if let Some(ticket) = &sent.ticket {
            who.push(ticket.clone());
        }
        match sent.verified {
            Some(true) => who.push(format!("{} verified at the edge", glyphs.verified)),
            Some(false) => {
                who.push(format!("{} the edge still serves the old content", glyphs.failed));
            }
            None => {}
        }
    }
    if !who.is_empty() {
        facts.push((who.join(&format!(" {dot} ")), Role::Text));
    }
    facts.extend(at_the_edge(view, shown));
    facts.push((
        format!(
            "{} ({}) {dot} resource {} {dot} id {}",
            purge.account, purge.provider, purge.resource, purge.id
        ),
        Role::Dim,
    ));
    facts.extend(refused(view, shown));
    let is_odd = purge.kind.is_none() && !purge.is_bare();
    if purge.status == Status::Unknown || is_odd {
        facts.push((
            format!(
                "the vendor's own words: status \"{}\", kind \"{}\"",
                purge.raw_status, purge.raw_kind
            ),
            Role::Unknown,
        ));
    }
    facts
}

/// Returns the results of the last check at the edge: the operator's, else the journal's.
fn at_the_edge(view: &HistoryView<'_>, shown: &PurgeDetail) -> Vec<(String, Role)> {
    let glyphs = &view.theme.glyphs;
    let noted = shown.sent.as_ref().and_then(|sent| sent.verification.as_ref());
    let seen = match view.pane.detail().verification() {
        Some(Ok(seen)) => seen,
        Some(Err(why)) => {
            return vec![(format!("not checked at the edge: {why}"), Role::Warning)];
        }
        None => match noted {
            Some(seen) => seen,
            None => return Vec::new(),
        },
    };
    let mut facts = vec![(format!("at the edge: {}", seen.summary()), Role::Text)];
    facts.extend(seen.checks.iter().map(|check| {
        let (glyph, role) = format::verdict(check.verdict(), glyphs);
        (format!("{glyph} {}", format::check(check)), role)
    }));
    facts
}

/// Returns the vendor's refusals on this resource at about that time: the nearest, and how many
/// more.
fn refused(view: &HistoryView<'_>, shown: &PurgeDetail) -> Option<(String, Role)> {
    let glyphs = &view.theme.glyphs;
    let nearest =
        shown.refused.iter().min_by_key(|refused| (refused.at - shown.purge.created).abs())?;
    let mut words =
        vec![format!("{} refused near it: {} ({})", glyphs.failed, nearest.status, nearest.why())];
    if let Some(by) = &nearest.by {
        words.push(format!("by {by}"));
    }
    words.push(format::moment(nearest.at, view.now, view.zone));
    words.push(amount(nearest.kind, u64::from(nearest.target_count)));
    if !nearest.first_target.is_empty() {
        words.push(nearest.first_target.clone());
    }
    let more = shown.refused.len() - 1;
    if more > 0 {
        words.push(format!("and {} more", format::count(more as u64)));
    }
    Some((words.join(&format!(" {} ", glyphs.dot)), Role::Warning))
}

/// Counts targets by kind: `3 URLs`, `1 pattern`, `whole resource`.
fn amount(kind: Option<Kind>, targets: u64) -> String {
    match kind {
        Some(Kind::All) => "whole resource".to_owned(),
        Some(kind) => format::count_noun(targets, kind.noun(), &format!("{}s", kind.noun())),
        None => format::count_noun(targets, "target", "targets"),
    }
}

/// Returns the time that it has run, and the usual time.
fn running(view: &HistoryView<'_>, since: DateTime<Utc>, usual: Option<TimeDelta>) -> String {
    let passed = format::length(view.now - since);
    match usual {
        Some(usual) => format!("for {passed}, usually {}", format::length(usual)),
        None => format!("for {passed}"),
    }
}

fn usual(view: &HistoryView<'_>, account: &AccountName, kind: Option<Kind>) -> Option<TimeDelta> {
    let rule = view.known.limits.get(account)?.rule(kind?)?;
    TimeDelta::from_std(rule.usual).ok()
}
