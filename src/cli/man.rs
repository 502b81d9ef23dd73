//! `purgedeck man`: the manual pages, in roff.

use std::io::{self, Write};

use clap::{Args, CommandFactory};

use super::args::Cli;
use super::error::{Class, CliError};

/// `purgedeck man`.
#[derive(Debug, Args)]
#[command(after_help = "Example: purgedeck man history | man -l -")]
pub struct Options {
    /// The page of this subcommand; left out: that of the program
    pub subcommand: Option<String>,
}

/// Carries out `purgedeck man`.
pub fn run(options: &Options) -> Result<(), CliError> {
    let mut program = Cli::command();
    // Spreads the global flags over the subcommands.
    program.build();
    let page = match &options.subcommand {
        None => program,
        Some(name) => program
            .find_subcommand(name)
            .cloned()
            .map(|found| found.name(format!("purgedeck-{name}")))
            .ok_or_else(|| {
                CliError::new(Class::Usage, format!("there is no subcommand \"{name}\""))
                    .hint("`purgedeck --help` lists them.")
            })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    io::stdout().lock().write_all(&text)?;
    Ok(())
}
