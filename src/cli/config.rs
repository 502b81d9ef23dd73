//! `purgedeck config`: creates, locates, shows and checks the configuration.

use std::io::{self, Write};

use clap::Subcommand;

use super::console::Console;
use super::error::{Class, CliError};
use super::global::Global;
use super::{output, setup};
use crate::config::diagnostic::Diagnostic;
use crate::config::example::example;
use crate::config::paths::{private_file, write_private_new};
use crate::config::show::show;

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a configuration with every key explained and switched off
    Init {
        /// Overwrite an existing file
        #[arg(long)]
        force: bool,
    },
    /// Print the path of the configuration
    Path,
    /// Print the values in force and where each comes from, but no secrets
    Show,
    /// List every error of the configuration; exit code 2 if there is one
    ///
    /// Also checks the sources of secrets: that variables are set and that files are closed to
    /// others. Starts no command that prints a secret, and asks no vendor.
    Check,
}

/// Runs `purgedeck config`.
pub fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    let console = Console::new(global);
    let mut out = output::stdout();
    match command {
        Command::Init { force } => init(global, *force, console)?,
        Command::Path => writeln!(out, "{}", setup::paths(global)?.config.display())?,
        Command::Show => {
            let config = setup::configuration(global)?;
            out.write_all(show(&config).as_bytes())?;
        }
        Command::Check => {
            let words = check(global)?;
            writeln!(out, "{words}")?;
        }
    }
    Ok(out.flush()?)
}

fn init(global: &Global, force: bool, console: Console) -> Result<(), CliError> {
    let path = setup::paths(global)?.config;
    let written = match write_private_new(&path, &example()) {
        // The file that is there keeps its mode and the links that lead to it.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && force => {
            let opened = private_file().write(true).create(true).truncate(true).open(&path);
            opened.and_then(|mut file| file.write_all(example().as_bytes()))
        }
        written => written,
    };
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let words = format!("{} exists already", path.display());
            return Err(CliError::new(Class::Failed, words)
                .hint("It was not changed; --force overwrites it."));
        }
        Err(error) => return Err(CliError::file(&path, &error)),
    }
    console.info(&format!("wrote {}", path.display()));
    Ok(())
}

fn check(global: &Global) -> Result<String, CliError> {
    let mut loaded = setup::loaded(global)?;
    for account in loaded.config.accounts.iter().chain(&loaded.flawed) {
        for (key, source) in account.secrets() {
            if let Err(error) = source.check() {
                let message = format!("account {}, {key}: {}", account.name(), error.message);
                loaded.diagnostics.push(Diagnostic::elsewhere(message).help(error.help));
            }
        }
    }
    let config = loaded.into_config()?;
    let file = if config.has_file {
        config.paths.config.display().to_string()
    } else {
        format!("no file at {}", config.paths.config.display())
    };
    Ok(format!(
        "{file}: {} accounts, {} views, {} keys, no errors",
        config.accounts.len(),
        config.views.len(),
        config.keys.len()
    ))
}
