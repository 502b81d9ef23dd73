//! The timeline of a history pane and what it says below its bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::HistoryView;
use crate::panes::format::{count, of, span};
use crate::theme::Role;
use crate::widgets::text::RowWriter;
use crate::widgets::timeline::Bars;

pub(super) fn draw(view: &HistoryView<'_>, bars: Rect, caption: Rect, buffer: &mut Buffer) {
    let overview = view.pane.overview();
    let Some(summary) = overview.summary() else {
        return;
    };
    let theme = view.theme;
    let timeline = &summary.timeline;
    let heights: Vec<(u32, u32)> = timeline.bars.iter().map(|bar| (bar.all, bar.failed)).collect();
    (&Bars { bars: &heights, chosen: overview.chosen(), theme }).render(bars, buffer);
    let mut pen = RowWriter::new(buffer, caption, theme.glyphs.ellipsis);
    if let Some((from, until, bar)) = overview.choice() {
        let failed = match bar.failed {
            0 => String::new(),
            failed => format!(", {} failed", count(u64::from(failed))),
        };
        pen.put(
            &format!(
                " {} {} {}{failed} ",
                span(from, until, view.now, view.zone),
                theme.glyphs.dot,
                of(u64::from(bar.all), "purge", "purges"),
            ),
            theme.style(Role::Text),
        )
        .put(&view.keys.zoom, theme.style(Role::Key))
        .put(" zoom in", theme.style(Role::KeyTitle));
    } else if let Some((from, until)) = timeline.from.zip(timeline.until()) {
        let sum = timeline.sum();
        pen.put(" ", theme.style(Role::Dim))
            .put(&span(from, until, view.now, view.zone), theme.style(Role::Dim));
        if sum.failed > 0 {
            let failed = format!(
                " {} {} {} failed",
                theme.glyphs.dot,
                theme.glyphs.failed,
                count(u64::from(sum.failed))
            );
            pen.put(&failed, theme.style(Role::Failed));
        }
    }
}
