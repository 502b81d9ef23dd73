//! The filter while it is typed: the field, and below it what is wrong or what could follow.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::HistoryView;
use crate::panes::field::view::FieldView;
use crate::theme::Role;
use crate::widgets::text::{RowWriter, width};

pub(super) fn draw(view: &HistoryView<'_>, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let bar = view.pane.filter();
    let theme = view.theme;
    let row = Rect { height: 1, ..area };
    RowWriter::new(buffer, row, theme).put(" / ", Role::Key);
    let (completions, cycle) = bar.completions();
    let cursor = bar.field().cursor();
    let ghost = match (cycle, completions.first()) {
        (None, Some(first)) if bar.fault_to_tell().is_none() => {
            let typed = bar.field().text().get(first.range.start..cursor);
            typed.and_then(|typed| first.insert.strip_prefix(typed)).unwrap_or_default()
        }
        (Some(_) | None, _) => "",
    };
    let field = Rect { x: row.x + 3.min(row.width), width: row.width.saturating_sub(4), ..row };
    (&FieldView {
        text: bar.field().text(),
        cursor: Some(cursor),
        fault: bar.fault_to_tell().map(|fault| fault.at.clone()),
        ghost,
        theme,
    })
        .render(field, buffer);
    if area.height < 2 {
        return;
    }
    let below = Rect { y: area.y + 1, height: 1, x: field.x, width: field.width };
    match bar.fault_to_tell() {
        Some(fault) => {
            let column = bar.field().text().get(..fault.at.start).map_or(0, width);
            // The way out comes first: what follows may be cut.
            let words = match &fault.nearest {
                Some(nearest) => format!("did you mean {nearest}? {}", fault.words),
                None => fault.words.clone(),
            };
            // The words follow the mark under the fault, or precede it where there is no room.
            let column = column.min(below.width.saturating_sub(1));
            let mut writer = RowWriter::new(buffer, below, theme);
            if below.width - column > width(&words) + 2 || column < below.width / 2 {
                writer
                    .skip(column)
                    .put(theme.glyphs.bar_here, Role::Fault)
                    .skip(1)
                    .put(&words, Role::Error);
            } else {
                writer
                    .column_right(&words, column.saturating_sub(1), Role::Error)
                    .skip(1)
                    .put(theme.glyphs.bar_here, Role::Fault);
            }
        }
        None => offer(view, below, buffer),
    }
}

/// As many completions as fit, the one that is being tried among them.
fn offer(view: &HistoryView<'_>, area: Rect, buffer: &mut Buffer) {
    let theme = view.theme;
    let (completions, cycle) = view.pane.filter().completions();
    let here = cycle.unwrap_or(0);
    let mut start = here;
    let mut room = area.width;
    while start > 0 {
        let Some(before) = completions.get(start - 1) else {
            break;
        };
        let wide = width(&before.insert) + 2;
        if wide * 2 > room {
            break;
        }
        room -= wide;
        start -= 1;
    }
    let mut writer = RowWriter::new(buffer, area, theme);
    for (at, completion) in completions.iter().enumerate().skip(start) {
        if writer.room() < width(&completion.insert) {
            break;
        }
        let style = theme.style(if cycle == Some(at) { Role::TabHere } else { Role::Dim });
        writer.put(&completion.insert, style);
        let here = cycle.map_or(at == 0, |cycle| cycle == at);
        if here && !completion.about.is_empty() && completion.about != completion.insert {
            writer.skip(1).put(&completion.about, Role::Suggestion);
        }
        writer.skip(2);
    }
}
