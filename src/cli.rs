//! The command line: subcommands, output formats, exit codes. Data goes to standard output,
//! messages to standard error.
//!
//! Each subcommand has a file of its own with its flags and its work; [`args`] lists them,
//! [`error`] gives every failure its exit code.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command};
use error::CliError;

pub mod args;
pub mod completions;
pub mod config;
pub mod console;
pub mod dashboard;
pub mod demo;
pub mod doctor;
pub mod error;
pub mod export;
pub mod global;
pub mod history;
pub mod hooks;
pub mod import;
pub mod journal;
pub mod keys;
pub mod listing;
pub mod log;
pub mod man;
pub mod probe_record;
pub mod purge;
pub mod purge_record;
pub mod queue;
pub mod quota;
pub mod refusal;
pub mod request_record;
pub mod resources;
mod screen;
pub mod session;
pub mod setup;
pub mod signals;
pub mod simulate;
mod start;
pub mod sync;
pub mod time;
pub mod verify;
pub mod wait;
pub mod wait_notice;

/// Runs a command line, the program's name first, and returns the process's exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // A reader that has gone is no reason for another exit code.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match dispatch(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.message.is_empty() {
                let _ = writeln!(io::stderr(), "{error}");
            }
            ExitCode::from(error.class.code())
        }
    }
}

fn dispatch(cli: &Cli) -> Result<(), CliError> {
    let global = &cli.global;
    if cli.view.is_some() && cli.command.is_some() {
        let error = CliError::new(error::Class::Usage, "--view is for the dashboard");
        return Err(error.hint("Leave out the subcommand, or give it the view's filter."));
    }
    match &cli.command {
        None => dashboard::run(global, cli.view.as_deref(), &Cli::command().render_help()),
        Some(Command::Demo(options)) => demo::run(global, options, &Cli::command().render_help()),
        Some(Command::Simulate(options)) => simulate::run(options),
        Some(Command::History(options)) => history::run(global, options),
        Some(Command::Purge(options)) => purge::run(global, options),
        Some(Command::Verify(options)) => verify::run(global, options),
        Some(Command::Queue(options)) => queue::run(global, options),
        Some(Command::Journal(options)) => journal::run(global, options),
        Some(Command::Resources(options)) => resources::run(global, options),
        Some(Command::Quota(options)) => quota::run(global, options),
        Some(Command::Doctor(options)) => doctor::run(global, options),
        Some(Command::Import(options)) => import::run(global, options),
        Some(Command::Keys(options)) => keys::run(global, options),
        Some(Command::Config(command)) => config::run(global, command),
        Some(Command::Completions(options)) => completions::run(options, Cli::command()),
        Some(Command::Man(options)) => man::run(options, Cli::command()),
    }
}
