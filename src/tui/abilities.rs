//! The abilities of a terminal, as far as the environment tells of them.

use super::frame_encoder::DrawingAbilities;
use crate::config::load::{Config, Environment};
use crate::config::schema::SettingOrigin;
use crate::domain::text::escape_control;

/// The advice where no dashboard can be shown.
pub const TERM_ADVICE: &str = "Set TERM to your terminal's name, such as xterm-256color, or use a \
                               subcommand, which needs no screen: history, purge, verify, queue; \
                               purgedeck --help lists all.";

/// The values of `TERM` for terminals that cannot move their cursor, or of which nothing is known.
const WITHOUT_SCREEN: [&str; 2] = ["dumb", "unknown"];

/// The terminals that erase a number of characters, by the beginning of the value of `TERM`.
const ERASES_CHARACTERS: [&str; 16] = [
    "xterm",
    "tmux",
    "linux",
    "rxvt",
    "alacritty",
    "foot",
    "wezterm",
    "ghostty",
    "konsole",
    "vte",
    "gnome",
    "st-",
    "contour",
    "mintty",
    "iterm",
    "ms-terminal",
];

/// Names among them of terminals that erase with another background than the one in force, at
/// least in some version or setting.
const ERASES_PLAIN: [&str; 2] = ["tmux", "xterm-kitty"];

/// Others that scroll a part of their rows.
const SCROLLS: [&str; 2] = ["screen", "vt"];

/// The longest value of a variable that is shown, in characters.
const LONGEST: usize = 40;

/// The reason for the characters that the dashboard draws with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CharactersReason {
    /// The setting `ascii`.
    Wished(SettingOrigin),
    /// The locale's name.
    Locale(String),
    /// No locale is set.
    NoLocale,
}

/// Says what keeps the dashboard from being shown, as far as `TERM` tells; `None` if nothing does.
pub fn without_screen(environment: Environment<'_>) -> Option<String> {
    let variable = |name| environment(name).filter(|text| !text.is_empty());
    match variable("TERM") {
        Some(term) => WITHOUT_SCREEN.contains(&term.as_str()).then(|| {
            format!("TERM is \"{term}\", the name of a terminal that cannot move its cursor")
        }),
        // Windows' terminals set none; what sets COLORTERM is a terminal like all others.
        None => (cfg!(unix) && variable("COLORTERM").is_none())
            .then(|| "TERM is not set, so it is not known what the terminal can do".to_owned()),
    }
}

/// Returns what a terminal can do besides moving its cursor, by the name in `TERM`; nothing of it
/// where the name is not known.
pub(super) fn drawing(environment: Environment<'_>) -> DrawingAbilities {
    let Some(term) = environment("TERM").filter(|name| !name.is_empty()) else {
        // Windows' terminals set none, and can do all of it.
        let is_windows = cfg!(windows);
        return if is_windows { DrawingAbilities::ALL } else { DrawingAbilities::default() };
    };
    let is_of = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
    let erases_characters = is_of(&ERASES_CHARACTERS);
    DrawingAbilities {
        erases_characters,
        erases_in_colour: erases_characters && !is_of(&ERASES_PLAIN),
        scrolls: erases_characters || is_of(&SCROLLS),
    }
}

/// Returns whether the dashboard draws with plain ASCII, and the reason: the setting where it is
/// set, else the locale.
pub fn draws_ascii(config: &Config, environment: Environment<'_>) -> (bool, CharactersReason) {
    let ascii = &config.settings.ascii;
    match &ascii.origin {
        SettingOrigin::Default => match locale(environment) {
            Some(name) => {
                (!is_utf8(&name), CharactersReason::Locale(escape_control(&name, LONGEST)))
            }
            None => (ascii.value, CharactersReason::NoLocale),
        },
        origin @ (SettingOrigin::File(_)
        | SettingOrigin::Environment(_)
        | SettingOrigin::Flag(_)
        | SettingOrigin::Exposed(_)) => (ascii.value, CharactersReason::Wished(origin.clone())),
    }
}

/// Returns the locale of the characters, by the order in which its variables count.
fn locale(environment: Environment<'_>) -> Option<String> {
    let variable = |name| environment(name).filter(|text| !text.is_empty());
    ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable)
}

fn is_utf8(locale: &str) -> bool {
    locale.to_ascii_lowercase().replace('-', "").contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::schema::Setting;

    /// Reads variables written as `NAME=value NAME=value`.
    fn of<T>(variables: &str, read: impl Fn(Environment<'_>) -> T) -> T {
        read(&|name| {
            let all = variables.split_whitespace().filter_map(|one| one.split_once('='));
            all.into_iter().find(|(other, _)| *other == name).map(|(_, value)| value.to_owned())
        })
    }

    #[test]
    fn a_terminal_that_cannot_move_its_cursor_shows_no_dashboard() {
        for variables in ["TERM=dumb", "TERM=dumb COLORTERM=truecolor", "TERM=unknown"] {
            let reason = of(variables, without_screen).unwrap_or_default();
            assert!(reason.contains("TERM is \""), "{variables}: {reason}");
        }
        for variables in ["TERM=xterm", "TERM=vt100", "TERM=xterm-mono", "COLORTERM=truecolor"] {
            assert_eq!(of(variables, without_screen), None, "{variables}");
        }
        if cfg!(unix) {
            for variables in ["", "TERM="] {
                let reason = of(variables, without_screen).unwrap_or_default();
                assert!(reason.contains("TERM is not set"), "{reason}");
            }
        }
    }

    #[test]
    fn a_locale_without_utf_8_is_drawn_in_ascii() {
        let config = Config::default();
        for (variables, ascii) in [
            ("LC_ALL=C", true),
            ("LC_ALL=POSIX LANG=de_DE.UTF-8", true),
            ("LANG=de_DE.ISO-8859-1", true),
            ("LC_CTYPE=de_DE@euro", true),
            ("LC_ALL= LC_CTYPE=C LANG=C.UTF-8", true),
            ("LC_ALL=C.UTF-8 LANG=C", false),
            ("LC_ALL=en_US.utf8", false),
            ("LC_CTYPE=UTF-8", false),
            ("", false),
            ("LANG=", false),
        ] {
            let (drawn, _) = of(variables, |environment| draws_ascii(&config, environment));
            assert_eq!(drawn, ascii, "{variables}");
        }
    }

    #[test]
    fn only_a_terminal_known_to_erase_and_scroll_is_asked_to() {
        let plain = DrawingAbilities::default();
        let scrolls = DrawingAbilities { scrolls: true, ..plain };
        let erases = DrawingAbilities { erases_characters: true, ..scrolls };
        for (variables, abilities) in [
            ("TERM=xterm-256color", DrawingAbilities::ALL),
            ("TERM=xterm", DrawingAbilities::ALL),
            ("TERM=linux", DrawingAbilities::ALL),
            ("TERM=alacritty", DrawingAbilities::ALL),
            ("TERM=st-256color", DrawingAbilities::ALL),
            ("TERM=xterm-kitty", erases),
            ("TERM=tmux-256color", erases),
            ("TERM=screen-256color", scrolls),
            ("TERM=vt100", scrolls),
            ("TERM=ansi", plain),
            ("TERM=stv52", plain),
            ("TERM=anything", plain),
        ] {
            assert_eq!(of(variables, drawing), abilities, "{variables}");
        }
    }

    #[test]
    fn the_setting_wins_over_the_locale() {
        let mut config = Config::default();
        for value in [true, false] {
            let origin = SettingOrigin::Environment("PURGEDECK_ASCII".to_owned());
            config.settings.ascii = Setting { value, origin: origin.clone() };
            for variables in ["LC_ALL=C", "LANG=C.UTF-8", ""] {
                let drawn = of(variables, |environment| draws_ascii(&config, environment));
                assert_eq!(drawn, (value, CharactersReason::Wished(origin.clone())), "{variables}");
            }
        }
    }
}
