//! `purgedeck config`: make, find, show and check the configuration.

use std::io::{self, Write};

use clap::Subcommand;

use super::console::Console;
use super::error::{Class, CliError};
use super::global::Global;
use super::setup;
use crate::config::example::example;
use crate::config::fault::Fault;
use crate::config::paths::{make_private_directory, private_file};
use crate::config::show::show;

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a configuration with every key explained, all of them switched off
    Init {
        /// Write over a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Print where the configuration is looked for
    Path,
    /// Print the values in force and where each comes from; never a secret
    Show,
    /// Name every fault of the configuration; exit code 2 if there is one
    ///
    /// Also looks whether secrets can be had: variables that are set, files that are closed to others. No command that
    /// prints a secret is started, and no vendor is asked.
    Check,
}

/// Carries out `purgedeck config`.
pub fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    let console = Console::new(global);
    let mut out = io::stdout().lock();
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
    Ok(())
}

fn init(global: &Global, force: bool, console: Console) -> Result<(), CliError> {
    let path = setup::paths(global)?.config;
    if let Some(folder) = path.parent() {
        make_private_directory(folder).map_err(|error| CliError::file(folder, &error))?;
    }
    let mut options = private_file();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    match options.open(&path) {
        Ok(mut file) => {
            file.write_all(example().as_bytes()).map_err(|error| CliError::file(&path, &error))?;
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let words = format!("{} is there already", path.display());
            return Err(CliError::new(Class::Failed, words)
                .hint("It was left as it is; --force writes over it."));
        }
        Err(error) => return Err(CliError::file(&path, &error)),
    }
    console.info(&format!("wrote {}", path.display()));
    Ok(())
}

fn check(global: &Global) -> Result<String, CliError> {
    let mut reading = setup::reading(global)?;
    for account in reading.config.accounts.iter().chain(&reading.flawed) {
        for (key, source) in account.secrets() {
            if let Err(trouble) = source.check() {
                let words = format!("account {}, {key}: {}", account.name(), trouble.words);
                let fault = Fault::elsewhere(words).advising(trouble.advice);
                reading.faults.push(fault);
            }
        }
    }
    let config = reading.whole()?;
    let file = if config.has_file {
        config.paths.config.display().to_string()
    } else {
        format!("no file at {}", config.paths.config.display())
    };
    Ok(format!(
        "{file}: {} accounts, {} views, {} keys, no faults",
        config.accounts.len(),
        config.views.len(),
        config.keys.len()
    ))
}
