//! `purgedeck` alone: the dashboard on the configured accounts.

use chrono::Utc;
use clap::builder::StyledStr;

use super::error::{Class, CliError};
use super::export;
use super::global::Global;
use super::session::{self, Extras, Sending, Session};
use super::setup;
use super::signals;
use super::store;
use crate::app::{self, App};
use crate::config::load::Config;
use crate::config::schema::{ColourMode, Notify};
use crate::domain::event::{Event, Level, Notice};
use crate::domain::zone::Zone;
use crate::effect::{Report, SavedView};
use crate::store::{Access, Store, StoreFailure};
use crate::theme::{ColourDepth, Glyphs, Theme};
use crate::tui::{self, AlertMode, Dashboard, ExitReason, Signal, TuiFailure};

/// Runs `purgedeck` without a subcommand.
pub fn run(global: &Global, help: &StyledStr) -> Result<(), CliError> {
    setup::require_terminal(help)?;
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    if !config.settings.store.value.exists() {
        setup::require_account(&config)?;
    }
    let mut extras = Extras {
        export: Some(export::formats()),
        save_view: Some(session::save_view(&config)),
        verify: true,
        first: Vec::new(),
    };
    let (store, offline) = open_store(&config, global.offline, &mut extras)?;
    extras.verify = !offline;
    let runtime = signals::runtime()?;
    let result = runtime.block_on(show(&config, store, offline, extras));
    runtime.shutdown_background();
    result
}

/// Opens the store. One that cannot be written is shown as it is, offline.
fn open_store(
    config: &Config,
    offline: bool,
    extras: &mut Extras,
) -> Result<(Store, bool), CliError> {
    let path = &config.settings.store.value;
    match Store::open(path, Access::ReadWrite) {
        Ok(store) => Ok((store, offline)),
        Err(failure @ (StoreFailure::ReadOnly | StoreFailure::Denied | StoreFailure::Full)) => {
            let store =
                Store::open(path, Access::ReadOnly).map_err(|_| store::error(config, &failure))?;
            extras.first.push(Report::Event(Event::Notice(Notice {
                level: Level::Warning,
                account: None,
                words: format!(
                    "{}: {failure}. Shown is what it holds; no vendor is asked. {}",
                    path.display(),
                    failure.advice()
                ),
            })));
            Ok((store, true))
        }
        Err(failure) => Err(store::error(config, &failure)),
    }
}

/// Runs the dashboard on a store until the operator leaves, then stops the engine.
pub(super) async fn show(
    config: &Config,
    store: Store,
    offline: bool,
    extras: Extras,
) -> Result<(), CliError> {
    let Session { engine, effects } =
        Session::open(config, store, Sending::Allowed, offline, extras)?;
    let dashboard = Dashboard {
        app: App::new(app_setup(config, offline)),
        keymap: setup::keymap(config).map_err(|_| CliError::new(Class::Usage, "bad keys"))?,
        theme: theme(config)?,
        effects,
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
