//! `purgedeck keys`: the commands of the dashboard and their keys in this configuration.

use clap::Args;
use serde::Serialize;

use super::error::CliError;
use super::global::Global;
use super::listing::{self, Cell, Format, Record, TableStyle};
use super::setup;
use crate::commands::Command;
use crate::config::diagnostic::{ConfigError, Diagnostic};
use crate::domain::zone::Zone;

/// `purgedeck keys`.
#[derive(Debug, Args)]
#[command(after_help = "Change keys by the command's name in the configuration:\n  [keys]\n  \
                  refresh = [\"r\", \"f5\"]")]
pub struct Options {
    /// Format of the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Debug, Serialize)]
struct KeyRecord {
    command: &'static str,
    keys: Vec<String>,
    group: &'static str,
    help: &'static str,
}

impl Record for KeyRecord {
    const CSV: &'static [&'static str] = &["command", "keys", "group", "help"];
    const CSV_SEPARATOR: &'static str = " ";

    fn columns(&self, _: Zone) -> Vec<(&'static str, Cell)> {
        vec![
            ("COMMAND", self.command.into()),
            ("KEYS", self.keys.join(" ").into()),
            ("MEANING", self.help.into()),
        ]
    }
}

/// Runs `purgedeck keys`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let config = setup::configuration(global)?;
    let keymap = setup::keymap(&config).map_err(|errors| ConfigError {
        file: None,
        diagnostics: errors.iter().map(|error| Diagnostic::elsewhere(error.to_string())).collect(),
    })?;
    let records = Command::EVERY.iter().map(|&command| {
        let about = command.about();
        KeyRecord {
            command: about.name,
            keys: keymap.keys_of(command).iter().map(ToString::to_string).collect(),
            group: about.group.title(),
            help: about.help,
        }
    });
    listing::print(options.format, TableStyle::of_stdout(&config), records)
}
