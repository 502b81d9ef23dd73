//! `purgedeck` without a subcommand: the dashboard on the configured accounts.

use std::sync::Arc;

use clap::builder::StyledStr;

use super::error::{Class, CliError};
use super::global::Global;
use super::{export, session, setup, signals};
use crate::config::load::Config;
use crate::domain::board::KeptBoard;
use crate::domain::event::{Level, Notice};
use crate::domain::nearest::nearest;
use crate::domain::text::escape_control;
use crate::engine::{Engine, LocalStore, StartOptions};
use crate::tui::{
    self, ConfigWatch, DashboardStart, EngineEffects, ExitReason, Signal, TuiFailure,
};

/// Runs `purgedeck` without a subcommand.
pub fn run(global: &Global, view: Option<&str>, help: &StyledStr) -> Result<(), CliError> {
    let config = setup::configuration(global)?;
    if let Some(name) = view {
        check_view(&config, name)?;
    }
    setup::require_terminal(help)?;
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
    let (board, fault) = board(&store);
    let start = DashboardStart {
        offline,
        board,
        keeps_board: warning.is_none(),
        view: view.map(str::to_owned),
        notices: warning.into_iter().chain(fault).collect(),
    };
    let options = StartOptions {
        offline,
        verify: !offline,
        export: Some(export::formats()),
        keep_view: Some(session::keep_view(&config)),
        ..StartOptions::default()
    };
    let runtime = signals::runtime()?;
    let result = runtime.block_on(show(&config, &store, options, start, Some(global)));
    runtime.shutdown_background();
    result
}

/// Fails, with the nearest name, where there is no such view.
fn check_view(config: &Config, name: &str) -> Result<(), CliError> {
    let views = tui::view_names(config);
    if views.iter().any(|view| view == name) {
        return Ok(());
    }
    let hint = match nearest(name, views.iter().map(String::as_str)) {
        Some(near) => format!("Did you mean \"{near}\"?"),
        None => format!("There are {}.", views.join(", ")),
    };
    let message = format!("there is no view \"{}\"", escape_control(name, 100));
    Err(CliError::new(Class::Usage, message).hint(hint))
}

/// Reads the board as it was left, or says why it cannot be used.
fn board(store: &LocalStore) -> (Option<KeptBoard>, Option<Notice>) {
    let read = match store.board() {
        Ok(None) => return (None, None),
        Ok(Some(text)) => KeptBoard::from_text(&text).map_err(|fault| fault.to_string()),
        Err(error) => Err(error.words),
    };
    match read {
        Ok(board) => (Some(board), None),
        Err(why) => {
            let words = format!("The board as it was left cannot be shown: {why}.");
            (None, Some(Notice { level: Level::Warning, account: None, words }))
        }
    }
}

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
