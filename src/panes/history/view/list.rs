//! The rows of a history pane.

use chrono::Datelike;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::HistoryView;
use super::matches::put_matches;
use crate::domain::column::Column;
use crate::domain::kind::Kind;
use crate::domain::purge::PurgeRow;
use crate::panes::clicks::Click;
use crate::panes::format;
use crate::panes::history::columns::MARGIN;
use crate::theme::Role;
use crate::widgets::text::{RowWriter, fit as beginning, path, printable, width};

/// The columns that are shown, with their widths.
pub(super) type ShownColumns = [(Column, u16)];

pub(super) fn draw_titles(
    view: &HistoryView<'_>,
    columns: &ShownColumns,
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = view.theme;
    let mut writer = RowWriter::new(buffer, area, theme);
    writer.skip(MARGIN);
    for &(column, cells) in columns {
        let sort = view.pane.rows().sort();
        let before = if column == Column::Targets { "  " } else { "" };
        let after = match (sort.column == column, sort.reversed) {
            (false, _) => "",
            (true, false) => theme.glyphs.sort_down,
            (true, true) => theme.glyphs.sort_up,
        };
        let title = format!("{before}{}", column.title());
        let place = Rect { x: writer.x(), width: cells, ..area }.intersection(area);
        view.clicks.note(place, Click::Column(view.pane.pane(), column));
        // In little room the mark of the order stands close; an ellipsis would say less than a
        // letter.
        let (title, _) = beginning(&title, cells.saturating_sub(width(after)));
        let is_close = after.is_empty() || width(title) + 1 + width(after) > cells;
        let gap = if is_close { "" } else { " " };
        writer.column(&format!("{title}{gap}{after}"), cells, Role::Heading).skip(1);
    }
}

pub(super) fn draw(
    view: &HistoryView<'_>,
    columns: &ShownColumns,
    area: Rect,
    buffer: &mut Buffer,
) {
    let rows = view.pane.rows();
    for (at, (purge, row)) in rows.in_view().iter().zip(area.rows()).enumerate() {
        let here = at == rows.cursor_in_view();
        draw_row(view, purge, here, columns, row, buffer);
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
    columns: &ShownColumns,
    line: Rect,
    buffer: &mut Buffer,
) {
    let theme = view.theme;
    let glyphs = &theme.glyphs;
    let text = theme.style(Role::Text);
    let mut writer = RowWriter::new(buffer, line, theme);
    writer.column(if here { glyphs.cursor } else { " " }, 1, Role::Focus);
    let marked = view.pane.marks().contains(&row.key);
    writer.column(if marked { glyphs.mark } else { " " }, 1, Role::Mark).skip(1);
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
                let is_whole = matches!(row.kind, Some(Kind::All | Kind::Host));
                let role = if is_whole { Role::Warning } else { Role::Dim };
                // In little room the beginnings tell the kinds apart, an ellipsis would not.
                let room = if cells < 7 { cells.min(3) } else { cells };
                let unknown = if view.is_unread(row) { glyphs.ellipsis } else { "unknown" };
                let (word, _) = beginning(row.kind.map_or(unknown, Kind::label), room);
                writer.column(word, cells, role);
            }
            Column::Status if view.pane.rows().is_lost(row.key) => {
                let room = cells.saturating_sub(2);
                let glyph = cells.min(2);
                writer.column(glyphs.dot, glyph, Role::Dim).column("left filter", room, Role::Dim);
            }
            Column::Status => {
                let (glyph, role) = format::status_seen(row.status, row.verified, glyphs);
                let label = row.status.label_seen(row.verified);
                // What is as it should be is told by its mark; the words of the others stand out.
                let plain = role == Role::Successful;
                let word = if plain { Role::Dim } else { role };
                writer.column(glyph, cells.min(2), role);
                writer.column(label, cells.saturating_sub(2), word);
            }
            Column::By => {
                writer.column(row.by.as_deref().unwrap_or_default(), cells, Role::Dim);
            }
            Column::Id => {
                writer.column(row.id.as_str(), cells, Role::Dim);
            }
            Column::Targets if view.is_unread(row) => {
                writer.column(
                    &format!("  {}", format::not_read(cells.saturating_sub(2))),
                    cells,
                    Role::Dim,
                );
            }
            Column::Targets => {
                let end = writer.x() + cells;
                let (count, digits) = count(row, cells);
                let whole = count.is_empty();
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

/// Returns the number of targets, empty where the purge is of everything, and the cells for it.
fn count(row: &PurgeRow, cells: u16) -> (String, u16) {
    let whole = row.kind == Some(Kind::All) && row.target_count == 0;
    let count = if whole { String::new() } else { format::count(u64::from(row.target_count)) };
    let digits = width(&count).max(if cells > 30 { 4 } else { 2 });
    (count, digits)
}

/// Returns whether a row tells its first target whole, its host as the purge's own. It leaves out
/// the scheme, so that only the usual one is told.
pub(super) fn shows_target(row: &PurgeRow, columns: &ShownColumns) -> bool {
    let cells_of = |column| columns.iter().find(|(it, _)| *it == column).map_or(0, |(_, it)| *it);
    let (target, cells) = (without_host(row), cells_of(Column::Targets));
    let room = cells.saturating_sub(count(row, cells).1 + 1);
    let has_host = target == row.first_target
        || (row.first_target.starts_with("https://")
            && width(&printable(&row.cname)) <= cells_of(Column::Cname));
    has_host && width(&printable(target)) <= room
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
        if cells < 8 { "%H:%M" } else { "%H:%M:%S" }
    } else if cells < 10 {
        "%-d %b"
    } else if at.year() != now.year() {
        "%Y-%m-%d"
    } else if cells >= 15 {
        "%-d %b %H:%M:%S"
    } else {
        "%-d %b %H:%M"
    };
    at.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::ids::PurgeKey;
    use crate::domain::status::Status;

    fn shows(first_target: &str, columns: &ShownColumns) -> bool {
        let row = PurgeRow {
            key: PurgeKey(1),
            account: "edge-prod".into(),
            provider: "northcdn".into(),
            id: "1".into(),
            cname: "www.site.com".to_owned(),
            kind: Some(Kind::Url),
            status: Status::Successful,
            raw_status: String::new(),
            created: DateTime::UNIX_EPOCH,
            target_count: 1,
            first_target: first_target.to_owned(),
            by: None,
            sent_here: false,
            verified: None,
        };
        shows_target(&row, columns)
    }

    #[test]
    fn a_row_tells_a_target_whole_only_with_its_host_and_the_usual_scheme() {
        let wide = [(Column::Cname, 20), (Column::Targets, 20)];
        for (target, is_whole) in [
            ("https://www.site.com/a.jpg", true),
            ("/a.jpg", true),
            ("http://www.site.com/a.jpg", false),
            ("https://other.com/a.jpg", false),
            ("https://www.site.com/a-path-without-an-end.jpg", false),
        ] {
            assert_eq!(shows(target, &wide), is_whole, "{target}");
        }
        let cut = [(Column::Cname, 8), (Column::Targets, 20)];
        assert!(!shows("https://www.site.com/a.jpg", &cut));
        assert!(!shows("/a.jpg", &[(Column::Cname, 20)]));
    }
}
