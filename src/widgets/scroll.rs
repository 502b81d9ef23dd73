//! Lists that scroll: their rows, and the bar beside them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Scrollbar, ScrollbarOrientation, ScrollbarState, StatefulWidget};

use super::text::RowWriter;
use crate::theme::{Role, Theme};

/// Draws the rows of a list from its row `top` on, and its scroll bar in the column right of the
/// area. Each row begins with the cursor's mark; `draw` gets the row's number and writes the rest.
pub fn list(
    area: Rect,
    of: usize,
    (top, cursor): (usize, usize),
    theme: &Theme,
    buffer: &mut Buffer,
    draw: impl Fn(usize, &mut RowWriter<'_>),
) {
    for (at, row) in (top..of).zip(area.rows()) {
        let here = at == cursor;
        let mut writer = RowWriter::new(buffer, row, theme);
        writer.column(if here { theme.glyphs.cursor } else { "" }, 2, Role::Focus);
        draw(at, &mut writer);
        if here {
            buffer.set_style(row, theme.style(Role::Cursor));
        }
    }
    scroll_bar(area, of, top, theme, buffer);
}

/// Draws a scroll bar in the column right of these lines, unless all of them are in view.
pub fn scroll_bar(lines: Rect, of: usize, top: usize, theme: &Theme, buffer: &mut Buffer) {
    let rows = usize::from(lines.height);
    let column = Rect { x: lines.right(), width: 1, ..lines }.intersection(buffer.area);
    if column.is_empty() || of <= rows {
        return;
    }
    let mut state = ScrollbarState::new(of - rows + 1).position(top).viewport_content_length(rows);
    Scrollbar::new(ScrollbarOrientation::VerticalRight)
        .begin_symbol(None)
        .end_symbol(None)
        .track_symbol(Some(theme.glyphs.scroll_track))
        .track_style(theme.style(Role::Border))
        .thumb_symbol(theme.glyphs.scroll_thumb)
        .thumb_style(theme.style(Role::Dim))
        .render(column, buffer, &mut state);
}
