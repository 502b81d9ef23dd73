//! Colours and glyphs by meaning; the built-in themes are in `assets/themes/`.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

mod colour;
mod glyphs;

pub use colour::{ColourDepth, parse_colour};
pub use glyphs::Glyphs;

macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// Meaning of a piece of the screen; a theme gives each its style.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Role { $($(#[$doc])* $variant),+ }

        impl Role {
            /// Every role.
            pub const EVERY: &'static [Self] = &[$(Self::$variant),+];

            /// Returns its name in theme files.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

roles! {
    /// Plain text.
    Text = "text",
    /// Less important text.
    Dim = "dim",
    /// A heading: column titles, section titles.
    Heading = "heading",
    /// The program's name and other fixed marks.
    Brand = "brand",
    /// The border of a pane.
    Border = "border",
    /// The border and title of the pane that has the focus.
    Focus = "focus",
    /// The row under the cursor, over its own colours.
    Cursor = "cursor",
    /// The row under the cursor of a pane without focus.
    CursorAway = "cursor-away",
    /// A marked row's mark.
    Mark = "mark",
    /// A purge that is not finished.
    InProgress = "in-progress",
    /// A request that the vendor accepted.
    Accepted = "accepted",
    /// A purge that the vendor reports as successful.
    Successful = "successful",
    /// A purge whose effect was verified at the edge.
    Verified = "verified",
    /// A purge that failed.
    Failed = "failed",
    /// A purge whose result the vendor does not report.
    NoReport = "no-report",
    /// An unknown status.
    Unknown = "unknown",
    /// Plain information.
    Info = "info",
    /// A warning.
    Warning = "warning",
    /// An error.
    Error = "error",
    /// A key in footer and help.
    Key = "key",
    /// A key's action.
    KeyTitle = "key-title",
    /// A match of the filter's text.
    Match = "match",
    /// The match that n and N moved to.
    MatchHere = "match-here",
    /// A bar of the timeline.
    Bar = "bar",
    /// The failed part of a bar.
    BarFailed = "bar-failed",
    /// The bar under the timeline's cursor.
    BarHere = "bar-here",
    /// A text field.
    Field = "field",
    /// A suggestion of a field.
    Suggestion = "suggestion",
    /// The part of a field that is wrong.
    Fault = "fault",
    /// A tab.
    Tab = "tab",
    /// The tab that is shown.
    TabHere = "tab-here",
    /// A badge beside an account.
    Badge = "badge",
}

/// Error of a theme file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// There is no theme of this name.
    #[error(
        "there is no theme `{0}`; there are {known}",
        known = Theme::names().collect::<Vec<_>>().join(", ")
    )]
    UnknownTheme(String),
    /// The file is not TOML of the right form.
    #[error("{0}")]
    Syntax(String),
    /// A role's name is unknown.
    #[error("`{0}` is not a part of the screen that a theme can style")]
    UnknownRole(String),
    /// A colour cannot be parsed.
    #[error(
        "`{0}` is not a colour; write `red`, `bright-red`, 0 to 255, `#d75f00`, or a name of the \
         file's palette"
    )]
    UnknownColour(String),
}

/// Styles of the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    styles: Vec<Style>,
    /// The marks beside the words.
    pub glyphs: Glyphs,
    depth: ColourDepth,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    #[serde(default)]
    palette: BTreeMap<String, Value>,
    styles: BTreeMap<String, StyleFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the shape of a file")]
struct StyleFile {
    fg: Option<Value>,
    bg: Option<Value>,
    #[serde(default)]
    bold: bool,
    #[serde(default)]
    dim: bool,
    #[serde(default)]
    italic: bool,
    #[serde(default)]
    underlined: bool,
    #[serde(default)]
    reversed: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Index(u8),
    Word(String),
}

/// Declares the built-in themes: the name of each file in `assets/themes` and a note for the help.
macro_rules! built_in {
    ($($name:literal: $note:literal),+ $(,)?) => {
        const BUILT_IN: &[BuiltIn] = &[$(BuiltIn {
            name: $name,
            note: $note,
            text: include_str!(concat!("../assets/themes/", $name, ".toml")),
        }),+];
    };
}

// The first is the default.
built_in! {
    "default": "safe for colour-blind people",
    "light": "for light terminals",
    "high-contrast": "for bright rooms and weak eyes",
    "sixteen": "for terminals of 16 colours",
    "mono": "no colours",
}

struct BuiltIn {
    name: &'static str,
    note: &'static str,
    text: &'static str,
}

/// The theme for terminals without colours.
const MONO: &str = "mono";
/// The theme for terminals with few colours.
const SIXTEEN: &str = "sixteen";

impl Theme {
    /// Returns the names of the built-in themes; the first is the default.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|theme| theme.name)
    }

    /// Returns the built-in themes with their notes.
    pub fn notes() -> impl Iterator<Item = (&'static str, &'static str)> {
        BUILT_IN.iter().map(|theme| (theme.name, theme.note))
    }

    /// Returns the name of the theme for a terminal where none is wished for.
    pub fn usual(depth: ColourDepth) -> &'static str {
        match depth {
            ColourDepth::None => MONO,
            ColourDepth::Sixteen => SIXTEEN,
            ColourDepth::Indexed | ColourDepth::True => Self::names().next().unwrap_or(MONO),
        }
    }

    /// Returns another built-in theme for the same terminal.
    pub fn other(&self, name: &str) -> Result<Self, ThemeError> {
        Self::named(name, self.depth, self.glyphs)
    }

    /// Lists the built-in themes with their notes, for help.
    pub fn list() -> String {
        let themes: Vec<String> =
            Self::notes().map(|(name, note)| format!("{name} ({note})")).collect();
        themes.join(", ")
    }

    /// Returns a built-in theme.
    pub fn named(name: &str, depth: ColourDepth, glyphs: Glyphs) -> Result<Self, ThemeError> {
        let name = if depth == ColourDepth::None { MONO } else { name };
        let theme = BUILT_IN.iter().find(|theme| theme.name == name);
        let theme = theme.ok_or_else(|| ThemeError::UnknownTheme(name.to_owned()))?;
        Self::parse(theme.text, depth, glyphs)
    }

    /// Parses a theme file. A role that it leaves out has the style of plain text.
    pub fn parse(text: &str, depth: ColourDepth, glyphs: Glyphs) -> Result<Self, ThemeError> {
        let file: ThemeFile =
            toml::from_str(text).map_err(|error| ThemeError::Syntax(error.to_string()))?;
        let palette = &file.palette;
        let base = match file.styles.get(Role::Text.name()) {
            Some(text) => style(text, palette, depth)?,
            None => Style::new(),
        };
        let mut styles = vec![base; Role::EVERY.len()];
        for (name, written) in &file.styles {
            let at = Role::EVERY
                .iter()
                .position(|role| role.name() == name)
                .ok_or_else(|| ThemeError::UnknownRole(name.clone()))?;
            if let Some(slot) = styles.get_mut(at) {
                *slot = style(written, palette, depth)?;
            }
        }
        Ok(Self { styles, glyphs, depth })
    }

    /// Returns the style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// Returns the colour that the configuration gives to an account; `None` if it cannot be parsed
    /// or colours are off.
    pub fn account_colour(&self, text: &str) -> Option<Color> {
        match self.depth {
            ColourDepth::None => None,
            depth @ (ColourDepth::Sixteen | ColourDepth::Indexed | ColourDepth::True) => {
                parse_colour(text, depth)
            }
        }
    }

    /// Returns whether colours are off, so that only glyphs and attributes tell things apart.
    pub fn is_mono(&self) -> bool {
        self.depth == ColourDepth::None
    }
}

fn style(
    written: &StyleFile,
    palette: &BTreeMap<String, Value>,
    depth: ColourDepth,
) -> Result<Style, ThemeError> {
    let mut style = Style::new();
    if depth != ColourDepth::None {
        if let Some(value) = &written.fg {
            style = style.fg(colour(value, palette, depth)?);
        }
        if let Some(value) = &written.bg {
            style = style.bg(colour(value, palette, depth)?);
        }
    }
    for (wanted, modifier) in [
        (written.bold, Modifier::BOLD),
        (written.dim, Modifier::DIM),
        (written.italic, Modifier::ITALIC),
        (written.underlined, Modifier::UNDERLINED),
        (written.reversed, Modifier::REVERSED),
    ] {
        if wanted {
            style = style.add_modifier(modifier);
        }
    }
    Ok(style)
}

fn colour(
    value: &Value,
    palette: &BTreeMap<String, Value>,
    depth: ColourDepth,
) -> Result<Color, ThemeError> {
    let direct = |value: &Value| match value {
        Value::Index(index) => Some(depth.nearest(Color::Indexed(*index))),
        Value::Word(word) => parse_colour(word, depth),
    };
    if let Value::Word(word) = value
        && let Some(named) = palette.get(word)
    {
        return direct(named).ok_or_else(|| ThemeError::UnknownColour(word.clone()));
    }
    direct(value).ok_or_else(|| match value {
        Value::Index(index) => ThemeError::UnknownColour(index.to_string()),
        Value::Word(word) => ThemeError::UnknownColour(word.clone()),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn every_built_in_theme_says_how_every_role_looks() {
        let files =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/themes")).unwrap();
        assert_eq!(files.count(), BUILT_IN.len());
        for theme in BUILT_IN {
            let file: ThemeFile = toml::from_str(theme.text).unwrap();
            for role in Role::EVERY {
                assert!(file.styles.contains_key(role.name()), "{}", role.name());
            }
            Theme::named(theme.name, ColourDepth::True, Glyphs::UNICODE).unwrap();
        }
    }

    #[test]
    fn without_colours_no_style_has_one() {
        let theme = Theme::named("default", ColourDepth::None, Glyphs::ASCII).unwrap();
        for &role in Role::EVERY {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{}", role.name());
        }
        assert_eq!(theme.account_colour("red"), None);
    }

    /// The part of white that a colour is as bright as.
    fn luminance(colour: Color) -> f64 {
        let (red, green, blue) = if let Color::Indexed(index) = colour {
            colour::of_index(index)
        } else if let Color::Rgb(red, green, blue) = colour {
            (red, green, blue)
        } else {
            panic!("a theme's colours have numbers, and {colour} has none")
        };
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(one: Color, other: Color) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_word_stands_out_from_what_is_behind_it() {
        for theme in BUILT_IN.iter().filter(|theme| theme.name != MONO) {
            let depth =
                if theme.name == SIXTEEN { ColourDepth::Sixteen } else { ColourDepth::True };
            let named = Theme::named(theme.name, depth, Glyphs::UNICODE).unwrap();
            let ground = Color::Indexed(if theme.name == "light" { 15 } else { 0 });
            let cursor = named.style(Role::Cursor);
            for &role in Role::EVERY {
                let style = named.style(role);
                let lines = matches!(role, Role::Border | Role::Suggestion);
                let Some(ink) = style.fg.filter(|_| !lines) else { continue };
                let behind = style.bg.unwrap_or(ground);
                let found = contrast(ink, behind);
                assert!(found >= 3.0, "{} {}: {found:.1}", theme.name, role.name());
                // The cursor lies over the words of a row.
                if let (Some(over), None, None) = (cursor.bg, cursor.fg, style.bg) {
                    let found = contrast(ink, over);
                    assert!(
                        found >= 2.5,
                        "{} {} under the cursor: {found:.1}",
                        theme.name,
                        role.name()
                    );
                }
            }
        }
    }

    #[test]
    fn a_terminal_of_16_colours_gets_no_other_and_no_bright_one_behind_text() {
        for theme in BUILT_IN {
            let named = Theme::named(theme.name, ColourDepth::Sixteen, Glyphs::UNICODE).unwrap();
            for &role in Role::EVERY {
                let style = named.style(role);
                for colour in [style.fg, style.bg].into_iter().flatten() {
                    assert!(matches!(colour, Color::Indexed(0..16)), "{} {colour}", theme.name);
                }
                let bright = matches!(style.bg, Some(Color::Indexed(8..)));
                assert!(theme.name != SIXTEEN || !bright, "{}", role.name());
            }
            assert_eq!(named.account_colour("#ff5050"), Some(Color::Indexed(9)));
        }
        assert_eq!(Theme::usual(ColourDepth::Sixteen), SIXTEEN);
        assert_eq!(Theme::usual(ColourDepth::True), "default");
    }

    #[test]
    fn a_role_that_does_not_exist_is_named() {
        let error =
            Theme::parse("[styles]\nfaild = { fg = 1 }", ColourDepth::Indexed, Glyphs::UNICODE);
        assert_eq!(error, Err(ThemeError::UnknownRole("faild".to_owned())));
    }

    #[test]
    fn a_colour_that_cannot_be_read_is_named() {
        let error = Theme::parse(
            "[styles]\nfailed = { fg = \"redd\" }",
            ColourDepth::Indexed,
            Glyphs::UNICODE,
        );
        assert_eq!(error, Err(ThemeError::UnknownColour("redd".to_owned())));
    }
}
