//! `purgedeck man`: the manual pages, in roff.

use std::io::Write;

use clap::Args;

use super::error::{Class, CliError};
use super::output;

/// `purgedeck man`.
#[derive(Debug, Args)]
#[command(after_help = "Example: purgedeck man history | man -l -")]
pub struct Options {
    /// The subcommand whose page to print; without it, the program's page
    pub subcommand: Option<String>,
}

/// Runs `purgedeck man`.
pub fn run(options: &Options, mut program: clap::Command) -> Result<(), CliError> {
    // Adds the global flags to the subcommands.
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
    let mut out = output::stdout();
    out.write_all(&text)?;
    Ok(out.flush()?)
}
