//! The start of every subcommand: the configuration, checked by every room that knows a part of it,
//! and the terminal.

use std::io::{self, IsTerminal, Write};

use clap::builder::StyledStr;

use super::error::{Class, CliError};
use super::global::Global;
use crate::config::diagnostic::{Diagnostic, FilePosition};
use crate::config::load::{self, Config, Loaded};
use crate::config::paths::{Directories, Paths};
use crate::domain::filter::Filter;
use crate::engine::AccountHandle;
use crate::tui;

/// Reads an environment variable.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Fails, after printing the help, without a terminal for the dashboard.
pub fn require_terminal(help: &StyledStr) -> Result<(), CliError> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    // A reader that has gone is no reason for another error.
    let _ = write!(io::stderr(), "{help}");
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

/// Reads the configuration, or lists all its errors.
pub fn configuration(global: &Global) -> Result<Config, CliError> {
    Ok(loaded(global)?.into_config()?)
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
