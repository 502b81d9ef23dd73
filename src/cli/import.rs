//! `purgedeck import`: exported history into the store. Twice is the same as once.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use chrono::Utc;
use clap::Args;

use super::args::Global;
use super::books;
use super::error::{Class, CliError};
use super::setup::{self, Talk};
use crate::domain::purge::Purge;
use crate::store::Recorded;

pub mod lines;

/// `purgedeck import`.
#[derive(Debug, Args)]
#[command(
    after_help = "Reads what `purgedeck history --format ndjson` writes. What is in the store already is not taken twice.\n\
                  Example: purgedeck history --format ndjson | ssh host purgedeck import -"
)]
pub struct Options {
    /// The file; `-` for standard input
    pub file: PathBuf,
}

/// Carries out `purgedeck import`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    let talk = Talk::new(global);
    let (input, size): (Box<dyn BufRead>, Option<u64>) = if options.file.as_os_str() == "-" {
        (Box::new(io::stdin().lock()), None)
    } else {
        let opened = File::open(&options.file).and_then(|file| Ok((file.metadata()?, file)));
        let (about, file) = opened.map_err(|error| CliError::file(&options.file, &error))?;
        if about.is_dir() {
            return Err(CliError::file(&options.file, &io::ErrorKind::IsADirectory.into()));
        }
        let size = about.is_file().then_some(about.len());
        (Box::new(BufReader::with_capacity(1 << 20, file)), size)
    };
    let mut writer =
        books::open(&config)?.writer().map_err(|failure| books::error(&config, &failure))?;
    let mut import = writer.import().map_err(|failure| books::error(&config, &failure))?;
    let now = Utc::now();
    let taken = lines::read(input, |batch: Vec<Purge>, reading| {
        import.take(&batch, now).map_err(|failure| books::error(&config, &failure))?;
        let share = size
            .map_or_else(String::new, |size| format!(" ({} %)", 100 * reading.bytes / size.max(1)));
        talk.progress(&format!("{} purges read{share}", reading.good));
        Ok::<(), CliError>(())
    });
    talk.progress_over();
    let recorded = import.finish().map_err(|failure| books::error(&config, &failure))?;
    report(talk, &taken?, recorded)
}

fn report(talk: Talk, reading: &lines::Reading, recorded: Recorded) -> Result<(), CliError> {
    for bad in &reading.named {
        talk.warn(&format!("line {}: {}", bad.line, bad.words));
    }
    let unnamed = reading.bad - reading.named.len() as u64;
    if unnamed > 0 {
        talk.warn(&format!("and {unnamed} more lines that cannot be read"));
    }
    let known = reading.good - recorded.new.min(reading.good);
    talk.say(&format!(
        "{} purges read: {} new, {known} known already ({} of them told otherwise now)",
        reading.good, recorded.new, recorded.changed
    ));
    match (reading.good, reading.bad) {
        (_, 0) => Ok(()),
        (0, bad) => Err(CliError::new(
            Class::Failed,
            format!("none of {bad} lines is a purge; nothing was taken in"),
        )
        .hint("Give it what `purgedeck history --format ndjson` writes.")),
        (_, bad) => Err(CliError::new(
            Class::Partly,
            format!("{bad} lines were left out; the others are in the store"),
        )
        .hint("Mend the lines named above and import the file again: what is there is not taken twice.")),
    }
}
