//! `purgedeck` without a subcommand: the dashboard on the configured accounts.

use clap::builder::StyledStr;

use super::error::{Class, CliError};
use super::global::Global;
use super::{demo, export, hooks, screen, session, setup, signals, start};
use crate::config::load::Config;
use crate::domain::board::KeptBoard;
use crate::domain::event::{Level, Notice};
use crate::domain::nearest::nearest;
use crate::domain::text::escape_control;
use crate::domain::view::ViewPlace;
use crate::engine::{LocalStore, StartOptions, StorePlace};
use crate::tui::{self, DashboardStart, NextScreen};

/// Runs `purgedeck` without a subcommand.
pub fn run(global: &Global, view: Option<&str>, help: &StyledStr) -> Result<(), CliError> {
    let mut config = setup::screen_configuration(global)?;
    if let Some(name) = view {
        check_view(&config, name)?;
    }
    setup::require_terminal(help)?;
    super::log::start(&config)?;
    if start::is_first(global, &config) {
        match start::run(&config)? {
            Some(NextScreen::Board) => config = setup::screen_configuration(global)?,
            Some(NextScreen::Demo) => return demo::run_beside(global, help),
            None => return Ok(()),
        }
    }
    if !config.may_have_store() {
        setup::require_account(&config)?;
    }
    session::tell_conversion(&config.settings.store.value);
    let (store, unwritable) = LocalStore::open_as_permitted(&StorePlace::of(&config))?;
    let (store, unknown) = session::operated(&config, store);
    let warnings = config
        .warnings
        .iter()
        .cloned()
        .chain(unknown.map(|it| it.to_string()))
        .map(|words| Notice { level: Level::Warning, account: None, words: sentence(&words) });
    let warnings: Vec<Notice> = warnings.collect();
    let is_damaged = store.found_damaged().is_some();
    let warning = unwritable.map(|error| Notice {
        level: if is_damaged { Level::Error } else { Level::Warning },
        account: None,
        words: format!("{}. Showing what it holds, offline. {}", error.words, error.advice),
    });
    let offline = global.offline || warning.is_some();
    let (board, fault) = board(&store);
    let start = DashboardStart {
        offline,
        board,
        keeps_board: warning.is_none(),
        view_place: ViewPlace::File,
        view: view.map(str::to_owned),
        notices: warning.into_iter().chain(fault).chain(warnings).collect(),
        sets_up: false,
    };
    let options = StartOptions {
        offline,
        verify: !offline,
        export: Some(export::formats()),
        keep_view: Some(session::keep_view(&config)),
        hooks: Some(hooks::for_dashboard()),
        ..StartOptions::default()
    };
    let runtime = signals::runtime()?;
    let result = runtime.block_on(screen::show(&config, &store, options, start, Some(global)));
    runtime.shutdown_background();
    result
}

/// Words a warning of the command line as a notice.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
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
