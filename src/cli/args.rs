//! The command line's shape: global flags and subcommands. Each subcommand's own flags stand in its own file.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{
    completions, config, demo, history, import, keys, man, purge, queue, resources, simulate,
    verify,
};
use crate::config::load::Flags;

/// What was purged on all your CDN accounts, live and back in time, and purges that are checked before they are sent.
///
/// Without a subcommand: the dashboard.
#[derive(Debug, Parser)]
#[command(
    name = "purgedeck",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 ok, 1 failed, 2 usage or lint error, 3 auth, 4 limit (nothing sent), 5 partly done,\n\
                  6 wait timed out, 7 not verified, 8 refused, 130 interrupted.\n\
                  Example: purgedeck demo"
)]
pub struct Cli {
    /// What stands above every subcommand.
    #[command(flatten)]
    pub global: Global,
    /// What to do; nothing: the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that every subcommand takes.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Global {
    /// Read this configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Only these accounts; may be repeated, or separated by commas
    #[arg(long = "account", global = true, value_name = "NAME", value_delimiter = ',')]
    pub accounts: Vec<String>,
    /// Keep history and journal in this file
    #[arg(long, global = true, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// Ask nobody: the store alone
    #[arg(long, global = true)]
    pub offline: bool,
    /// Purge nothing and leave the queue as it is, whatever the configuration says
    #[arg(long, global = true)]
    pub read_only: bool,
    /// No colours
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Say only what went wrong
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Write a log into the state directory
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

impl Global {
    /// The flags that the configuration wants to know of.
    pub fn flags(&self) -> Flags {
        Flags {
            config: self.config.clone(),
            store: self.store.clone(),
            accounts: self.accounts.clone(),
            read_only: self.read_only,
            no_color: self.no_color,
            verbose: self.verbose,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The dashboard on simulated vendors; touches nothing of yours
    Demo(demo::Options),
    /// The simulated vendors alone, for scripts and tests
    Simulate(simulate::Options),
    /// List purges, newest first
    History(history::Options),
    /// Check, plan and send a purge
    Purge(purge::Options),
    /// Look at what the edge serves of purges
    Verify(verify::Options),
    /// Look after the requests that wait
    Queue(queue::Options),
    /// List what can be purged
    Resources(resources::Options),
    /// Take exported history into the store
    Import(import::Options),
    /// List all commands of the dashboard and their keys
    Keys(keys::Options),
    /// Make, find, show or check the configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Print a completion script for a shell
    Completions(completions::Options),
    /// Print a manual page
    Man(man::Options),
}
