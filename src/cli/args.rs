//! The command line's shape: the program and its subcommands. Each subcommand's flags are in its
//! own file.

use clap::{Parser, Subcommand};

use super::global::Global;
use super::{
    completions, config, demo, doctor, history, import, journal, keys, man, purge, queue, quota,
    resources, simulate, store, verify,
};

/// See what was purged on all your CDN accounts, live and back in time, and send purges that are
/// checked first.
///
/// Without a subcommand: the dashboard.
#[derive(Debug, Parser)]
#[command(
    name = "purgedeck",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 ok, 1 failed, 2 usage or lint error, 3 auth, 4 limit (nothing \
                  sent), 5 partly done,\n6 wait timed out, 7 not verified, 8 refused, \
                  9 sent but not listed, 130 interrupted.\n\
                  Example: purgedeck demo"
)]
pub struct Cli {
    /// The flags of every subcommand.
    #[command(flatten)]
    pub global: Global,
    /// Show this view first, as it is defined; for the dashboard
    #[arg(long, value_name = "NAME")]
    pub view: Option<String>,
    /// The subcommand; `None`: the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the dashboard on simulated vendors; touches nothing of yours
    Demo(demo::Options),
    /// Serve the simulated vendors alone, for scripts and tests
    Simulate(simulate::Options),
    /// List purges, newest first
    History(history::Options),
    /// Check, plan and send a purge
    Purge(purge::Options),
    /// Check at the edge whether purges took effect
    Verify(verify::Options),
    /// List and change the requests in the queue
    Queue(queue::Options),
    /// List every request that was ever sent or refused from here, newest first
    Journal(journal::Options),
    /// List what can be purged
    Resources(resources::Options),
    /// List how many purges are left
    Quota(quota::Options),
    /// Check everything that purging depends on, without purging
    Doctor(doctor::Options),
    /// Check the store, copy it, or make a new one of what can be read of a damaged one
    #[command(subcommand)]
    Store(store::Command),
    /// Read exported history into the store
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
