//! Parses colours and reduces them to those that the terminal has.

use ratatui::style::Color;

/// Number of colours of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourDepth {
    /// None, or none are wanted (`NO_COLOR`, `--no-color`).
    None,
    /// 16, as on a console; every other colour becomes the nearest of them.
    Sixteen,
    /// 256, as nearly every terminal has; `#rrggbb` becomes the nearest of them.
    Indexed,
    /// 24-bit colours.
    True,
}

/// Terminals that have no more than 16 colours.
const OF_SIXTEEN: [&str; 10] = [
    "linux",
    "ansi",
    "cygwin",
    "xterm",
    "xterm-color",
    "screen",
    "tmux",
    "rxvt",
    "vt340",
    "pcansi",
];

/// The terminals of DEC's series that have colours, unlike vt100, vt220 and the others.
const COLOURED_VT: [&str; 3] = ["vt241", "vt340", "vt525"];

/// Returns whether a terminal has no colours, by its name.
fn is_monochrome(term: &str) -> bool {
    let is_vt =
        term.strip_prefix("vt").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let is_coloured = COLOURED_VT.iter().any(|name| term.starts_with(name));
    let named_so = ["-m", "-mono"].iter().any(|ending| term.ends_with(ending));
    term == "dumb" || named_so || (is_vt && !is_coloured)
}

impl ColourDepth {
    /// Returns the number of colours of a terminal by what `TERM` and `COLORTERM` say; where they
    /// say nothing, it is taken for one of 256.
    pub fn of_terminal(term: Option<&str>, colourterm: Option<&str>) -> Self {
        let term = term.unwrap_or_default();
        let true_colour = |text: &str| matches!(text, "truecolor" | "24bit");
        if is_monochrome(term) {
            Self::None
        } else if colourterm.is_some_and(true_colour) || term.ends_with("-direct") {
            Self::True
        } else if OF_SIXTEEN.contains(&term) || term.ends_with("-16color") {
            Self::Sixteen
        } else {
            Self::Indexed
        }
    }

    /// Returns the words for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "no colours",
            Self::Sixteen => "16 colours",
            Self::Indexed => "256 colours",
            Self::True => "all colours",
        }
    }

    /// Returns a colour, or the nearest that the terminal has.
    pub(super) fn nearest(self, colour: Color) -> Color {
        let few = matches!(self, Self::None | Self::Sixteen);
        if let Color::Indexed(index @ 16..) = colour
            && few
        {
            let (red, green, blue) = of_index(index);
            return Color::Indexed(nearest_of_sixteen(red, green, blue));
        }
        if let Color::Rgb(red, green, blue) = colour
            && self != Self::True
        {
            let nearest = if few { nearest_of_sixteen } else { nearest };
            return Color::Indexed(nearest(red, green, blue));
        }
        colour
    }
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
    let colour = if text.starts_with('#') {
        text.parse().ok()
    } else {
        text.parse().ok().map(Color::Indexed)
    };
    colour.map(|colour| depth.nearest(colour))
}

/// The steps of the 6x6x6 cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The first 16 colours as most terminals show them.
const SIXTEEN: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

fn distance(one: (u8, u8, u8), other: (u8, u8, u8)) -> u32 {
    [(one.0, other.0), (one.1, other.1), (one.2, other.2)]
        .iter()
        .map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2))
        .sum()
}

/// Returns the nearest colour of the 6x6x6 cube or the grey ramp; the first 16 are left out because
/// they differ between terminals.
fn nearest(red: u8, green: u8, blue: u8) -> u8 {
    let all = (16..=255u8).map(|index| (distance(of_index(index), (red, green, blue)), index));
    all.min().map_or(16, |(_, index)| index)
}

/// Returns the one of the first 16 colours that is nearest in hue, so that a colour that stands out
/// does not become a grey; of greys the one that is nearest.
fn nearest_of_sixteen(red: u8, green: u8, blue: u8) -> u8 {
    const GREYS: [u8; 4] = [0, 8, 7, 15];
    // Red, yellow, green, cyan, blue, magenta.
    const HUES: [u8; 6] = [1, 3, 2, 6, 4, 5];
    const LEAST_CHROMA: i32 = 48;
    const BRIGHT: i32 = 230;
    let [r, g, b] = [red, green, blue].map(i32::from);
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let chroma = most - least;
    if chroma < LEAST_CHROMA {
        let all = GREYS.map(|index| (distance(of_index(index), (red, green, blue)), index));
        return all.iter().min().map_or(7, |(_, index)| *index);
    }
    // Sixths of the circle, in hundredths.
    let hue = match most {
        _ if most == r => (g - b) * 100 / chroma,
        _ if most == g => (b - r) * 100 / chroma + 200,
        _ => (r - g) * 100 / chroma + 400,
    };
    let sixth = usize::try_from((hue.rem_euclid(600) + 50) / 100 % 6).unwrap_or_default();
    let index = HUES.get(sixth).copied().unwrap_or(7);
    if most >= BRIGHT { index + 8 } else { index }
}

/// Returns the red, green and blue of one of the 256 colours.
pub(super) fn of_index(index: u8) -> (u8, u8, u8) {
    let step = |n: u8| STEPS.get(usize::from(n)).copied().unwrap_or_default();
    match index {
        0..16 => SIXTEEN.get(usize::from(index)).copied().unwrap_or_default(),
        16..232 => {
            let at = index - 16;
            (step(at / 36), step(at / 6 % 6), step(at % 6))
        }
        232.. => {
            let level = 8 + 10 * (index - 232);
            (level, level, level)
        }
    }
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
    fn a_terminal_with_16_colours_gets_the_nearest() {
        let read = |text| parse_colour(text, ColourDepth::Sixteen);
        for (text, index) in
            [("#ff5050", 9), ("209", 9), ("bright-red", 9), ("#101010", 0), ("3", 3)]
        {
            assert_eq!(read(text), Some(Color::Indexed(index)), "{text}");
        }
    }

    #[test]
    fn the_terminal_says_how_many_colours_it_has() {
        for (term, colourterm, depth) in [
            (Some("xterm-256color"), Some("truecolor"), ColourDepth::True),
            (Some("xterm-256color"), None, ColourDepth::Indexed),
            (Some("xterm-kitty"), None, ColourDepth::Indexed),
            (Some("linux"), None, ColourDepth::Sixteen),
            (Some("linux"), Some(""), ColourDepth::Sixteen),
            (Some("screen"), None, ColourDepth::Sixteen),
            (Some("screen"), Some("24bit"), ColourDepth::True),
            (Some("xterm-16color"), None, ColourDepth::Sixteen),
            (Some("xterm-direct"), None, ColourDepth::True),
            (Some("dumb"), Some("truecolor"), ColourDepth::None),
            (Some("xterm-mono"), Some("truecolor"), ColourDepth::None),
            (Some("linux-m"), None, ColourDepth::None),
            (Some("vt100"), None, ColourDepth::None),
            (Some("vt220-8bit"), None, ColourDepth::None),
            (Some("vt340"), None, ColourDepth::Sixteen),
            (Some("vte-256color"), None, ColourDepth::Indexed),
            (None, None, ColourDepth::Indexed),
        ] {
            assert_eq!(
                ColourDepth::of_terminal(term, colourterm),
                depth,
                "{term:?} {colourterm:?}"
            );
        }
    }

    #[test]
    fn a_terminal_with_256_colours_gets_the_nearest() {
        let read = |text| parse_colour(text, ColourDepth::Indexed);
        assert_eq!(read("#d75f00"), Some(Color::Indexed(166)));
        assert_eq!(read("#080808"), Some(Color::Indexed(232)));
    }
}
