//! The rows of a history pane.

use std::collections::BTreeSet;

use chrono::Datelike;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::HistoryView;
use super::detail::put_matches;
use crate::domain::kind::Kind;
use crate::domain::purge::PurgeRow;
use crate::domain::query::Sort;
use crate::panes::format;
use crate::panes::history::columns::{Column, Contents, fit};
use crate::theme::Role;
use crate::widgets::text::{RowWriter, path, printable, width};

/// Cells before the first column: the cursor's and the mark's.
const MARGIN: u16 = 2;

/// The columns that are shown: of those that are wanted, the ones that say something here and have
/// room.
fn columns(view: &HistoryView<'_>, area: Rect) -> Vec<(Column, u16)> {
    let mut contents = Contents { account: 7, ..Contents::default() };
    let mut providers = BTreeSet::new();
    for account in &view.known.accounts {
        providers.insert(&account.provider);
        contents.account = contents.account.max(width(account.name.as_str()));
        contents.provider = contents.provider.max(width(account.provider.as_str()));
    }
    let today = view.zone.show(view.now).date_naive();
    for row in view.pane.rows().held() {
        let of_today = view.zone.show(row.created).date_naive() == today;
        contents.time = contents.time.max(if of_today { 8 } else { 15 });
        contents.account = contents.account.max(width(row.account.as_str()));
        providers.insert(&row.provider);
        contents.provider = contents.provider.max(width(row.provider.as_str()));
        contents.cname = contents.cname.max(width(&row.cname));
        contents.by = contents.by.max(row.by.as_deref().map_or(0, width));
    }
    let mut wanted = view.pane.columns().to_vec();
    if contents.by == 0 {
        wanted.retain(|column| *column != Column::By);
    }
    if providers.len() < 2 {
        wanted.retain(|column| *column != Column::Provider);
    }
    fit(&wanted, contents, area.width.saturating_sub(MARGIN))
}

pub(super) fn draw_titles(view: &HistoryView<'_>, area: Rect, buffer: &mut Buffer) {
    let theme = view.theme;
    let columns = columns(view, area);
    let mut writer = RowWriter::new(buffer, area, theme);
    writer.skip(MARGIN);
    for (column, cells) in columns {
        let (before, after) = match (column, view.pane.rows().sort()) {
            (Column::Time, Sort::Newest) => ("", theme.glyphs.sort_down),
            (Column::Time, Sort::Oldest) => ("", theme.glyphs.sort_up),
            (Column::Targets, _) => ("  ", ""),
            (_, _) => ("", ""),
        };
        let title = format!("{before}{} {after}", column.title());
        writer.column(title.trim_end(), cells, Role::Heading).skip(1);
    }
}

pub(super) fn draw(view: &HistoryView<'_>, area: Rect, buffer: &mut Buffer) {
    let rows = view.pane.rows();
    let columns = columns(view, area);
    for (at, (purge, row)) in rows.in_view().iter().zip(area.rows()).enumerate() {
        let here = at == rows.cursor_in_view();
        draw_row(view, purge, here, &columns, row, buffer);
        if here {
            let away = view.pane.detail().is_focused() || !view.focused;
            let role = if away { Role::CursorAway } else { Role::Cursor };
            buffer.set_style(row, view.theme.style(role));
        }
    }
}

fn draw_row(
    view: &HistoryView<'_>,
    row: &PurgeRow,
    here: bool,
    columns: &[(Column, u16)],
    line: Rect,
    buffer: &mut Buffer,
) {
    let theme = view.theme;
    let glyphs = &theme.glyphs;
    let text = theme.style(Role::Text);
    let mut writer = RowWriter::new(buffer, line, theme);
    writer.column(if here { glyphs.cursor } else { " " }, 1, Role::Focus);
    let marked = view.pane.marks().contains(&row.key);
    writer.column(if marked { glyphs.mark } else { " " }, 1, Role::Mark);
    for &(column, cells) in columns {
        match column {
            Column::Time => {
                writer.column(&time(view, row, cells), cells, text);
            }
            Column::Account => {
                let colour = view
                    .known
                    .account(&row.account)
                    .and_then(|account| account.colour.as_deref())
                    .and_then(|colour| theme.account_colour(colour));
                let style = colour.map_or(text, |colour| text.fg(colour));
                writer.column(row.account.as_str(), cells, style);
            }
            Column::Provider => {
                writer.column(row.provider.as_str(), cells, Role::Dim);
            }
            Column::Cname => {
                writer.name(&row.cname, cells, Role::Text);
            }
            Column::Kind => {
                let role = if row.kind == Some(Kind::All) { Role::Warning } else { Role::Dim };
                writer.column(row.kind.map_or("unknown", Kind::word), cells, role);
            }
            Column::Status if view.pane.rows().is_lost(row.key) => {
                let room = cells.saturating_sub(2);
                writer.column(glyphs.dot, 2, Role::Dim).column("left filter", room, Role::Dim);
            }
            Column::Status => {
                let (glyph, role) = format::status_seen(row.status, row.verified, glyphs);
                let label = row.status.label_seen(row.verified);
                writer.column(glyph, 2, role).column(label, cells.saturating_sub(2), role);
            }
            Column::By => {
                writer.column(row.by.as_deref().unwrap_or_default(), cells, Role::Dim);
            }
            Column::Id => {
                writer.column(row.id.as_str(), cells, Role::Dim);
            }
            Column::Targets => {
                let end = writer.x() + cells;
                let whole = row.kind == Some(Kind::All) && row.target_count == 0;
                let count =
                    if whole { String::new() } else { format::count(u64::from(row.target_count)) };
                let digits = width(&count).max(if cells > 30 { 4 } else { 2 });
                writer.column_right(&count, digits, Role::Dim).skip(1);
                let room = end.saturating_sub(writer.x());
                if whole {
                    writer.put_within("whole resource", room, Role::Dim);
                } else {
                    let target = printable(without_host(row));
                    let cut = path(&target, room, glyphs.ellipsis);
                    put_matches(&mut writer, &cut, room, view, Role::Text);
                }
                let used = writer.x();
                writer.skip(end.saturating_sub(used));
            }
        }
        writer.skip(1);
    }
}

/// Returns the first target without the row's own host.
fn without_host(row: &PurgeRow) -> &str {
    let target = row.first_target.as_str();
    target
        .split_once("://")
        .and_then(|(_, rest)| rest.strip_prefix(row.cname.as_str()))
        .filter(|path| path.starts_with('/') && !row.cname.is_empty())
        .unwrap_or(target)
}

/// The time of a row: of day where it was today, with the day otherwise, as exactly as there is
/// room for.
fn time(view: &HistoryView<'_>, row: &PurgeRow, cells: u16) -> String {
    let (at, now) = (view.zone.show(row.created), view.zone.show(view.now));
    let format = if at.date_naive() == now.date_naive() {
        "%H:%M:%S"
    } else if at.year() != now.year() {
        "%Y-%m-%d"
    } else if cells >= 15 {
        "%-d %b %H:%M:%S"
    } else {
        "%-d %b %H:%M"
    };
    at.format(format).to_string()
}
