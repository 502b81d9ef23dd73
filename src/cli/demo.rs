//! `purgedeck demo`: the dashboard on simulated vendors in the same process. It reads and writes nothing of the user's.

use clap::Args;

use super::args::Global;
use super::dashboard;
use super::error::{Class, CliError};
use super::export;
use super::office::Extras;
use super::setup;
use super::signals;
use crate::config::load::{self, Config};
use crate::config::paths::Directories;
use crate::simulator::{self, Scenario, Simulator};
use crate::store::{Access, Store};

/// `purgedeck demo`.
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing of yours is read or written: no configuration, no account, no store.\nExample: purgedeck demo --seed 7"
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
    if global.config.is_some() || global.store.is_some() || !global.accounts.is_empty() {
        return Err(CliError::new(Class::Usage, "the demo has accounts and a store of its own")
            .hint("Leave out --config, --store and --account."));
    }
    setup::need_terminal()?;
    let folder = tempfile::Builder::new().prefix("purgedeck-demo-").tempdir()?;
    let runtime = signals::runtime()?;
    let left = runtime.block_on(async {
        let simulator = simulator::start(simulator::Options {
            seed: options.seed,
            records: options.records,
            scenario: Scenario::demo(),
            ..simulator::Options::default()
        })
        .await?;
        let config = configuration(global, &simulator, folder.path())?;
        let store = Store::open(&config.store.value, Access::ReadWrite)
            .map_err(|failure| super::books::error(&config, &failure))?;
        let extras =
            Extras { export: Some(export::forms()), verify: !global.offline, ..Extras::default() };
        let left = dashboard::show(&config, store, global.offline, extras).await;
        simulator.stop().await;
        left
    });
    runtime.shutdown_background();
    left
}

/// The simulator's accounts with everything else as it is by default; of the environment, only what is the terminal's.
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
    let nowhere = Directories {
        config: folder.to_path_buf(),
        state: folder.to_path_buf(),
        home: folder.to_path_buf(),
    };
    Ok(load::load(&flags, &environment, Some(nowhere))?)
}
