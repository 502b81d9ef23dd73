//! `purgedeck import`: reads exported history into the store. Idempotent.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::Args;

use self::lines::Parsed;
use super::console::Console;
use super::error::{Class, CliError};
use super::global::Global;
use super::session;
use super::setup;
use super::store::megabytes;
use super::time::rfc3339;
use crate::engine::{LocalStore, Recorded, Retention};

pub mod lines;

/// Bytes that are read from the input at once.
const INPUT_BUFFER: usize = 1 << 20;

/// `purgedeck import`.
#[derive(Debug, Args)]
#[command(
    after_help = "Reads what `purgedeck history --format ndjson` writes. Purges that are in the \
                  store are not added\ntwice.\n\
                  Example: purgedeck history --format ndjson | ssh host purgedeck import -"
)]
pub struct Options {
    /// The file, or - for standard input
    pub file: PathBuf,
}

/// Runs `purgedeck import`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    let console = Console::new(global);
    let (input, size) = open(&options.file)?;
    let store = session::store(&config)?;
    let (now, retention) = (Utc::now(), Retention::of(&config.settings));
    let kept_from = store.kept_from(retention, now)?;
    console.progress("checking the store");
    let imported = store.import(
        now,
        move |sink| lines::read(input, kept_from, |batch, parsed| sink(batch, parsed.clone())),
        |parsed: &Parsed| {
            let share = size.map_or_else(String::new, |size| {
                format!(" ({} %)", 100 * parsed.bytes / size.max(1))
            });
            console.progress(&format!("{} purges stored{share}", parsed.good));
        },
    );
    console.clear_progress();
    let (parsed, recorded) = imported?;
    let parsed = parsed?;
    if let Some(from) = kept_from.filter(|_| parsed.unkept > 0) {
        console.warn(&format!(
            "{} purges of before {} were not imported: `keep` or `store_size` of the configuration \
             leaves them out",
            parsed.unkept,
            rfc3339(from)
        ));
    }
    warn_of_size(&store, retention, console)?;
    finish(console, &parsed, recorded)
}

/// An input that a thread of its own can read.
type Input = Box<dyn BufRead + Send>;

/// Opens the input; with its size, where it has one.
fn open(file: &Path) -> Result<(Input, Option<u64>), CliError> {
    if file.as_os_str() == "-" {
        return Ok((Box::new(BufReader::with_capacity(INPUT_BUFFER, io::stdin())), None));
    }
    let opened = File::open(file).and_then(|file| Ok((file.metadata()?, file)));
    let (about, opened) = opened.map_err(|error| CliError::file(file, &error))?;
    if about.is_dir() {
        return Err(CliError::file(file, &io::ErrorKind::IsADirectory.into()));
    }
    let size = about.is_file().then_some(about.len());
    Ok((Box::new(BufReader::with_capacity(INPUT_BUFFER, opened)), size))
}

/// Warns of a store that has become larger than the settings allow.
fn warn_of_size(
    store: &LocalStore,
    retention: Retention,
    console: Console,
) -> Result<(), CliError> {
    let facts = store.facts()?;
    let used = facts.bytes.saturating_sub(facts.free_bytes);
    if let Some(most) = retention.bytes.filter(|most| used > *most) {
        console.warn(&format!(
            "the store has {} now, and `store_size` allows {}: its oldest purges are removed while \
             a dashboard runs",
            megabytes(used),
            megabytes(most)
        ));
    }
    Ok(())
}

fn finish(console: Console, parsed: &Parsed, recorded: Recorded) -> Result<(), CliError> {
    for bad in &parsed.reported {
        console.warn(&format!("line {}: {}", bad.line, bad.message));
    }
    let unnamed = parsed.bad - parsed.reported.len() as u64;
    if unnamed > 0 {
        console.warn(&format!("and {unnamed} more unreadable lines"));
    }
    let known = parsed.good - recorded.new.min(parsed.good);
    console.info(&format!(
        "{} purges read: {} new, {known} known ({} of them changed)",
        parsed.good, recorded.new, recorded.changed
    ));
    match (parsed.good + parsed.unkept, parsed.bad) {
        (_, 0) => Ok(()),
        (0, bad) => Err(CliError::new(
            Class::Failed,
            format!("none of {bad} lines is a purge; nothing was imported"),
        )
        .hint("Give it what `purgedeck history --format ndjson` writes.")),
        (_, bad) => Err(CliError::new(
            Class::Partly,
            format!("{bad} lines were not imported; the others are in the store"),
        )
        .hint("Correct the lines named above and import the file again: nothing is added twice.")),
    }
}
