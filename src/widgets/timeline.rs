//! Bars over time, one to a column, each stacked of parts that keep their own colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::theme::{Role, Theme};

/// Number of parts of a bar.
const PARTS: usize = 4;
/// The roles of the parts, from the bottom up. The first one is never painted over.
const ROLES: [Role; PARTS] = [Role::BarFailed, Role::InProgress, Role::NoReport, Role::Bar];

/// Bars, one to a column, growing from the bottom of the area.
#[derive(Clone, Copy, Debug)]
pub struct Bars<'a> {
    /// The parts of each bar, from the bottom up: failed, in progress, others, successful.
    pub bars: &'a [[u32; PARTS]],
    /// The first and the last of the chosen bars.
    pub chosen: Option<(usize, usize)>,
    /// The bars before which a line stands, where there is room above them.
    pub lines: &'a [usize],
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Widget for &Bars<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let most = self.bars.iter().map(sum).max().unwrap_or(0);
        if area.is_empty() || most == 0 {
            return;
        }
        let theme = self.theme;
        let line = theme.style(Role::Border);
        for (at, (parts, x)) in self.bars.iter().zip(area.left()..area.right()).enumerate() {
            let column = Rect { x, width: 1, ..area };
            if self.lines.contains(&at) {
                for y in area.top()..area.bottom() {
                    buffer[(x, y)].set_symbol(theme.glyphs.time_line).set_style(line);
                }
            }
            let here = self.chosen.is_some_and(|(first, last)| (first..=last).contains(&at));
            if here {
                buffer.set_style(column, theme.style(Role::Cursor));
            }
            let stack = Stack::scaled(parts, most, u64::from(area.height) * 8);
            stack.draw(column, here, buffer, theme);
        }
    }
}

fn sum(parts: &[u32; PARTS]) -> u64 {
    parts.iter().map(|part| u64::from(*part)).sum()
}

/// One bar: the upper end of each part, in eighths of a cell from the bottom.
struct Stack {
    ends: [u64; PARTS],
    /// Set if the first part is a quarter or more of it.
    bad: bool,
}

impl Stack {
    /// Every part that there is gets an eighth at least, as far as the bar reaches; the first ones
    /// come first.
    fn scaled(parts: &[u32; PARTS], most: u64, room: u64) -> Self {
        let all = sum(parts);
        let scaled = |count: u64| (count * room).div_ceil(most);
        let top = scaled(all);
        let (mut ends, mut count, mut below) = ([0; PARTS], 0, 0);
        for (end, part) in ends.iter_mut().zip(parts) {
            count += u64::from(*part);
            below = scaled(count).max(below + u64::from(*part > 0)).min(top);
            *end = below;
        }
        let failed = u64::from(parts.first().copied().unwrap_or(0));
        Self { ends, bad: failed > 0 && failed * 4 >= all }
    }

    /// Returns the parts of a cell: how many eighths each takes.
    fn cell(&self, base: u64) -> [u64; PARTS] {
        let mut from = base;
        self.ends.map(|end| {
            let to = end.clamp(from, base + 8);
            let part = to - from;
            from = to;
            part
        })
    }

    fn draw(&self, column: Rect, here: bool, buffer: &mut Buffer, theme: &Theme) {
        let by_glyph = theme.is_mono() || theme.glyphs.bars.iter().all(|bar| bar.is_ascii());
        let several = column.height > 1;
        for (level, y) in (column.top()..column.bottom()).rev().enumerate() {
            let parts = self.cell(level as u64 * 8);
            let Some(look) = (if by_glyph {
                self.by_glyph(parts, several, here, theme)
            } else {
                self.by_colour(parts, here, theme)
            }) else {
                continue;
            };
            buffer[(column.x, y)].set_symbol(look.0).set_style(look.1);
        }
    }

    /// Two colours fit into a cell, the one of its glyph and the one behind it. What is left of the
    /// first part keeps its share: where the bar ends in a cell that also has another part, the
    /// cell is drawn to its top, or wholly as the first part where that is much of the bar.
    fn by_colour(
        &self,
        parts: [u64; PARTS],
        here: bool,
        theme: &Theme,
    ) -> Option<(&'static str, Style)> {
        let fill: u64 = parts.iter().sum();
        let lowest = parts.iter().position(|part| *part > 0)?;
        let low = parts.get(lowest).copied().unwrap_or(0);
        let above = (lowest + 1..PARTS).max_by_key(|at| parts.get(*at)).filter(|_| low < fill);
        let style = |at: usize| theme.style(role(at, here));
        let Some(above) = above else {
            return Some((eighth(theme, fill), style(lowest)));
        };
        if lowest == 0 && fill < 8 && self.bad {
            return Some((eighth(theme, fill), style(0)));
        }
        if lowest > 0 && fill < 8 {
            let most = if low * 2 >= fill { lowest } else { above };
            return Some((eighth(theme, fill), style(most)));
        }
        let mut two = style(lowest);
        if let Some(colour) = style(above).fg {
            two = two.bg(colour);
        }
        Some((eighth(theme, low), two))
    }

    /// Without colours a bar is about its height, and the first part has a glyph of its own: where
    /// it is much of the bar, or of a cell that is full.
    fn by_glyph(
        &self,
        parts: [u64; PARTS],
        several: bool,
        here: bool,
        theme: &Theme,
    ) -> Option<(&'static str, Style)> {
        let fill: u64 = parts.iter().sum();
        let failed = parts.first().copied().unwrap_or(0);
        if fill == 0 {
            return None;
        }
        let glyphs = &theme.glyphs;
        let plain = theme.style(role(PARTS - 1, here));
        if failed == 0 {
            return Some((eighth(theme, fill), plain));
        }
        let covers = fill == 8 && failed >= 2;
        let ascii = glyphs.bar_failed.is_ascii() && (self.bad || several);
        let symbol = match (covers, ascii) {
            (true, _) => glyphs.bar_failed,
            (false, true) if fill > 4 => glyphs.bar_failed,
            (false, true) => glyphs.failed,
            (false, false) => eighth(theme, fill),
        };
        let style = if self.bad || covers || ascii { theme.style(Role::BarFailed) } else { plain };
        Some((symbol, style))
    }
}

fn role(part: usize, here: bool) -> Role {
    match ROLES.get(part) {
        Some(Role::Bar) | None if here => Role::BarHere,
        Some(role) => *role,
        None => Role::Bar,
    }
}

fn eighth(theme: &Theme, part: u64) -> &'static str {
    let glyphs = &theme.glyphs;
    glyphs.bars.get((part as usize).wrapping_sub(1)).copied().unwrap_or(glyphs.bar_none)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use ratatui::buffer::Cell;

    use super::*;
    use crate::theme::{ColourDepth, Glyphs};

    fn drawn(bars: &[[u32; 4]], rows: u16, depth: ColourDepth, glyphs: &Glyphs) -> Buffer {
        let theme = Theme::named("default", depth, *glyphs).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, bars.len() as u16, rows));
        (&Bars { bars, chosen: None, lines: &[], theme: &theme }).render(buffer.area, &mut buffer);
        buffer
    }

    fn text(buffer: &Buffer) -> String {
        buffer.content.iter().map(Cell::symbol).collect()
    }

    const SOME: [[u32; 4]; 5] =
        [[1, 0, 0, 7], [3, 0, 0, 1], [1, 0, 0, 1], [0, 0, 0, 1], [8, 0, 0, 0]];

    #[test]
    fn without_colour_the_bars_keep_their_heights_also_where_some_failed() {
        let buffer = drawn(&SOME, 1, ColourDepth::None, &Glyphs::UNICODE);
        assert_eq!(text(&buffer), "█▄▂▁▒");
        let marked: Vec<bool> = buffer
            .content
            .iter()
            .map(|cell| cell.modifier.contains(ratatui::style::Modifier::UNDERLINED))
            .collect();
        assert_eq!(marked, [false, true, true, false, true]);
    }

    #[test]
    fn in_ascii_what_failed_has_letters_of_its_own() {
        assert_eq!(text(&drawn(&SOME, 1, ColourDepth::None, &Glyphs::ASCII)), "#xx.X");
        assert_eq!(text(&drawn(&SOME, 2, ColourDepth::Indexed, &Glyphs::ASCII)), "#   XXXx.X");
    }

    fn colours(cell: &Cell) -> [ratatui::style::Color; 2] {
        [cell.fg, cell.bg]
    }

    proptest! {
        /// At any size, each part that there is shows in its own colour, above all what failed; a
        /// bar of one part alone has no other colour anywhere.
        #[test]
        fn what_failed_is_never_painted_as_something_else(
            bars in prop::collection::vec(
                prop::array::uniform4(prop_oneof![Just(0), 0..40_u32]), 1..12
            ),
            rows in 1..4_u16,
        ) {
            let theme = Theme::named("default", ColourDepth::Indexed, Glyphs::UNICODE).unwrap();
            let buffer = drawn(&bars, rows, ColourDepth::Indexed, &Glyphs::UNICODE);
            for (x, parts) in bars.iter().enumerate() {
                let column: Vec<_> =
                    (0..rows).flat_map(|y| colours(&buffer[(x as u16, y)])).collect();
                let colour = |at: usize| theme.style(ROLES[at]).fg.unwrap();
                prop_assert_eq!(parts[0] > 0, column.contains(&colour(0)), "{:?}", parts);
                for at in 1..4 {
                    let there = column.contains(&colour(at));
                    prop_assert!(parts[at] > 0 || !there, "{:?} has no part {}", parts, at);
                    let alone = (0..4).all(|other| other == at || parts[other] == 0);
                    prop_assert!(!alone || parts[at] == 0 || there, "{:?} has part {}", parts, at);
                }
            }
        }
    }

    #[test]
    fn a_chosen_bar_is_marked_from_top_to_bottom() {
        let theme = Theme::named("default", ColourDepth::Indexed, Glyphs::UNICODE).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 3));
        let bars = [[0, 0, 0, 9], [0, 0, 0, 1]];
        (&Bars { bars: &bars, chosen: Some((1, 1)), lines: &[0], theme: &theme })
            .render(buffer.area, &mut buffer);
        let marked = theme.style(Role::Cursor).bg.unwrap();
        assert!((0..3).all(|y| buffer[(1, y)].bg == marked));
        assert!((0..3).all(|y| buffer[(0, y)].bg != marked));
    }
}
