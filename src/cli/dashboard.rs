//! `purgedeck` without a subcommand: the dashboard on the configured accounts.

use clap::builder::StyledStr;

use super::error::{Class, CliError};
use super::global::Global;
use super::{export, session, setup, signals};
use crate::config::load::Config;
use crate::domain::event::{Level, Notice};
use crate::engine::{Engine, LocalStore, StartOptions};
use crate::tui::{self, EngineEffects, ExitReason, Signal, TuiFailure};

/// Runs `purgedeck` without a subcommand.
pub fn run(global: &Global, help: &StyledStr) -> Result<(), CliError> {
    setup::require_terminal(help)?;
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    if !config.settings.store.value.exists() {
        setup::require_account(&config)?;
    }
    let (store, unwritable) = LocalStore::open_as_permitted(&config.settings.store.value)?;
    let warning = unwritable.map(|error| Notice {
        level: Level::Warning,
        account: None,
        words: format!("{}. Showing what it holds, offline. {}", error.words, error.advice),
    });
    let offline = global.offline || warning.is_some();
    let options = StartOptions {
        offline,
        verify: !offline,
        export: Some(export::formats()),
        keep_view: Some(session::keep_view(&config)),
        ..StartOptions::default()
    };
    let runtime = signals::runtime()?;
    let result = runtime.block_on(show(&config, &store, options, warning));
    runtime.shutdown_background();
    result
}

/// Runs the dashboard on a store until the operator leaves, then stops the engine.
pub(super) async fn show(
    config: &Config,
    store: &LocalStore,
    options: StartOptions,
    warning: Option<Notice>,
) -> Result<(), CliError> {
    let offline = options.offline;
    let (engine, events) = Engine::start_configured(config, store, options)?;
    let effects = EngineEffects::new(engine.clone(), events, warning);
    let dashboard = tui::dashboard(config, &setup::environment, offline, effects)?;
    let result = tui::run(dashboard).await;
    engine.shutdown().await;
    match result {
        Ok(ExitReason::Quit) => Ok(()),
        Ok(ExitReason::Signalled(Signal::Interrupt | Signal::Terminate | Signal::HangUp)) => {
            Err(CliError::silent(Class::Interrupted))
        }
        Ok(ExitReason::TerminalGone) => Err(CliError::silent(Class::Failed)),
        Err(failure @ (TuiFailure::Terminal(_) | TuiFailure::Panicked)) => {
            Err(CliError::new(Class::Failed, failure.to_string()))
        }
    }
}
