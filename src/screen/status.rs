//! The line above the keys: a notice, which has two lines where it is long, else the budget of the
//! row's resource.

use std::time::Duration;

use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Screen;
use crate::app::shown_notice::{MARK_CELLS, ShownNotice};
use crate::panes::format;
use crate::theme::Role;
use crate::widgets::text::{RowWriter, width};
use crate::widgets::wrap::wrap;

pub(super) fn draw(screen: &Screen<'_>, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    if !draw_notice(screen, area, buffer) {
        draw_budgets(screen, area, buffer);
    }
}

fn draw_budgets(screen: &Screen<'_>, area: Rect, buffer: &mut Buffer) {
    let (app, now) = (screen.app, screen.ctx.now);
    let Some(view) = app.budgets().view(app.known(), now) else {
        return;
    };
    let theme = screen.theme;
    let mut writer = RowWriter::new(buffer, area, theme);
    writer.put(" ", Role::Dim).put(&view.cname, Role::Text);
    // A daily quota runs out for good, so it comes first.
    for quota in &view.quotas {
        let words = format::quota(quota);
        if writer.room() < width(&words) + 3 {
            return;
        }
        let role = if quota.left == 0 { Role::Warning } else { Role::Dim };
        writer.put("  ", Role::Dim).put(&words, role);
    }
    let full = view.under_way.iter().map(|line| (line.words(), line.left() == 0));
    let month = view.month.iter().map(|words| (words.clone(), false));
    for (words, is_full) in full.chain(month) {
        if writer.room() < width(&words) + 3 {
            return;
        }
        let role = if is_full { Role::Warning } else { Role::Dim };
        writer.put("  ", Role::Dim).put(&words, role);
    }
    let mut last_per = None;
    for window in &view.windows {
        let used_up = window.left == 0;
        let mut words = format!("{} {} of {}", window.kind, window.left, window.of);
        // What holds for the window before holds for this one, unless it says otherwise.
        if last_per != Some(window.per) {
            words = format!("{words} left {}", per(window.per));
            last_per = Some(window.per);
        }
        let mut more = Vec::new();
        if let Some(next) = window.next.filter(|_| used_up) {
            more.push(format!("next {}", app.zone().show(next).format("%H:%M:%S")));
        }
        if window.used_by_others > 0 {
            more.push(format!("{} used elsewhere", window.used_by_others));
        }
        if !more.is_empty() {
            words = format!("{words} ({})", more.join(", "));
        }
        // A half of a window's words could be read for the whole.
        if writer.room() < width(&words) + 3 {
            break;
        }
        let role = if used_up { Role::Warning } else { Role::Dim };
        writer.put("  ", Role::Dim).put(&words, role);
    }
}

/// The length of a window in words.
fn per(length: Duration) -> String {
    match length.as_secs() {
        1 => "this second".to_owned(),
        60 => "this minute".to_owned(),
        3_600 => "this hour".to_owned(),
        86_400 => "in 24 h".to_owned(),
        seconds => format!("in {}", format::length(TimeDelta::seconds(seconds as i64))),
    }
}

/// Draws the notice that is to be read, on as many lines as the area has. Returns false where there
/// is none.
pub(super) fn draw_notice(screen: &Screen<'_>, area: Rect, buffer: &mut Buffer) -> bool {
    let Some(ShownNotice { level, words, after }) = screen.app.shown_notice(screen.ctx) else {
        return false;
    };
    let theme = screen.theme;
    let (glyph, role) = format::level(level, &theme.glyphs);
    RowWriter::new(buffer, area, theme).put(&format!(" {glyph} "), role);
    let indent = MARK_CELLS.min(area.width);
    let area = Rect { x: area.x + indent, width: area.width - indent, ..area };
    let mut last = (area, words);
    if area.height > 1 {
        let mut lines = wrap(&last.1, area.width);
        let rest = lines.split_off(lines.len().min(1)).join(" ");
        RowWriter::new(buffer, area, theme).put(&lines.concat(), role);
        last = (Rect { y: area.y + 1, height: 1, ..area }, rest);
    }
    let mut writer = RowWriter::new(buffer, last.0, theme);
    let room = writer.room().saturating_sub(width(&after));
    writer.put_within(&last.1, room, role).put(&after, Role::Dim);
    true
}
