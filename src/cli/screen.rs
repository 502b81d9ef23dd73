//! Screens on the process's terminal: the dashboard on a store, and the way on after one was left.

use std::sync::Arc;

use super::error::{Class, CliError};
use super::global::Global;
use super::setup;
use crate::config::load::Config;
use crate::domain::event::{Level, Notice};
use crate::engine::{Engine, LocalStore, StartOptions};
use crate::tui::{
    self, ConfigWatch, DashboardStart, EngineEffects, ExitReason, NextScreen, Signal, TuiFailure,
};

/// Reads the configuration anew, or says what is wrong with it and where.
fn read(global: &Global) -> Result<Config, String> {
    let loaded = setup::loaded(global).map_err(|error| format!("{}.", error.message))?;
    let path = loaded.config.paths.config.display().to_string();
    loaded.into_config().map_err(|error| {
        let more = error.diagnostics.len().saturating_sub(1);
        let more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
        let first = error.diagnostics.first().map(ToString::to_string).unwrap_or_default();
        format!("{path}:{first}{more}.")
    })
}

/// Runs the dashboard on a store until the operator leaves, then stops the engine.
pub(super) async fn show(
    config: &Config,
    store: &LocalStore,
    options: StartOptions,
    start: DashboardStart,
    watched: Option<&Global>,
) -> Result<(), CliError> {
    let (engine, events) = Engine::start_configured(config, store, options)?;
    let mut start = start;
    let watch = watched.map(|global| {
        let global = global.clone();
        let read = Arc::new(move || read(&global));
        ConfigWatch::begin(config.clone(), engine.clone(), read)
    });
    let watch = watch.transpose().unwrap_or_else(|error| {
        let words = format!("Changes of the configuration are not seen: {error}.");
        start.notices.push(Notice { level: Level::Warning, account: None, words });
        None
    });
    let effects = EngineEffects::new(engine.clone(), events).watching(watch);
    let dashboard = tui::dashboard(config, &setup::environment, start, effects)?;
    let result = tui::run(dashboard).await;
    engine.shutdown().await;
    next_screen(result).map(drop)
}

/// Returns the screen to go on with after one was left; `None` if the operator quit.
pub(super) fn next_screen(
    result: Result<ExitReason, TuiFailure>,
) -> Result<Option<NextScreen>, CliError> {
    match result {
        Ok(ExitReason::Quit) => Ok(None),
        Ok(ExitReason::Next(next)) => Ok(Some(next)),
        Ok(ExitReason::Signalled(Signal::Interrupt | Signal::Terminate | Signal::HangUp)) => {
            Err(CliError::silent(Class::Interrupted))
        }
        Ok(ExitReason::TerminalGone) => Err(CliError::silent(Class::Failed)),
        Err(failure @ (TuiFailure::Terminal(_) | TuiFailure::Panicked)) => {
            Err(CliError::new(Class::Failed, failure.to_string()))
        }
    }
}
