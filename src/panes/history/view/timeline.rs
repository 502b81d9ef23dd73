//! The timeline of a history pane and what it says below its bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::HistoryView;
use crate::panes::format::{count, count_noun, span};
use crate::theme::Role;
use crate::widgets::text::RowWriter;
use crate::widgets::timeline::Bars;

pub(super) fn draw(view: &HistoryView<'_>, bars: Rect, caption: Rect, buffer: &mut Buffer) {
    let state = view.pane.timeline();
    let Some(summary) = state.summary() else {
        return;
    };
    let theme = view.theme;
    let timeline = &summary.timeline;
    let heights: Vec<(u32, u32)> = timeline.bars.iter().map(|bar| (bar.all, bar.failed)).collect();
    (&Bars { bars: &heights, chosen: state.chosen(), theme }).render(bars, buffer);
    let mut writer = RowWriter::new(buffer, caption, theme);
    let dot = theme.glyphs.dot;
    if let Some((from, until, bar)) = state.choice() {
        let failed = match bar.failed {
            0 => String::new(),
            failed => format!(", {} failed", count(u64::from(failed))),
        };
        let span = span(from, until, view.now, view.zone);
        let purges = count_noun(u64::from(bar.all), "purge", "purges");
        writer
            .put(&format!(" {span} {dot} {purges}{failed} "), Role::Text)
            .put(&view.keys.zoom, Role::Key)
            .put(" zoom in", Role::KeyTitle);
    } else if let Some((from, until)) = timeline.from.zip(timeline.until()) {
        let sum = timeline.sum();
        writer.put(" ", Role::Dim).put(&span(from, until, view.now, view.zone), Role::Dim);
        if sum.failed > 0 {
            let failed = count(u64::from(sum.failed));
            writer.put(&format!(" {dot} {} {failed} failed", theme.glyphs.failed), Role::Failed);
        }
    }
}
