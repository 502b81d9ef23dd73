//! `purgedeck keys`: every command of the dashboard with the keys that it has in this configuration.

use std::io;

use clap::Args;
use serde::Serialize;

use super::args::Global;
use super::error::CliError;
use super::listing::{Cell, Format, Listing, Record};
use super::setup;
use crate::commands::Command;
use crate::config::fault::{Fault, Faults};
use crate::domain::zone::Zone;

/// `purgedeck keys`.
#[derive(Debug, Args)]
#[command(
    after_help = "A command's name stands in the [keys] of the configuration:\n  [keys]\n  refresh = [\"r\", \"f5\"]"
)]
pub struct Options {
    /// How to write the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Debug, Serialize)]
struct Line {
    command: &'static str,
    keys: Vec<String>,
    group: &'static str,
    help: &'static str,
}

impl Record for Line {
    const TABLE: &'static [&'static str] = &["COMMAND", "KEYS", "MEANING"];
    const CSV: &'static [&'static str] = &["command", "keys", "group", "help"];

    fn table(&self, _: Zone) -> Vec<Cell> {
        vec![self.command.into(), self.keys.join(" ").into(), self.help.into()]
    }

    fn csv(&self) -> Vec<String> {
        vec![
            self.command.to_owned(),
            self.keys.join(" "),
            self.group.to_owned(),
            self.help.to_owned(),
        ]
    }
}

/// Carries out `purgedeck keys`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let config = setup::configuration(global)?;
    let keymap = setup::keymap(&config).map_err(|faults| Faults {
        file: None,
        faults: faults.iter().map(|fault| Fault::elsewhere(fault.to_string())).collect(),
    })?;
    let looks = setup::looks(global, Some(&config));
    let mut listing = Listing::begin::<Line>(options.format, looks, io::stdout().lock())?;
    for &command in Command::EVERY {
        let about = command.about();
        listing.put(&Line {
            command: about.name,
            keys: keymap.keys_of(command).iter().map(ToString::to_string).collect(),
            group: about.group.title(),
            help: about.help,
        })?;
    }
    listing.end()
}
