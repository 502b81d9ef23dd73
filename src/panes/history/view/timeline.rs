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
    let mut writer = RowWriter::new(buffer, caption, theme.glyphs.ellipsis);
    if let Some((from, until, bar)) = state.choice() {
        let failed = match bar.failed {
            0 => String::new(),
            failed => format!(", {} failed", count(u64::from(failed))),
        };
        writer
            .put(
                &format!(
                    " {} {} {}{failed} ",
                    span(from, until, view.now, view.zone),
                    theme.glyphs.dot,
                    count_noun(u64::from(bar.all), "purge", "purges"),
                ),
                theme.style(Role::Text),
            )
            .put(&view.keys.zoom, theme.style(Role::Key))
            .put(" zoom in", theme.style(Role::KeyTitle));
    } else if let Some((from, until)) = timeline.from.zip(timeline.until()) {
        let sum = timeline.sum();
        writer
            .put(" ", theme.style(Role::Dim))
            .put(&span(from, until, view.now, view.zone), theme.style(Role::Dim));
        if sum.failed > 0 {
            let failed = format!(
                " {} {} {} failed",
                theme.glyphs.dot,
                theme.glyphs.failed,
                count(u64::from(sum.failed))
            );
            writer.put(&failed, theme.style(Role::Failed));
        }
    }
}
