//! `purgedeck demo`: the dashboard on simulated vendors in the same process. Of the user's it reads
//! how a screen should look, and it writes nothing.

use clap::Args;
use clap::builder::StyledStr;

use super::error::{Class, CliError};
use super::export;
use super::global::Global;
use super::screen;
use super::session;
use super::setup;
use super::signals;
use crate::config::load::{self, Config};
use crate::config::paths::Directories;
use crate::config::schema::Settings;
use crate::domain::event::{Level, Notice};
use crate::domain::view::ViewPlace;
use crate::engine::StartOptions;
use crate::simulator::{self, Scenario, Simulator};
use crate::tui::DashboardStart;

/// `purgedeck demo`.
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing of yours is written, and no account or store of yours is read. Of your \
                  configuration,\ntheme, colour, ascii and mouse count. One vendor fails for the \
                  first minute; a purge with\n/refused/ in a target is refused.\n\
                  Example: purgedeck demo --seed 7"
)]
pub struct Options {
    /// Seed of the history; the same seed makes the same history
    #[arg(long, default_value_t = SEED)]
    pub seed: u64,
    /// Number of purges in each vendor's history at the start
    #[arg(long, value_name = "N", default_value_t = RECORDS)]
    pub records: usize,
}

const SEED: u64 = 1;
const RECORDS: usize = 12_000;

/// Runs the demo in the place of a dashboard, whatever accounts and store that would have had.
pub(super) fn run_beside(global: &Global, help: &StyledStr) -> Result<(), CliError> {
    let own = Global { config: None, store: None, accounts: Vec::new(), ..global.clone() };
    run(&own, &Options { seed: SEED, records: RECORDS }, help)
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
        let (config, fault) = configuration(global, &simulator, folder.path())?;
        let store = session::store(&config)?;
        let options = StartOptions {
            offline: global.offline,
            verify: !global.offline,
            export: Some(export::formats()),
            ..StartOptions::default()
        };
        let faults =
            Notice { level: Level::Info, account: None, words: Scenario::DEMO_FAULTS.to_owned() };
        let start = DashboardStart {
            offline: global.offline,
            view_place: ViewPlace::Nowhere,
            notices: fault.into_iter().chain([faults]).collect(),
            ..DashboardStart::default()
        };
        let result = screen::show(&config, &store, options, start, None).await;
        simulator.stop().await;
        result
    });
    runtime.shutdown_background();
    result
}

/// Configures the simulator's accounts, with the looks of the user's own screen and defaults for
/// all else; and a notice where the user's own configuration cannot be read.
fn configuration(
    global: &Global,
    simulator: &Simulator,
    folder: &std::path::Path,
) -> Result<(Config, Option<Notice>), CliError> {
    let file = folder.join("demo.toml");
    simulator.write_config(&file).map_err(|error| CliError::file(&file, &error))?;
    let flags = load::Flags {
        config: Some(file),
        read_only: global.read_only,
        no_color: global.no_color,
        ..load::Flags::default()
    };
    let directories = Directories {
        config: folder.to_path_buf(),
        state: folder.to_path_buf(),
        home: folder.to_path_buf(),
    };
    let environment = |name: &str| match name {
        "NO_COLOR" => setup::environment(name),
        _ => None,
    };
    let mut config = load::load(&flags, &environment, Some(directories))?;
    // A demo opens also where the user's own configuration has errors.
    let fault = match setup::screen_configuration(global) {
        Ok(own) => {
            config.secret_variables = own.secret_variables;
            let Settings { theme, colour, ascii, mouse, .. } = own.settings;
            config.settings = Settings { theme, colour, ascii, mouse, ..config.settings };
            None
        }
        Err(error) => {
            let words = format!("Your configuration does not count here: {}.", error.message);
            Some(Notice { level: Level::Warning, account: None, words })
        }
    };
    Ok((config, fault))
}
