//! `purgedeck store`: tells of the store, checks it, copies it, gives its free space back, and
//! makes a new one of what can be read of a damaged one.

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
use super::time::rfc3339;
use crate::config::load::Config;
use crate::config::retention::{KeptAge, StoreSize};
use crate::domain::ids::AccountName;
use crate::engine::{Compaction, LocalStore, Lost, Salvaged, SalvagedPart, StoreFacts};

/// Smallest size of free space that is worth a word, in bytes: less would be 0.0 MB.
const SHOWN_BYTES: u64 = 50_000;

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
    let config = setup::store_configuration(global, QueueChange::Nothing)?;
    super::log::start(&config)?;
    let console = Console::new(global);
    match command {
        Command::Info => info(&config),
        Command::Check => check(&config, console),
        Command::Backup { file } => back_up(&config, file, console),
        Command::Compact => compact(&config, console),
        Command::Salvage { file } => salvage(&config, file, console),
    }
}

fn path(config: &Config) -> &Path {
    &config.settings.store.value
}

fn info(config: &Config) -> Result<(), CliError> {
    let store = session::existing_store(config)?.ok_or_else(|| missing(config))?;
    let facts = store.facts()?;
    let settings = &config.settings;
    let mut out = output::stdout();
    writeln!(out, "file     {}", path(config).display())?;
    for line in told(&facts, settings.keep.value, settings.store_size.value) {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

/// Words the size of a store, its history and what is kept of it, one a line.
fn told(facts: &StoreFacts, keep: KeptAge, size: StoreSize) -> Vec<String> {
    let free = if facts.free_bytes < SHOWN_BYTES {
        String::new()
    } else {
        let once = if facts.gives_back { "" } else { ", while no other purgedeck has it open" };
        let free = megabytes(facts.free_bytes);
        format!(", {free} of it free: `purgedeck store compact` gives it back{once}")
    };
    let range = facts.oldest.zip(facts.newest).map_or_else(String::new, |(oldest, newest)| {
        format!(", from {} to {}", rfc3339(oldest), rfc3339(newest))
    });
    let left = match facts.older {
        0 => String::new(),
        older => format!(", but for {older} that are unfinished or not removed yet"),
    };
    let removed = facts.kept_from.map_or_else(String::new, |from| {
        format!("; purges from before {} are removed{left}", rfc3339(from))
    });
    vec![
        format!("size     {}{free}", megabytes(facts.bytes)),
        format!("purges   {}{range}", facts.purges),
        format!("requests {}", facts.requests),
        format!("kept     keep = \"{keep}\", store_size = \"{size}\"{removed}"),
    ]
}

/// Words a size in the unit of `store_size`.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn compact(config: &Config, console: Console) -> Result<(), CliError> {
    if !path(config).exists() {
        return Err(missing(config));
    }
    let store = session::store(config)?;
    let compacted = store.compact(|free| {
        console.progress(&format!("giving back {}", megabytes(free)));
    });
    console.clear_progress();
    match compacted? {
        Compaction::Done { before, after } => {
            let (shown, before, after) =
                (path(config).display(), megabytes(before), megabytes(after));
            console.info(&format!("{shown} has {after} now and had {before}"));
            Ok(())
        }
        Compaction::InUse => {
            let message = format!("another purgedeck has {} open", path(config).display());
            Err(CliError::new(Class::Failed, message).hint(
                "End it and try again. This is needed once: the store is written anew, and gives \
                 space back while it is used from then on.",
            ))
        }
    }
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
    fn a_store_says_its_size_its_range_and_what_is_kept() {
        let at = |text: &str| Some(text.parse().unwrap_or_default());
        let facts = StoreFacts {
            bytes: 589_479_936,
            free_bytes: 13_800_000,
            gives_back: false,
            purges: 1_000,
            oldest: at("2026-08-22T00:00:03.5Z"),
            newest: at("2026-11-19T23:59:59Z"),
            requests: 12,
            kept_from: at("2026-08-22T00:00:00Z"),
            older: 0,
        };
        let keep = KeptAge::UpTo(std::time::Duration::from_hours(90 * 24));
        assert_eq!(
            told(&facts, keep, StoreSize::Unlimited),
            [
                "size     589.5 MB, 13.8 MB of it free: `purgedeck store compact` gives it back, \
                 while no other purgedeck has it open",
                "purges   1000, from 2026-08-22T00:00:03.500000Z to 2026-11-19T23:59:59.000000Z",
                "requests 12",
                "kept     keep = \"90d\", store_size = \"unlimited\"; purges from before \
                 2026-08-22T00:00:00.000000Z are removed",
            ]
        );
        let unfinished = StoreFacts { older: 3, gives_back: true, ..facts };
        let lines = told(&unfinished, keep, StoreSize::Unlimited);
        assert_eq!(
            lines.first().map(String::as_str),
            Some("size     589.5 MB, 13.8 MB of it free: `purgedeck store compact` gives it back")
        );
        let kept = lines.last().map(String::as_str).unwrap_or_default();
        assert!(
            kept.ends_with("removed, but for 3 that are unfinished or not removed yet"),
            "{kept}"
        );
        let empty = StoreFacts { bytes: 100_000, gives_back: true, ..StoreFacts::default() };
        assert_eq!(
            told(&empty, KeptAge::Forever, StoreSize::Bytes(2_000_000_000)),
            [
                "size     0.1 MB",
                "purges   0",
                "requests 0",
                "kept     keep = \"forever\", store_size = \"2GB\"",
            ]
        );
    }

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
