//! `purgedeck store`: tells of the store, checks it, copies it, gives its free space back, makes a
//! new one of what can be read of a damaged one, and brings up the schema of a database.

mod copy;
mod info;

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
use crate::domain::store_address::StoreAddress;
use crate::engine::{Compaction, LocalStore, Lost, Salvaged, SalvagedPart, StorePlace};

/// The roles of a team, as SQL.
const ROLES: &str = include_str!("../../assets/postgres-roles.sql");

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tell how large the store is, how far its history goes back, and what is kept
    Info,
    /// Check every page and row; exit code 1 with a list of what is damaged
    ///
    /// A store that was found damaged is not written and nothing is sent from it, until this finds
    /// nothing. Takes some ten seconds for a million purges.
    Check,
    /// Add all that one store has to another, each a file or a database
    ///
    /// Copies the history, the journal with every step, resources, and what was read of activity
    /// logs; neither drafts nor the board. What is in both stays as it is in TO, so a copy that was
    /// broken off can be started again. Refused while requests of FROM wait to be sent: both stores
    /// would send them. End the purgedecks on FROM first; FROM stays as it is.
    #[command(
        name = "copy",
        after_help = "Databases are named as postgres://user@host/database; the password of both \
                      comes from\nstore_password_env, store_password_file or \
                      store_password_command.\n\
                      Example: purgedeck store copy ~/.local/state/purgedeck/purgedeck.db \
                      postgres://mia@db/purgedeck"
    )]
    Transfer {
        /// The store to read
        #[arg(value_name = "FROM")]
        from: PathBuf,
        /// The store to write; a file is made where there is none
        #[arg(value_name = "TO")]
        to: PathBuf,
    },
    /// Make the schema of the store in its database, or bring it up to date
    ///
    /// For the owner of the database. Every purgedeck does this at its start where its user may;
    /// operators and viewers may not. A file is brought up in the same way.
    Migrate,
    /// Print the SQL that makes the roles of a team: operators, who write, and viewers, who read
    ///
    /// To be run once in the database of the store, after `store migrate`.
    #[command(after_help = "Example: purgedeck store roles | psql purgedeck")]
    Roles,
    /// Write a copy of the store into a new file, while other purgedecks use it
    ///
    /// The copy is checked. To go back to it, end every purgedeck on the store, move the store and
    /// those beside it that end in -wal, -shm and .damaged elsewhere, and rename the copy.
    Backup {
        /// The new file; never overwritten
        file: PathBuf,
    },
    /// Give the space of removed purges back to the disk
    ///
    /// In small steps: other purgedecks go on meanwhile, and what is interrupted can be started
    /// again. A store that an older purgedeck made is written anew instead, once, whole or not at
    /// all: no other may have it open then, and its disk and the directory for temporary files need
    /// room for it again.
    Compact,
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
    // Nothing of the configuration is needed.
    if matches!(command, Command::Roles) {
        return print_roles();
    }
    let config = setup::store_configuration(global, QueueChange::Nothing)?;
    super::log::start(&config)?;
    let console = Console::new(global);
    match command {
        Command::Info => info::run(&config),
        Command::Transfer { from, to } => copy::run(&config, from, to, console),
        Command::Migrate => migrate(&config, console),
        Command::Roles => print_roles(),
        Command::Check => check(&config, console),
        Command::Backup { file } => back_up(&config, file, console),
        Command::Compact => compact(&config, console),
        Command::Salvage { file } => salvage(&config, file, console),
    }
}

fn print_roles() -> Result<(), CliError> {
    let mut out = output::stdout();
    out.write_all(ROLES.as_bytes())?;
    Ok(out.flush()?)
}

fn address(config: &Config) -> &StoreAddress {
    &config.settings.store.value
}

fn migrate(config: &Config, console: Console) -> Result<(), CliError> {
    session::tell_conversion(address(config));
    let store = LocalStore::open(&StorePlace::of(config))?;
    console.info(&format!("{} is up to date", store.address()));
    Ok(())
}

/// Words a size in the unit of `store_size`.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn compact(config: &Config, console: Console) -> Result<(), CliError> {
    if !config.may_have_store() {
        return Err(missing(config));
    }
    let store = session::store(config)?;
    let compacted = store.compact(|free| {
        console.progress(&format!("giving back {}", megabytes(free)));
    });
    console.clear_progress();
    match compacted? {
        Compaction::Done { before, after } => {
            let (shown, before, after) = (address(config), megabytes(before), megabytes(after));
            console.info(&format!("{shown} has {after} now and had {before}"));
            Ok(())
        }
        Compaction::InUse => {
            let message = format!("another purgedeck has {} open", address(config));
            Err(CliError::new(Class::Failed, message).hint(
                "End it and try again. This is needed once: the store is written anew, and gives \
                 space back while it is used from then on.",
            ))
        }
    }
}

fn check(config: &Config, console: Console) -> Result<(), CliError> {
    let shown = address(config);
    if !config.may_have_store() {
        return Err(missing(config));
    }
    session::tell_conversion(shown);
    console.progress("checking the store");
    let checked = LocalStore::open_as_permitted(&StorePlace::of(config))
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
    let hint = match shown {
        StoreAddress::File(_) => {
            "Nothing is written into it or sent from it. `purgedeck store salvage FILE` makes a \
             new store of what can be read."
        }
        StoreAddress::Server(_) => {
            "End every purgedeck on it, and restore the database from a backup of the server's."
        }
    };
    Err(CliError::new(Class::Failed, message).hint(hint))
}

fn back_up(config: &Config, file: &Path, console: Console) -> Result<(), CliError> {
    let store = session::existing_store(config)?.ok_or_else(|| missing(config))?;
    console.progress("copying the store");
    let copied = store.back_up(file);
    console.clear_progress();
    copied?;
    console.info(&format!("{} is a sound copy of {}", file.display(), address(config)));
    Ok(())
}

fn salvage(config: &Config, file: &Path, console: Console) -> Result<(), CliError> {
    let Some(store) = address(config).file() else {
        let message = format!("{}: the store is on a server", address(config));
        return Err(CliError::new(Class::Failed, message).hint(
            "Restore the database from a backup of the server's; what vendors keep is read again.",
        ));
    };
    console.progress("reading what can be read");
    let salvaged = LocalStore::salvage(store, file, Utc::now());
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
    let (store, file) = (store.display(), file.display());
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
    let message = format!("there is no store at {}", address(config));
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
