//! `purgedeck keys`: the commands of the dashboard and their keys in this configuration.

use clap::Args;

use super::error::CliError;
use super::global::Global;
use super::listing::{self, Cell, Format, Record, TableStyle};
use super::setup;
use crate::domain::zone::Zone;
use crate::tui::{self, CommandKeys};

/// `purgedeck keys`.
#[derive(Debug, Args)]
#[command(after_help = "Change keys by the command's name in the configuration:\n  [keys]\n  \
                  refresh = [\"r\", \"f5\"]")]
pub struct Options {
    /// Format of the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

impl Record for CommandKeys {
    const CSV: &'static str = "command keys group help";
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
    let keys = tui::command_keys(&config)?;
    listing::print(options.format, TableStyle::of_stdout(&config), keys)
}
