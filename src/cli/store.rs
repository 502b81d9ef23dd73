//! `purgedeck store`: checks the store, copies it, and makes a new one of what can be read of a
//! damaged one.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::Subcommand;

use super::console::{Console, count};
use super::error::{Class, CliError};
use super::global::Global;
use super::output;
use super::session;
use super::setup::{self, QueueChange};
use crate::config::load::Config;
use crate::domain::ids::AccountName;
use crate::engine::{LocalStore, Lost, Salvaged, SalvagedPart};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check every page and row; exit code 1 with a list of what is damaged
    ///
    /// A store that was found damaged is not written and nothing is sent from it, until this finds
    /// nothing. Takes some ten seconds for a million purges.
    Check,
    /// Write a copy of the store into a new file, while other purgedecks use it
    ///
    /// The copy is checked. To go back to it, end every purgedeck on the store, move the store and
    /// those beside it that end in -wal, -shm and .damaged elsewhere, and rename the copy.
    Backup {
        /// The new file; never overwritten
        file: PathBuf,
    },
    /// Make a new store of what can be read of a damaged one, which stays as it is
    ///
    /// Accounts of which purges were lost are read anew from their vendors. A request that may have
    /// been sent is unknown in the new store, and its queue is paused.
    Salvage {
        /// The new file; never overwritten
        file: PathBuf,
    },
}

/// Runs `purgedeck store`.
pub fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    let config = setup::store_configuration(global, QueueChange::Nothing)?;
    super::log::start(&config)?;
    let console = Console::new(global);
    match command {
        Command::Check => check(&config, console),
        Command::Backup { file } => back_up(&config, file, console),
        Command::Salvage { file } => salvage(&config, file, console),
    }
}

fn path(config: &Config) -> &Path {
    &config.settings.store.value
}

fn check(config: &Config, console: Console) -> Result<(), CliError> {
    let shown = path(config).display();
    if !path(config).exists() {
        return Err(missing(config));
    }
    session::tell_conversion(path(config));
    console.progress("checking the store");
    let checked = LocalStore::open_as_permitted(path(config))
        .and_then(|(store, _)| Ok((store.check()?, store)));
    console.clear_progress();
    let (findings, store) = checked?;
    if findings.is_empty() {
        if store.found_damaged().is_some() {
            store.forget_damage()?;
            console.info(&format!("{shown} is sound; it is written again from now on"));
        } else {
            console.info(&format!("{shown} is sound"));
        }
        return Ok(());
    }
    let mut out = output::stdout();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    out.flush()?;
    let message = format!("{shown} is damaged: {}", count(findings.len(), "finding"));
    let hint = "Nothing is written into it or sent from it. `purgedeck store salvage FILE` makes a \
                new store of what can be read.";
    Err(CliError::new(Class::Failed, message).hint(hint))
}

fn back_up(config: &Config, file: &Path, console: Console) -> Result<(), CliError> {
    let store = session::existing_store(config)?.ok_or_else(|| missing(config))?;
    console.progress("copying the store");
    let copied = store.back_up(file);
    console.clear_progress();
    copied?;
    console.info(&format!("{} is a sound copy of {}", file.display(), path(config).display()));
    Ok(())
}

fn salvage(config: &Config, file: &Path, console: Console) -> Result<(), CliError> {
    console.progress("reading what can be read");
    let salvaged = LocalStore::salvage(path(config), file, Utc::now());
    console.clear_progress();
    let salvaged = salvaged?;
    let mut out = output::stdout();
    for part in &salvaged.parts {
        writeln!(out, "{}", words(part))?;
    }
    out.flush()?;
    for line in consequences(&salvaged) {
        console.info(&line);
    }
    let (store, file) = (path(config).display(), file.display());
    console.info(&format!(
        "{store} is as it was. To go on with {file}: end every purgedeck on the store; move \
         {store} and those beside it that end in -wal, -shm and .damaged elsewhere, and keep \
         them; rename {file} to {store}; run `purgedeck store check`."
    ));
    Ok(())
}

/// Words a part of a salvaged store: `20 purges, all of them`.
fn words(part: &SalvagedPart) -> String {
    let lost = match part.lost {
        Lost::Nothing => "none was lost".to_owned(),
        Lost::Rows(rows) => format!("{rows} could not be read"),
        Lost::Unknown => "more could not be read".to_owned(),
    };
    format!("{} {}; {lost}", part.taken, part.name)
}

/// Says what is different in the new store.
fn consequences(salvaged: &Salvaged) -> Vec<String> {
    let mut lines = Vec::new();
    if !salvaged.read_anew.is_empty() {
        let accounts: Vec<&str> = salvaged.read_anew.iter().map(AccountName::as_str).collect();
        lines.push(format!("the history of {} is read anew", accounts.join(", ")));
    }
    if salvaged.held_back > 0 {
        lines.push(format!(
            "{} may have been sent: unknown now, and looked up in the vendors' history",
            count(usize::try_from(salvaged.held_back).unwrap_or(usize::MAX), "request")
        ));
    }
    if salvaged.queued > 0 {
        lines.push(format!(
            "{} queued, and the queue is paused: look through it, then `purgedeck queue resume`",
            count(usize::try_from(salvaged.queued).unwrap_or(usize::MAX), "request")
        ));
    }
    lines
}

fn missing(config: &Config) -> CliError {
    let message = format!("there is no store at {}", path(config).display());
    CliError::new(Class::Failed, message).hint("Name its file with --store.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_says_what_was_lost_of_it() {
        let part = |lost| words(&SalvagedPart { name: "purges", taken: 20, lost });
        assert_eq!(part(Lost::Nothing), "20 purges; none was lost");
        assert_eq!(part(Lost::Rows(3)), "20 purges; 3 could not be read");
        assert_eq!(part(Lost::Unknown), "20 purges; more could not be read");
    }

    #[test]
    fn a_new_store_says_what_is_different_in_it() {
        assert!(consequences(&Salvaged::default()).is_empty());
        let salvaged = Salvaged {
            read_anew: ["one".into(), "two".into()].into(),
            held_back: 1,
            queued: 2,
            ..Salvaged::default()
        };
        let lines = consequences(&salvaged);
        assert_eq!(lines.first().map(String::as_str), Some("the history of one, two is read anew"));
        assert!(lines.iter().any(|line| line.starts_with("1 request may have been sent")));
        assert!(lines.iter().any(|line| line.starts_with("2 requests queued")));
    }
}
