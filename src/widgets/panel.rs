//! A framed region with a title at its left and one at its right, and a popup of that kind in the
//! middle of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::text::{RowWriter, width};
use crate::theme::{Role, Theme};

/// A frame. Focus is shown by the border's colour and by a mark before the title.
#[derive(Clone, Copy, Debug)]
pub struct Panel<'a> {
    /// The title, at the left of its upper edge.
    pub title: &'a str,
    /// The title's role where the panel has no focus.
    pub title_role: Role,
    /// The note at the right of its upper edge; it goes first where there is little room.
    pub note: &'a str,
    /// Set if keys go here.
    pub focused: bool,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Panel<'_> {
    /// Returns the area inside the frame.
    pub fn inner(area: Rect) -> Rect {
        Rect {
            x: area.x.saturating_add(1),
            y: area.y.saturating_add(1),
            width: area.width.saturating_sub(2),
            height: area.height.saturating_sub(2),
        }
    }
}

impl Widget for &Panel<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.width < 2 || area.height < 2 {
            return;
        }
        let glyphs = &self.theme.glyphs;
        let line = self.theme.style(if self.focused { Role::Focus } else { Role::Border });
        let set = glyphs.border;
        let (left, right) = (area.left(), area.right() - 1);
        let (top, bottom) = (area.top(), area.bottom() - 1);
        for x in left..=right {
            buffer[(x, top)].set_symbol(set.horizontal_top).set_style(line);
            buffer[(x, bottom)].set_symbol(set.horizontal_bottom).set_style(line);
        }
        for y in top..=bottom {
            buffer[(left, y)].set_symbol(set.vertical_left).set_style(line);
            buffer[(right, y)].set_symbol(set.vertical_right).set_style(line);
        }
        for (x, y, symbol) in [
            (left, top, set.top_left),
            (right, top, set.top_right),
            (left, bottom, set.bottom_left),
            (right, bottom, set.bottom_right),
        ] {
            buffer[(x, y)].set_symbol(symbol).set_style(line);
        }
        let row = Rect::new(left + 1, top, area.width - 2, 1);
        let room = row.width;
        let note_room = width(self.note) + 2;
        let with_note = !self.note.is_empty() && note_room + 8 <= room;
        let title_room = if with_note { room - note_room } else { room };
        if !self.title.is_empty() && title_room > 4 {
            let style = self.theme.style(if self.focused { Role::Focus } else { self.title_role });
            let mut writer = RowWriter::new(buffer, row, glyphs.ellipsis);
            if self.focused {
                writer.put(glyphs.focus, style);
            } else {
                writer.put(" ", style);
            }
            writer.put_within(self.title, title_room - 2, style).put(" ", line);
        }
        if with_note {
            let at = Rect::new(row.right() - note_room, top, note_room, 1);
            let style = self.theme.style(Role::Dim);
            RowWriter::new(buffer, at, glyphs.ellipsis)
                .put(" ", style)
                .put(self.note, style)
                .put(" ", style);
        }
    }
}

/// A line across a panel, joined to its frame, with a title in it. The area is the panel's whole
/// width and one row.
#[derive(Clone, Copy, Debug)]
pub struct Divider<'a> {
    /// The title in the line.
    pub title: &'a str,
    /// The title's role.
    pub title_role: Role,
    /// Set if the panel has the focus.
    pub focused: bool,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Widget for &Divider<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.width < 2 || area.height == 0 {
            return;
        }
        let line = self.theme.style(if self.focused { Role::Focus } else { Role::Border });
        let [left, middle, right] = self.theme.glyphs.divider;
        for x in area.left()..area.right() {
            buffer[(x, area.y)].set_symbol(middle).set_style(line);
        }
        buffer[(area.left(), area.y)].set_symbol(left);
        buffer[(area.right() - 1, area.y)].set_symbol(right);
        if !self.title.is_empty() && area.width > 8 {
            let row = Rect::new(area.x + 1, area.y, area.width - 2, 1);
            RowWriter::new(buffer, row, self.theme.glyphs.ellipsis)
                .put(" ", line)
                .put_within(self.title, row.width - 2, self.theme.style(self.title_role))
                .put(" ", line);
        }
    }
}

/// Returns the area of a popup of at most this size: the middle of the screen, smaller where the
/// screen is.
pub fn popup(screen: Rect, columns: u16, rows: u16) -> Rect {
    let (columns, rows) = (columns.min(screen.width), rows.min(screen.height));
    Rect {
        x: screen.x + (screen.width - columns) / 2,
        y: screen.y + (screen.height - rows) / 2,
        width: columns,
        height: rows,
    }
}

/// Empties the area and gives it the plain style, so that nothing of what is below shows through.
pub fn clear(area: Rect, buffer: &mut Buffer, theme: &Theme) {
    Clear.render(area, buffer);
    buffer.set_style(area, theme.style(Role::Text));
}
