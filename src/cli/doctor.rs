//! `purgedeck doctor`: everything that purging depends on, checked without purging anything.

mod local;
mod vendor;

use clap::Args;
use serde::Serialize;

use super::console::Console;
use super::error::{Class, CliError};
use super::global::Global;
use super::listing::{self, Cell, Emphasis, Format, Record, TableStyle};
use super::setup;
use crate::config::load::{self, Config, Faulty, Flags, Loaded};
use crate::domain::store_address::StoreAddress;
use crate::domain::zone::Zone;

/// `purgedeck doctor`.
#[derive(Debug, Args)]
#[command(
    after_help = "Starts the commands that print secrets, and asks each vendor for resources \
                  and limits; --offline asks none. Nothing is purged.\n\
                  Exit code: 0 without a failure; else 2 configuration, 3 credentials, 1 others.\n\
                  Example: purgedeck doctor --format json"
)]
pub struct Options {
    /// Format of the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Ok,
    Warn,
    Fail,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
struct Finding {
    outcome: Outcome,
    /// The thing that was checked: `configuration`, `store`, an account's name.
    subject: String,
    check: &'static str,
    message: String,
    /// The remedy.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    #[serde(skip)]
    class: Class,
}

impl Finding {
    fn ok(subject: impl Into<String>, check: &'static str, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Ok,
            subject: subject.into(),
            check,
            message: message.into(),
            advice: None,
            class: Class::Failed,
        }
    }

    /// Makes it a warning, with what to do.
    fn warn(self, advice: impl Into<String>) -> Self {
        Self { outcome: Outcome::Warn, advice: Some(advice.into()), ..self }
    }

    /// Makes it a failure, with what to do.
    fn fail(self, class: Class, advice: impl Into<String>) -> Self {
        Self { outcome: Outcome::Fail, advice: Some(advice.into()), class, ..self }
    }
}

impl Record for Finding {
    const CSV: &'static str = "outcome subject check message advice";

    fn columns(&self, _: Zone) -> Vec<(&'static str, Cell)> {
        let (text, emphasis) = match self.outcome {
            Outcome::Ok => ("ok", Emphasis::Good),
            Outcome::Warn => ("warn", Emphasis::Busy),
            Outcome::Fail => ("FAIL", Emphasis::Bad),
        };
        let advice = self.advice.as_ref().map(|advice| format!(". {advice}"));
        vec![
            ("RESULT", Cell { text: text.to_owned(), emphasis }),
            ("OF", self.subject.clone().into()),
            ("CHECK", self.check.into()),
            ("FOUND", format!("{}{}", self.message, advice.unwrap_or_default()).into()),
        ]
    }
}

/// Runs `purgedeck doctor`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let console = Console::new(global);
    let mut findings = Vec::new();
    let loaded = match setup::loaded(global) {
        Ok(loaded) => loaded,
        Err(error) => {
            let advice =
                error.hint.unwrap_or_else(|| "Correct it, then run this again.".to_owned());
            let found = Finding::ok("configuration", "file", error.message);
            findings.push(found.fail(Class::Usage, advice));
            let config = without_file(global);
            Loaded {
                config,
                flawed: Vec::new(),
                faulty: Faulty::default(),
                diagnostics: Vec::new(),
            }
        }
    };
    if findings.is_empty() {
        findings.extend(local::configuration(&loaded));
    }
    let config = &loaded.config;
    findings.extend(local::files(config));
    findings.extend(local::store_password(config));
    let store = local::store(config);
    let store_is_good = store.first().is_some_and(|store| store.outcome == Outcome::Ok);
    findings.extend(store);
    findings.extend(local::terminal(config));
    for account in config.accounts.iter().chain(&loaded.flawed) {
        findings.extend(local::secrets(account));
    }
    if !global.offline {
        match vendor::accounts(config, store_is_good, console) {
            Ok(found) => findings.extend(found),
            Err(error) if error.class == Class::Interrupted => return Err(error),
            Err(error) => {
                let advice = error.hint.unwrap_or_else(|| "Mend that, then run this again.".into());
                let found = Finding::ok("accounts", "access", error.message);
                findings.push(found.fail(error.class, advice));
            }
        }
    }
    // A table is for people: a line that is cut would lose what to do.
    let style = TableStyle { width: None, ..TableStyle::of_stdout(config) };
    let failed: Vec<Class> = findings
        .iter()
        .filter(|finding| finding.outcome == Outcome::Fail)
        .map(|finding| finding.class)
        .collect();
    CliError::unless_pipe_closed(listing::print(options.format, style, findings))?;
    if failed.is_empty() {
        return Ok(());
    }
    Err(CliError::silent(Class::in_common(failed.into_iter())))
}

/// Makes the configuration of flags and environment, where the file cannot be read.
fn without_file(global: &Global) -> Config {
    let paths = setup::paths(global).unwrap_or_default();
    // Without the file there is no account to select.
    let flags = Flags { accounts: Vec::new(), ..global.flags() };
    load::resolve(&flags, &setup::environment, paths.clone(), None).unwrap_or_else(|_| {
        let mut config = Config { paths, ..Config::default() };
        let given = flags.store.as_deref().and_then(std::path::Path::to_str);
        let given = given.and_then(|text| StoreAddress::parse(text).ok());
        config.settings.store.value = given.unwrap_or_else(|| config.paths.default_store().into());
        config
    })
}
