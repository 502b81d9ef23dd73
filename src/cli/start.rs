//! The first start of the dashboard: there is no account, and one can be set up.

use super::error::CliError;
use super::global::Global;
use super::screen;
use super::setup;
use super::signals;
use crate::config::load::Config;
use crate::engine::{Engine, LocalStore, StartOptions, StorePlace};
use crate::tui::{self, DashboardStart, EngineEffects, NextScreen};

/// Returns true where there is no account, and vendors may be asked.
pub(super) fn is_first(global: &Global, config: &Config) -> bool {
    config.accounts.is_empty() && config.left_out.is_empty() && !global.offline
}

/// Offers to set up an account. Returns the screen to go on with; `None` if the operator quit.
pub(super) fn run(config: &Config) -> Result<Option<NextScreen>, CliError> {
    let folder = tempfile::Builder::new().prefix("purgedeck-start-").tempdir()?;
    let store = LocalStore::open(&StorePlace::file(&folder.path().join("store.db")))?;
    let runtime = signals::runtime()?;
    let result = runtime.block_on(async {
        // Its vendors are asked by the tests alone.
        let options = StartOptions { offline: true, ..StartOptions::default() };
        let (engine, events) = Engine::start_configured(config, &store, options)?;
        let effects = EngineEffects::new(engine.clone(), events).setting_up(config.paths.clone());
        let start = DashboardStart { sets_up: true, ..DashboardStart::default() };
        let dashboard = tui::dashboard(config, &setup::environment, start, effects)?;
        let result = tui::run(dashboard).await;
        engine.shutdown().await;
        screen::next_screen(result)
    });
    runtime.shutdown_background();
    result
}
