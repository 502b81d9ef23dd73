//! The start of every subcommand: the configuration, checked by every room that knows a part of it,
//! and the terminal.

use std::io::{self, IsTerminal, Write};

use clap::builder::StyledStr;

use super::console::Console;
use super::error::{Class, CliError};
use super::global::Global;
use super::output;
use crate::config::diagnostic::{Diagnostic, FilePosition};
use crate::config::load::{self, Config, Loaded};
use crate::config::paths::{Directories, Paths};
use crate::domain::filter::Filter;
use crate::engine::AccountHandle;
use crate::tui;

/// Reads an environment variable.
pub fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Fails, after printing the help, without a terminal for the dashboard, and with a terminal that
/// cannot show it.
pub fn require_terminal(help: &StyledStr) -> Result<(), CliError> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return tui::without_screen(&environment).map_or(Ok(()), |reason| {
            let message = format!("the dashboard cannot be shown: {reason}");
            Err(CliError::new(Class::Usage, message).hint(tui::TERM_ADVICE))
        });
    }
    // A reader that has gone is no reason for another error.
    let _ = write!(output::stderr(), "{help}");
    Err(CliError::new(Class::Usage, "the dashboard needs a terminal; name a subcommand"))
}

/// Finds the paths of the files without reading one.
pub fn paths(global: &Global) -> Result<Paths, CliError> {
    Ok(load::find_paths(&global.flags(), &environment, Directories::of_user())?)
}

/// Fails without a configured account.
pub fn require_account(config: &Config) -> Result<(), CliError> {
    if !config.accounts.is_empty() {
        return Ok(());
    }
    let hint = format!(
        "Name one in {} (`purgedeck config init` explains how), or try the demo: purgedeck demo",
        config.paths.config.display()
    );
    Err(CliError::new(Class::Usage, "no account is configured").hint(hint))
}

/// Reads the configuration, or lists all its errors. Prints its warnings.
pub fn configuration(global: &Global) -> Result<Config, CliError> {
    Ok(warned(global, screen_configuration(global)?))
}

/// Reads the configuration for a screen, which shows its warnings, or lists all its errors.
pub fn screen_configuration(global: &Global) -> Result<Config, CliError> {
    Ok(loaded(global)?.into_config()?)
}

fn warned(global: &Global, config: Config) -> Config {
    for warning in &config.warnings {
        Console::new(global).warn(warning);
    }
    config
}

/// Reads as much of the configuration as a command on the store alone needs: an account or a key
/// with an error does not keep the queue from being paused. Such errors are warned of. Fails where
/// it cannot be told where the store is, or whether a change is allowed.
pub fn store_configuration(global: &Global, change: QueueChange) -> Result<Config, CliError> {
    let loaded = loaded(global)?;
    // A misspelt account would select nothing.
    if loaded.diagnostics.is_empty() || !global.accounts.is_empty() {
        return Ok(warned(global, loaded.into_config()?));
    }
    let Loaded { mut config, flawed, faulty, .. } = loaded.clone();
    let error = loaded.into_config().map_or_else(CliError::from, |_| {
        CliError::new(Class::Usage, "the configuration has errors")
    });
    let undecided = match change {
        QueueChange::Nothing => None,
        QueueChange::Pause if faulty.all => None,
        QueueChange::Requests if faulty.all => Some("an account"),
        QueueChange::Pause | QueueChange::Requests => faulty.read_only.then_some("everything"),
    };
    if faulty.store {
        return Err(error.hint("--store FILE names the store, whatever the file says."));
    }
    if let Some(what) = undecided {
        return Err(error.hint(format!(
            "It cannot be told if {what} is read-only, so the queue stays as it is."
        )));
    }
    let console = Console::new(global);
    console.warn(&error.message);
    console.warn("only the store is used");
    config.accounts.extend(flawed);
    Ok(warned(global, config))
}

/// A command's change of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueChange {
    /// None: it only reads.
    Nothing,
    /// The queue as a whole is paused or resumed.
    Pause,
    /// Requests are changed.
    Requests,
}

/// Reads as much of the configuration as can be read, and lists all its errors.
pub fn loaded(global: &Global) -> Result<Loaded, CliError> {
    let mut loaded = load::load_partial(&global.flags(), &environment, Directories::of_user())?;
    let more = check(&loaded);
    loaded.diagnostics.extend(more);
    Ok(loaded)
}

/// Checks the values that the configuration only hands on: theme, colours, keys, accounts, filters.
fn check(loaded: &Loaded) -> Vec<Diagnostic> {
    let config = &loaded.config;
    let mut errors = tui::check(loaded);
    for account in &config.accounts {
        if let Err(error) = AccountHandle::connect(account) {
            errors.push(Diagnostic::elsewhere(error.to_string()));
        }
    }
    for view in &config.views {
        if let Err(error) = Filter::parse(&view.filter) {
            let position = FilePosition {
                line: view.position.line,
                // Past the quotation mark; exact for a text without escapes, near otherwise.
                column: view.position.column + 1 + characters_before(&view.filter, error.at.start),
            };
            errors.push(Diagnostic::at(position, format!("view \"{}\": {error}", view.name)));
        }
    }
    errors
}

fn characters_before(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).count()
}
