//! The style that a terminal writes with, and the shortest sequence from one to another.

use std::io::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// The modifiers that are seen where nothing is written.
const SEEN_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);

/// Each modifier with the number that sets it and the one that takes it away.
const MODIFIERS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// A style in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TerminalStyle {
    pub(super) fg: Color,
    pub(super) bg: Color,
    underline: Color,
    modifier: Modifier,
}

/// Returns whether a cell shows nothing but its background.
pub(super) fn is_blank(cell: &Cell) -> bool {
    super::is_blank_text(cell.symbol()) && !cell.modifier.intersects(SEEN_ON_BLANK)
}

impl TerminalStyle {
    /// The style of a cell.
    pub(super) fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, underline: cell.underline_color, modifier: cell.modifier }
    }

    /// The style nearest to this one that leaves a blank of a background.
    pub(super) fn for_blank(self, bg: Color) -> Self {
        Self { bg, modifier: self.modifier.difference(SEEN_ON_BLANK), ..self }
    }

    /// Writes what turns this style into another one: the differences, or all of it anew.
    pub(super) fn write_change(self, to: Self, out: &mut Vec<u8>) {
        if self == to {
            return;
        }
        if to == Self::default() {
            out.extend_from_slice(b"\x1b[m");
            return;
        }
        let start = out.len();
        out.extend_from_slice(b"\x1b[");
        self.write_difference(to, true, out);
        out.push(b'm');
        let anew = out.len();
        out.extend_from_slice(b"\x1b[0");
        Self::default().write_difference(to, false, out);
        out.push(b'm');
        if out.len() - anew < anew - start {
            out.drain(start..anew);
        } else {
            out.truncate(anew);
        }
    }

    /// Writes the parameters that differ; as the first ones of a sequence or behind others.
    fn write_difference(self, to: Self, mut first: bool, out: &mut Vec<u8>) {
        let mut put = |parameters: std::fmt::Arguments<'_>| {
            if !std::mem::take(&mut first) {
                out.push(b';');
            }
            // Writing into memory cannot fail.
            let _ = out.write_fmt(parameters);
        };
        let gone = self.modifier.difference(to.modifier);
        // Two modifiers may share the number that takes them away.
        let is_taken = |number: u8| {
            MODIFIERS.iter().any(|(modifier, _, off)| *off == number && gone.contains(*modifier))
        };
        let mut last = 0;
        for (_, _, off) in MODIFIERS {
            if off != last && is_taken(off) {
                put(format_args!("{off}"));
            }
            last = off;
        }
        for (modifier, on, off) in MODIFIERS {
            let is_on = self.modifier.contains(modifier) && !is_taken(off);
            if to.modifier.contains(modifier) && !is_on {
                put(format_args!("{on}"));
            }
        }
        if self.fg != to.fg {
            put_colour(&mut put, to.fg, 30);
        }
        if self.bg != to.bg {
            put_colour(&mut put, to.bg, 40);
        }
        if self.underline != to.underline {
            put_colour(&mut put, to.underline, 50);
        }
    }
}

/// Writes a colour as parameters: of the foreground at 30, the background at 40, of underlines at
/// 50, which have no short forms.
fn put_colour(put: &mut impl FnMut(std::fmt::Arguments<'_>), colour: Color, base: u8) {
    let indexed = match colour {
        Color::Reset => return put(format_args!("{}", base + 9)),
        Color::Rgb(red, green, blue) => {
            return put(format_args!("{};2;{red};{green};{blue}", base + 8));
        }
        Color::Indexed(index) => return put(format_args!("{};5;{index}", base + 8)),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    match (base, indexed) {
        (50, _) => put(format_args!("58;5;{indexed}")),
        (_, 0..8) => put(format_args!("{}", base + indexed)),
        (_, _) => put(format_args!("{}", base + 60 + indexed - 8)),
    }
}
