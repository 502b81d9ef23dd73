//! `purgedeck completions`: a completion script for a shell.

use std::io::Write;

use clap::Args;
use clap_complete::Shell;

use super::error::CliError;
use super::output;

/// `purgedeck completions`.
#[derive(Debug, Args)]
#[command(after_help = "Example: purgedeck completions bash \
                  > ~/.local/share/bash-completion/completions/purgedeck")]
pub struct Options {
    /// The shell
    pub shell: Shell,
}

/// Runs `purgedeck completions`.
pub fn run(options: &Options, mut program: clap::Command) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut program, "purgedeck", &mut script);
    let mut out = output::stdout();
    out.write_all(&script)?;
    Ok(out.flush()?)
}
