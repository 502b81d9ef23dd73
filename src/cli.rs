//! The command line: subcommands, output formats, exit codes. Data goes to standard output,
//! messages to standard error.
//!
//! Each subcommand has a file of its own with its flags and its work; [`args`] lists them,
//! [`error`] gives every failure its exit code.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command};
use error::CliError;

use crate::domain::text::escape_control;

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
pub mod output;
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
pub mod store;
pub mod sync;
pub mod time;
pub mod verify;
pub mod wait;
pub mod wait_notice;

/// Runs a command line, the program's name first, and returns the process's exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let result = match Cli::try_parse_from(&args) {
        Ok(cli) => dispatch(&cli),
        Err(error) => print_parser_message(&args, error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.message.is_empty() {
                // There is no other place to say it.
                let _ = writeln!(output::stderr(), "{error}");
            }
            ExitCode::from(error.class.code())
        }
    }
}

/// Prints what the parser of arguments says: help and version on standard output, else an error.
/// It repeats arguments, so those are made visible first: the parser has them once more.
fn print_parser_message(args: &[OsString], error: clap::Error) -> Result<(), CliError> {
    let shown = args.iter().map(|arg| escape_control(&arg.to_string_lossy(), usize::MAX));
    let error = Cli::try_parse_from(shown).err().unwrap_or(error);
    let text = error.render();
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let coloured = !set("NO_COLOR") && std::env::var_os("TERM").is_some_and(|term| term != "dumb");
    let worded = |terminal: bool| {
        if terminal && coloured { text.ansi().to_string() } else { text.to_string() }
    };
    if error.use_stderr() {
        let text = worded(io::stderr().is_terminal());
        let _ = write!(output::stderr().styled(), "{text}");
        return Err(CliError::silent(error::Class::Usage));
    }
    let mut out = output::stdout().styled();
    write!(out, "{}", worded(io::stdout().is_terminal()))?;
    Ok(out.flush()?)
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
        Some(Command::Store(command)) => store::run(global, command),
        Some(Command::Import(options)) => import::run(global, options),
        Some(Command::Keys(options)) => keys::run(global, options),
        Some(Command::Config(command)) => config::run(global, command),
        Some(Command::Completions(options)) => completions::run(options, Cli::command()),
        Some(Command::Man(options)) => man::run(options, Cli::command()),
    }
}
