//! The timeline of a history pane, its days, and what it says below its bars.

use chrono::{Datelike, Days, NaiveTime, TimeDelta};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::HistoryView;
use crate::domain::timeline::{Bar, Timeline};
use crate::panes::format::{count, count_noun, span};
use crate::theme::Role;
use crate::widgets::text::{RowWriter, width};
use crate::widgets::timeline::Bars;

/// The least number of bars between two marked days.
const APART: usize = 8;
/// The longest time whose days are marked.
const LONGEST: TimeDelta = TimeDelta::days(800);

pub(super) fn draw(view: &HistoryView<'_>, bars: Rect, caption: Rect, buffer: &mut Buffer) {
    let state = view.pane.timeline();
    let Some(summary) = state.summary() else {
        return;
    };
    let theme = view.theme;
    let timeline = &summary.timeline;
    let parts: Vec<[u32; 4]> = timeline
        .bars
        .iter()
        .map(|bar| [bar.failed, bar.in_progress, bar.other, bar.successful])
        .collect();
    let days = days(view, timeline);
    let lines: Vec<usize> = days.iter().map(|(bar, _)| *bar).collect();
    (&Bars { bars: &parts, chosen: state.chosen(), lines: &lines, theme }).render(bars, buffer);
    let mut writer = RowWriter::new(buffer, caption, theme);
    if let Some((from, until, bar)) = state.choice() {
        let purges = count_noun(u64::from(bar.all()), "purge", "purges");
        writer
            .put(" ", Role::Text)
            .put(&span(from, until, view.now, view.zone), Role::Text)
            .put(&format!(" {} {purges}", theme.glyphs.dot), Role::Text);
        exceptions(view, bar, &mut writer);
        writer.put(" ", Role::Text).put(&view.keys.zoom, Role::Key).put(" zoom in", Role::KeyTitle);
    } else if let Some((from, until)) = timeline.from.zip(timeline.until()) {
        writer.put(" ", Role::Dim).put(&span(from, until, view.now, view.zone), Role::Dim);
        exceptions(view, timeline.sum(), &mut writer);
    }
    let used = writer.x().saturating_sub(caption.x);
    let Some(peak) = timeline.bars.iter().map(|bar| bar.all()).max().filter(|peak| *peak > 0)
    else {
        return;
    };
    let peak = format!("peak {} ", count(u64::from(peak)));
    let end = caption.width.saturating_sub(width(&peak));
    if used + 2 <= end {
        let at = Rect { x: caption.x + end, width: width(&peak), ..caption };
        RowWriter::new(buffer, at, theme).put(&peak, Role::Dim);
    }
    // The names of the days, as far as they have room between the two.
    let mut free = used + 2;
    for (bar, name) in &days {
        let at = *bar as u16;
        if at >= free && at + width(name) + 2 <= end {
            let place = Rect { x: caption.x + at, width: width(name), ..caption };
            RowWriter::new(buffer, place, theme).put(name, Role::Border);
            free = at + width(name) + 1;
        }
    }
}

/// Writes how many of these purges are not simply done.
fn exceptions(view: &HistoryView<'_>, bar: Bar, writer: &mut RowWriter<'_>) {
    let glyphs = &view.theme.glyphs;
    for (number, glyph, word, role) in [
        (bar.failed, glyphs.failed, "failed", Role::Failed),
        (bar.in_progress, glyphs.in_progress, "in progress", Role::InProgress),
    ] {
        if number > 0 {
            let words = format!("{glyph} {} {word}", count(u64::from(number)));
            writer.put(&format!(" {} ", glyphs.dot), Role::Dim).put(&words, role);
        }
    }
}

/// Returns the bars in which days begin, with their names: every day, every week or every month,
/// whichever are apart enough.
fn days(view: &HistoryView<'_>, timeline: &Timeline) -> Vec<(usize, String)> {
    let Some((from, until)) = timeline.from.zip(timeline.until()) else {
        return Vec::new();
    };
    let length = until - from;
    if length > LONGEST || timeline.bars.is_empty() {
        return Vec::new();
    }
    let every = length / timeline.bars.len() as i32 * APART as i32;
    let first = view.zone.show(from).date_naive();
    let mut found = Vec::new();
    for day in (1..1_000).map_while(|days| first.checked_add_days(Days::new(days))) {
        let Some(midnight) = view.zone.read(day.and_time(NaiveTime::MIN)) else {
            continue;
        };
        let Some(bar) = timeline.bar_at(midnight) else {
            break;
        };
        let marked = match every.num_hours() {
            ..24 => true,
            24..168 => day.weekday() == chrono::Weekday::Mon,
            168..1_440 => day.day() == 1,
            _ => day.ordinal() == 1,
        };
        if marked {
            found.push((bar, day.format("%-d %b").to_string()));
        }
    }
    found
}
