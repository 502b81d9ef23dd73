//! Bars over time, one to a column, their failed part standing out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::theme::{Role, Theme};

/// Bars, one to a column, growing from the bottom of the area.
#[derive(Clone, Copy, Debug)]
pub struct Bars<'a> {
    /// The height of each bar: all, and the failed part of it.
    pub bars: &'a [(u32, u32)],
    /// The first and the last of the chosen bars.
    pub chosen: Option<(usize, usize)>,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Widget for &Bars<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let most = self.bars.iter().map(|(all, _)| *all).max().unwrap_or(0);
        if area.is_empty() || most == 0 {
            return;
        }
        let eighths = u64::from(area.height) * 8;
        for (at, ((all, failed), x)) in self.bars.iter().zip(area.left()..area.right()).enumerate()
        {
            let scaled = |part: u32| (u64::from(part) * eighths).div_ceil(u64::from(most));
            let column = Column {
                all: scaled(*all),
                failed: scaled(*failed).min(scaled(*all)),
                bad: u64::from(*failed) * 4 >= u64::from(*all),
                here: self.chosen.is_some_and(|(first, last)| (first..=last).contains(&at)),
            };
            column.draw(x, area, buffer, self.theme);
        }
    }
}

/// One bar, in eighths of a cell.
struct Column {
    all: u64,
    failed: u64,
    /// Set if a quarter or more of it failed.
    bad: bool,
    here: bool,
}

impl Column {
    fn draw(&self, x: u16, area: Rect, buffer: &mut Buffer, theme: &Theme) {
        let glyphs = &theme.glyphs;
        let plain = theme.style(if self.here { Role::BarHere } else { Role::Bar });
        let failed = theme.style(Role::BarFailed);
        let told_by_glyph = theme.is_mono() || glyphs.bars.iter().all(|bar| bar.is_ascii());
        for (level, y) in (area.top()..area.bottom()).rev().enumerate() {
            let base = level as u64 * 8;
            let (all, bad) =
                (self.all.saturating_sub(base).min(8), self.failed.saturating_sub(base).min(8));
            let cell = &mut buffer[(x, y)];
            let eighth = |part: u64| {
                glyphs.bars.get((part as usize).wrapping_sub(1)).copied().unwrap_or(glyphs.bar_none)
            };
            if bad > 0 && told_by_glyph {
                // A bar is about its height, so the glyph for failures is used only where the
                // height stays right.
                let covers = all == 8 && bad >= 2;
                let symbol = if covers { glyphs.bar_failed } else { eighth(all) };
                cell.set_symbol(symbol).set_style(if self.bad || covers { failed } else { plain });
            } else if bad > 0 && bad < 8 && (all == 8 || area.height > 1) {
                // Three colours do not fit into a cell: where the bar ends in this one, it is drawn
                // to its top, so that the failed part keeps its share. Where this cell is all there
                // is, one colour has to do.
                cell.set_symbol(eighth(bad)).set_style(failed);
                if let Some(colour) = plain.fg {
                    cell.set_bg(colour);
                }
            } else if bad > 0 && self.bad {
                cell.set_symbol(eighth(all.max(2))).set_style(failed);
            } else if all > 0 {
                cell.set_symbol(eighth(all)).set_style(plain);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::theme::{ColourDepth, Glyphs};

    #[test]
    fn without_colour_the_bars_keep_their_heights_also_where_some_failed() {
        let theme = Theme::named("default", ColourDepth::None, Glyphs::UNICODE).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 5, 1));
        (&Bars { bars: &[(8, 1), (4, 3), (2, 1), (1, 0), (8, 8)], chosen: None, theme: &theme })
            .render(buffer.area, &mut buffer);
        let symbols: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(symbols, "█▄▂▁▒");
        let marked: Vec<bool> = buffer
            .content
            .iter()
            .map(|cell| cell.modifier.contains(ratatui::style::Modifier::UNDERLINED))
            .collect();
        assert_eq!(marked, [false, true, true, false, true]);
    }
}
