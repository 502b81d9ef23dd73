//! `purgedeck demo`: the dashboard on simulated vendors in the same process. It reads and writes
//! nothing of the user's.

use clap::Args;
use clap::builder::StyledStr;

use super::dashboard;
use super::error::{Class, CliError};
use super::export;
use super::global::Global;
use super::session;
use super::setup;
use super::signals;
use crate::config::load::{self, Config};
use crate::config::paths::Directories;
use crate::engine::StartOptions;
use crate::simulator::{self, Scenario, Simulator};
use crate::tui::DashboardStart;

/// `purgedeck demo`.
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing of yours is read or written: no configuration, no account, no store.\n\
                  Example: purgedeck demo --seed 7"
)]
pub struct Options {
    /// Seed of the history; the same seed makes the same history
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Number of purges in each vendor's history at the start
    #[arg(long, value_name = "N", default_value_t = 12_000)]
    pub records: usize,
}

/// Runs `purgedeck demo`.
pub fn run(global: &Global, options: &Options, help: &StyledStr) -> Result<(), CliError> {
    if global.config.is_some() || global.store.is_some() || !global.accounts.is_empty() {
        return Err(CliError::new(Class::Usage, "the demo has accounts and a store of its own")
            .hint("Leave out --config, --store and --account."));
    }
    setup::require_terminal(help)?;
    let folder = tempfile::Builder::new().prefix("purgedeck-demo-").tempdir()?;
    let runtime = signals::runtime()?;
    let result = runtime.block_on(async {
        let simulator = simulator::start(simulator::SimulatorOptions {
            seed: options.seed,
            records: options.records,
            scenario: Scenario::demo(),
            ..simulator::SimulatorOptions::default()
        })
        .await?;
        let config = configuration(global, &simulator, folder.path())?;
        let store = session::store(&config)?;
        let options = StartOptions {
            offline: global.offline,
            verify: !global.offline,
            export: Some(export::formats()),
            ..StartOptions::default()
        };
        let start = DashboardStart { offline: global.offline, ..DashboardStart::default() };
        let result = dashboard::show(&config, &store, options, start, None).await;
        simulator.stop().await;
        result
    });
    runtime.shutdown_background();
    result
}

/// Configures the simulator's accounts, with defaults for all else; of the environment, only
/// `NO_COLOR` counts.
fn configuration(
    global: &Global,
    simulator: &Simulator,
    folder: &std::path::Path,
) -> Result<Config, CliError> {
    let file = folder.join("demo.toml");
    simulator.write_config(&file).map_err(|error| CliError::file(&file, &error))?;
    let flags = load::Flags {
        config: Some(file),
        read_only: global.read_only,
        no_color: global.no_color,
        ..load::Flags::default()
    };
    let environment = |name: &str| match name {
        "NO_COLOR" => setup::environment(name),
        _ => None,
    };
    let directories = Directories {
        config: folder.to_path_buf(),
        state: folder.to_path_buf(),
        home: folder.to_path_buf(),
    };
    Ok(load::load(&flags, &environment, Some(directories))?)
}
