//! The flags that every subcommand takes.

use std::path::PathBuf;

use clap::Args;

use crate::config::load::Flags;

/// Flags of every subcommand.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Global {
    /// Read this configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Only these accounts; may be repeated, or separated by commas
    #[arg(long = "account", global = true, value_name = "NAME", value_delimiter = ',')]
    pub accounts: Vec<String>,
    /// Keep history and journal in this file or database
    #[arg(long, global = true, value_name = "FILE|URL")]
    pub store: Option<PathBuf>,
    /// Contact no vendor: use the store alone
    #[arg(long, global = true)]
    pub offline: bool,
    /// Purge nothing and leave the queue as it is, whatever the configuration says
    #[arg(long, global = true)]
    pub read_only: bool,
    /// No colours
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Print warnings and errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Write a log into the state directory, and explain the findings of a purge
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

impl Global {
    /// Picks the flags that the configuration depends on.
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
