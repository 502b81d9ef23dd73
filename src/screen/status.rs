//! The line above the keys: a notice, else the budget of the row's resource. A long notice takes
//! the line above that too.

use std::time::Duration;

use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::Screen;
use crate::commands::Command;
use crate::domain::event::Level;
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

/// Draws the notice that is to be read, on two lines where one has no room for it. Returns false
/// where there is none.
pub(super) fn draw_notice(screen: &Screen<'_>, area: Rect, buffer: &mut Buffer) -> bool {
    let Some((notice, more)) = screen.app.notices().shown() else {
        return false;
    };
    let theme = screen.theme;
    let (glyph, role) = format::level(notice.level, &theme.glyphs);
    // Above an overlay, the key that puts a notice away closes the overlay.
    let key =
        if screen.app.overlays().is_empty() { screen.key(Command::Back) } else { String::new() };
    let after = match (notice.level, more) {
        (Level::Info, 0) => String::new(),
        (_, 0) => format!(" {key} "),
        (_, more) => format!(" {key} (+{more}) "),
    };
    let account = notice.account.as_ref().map(|account| format!("{account}: ")).unwrap_or_default();
    let words = format!("{account}{}", notice.words);
    let mark = format!(" {glyph} ");
    let room = area.width.saturating_sub(width(&mark));
    let fits = width(&words).saturating_add(width(&after)) <= room;
    let mut lines = if fits { vec![words] } else { wrap(&words, room) };
    let rest = lines.split_off(lines.len().min(1)).join(" ");
    let first = lines.pop().unwrap_or_default();
    let last = if fits || area.y == 0 {
        RowWriter::new(buffer, area, theme).put(&mark, role);
        if fits { first } else { format!("{first} {rest}") }
    } else {
        // The first half stands in the place of the frame above.
        let above = Rect { y: area.y - 1, height: 1, ..area };
        Clear.render(above.intersection(buffer.area), buffer);
        buffer.set_style(above, theme.style(Role::Text));
        RowWriter::new(buffer, above, theme).put(&mark, role).put(&first, role);
        rest
    };
    let indent = width(&mark).min(area.width);
    let below = Rect { x: area.x + indent, width: area.width - indent, ..area };
    let mut writer = RowWriter::new(buffer, below, theme);
    let room = writer.room().saturating_sub(width(&after));
    writer.put_within(&last, room, role).put(&after, Role::Dim);
    true
}
