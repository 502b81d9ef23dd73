//! `purgedeck demo`: the dashboard on simulated vendors in the same process. It reads nothing of the user's, and what it
//! writes is gone afterwards.

use clap::Args;

use super::args::Global;
use super::error::{Class, CliError};
use super::{dashboard, signals};
use crate::config::load::{self, Config, Flags};
use crate::config::paths::Directories;
use crate::simulator;

/// `purgedeck demo`.
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing of yours is read or written: vendors, history and store are gone when you leave.\n\
                  Example: purgedeck demo --seed 7"
)]
pub struct Options {
    /// The same seed makes the same history
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many purges each vendor remembers at the start
    #[arg(long, value_name = "N", default_value_t = 12_000)]
    pub records: usize,
}

/// Carries out `purgedeck demo`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    dashboard::terminal()?;
    signals::runtime()?.block_on(show(global, options))
}

async fn show(global: &Global, options: &Options) -> Result<(), CliError> {
    let home = tempfile::Builder::new()
        .prefix("purgedeck-demo-")
        .tempdir()?;
    let simulator = simulator::start(simulator::Options {
        seed: options.seed,
        records: options.records,
        ..simulator::Options::default()
    })
    .await
    .map_err(|error| {
        CliError::new(
            Class::Failed,
            format!("the simulator cannot start: {error}"),
        )
    })?;
    let file = home.path().join("config.toml");
    simulator
        .write_config(&file)
        .map_err(|error| CliError::file(&file, &error))?;
    let config = configuration(global, &file)?;
    let shown = dashboard::present(&config, false).await;
    simulator.stop().await;
    shown
}

/// The simulator's own configuration: of the user's environment, only what is about the terminal counts.
fn configuration(global: &Global, file: &std::path::Path) -> Result<Config, CliError> {
    let folder = file
        .parent()
        .map(std::path::Path::to_owned)
        .unwrap_or_default();
    let flags = Flags {
        config: Some(file.to_owned()),
        read_only: global.read_only,
        no_color: global.no_color,
        ..Flags::default()
    };
    let terminal = |name: &str| {
        (name == "NO_COLOR")
            .then(|| std::env::var(name).ok())
            .flatten()
    };
    let places = Directories {
        config: folder.clone(),
        state: folder.clone(),
        home: folder,
    };
    let mut config = load::load(&flags, &terminal, Some(places))?;
    config.refresh.value = std::time::Duration::from_secs(3);
    Ok(config)
}
