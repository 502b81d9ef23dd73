//! Parses colours and reduces them to those that the terminal has.

use ratatui::style::Color;

/// Number of colours of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourDepth {
    /// None, or none are wanted (`NO_COLOR`, `--no-color`).
    None,
    /// 256, as nearly every terminal has; `#rrggbb` becomes the nearest of them.
    Indexed,
    /// 24-bit colours.
    True,
}

/// Parses `red`, `bright-red`, `0` to `255` or `#rrggbb`; `None` for anything else.
pub fn parse_colour(text: &str, depth: ColourDepth) -> Option<Color> {
    const NAMES: [&str; 16] = [
        "black",
        "red",
        "green",
        "yellow",
        "blue",
        "magenta",
        "cyan",
        "white",
        "bright-black",
        "bright-red",
        "bright-green",
        "bright-yellow",
        "bright-blue",
        "bright-magenta",
        "bright-cyan",
        "bright-white",
    ];
    let text = text.trim().to_ascii_lowercase();
    if let Some(at) = NAMES.iter().position(|name| *name == text) {
        return u8::try_from(at).ok().map(Color::Indexed);
    }
    if !text.starts_with('#') {
        return text.parse().ok().map(Color::Indexed);
    }
    match text.parse() {
        Ok(Color::Rgb(red, green, blue)) if depth != ColourDepth::True => {
            Some(Color::Indexed(nearest(red, green, blue)))
        }
        colour => colour.ok(),
    }
}

/// Returns the nearest colour of the 6x6x6 cube or the grey ramp; the first 16 are left out because
/// they differ between terminals.
fn nearest(red: u8, green: u8, blue: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |r: u8, g: u8, b: u8| {
        [(r, red), (g, green), (b, blue)]
            .iter()
            .map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2))
            .sum::<u32>()
    };
    let cube = (0..216u8).map(|at| {
        let step = |n: u8| STEPS.get(usize::from(n)).copied().unwrap_or_default();
        let (r, g, b) = (step(at / 36), step(at / 6 % 6), step(at % 6));
        (distance(r, g, b), 16 + at)
    });
    let greys = (0..24u8).map(|at| {
        let level = 8 + 10 * at;
        (distance(level, level, level), 232 + at)
    });
    cube.chain(greys).min().map_or(16, |(_, index)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_people_write_them() {
        let read = |text| parse_colour(text, ColourDepth::True);
        assert_eq!(read("Bright-Red"), Some(Color::Indexed(9)));
        assert_eq!(read("208"), Some(Color::Indexed(208)));
        assert_eq!(read("#D75F00"), Some(Color::Rgb(0xd7, 0x5f, 0)));
        for wrong in ["", "redd", "#12345", "#12345g", "256", "-1", "#äöü"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_terminal_with_256_colours_gets_the_nearest() {
        let read = |text| parse_colour(text, ColourDepth::Indexed);
        assert_eq!(read("#d75f00"), Some(Color::Indexed(166)));
        assert_eq!(read("#080808"), Some(Color::Indexed(232)));
    }
}
