//! `purgedeck` without a subcommand: the dashboard on the configured accounts.

use chrono::Utc;
use clap::builder::StyledStr;

use super::error::{Class, CliError};
use super::global::Global;
use super::{export, session, setup, signals};
use crate::app::{self, App};
use crate::config::load::Config;
use crate::config::schema::{ColourMode, Notify};
use crate::domain::event::{Level, Notice};
use crate::domain::view::SavedView;
use crate::domain::zone::Zone;
use crate::engine::{Engine, LocalStore, StartOptions};
use crate::theme::{ColourDepth, Glyphs, Theme};
use crate::tui::{self, AlertMode, Dashboard, EngineEffects, ExitReason, Signal, TuiFailure};

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
    let app = App::new(app_setup(config, options.offline));
    let (engine, events) = Engine::start_configured(config, store, options)?;
    let dashboard = Dashboard {
        app,
        keymap: setup::keymap(config).map_err(|_| CliError::new(Class::Usage, "bad keys"))?,
        theme: theme(config)?,
        effects: EngineEffects::new(engine.clone(), events, warning),
        clock: Utc::now,
        mouse: config.settings.mouse.value,
        alert_mode: match config.settings.notify.value {
            Notify::Off => AlertMode::Off,
            Notify::Bell => AlertMode::Bell,
            Notify::Osc9 => AlertMode::Message,
        },
    };
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

fn app_setup(config: &Config, offline: bool) -> app::Setup {
    let zone = config.settings.zone.value;
    app::Setup {
        accounts: config.accounts.iter().map(|account| account.account.clone()).collect(),
        views: config
            .views
            .iter()
            .map(|view| SavedView { name: view.name.clone(), filter: view.filter.clone() })
            .collect(),
        zone,
        other_zone: match zone {
            Zone::Utc => Zone::Local,
            Zone::Local | Zone::Fixed(_) => Zone::Utc,
        },
        read_only: config.settings.read_only.value,
        offline,
    }
}

fn theme(config: &Config) -> Result<Theme, CliError> {
    let depth = if config.settings.colour.value == ColourMode::Never
        || setup::variable_is("TERM", "dumb")
    {
        ColourDepth::None
    } else if ["truecolor", "24bit"].iter().any(|word| setup::variable_is("COLORTERM", word)) {
        ColourDepth::True
    } else {
        ColourDepth::Indexed
    };
    let glyphs = if config.settings.ascii.value { Glyphs::ASCII } else { Glyphs::UNICODE };
    Theme::named(&config.settings.theme.value, depth, glyphs)
        .map_err(|fault| CliError::new(Class::Usage, fault.to_string()))
}
