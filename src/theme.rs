//! Colours and glyphs by meaning, read from `assets/themes/*.toml` or from the operator's own file.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

mod colour;
mod glyphs;

pub use colour::{ColourDepth, parse_colour};
pub use glyphs::Glyphs;

macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// What a piece of the screen means; a theme says how each meaning looks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Role { $($(#[$doc])* $variant),+ }

        impl Role {
            /// Every role.
            pub const EVERY: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in theme files.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

roles! {
    /// Plain text.
    Text = "text",
    /// Text that matters less.
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
    /// A request that the vendor took.
    Accepted = "accepted",
    /// A purge that the vendor calls done.
    Successful = "successful",
    /// A purge that was seen to work at the edge.
    Verified = "verified",
    /// A purge that failed.
    Failed = "failed",
    /// A purge whose end the vendor will not tell.
    NoReport = "no-report",
    /// A status that is not known.
    Unknown = "unknown",
    /// Plain news.
    Info = "info",
    /// Something to look at.
    Warning = "warning",
    /// Something that went wrong.
    Error = "error",
    /// A key in footer and help.
    Key = "key",
    /// What the key does.
    KeyTitle = "key-title",
    /// A match of the filter's words.
    Match = "match",
    /// The match that n and N stand on.
    MatchHere = "match-here",
    /// A bar of the timeline.
    Bar = "bar",
    /// The failed part of a bar.
    BarFailed = "bar-failed",
    /// The bar under the timeline's cursor.
    BarHere = "bar-here",
    /// A text field.
    Field = "field",
    /// What a field suggests.
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

/// Why a theme file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeFault {
    /// There is no theme of this name.
    #[error("there is no theme `{0}`; there are {known}", known = Theme::NAMES.join(", "))]
    NoTheme(String),
    /// The file is no TOML of the right shape.
    #[error("{0}")]
    Shape(String),
    /// A role's name is not known.
    #[error("`{0}` is no part of the screen that a theme can colour")]
    NoRole(String),
    /// A colour cannot be read.
    #[error(
        "`{0}` is no colour; write `red`, `bright-red`, 0 to 255, `#d75f00`, or a name of the file's palette"
    )]
    NoColour(String),
}

/// How the screen looks.
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

impl Theme {
    /// The names of the built-in themes; the first is the default.
    pub const NAMES: &'static [&'static str] = &["default", "light", "high-contrast", "mono"];

    /// A built-in theme.
    pub fn named(name: &str, depth: ColourDepth, glyphs: Glyphs) -> Result<Self, ThemeFault> {
        let text = match (depth, name) {
            (ColourDepth::None, _) | (_, "mono") => include_str!("../assets/themes/mono.toml"),
            (_, "default") => include_str!("../assets/themes/default.toml"),
            (_, "light") => include_str!("../assets/themes/light.toml"),
            (_, "high-contrast") => include_str!("../assets/themes/high-contrast.toml"),
            (_, other) => return Err(ThemeFault::NoTheme(other.to_owned())),
        };
        Self::parse(text, depth, glyphs)
    }

    /// Reads a theme file. A role that it leaves out looks like plain text.
    pub fn parse(text: &str, depth: ColourDepth, glyphs: Glyphs) -> Result<Self, ThemeFault> {
        let file: ThemeFile =
            toml::from_str(text).map_err(|fault| ThemeFault::Shape(fault.to_string()))?;
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
                .ok_or_else(|| ThemeFault::NoRole(name.clone()))?;
            if let Some(slot) = styles.get_mut(at) {
                *slot = style(written, palette, depth)?;
            }
        }
        Ok(Self { styles, glyphs, depth })
    }

    /// How a meaning looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// The colour that the configuration gave to an account; `None` where it gave none, none that can be read, or where
    /// colours are off.
    pub fn account_colour(&self, text: &str) -> Option<Color> {
        match self.depth {
            ColourDepth::None => None,
            ColourDepth::Indexed | ColourDepth::True => parse_colour(text, self.depth),
        }
    }

    /// Whether colours are off, so that glyphs and attributes alone must tell things apart.
    pub fn is_mono(&self) -> bool {
        self.depth == ColourDepth::None
    }
}

fn style(
    written: &StyleFile,
    palette: &BTreeMap<String, Value>,
    depth: ColourDepth,
) -> Result<Style, ThemeFault> {
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
) -> Result<Color, ThemeFault> {
    let direct = |value: &Value| match value {
        Value::Index(index) => Some(Color::Indexed(*index)),
        Value::Word(word) => parse_colour(word, depth),
    };
    if let Value::Word(word) = value
        && let Some(named) = palette.get(word)
    {
        return direct(named).ok_or_else(|| ThemeFault::NoColour(word.clone()));
    }
    direct(value).ok_or_else(|| match value {
        Value::Index(index) => ThemeFault::NoColour(index.to_string()),
        Value::Word(word) => ThemeFault::NoColour(word.clone()),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_built_in_theme_says_how_every_role_looks() {
        for text in [
            include_str!("../assets/themes/default.toml"),
            include_str!("../assets/themes/light.toml"),
            include_str!("../assets/themes/high-contrast.toml"),
            include_str!("../assets/themes/mono.toml"),
        ] {
            let file: ThemeFile = toml::from_str(text).unwrap();
            for role in Role::EVERY {
                assert!(file.styles.contains_key(role.name()), "{}", role.name());
            }
        }
        for name in Theme::NAMES {
            Theme::named(name, ColourDepth::True, Glyphs::UNICODE).unwrap();
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

    #[test]
    fn a_role_that_does_not_exist_is_named() {
        let fault =
            Theme::parse("[styles]\nfaild = { fg = 1 }", ColourDepth::Indexed, Glyphs::UNICODE);
        assert_eq!(fault, Err(ThemeFault::NoRole("faild".to_owned())));
    }

    #[test]
    fn a_colour_that_cannot_be_read_is_named() {
        let fault = Theme::parse(
            "[styles]\nfailed = { fg = \"redd\" }",
            ColourDepth::Indexed,
            Glyphs::UNICODE,
        );
        assert_eq!(fault, Err(ThemeFault::NoColour("redd".to_owned())));
    }
}
