//! `purgedeck completions`: a completion script for a shell.

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::args::Cli;
use super::error::CliError;

/// `purgedeck completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: purgedeck completions bash > ~/.local/share/bash-completion/completions/purgedeck"
)]
pub struct Options {
    /// Which shell
    pub shell: Shell,
}

/// Carries out `purgedeck completions`.
pub fn run(options: &Options) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "purgedeck", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(())
}
