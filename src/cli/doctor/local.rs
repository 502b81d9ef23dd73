//! The checks of this machine: configuration, files, secrets, store, terminal.

use std::io::{self, IsTerminal};
use std::path::Path;

use super::Finding;
use crate::cli::console::count;
use crate::cli::error::Class;
use crate::cli::{session, setup};
use crate::config::accounts::AccountConfig;
use crate::config::load::{Config, Environment, Loaded};
use crate::config::schema::ColourMode;
use crate::config::secret::source::SecretSource;
use crate::engine::LocalStore;
use crate::tui::{self, CharactersReason, MIN_SCREEN};

/// A screen with room for all that matters.
const ROOMY: (u16, u16) = (80, 24);

/// Lists the errors of the configuration, each by its place.
pub(super) fn configuration(loaded: &Loaded) -> Vec<Finding> {
    let config = &loaded.config;
    let found = |message: String| Finding::ok("configuration", "content", message);
    let mut findings: Vec<Finding> = loaded
        .diagnostics
        .iter()
        .map(|error| {
            let place = error.position.map_or_else(String::new, |at| format!("line {}: ", at.line));
            let help = error.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            found(format!("{place}{}{help}", error.message))
                .fail(Class::Usage, format!("Correct {}.", config.paths.config.display()))
        })
        .collect();
    if findings.is_empty() {
        let file = if config.has_file {
            config.paths.config.display().to_string()
        } else {
            format!("no file at {}", config.paths.config.display())
        };
        findings.push(found(format!("{file}: no errors")));
    }
    findings.extend(config.warnings.iter().map(|words| {
        let warning = Finding::ok("configuration", "environment", words.clone());
        warning.warn("Mend it, then run this again.")
    }));
    let accounts = Finding::ok(
        "configuration",
        "accounts",
        format!("{} configured", count(config.accounts.len(), "account")),
    );
    findings.push(if config.accounts.is_empty() {
        accounts.fail(Class::Usage, "Name one; `purgedeck config init` explains how.")
    } else {
        accounts
    });
    findings
}

/// Checks that nobody else can read or change the files.
pub(super) fn files(config: &Config) -> Vec<Finding> {
    let store = &config.settings.store.value;
    [(config.paths.config.as_path(), "600"), (&config.paths.state, "700"), (store, "600")]
        .into_iter()
        .filter_map(|(path, mode)| file_mode(path, mode))
        .collect()
}

#[cfg(unix)]
fn file_mode(path: &Path, wanted: &str) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    let found = Finding::ok("files", "mode", format!("{} has mode {mode:o}", path.display()));
    let advice = format!("chmod {wanted} {}", path.display());
    Some(match mode {
        mode if mode & 0o022 != 0 => found.fail(Class::Failed, advice),
        mode if mode & 0o044 != 0 => found.warn(advice),
        _ => found,
    })
}

#[cfg(not(unix))]
fn file_mode(_: &Path, _: &str) -> Option<Finding> {
    None
}

/// Checks that each secret of an account is where the configuration says.
pub(super) fn secrets(account: &AccountConfig) -> Vec<Finding> {
    let check = |(key, source): &(&'static str, SecretSource)| {
        let found = |words: String| Finding::ok(account.name().as_str(), "credential", words);
        match source.check() {
            Ok(()) => found(format!("{key} comes from {}", source.describe())),
            Err(error) => found(format!("{key}: {}", error.message)).fail(Class::Auth, error.help),
        }
    };
    account.secrets().iter().map(check).collect()
}

/// Checks that the store can be read and written and is not damaged.
pub(super) fn store(config: &Config) -> Finding {
    let path = &config.settings.store.value;
    let found = |words: String| Finding::ok("store", "health", words);
    if !path.exists() {
        return found(format!("{} is not there yet; the first start makes it", path.display()));
    }
    session::tell_conversion(path);
    let health = LocalStore::open_as_permitted(path)
        .and_then(|(store, unwritable)| Ok((unwritable, store.check()?)));
    let size = std::fs::metadata(path).map_or(0, |file| file.len() >> 20);
    match health {
        Err(error) => found(error.words).fail(Class::Failed, error.advice),
        Ok((Some(error), damage)) if damage.is_empty() => {
            let words = format!("{}; it can be read, and has no damage", error.words);
            found(words).fail(Class::Failed, error.advice)
        }
        Ok((None, damage)) if damage.is_empty() => {
            found(format!("{}: {size} MiB, no damage", path.display()))
        }
        Ok((_, damage)) => {
            let some = damage.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
            found(format!("{} is damaged: {some}", path.display())).fail(
                Class::Failed,
                "Nothing is written into it or sent from it. `purgedeck store salvage FILE` makes \
                 a new store of what can be read.",
            )
        }
    }
}

/// Checks that the terminal can show the dashboard.
pub(super) fn terminal(config: &Config) -> Vec<Finding> {
    let found = |check, words: String| Finding::ok("terminal", check, words);
    if !io::stdout().is_terminal() {
        let words = "standard output is no terminal; subcommands need none";
        return vec![found("screen", words.to_owned())];
    }
    let mut findings = Vec::new();
    if let Some(reason) = tui::without_screen(&setup::environment) {
        findings.push(found("screen", reason).fail(Class::Failed, tui::TERM_ADVICE));
    }
    if let Ok((columns, rows)) = crossterm::terminal::size() {
        let size = found("size", format!("{columns}x{rows}"));
        findings.push(if columns < MIN_SCREEN.0 || rows < MIN_SCREEN.1 {
            size.fail(Class::Failed, format!("{}x{} are needed.", MIN_SCREEN.0, MIN_SCREEN.1))
        } else if columns < ROOMY.0 || rows < ROOMY.1 {
            size.warn(format!("{}x{} show everything that matters.", ROOMY.0, ROOMY.1))
        } else {
            size
        });
    }
    findings.push(colours(config, &setup::environment));
    findings.push(characters(config, &setup::environment));
    findings
}

/// Says which characters the dashboard draws with, and the reason.
fn characters(config: &Config, environment: Environment<'_>) -> Finding {
    let (ascii, reason) = tui::draws_ascii(config, environment);
    let drawn = if ascii { "plain ASCII" } else { "UTF-8" };
    let found = |words: String| Finding::ok("terminal", "characters", format!("{drawn}, {words}"));
    match reason {
        CharactersReason::Wished(origin) => found(format!("as is wished ({origin})")),
        CharactersReason::Locale(name) if ascii => found(format!("the locale is \"{name}\""))
            .warn("Set LC_ALL to one with UTF-8, or ascii = false in the configuration."),
        CharactersReason::Locale(name) => found(format!("the locale is \"{name}\"")),
        CharactersReason::NoLocale => found("no locale is set".to_owned())
            .warn("Set LANG to one with UTF-8, or ascii = true in the configuration."),
    }
}

/// Says if the dashboard uses colours, and the reason where it uses none.
fn colours(config: &Config, environment: Environment<'_>) -> Finding {
    let found = |words: String| Finding::ok("terminal", "colours", words);
    let term = environment("TERM").unwrap_or_default();
    let colour = &config.settings.colour;
    if let Some(colours) = tui::colours(config, environment) {
        found(format!("{colours}, TERM is \"{term}\""))
    } else if colour.value == ColourMode::Never {
        found(format!("none, as is wished ({})", colour.origin))
    } else {
        found(format!("none: TERM is \"{term}\"")).warn("Set TERM to your terminal's name.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::Outcome;
    use crate::config::schema::{Setting, SettingOrigin};

    #[test]
    fn characters_are_said_to_be_those_that_the_dashboard_draws_with() {
        let mut config = Config::default();
        let of = |config: &Config, locale: Option<&str>| {
            let locale = locale.map(str::to_owned);
            let found = characters(config, &|name| locale.clone().filter(|_| name == "LC_ALL"));
            (found.outcome, found.message)
        };
        for (locale, outcome, words) in [
            (Some("de_DE.UTF-8"), Outcome::Ok, "UTF-8, the locale is \"de_DE.UTF-8\""),
            (Some("C"), Outcome::Warn, "plain ASCII, the locale is \"C\""),
            (None, Outcome::Warn, "UTF-8, no locale is set"),
        ] {
            assert_eq!(of(&config, locale), (outcome, words.to_owned()));
        }
        let origin = SettingOrigin::Environment("PURGEDECK_ASCII".to_owned());
        config.settings.ascii = Setting { value: false, origin };
        let wished = (Outcome::Ok, "UTF-8, as is wished ($PURGEDECK_ASCII)".to_owned());
        assert_eq!(of(&config, Some("C")), wished);
    }

    #[test]
    fn colours_are_said_to_be_those_that_the_dashboard_uses() {
        let mut config = Config::default();
        let of = |config: &Config, term: Option<&str>| {
            let term = term.map(str::to_owned);
            let found = colours(config, &|name| term.clone().filter(|_| name == "TERM"));
            (found.outcome, found.message)
        };
        assert_eq!(
            of(&config, Some("xterm")),
            (Outcome::Ok, "16 colours, TERM is \"xterm\"".to_owned())
        );
        assert_eq!(of(&config, None).0, Outcome::Ok, "the dashboard is coloured there");
        let dumb = (Outcome::Warn, "none: TERM is \"dumb\"".to_owned());
        assert_eq!(of(&config, Some("dumb")), dumb);
        let origin = SettingOrigin::Environment("NO_COLOR".to_owned());
        config.settings.colour = Setting { value: ColourMode::Never, origin };
        for term in ["xterm", "dumb"] {
            let none = (Outcome::Ok, "none, as is wished ($NO_COLOR)".to_owned());
            assert_eq!(of(&config, Some(term)), none);
        }
    }
}
