//! The checks of this machine: configuration, files, secrets, store, terminal.

use std::io::{self, IsTerminal};
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use super::Finding;
use crate::cli::console::count;
use crate::cli::error::Class;
use crate::cli::{session, setup};
use crate::config::accounts::AccountConfig;
use crate::config::load::{Config, Environment, Loaded};
use crate::config::schema::ColourMode;
use crate::config::secret::source::SecretSource;
use crate::domain::store_address::StoreAddress;
use crate::engine::{LocalStore, ServerFacts, StorePlace};
use crate::tui::{self, CharactersReason, MIN_SCREEN};

/// Largest difference between the server's clock and ours that needs no word.
const LARGEST_CLOCK_DIFFERENCE: TimeDelta = TimeDelta::seconds(5);

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
    let store = config.settings.store.value.file().map(|file| (file, "600"));
    [(config.paths.config.as_path(), "600"), (&config.paths.state, "700")]
        .into_iter()
        .chain(store)
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

/// Checks that the password of the store's server is where the configuration says.
pub(super) fn store_password(config: &Config) -> Option<Finding> {
    let source = config.store_password.as_ref().filter(|_| config.store_server().is_some())?;
    let found = |words: String| Finding::ok("store", "credential", words);
    Some(match source.check() {
        Ok(()) => found(format!("the password comes from {}", source.describe())),
        Err(error) => found(error.message).fail(Class::Auth, error.help),
    })
}

/// Checks that the store can be read and written and is not damaged.
pub(super) fn store(config: &Config) -> Vec<Finding> {
    let address = &config.settings.store.value;
    let found = |words: String| Finding::ok("store", "health", words);
    if !config.may_have_store() {
        return vec![found(format!("{address} is not there yet; the first start makes it"))];
    }
    session::tell_conversion(address);
    let (store, unwritable) = match LocalStore::open_as_permitted(&StorePlace::of(config)) {
        Ok(opened) => opened,
        Err(error) => return vec![found(error.words).fail(Class::Failed, error.advice)],
    };
    let mut findings = vec![match (store.check(), unwritable) {
        (Err(error), _) => found(error.words).fail(Class::Failed, error.advice),
        (Ok(damage), Some(error)) if damage.is_empty() => {
            let words = format!("{}; it can be read, and has no damage", error.words);
            found(words).fail(Class::Failed, error.advice)
        }
        (Ok(damage), None) if damage.is_empty() => found(match address {
            StoreAddress::File(path) => {
                let size = std::fs::metadata(path).map_or(0, |file| file.len() >> 20);
                format!("{address}: {size} MiB, no damage")
            }
            StoreAddress::Server(_) => format!("{address}: reached, no damage"),
        }),
        (Ok(damage), _) => {
            let some = damage.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
            found(format!("{address} is damaged: {some}")).fail(
                Class::Failed,
                match address {
                    StoreAddress::File(_) => {
                        "Nothing is written into it or sent from it. `purgedeck store salvage \
                         FILE` makes a new store of what can be read."
                    }
                    StoreAddress::Server(_) => "Restore the database from a backup.",
                },
            )
        }
    }];
    match store.server() {
        Ok(Some(server)) => findings.extend(server_findings(&server, Utc::now())),
        Ok(None) => {}
        Err(error) => {
            let failed = Finding::ok("store", "server", error.words);
            findings.push(failed.fail(Class::Failed, error.advice));
        }
    }
    findings
}

/// Checks the connection to the store's server, the rights of its user, and its clock.
fn server_findings(server: &ServerFacts, now: DateTime<Utc>) -> Vec<Finding> {
    let found = |check, words: String| Finding::ok("store", check, words);
    let version = format!("PostgreSQL {}, schema {}", server.version, server.schema);
    let connection = match (server.is_encrypted, server.is_local) {
        (true, _) => found("server", format!("{version}, with TLS")),
        (false, true) => found("server", format!("{version}, over a socket of this machine")),
        (false, false) => found("server", format!("{version}, without TLS"))
            .warn("Leave sslmode=disable out of its URL, unless the network is yours alone."),
    };
    let role = &server.role;
    let rights = if server.may_write {
        found("rights", format!("{role} may read and write"))
    } else {
        found("rights", format!("{role} may read only: it queues and sends nothing"))
            .warn("Ask the owner of the database for the rights of an operator.")
    };
    let ahead = server.clock_ahead(now);
    let seconds = ahead.num_milliseconds().abs() as f64 / 1000.0;
    let clock = if ahead.abs() <= LARGEST_CLOCK_DIFFERENCE {
        found("clock", format!("differs from the server's by {seconds:.1} s"))
    } else {
        let side = if ahead > TimeDelta::zero() { "behind" } else { "ahead of" };
        found("clock", format!("{seconds:.0} s {side} the server's"))
            .warn("Have both set by NTP: times of requests are those of the machine that queues.")
    };
    vec![connection, rights, clock]
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
    fn a_server_without_tls_a_user_who_may_only_read_and_a_wrong_clock_are_warned_of() {
        let now = DateTime::UNIX_EPOCH;
        let good = ServerFacts {
            version: "15.14".to_owned(),
            schema: 1,
            role: "mia".to_owned(),
            may_write: true,
            is_encrypted: true,
            is_local: false,
            now,
            duties: Vec::new(),
        };
        let outcomes = |server: &ServerFacts| -> Vec<Outcome> {
            server_findings(server, now).iter().map(|finding| finding.outcome).collect()
        };
        assert_eq!(outcomes(&good), [Outcome::Ok; 3]);
        let local = ServerFacts { is_encrypted: false, is_local: true, ..good.clone() };
        assert_eq!(outcomes(&local), [Outcome::Ok; 3]);
        let ahead = now + TimeDelta::seconds(-60);
        let bad = ServerFacts { is_encrypted: false, may_write: false, now: ahead, ..good };
        assert_eq!(outcomes(&bad), [Outcome::Warn; 3]);
        let clock = server_findings(&bad, now).pop().map(|finding| finding.message);
        assert_eq!(clock.as_deref(), Some("60 s ahead of the server's"));
    }

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
