//! A framed region with a title at its left and one at its right, and a popup of that kind in the
//! middle of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Color;
use ratatui::symbols::border;
use ratatui::widgets::{Block, Borders, Clear, Widget};

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
    /// A colour for its lines in the place of the theme's.
    pub colour: Option<Color>,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

/// Returns the role of a border.
fn border_role(focused: bool) -> Role {
    if focused { Role::Focus } else { Role::Border }
}

impl Widget for &Panel<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.width < 2 || area.height < 2 {
            return;
        }
        let glyphs = &self.theme.glyphs;
        let line = border_role(self.focused);
        let style = self.theme.style(line);
        Block::bordered()
            .border_set(glyphs.border)
            .border_style(self.colour.map_or(style, |colour| style.fg(colour)))
            .render(area, buffer);
        let row = Rect { height: 1, ..area }.inner(Margin::new(1, 0));
        let note_room = width(self.note) + 2;
        let with_note = !self.note.is_empty() && note_room + 8 <= row.width;
        let title_room = if with_note { row.width - note_room } else { row.width };
        if !self.title.is_empty() && title_room > 4 {
            let (mark, role) =
                if self.focused { (glyphs.focus, line) } else { (" ", self.title_role) };
            RowWriter::new(buffer, row, self.theme)
                .put(mark, role)
                .put_within(self.title, title_room - 2, role)
                .put(" ", line);
        }
        if with_note {
            let at = Rect { x: row.right() - note_room, width: note_room, ..row };
            RowWriter::new(buffer, at, self.theme)
                .put(" ", Role::Dim)
                .put(self.note, Role::Dim)
                .put(" ", Role::Dim);
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
        if area.width < 2 {
            return;
        }
        let line = border_role(self.focused);
        let [top_left, horizontal_top, top_right] = self.theme.glyphs.divider;
        Block::new()
            .borders(Borders::TOP | Borders::LEFT | Borders::RIGHT)
            .border_set(border::Set { top_left, horizontal_top, top_right, ..border::PLAIN })
            .border_style(self.theme.style(line))
            .render(area, buffer);
        if !self.title.is_empty() && area.width > 8 {
            let row = area.inner(Margin::new(1, 0));
            RowWriter::new(buffer, row, self.theme)
                .put(" ", line)
                .put_within(self.title, row.width - 2, self.title_role)
                .put(" ", line);
        }
    }
}

/// Draws a line across a popup. The area is a row inside its frame.
pub fn divide(row: Rect, title: &str, theme: &Theme, buffer: &mut Buffer) {
    (&Divider { title, title_role: Role::Heading, focused: true, theme })
        .render(row.outer(Margin::new(1, 0)), buffer);
}

/// The most columns of the popups that a purge goes through, from the draft to the queue: where one
/// stands above another, no frame of that shows beside it.
pub const WIDE: u16 = 160;

/// Draws an empty popup of at most this many columns and rows in the middle of the screen, smaller
/// where the screen is. Returns the area inside its frame.
pub fn popup(
    screen: Rect,
    size: (u16, u16),
    titles: (&str, &str),
    theme: &Theme,
    buffer: &mut Buffer,
) -> Rect {
    popup_in(None, screen, size, titles, theme, buffer)
}

/// Draws a popup with lines of a colour of its own.
pub fn popup_in(
    colour: Option<Color>,
    screen: Rect,
    (columns, rows): (u16, u16),
    (title, note): (&str, &str),
    theme: &Theme,
    buffer: &mut Buffer,
) -> Rect {
    let (width, height) = (columns.min(screen.width), rows.min(screen.height));
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    // Nothing of what is below may show through.
    Clear.render(area, buffer);
    buffer.set_style(area, theme.style(Role::Text));
    (&Panel { title, title_role: Role::Heading, note, focused: true, colour, theme })
        .render(area, buffer);
    area.inner(Margin::new(1, 1))
}
