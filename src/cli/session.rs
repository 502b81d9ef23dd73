//! The engine, started as the configuration says.

use std::sync::Arc;

use super::error::{Class, CliError};
use super::{refusal, signals, store};
use crate::config::load::Config;
use crate::config::views::save_view;
use crate::domain::event::Event;
use crate::engine::{
    AccountHandle, Clock, EdgeWatch, Engine, EngineConfig, EventStream, ExportForms, KeepView,
    OrderError,
};
use crate::providers;
use crate::store::Store;

/// The part of an engine's set-up that subcommands choose.
#[derive(Default)]
pub struct Options {
    /// Contact no vendor.
    pub offline: bool,
    /// Send and change nothing, even where the configuration allows it.
    pub read_only: bool,
    /// Check at the edge before and after purges, as the accounts' settings say.
    pub verify: bool,
    /// The formats of exported files.
    pub export: Option<ExportForms>,
    /// Saves views.
    pub keep_view: Option<KeepView>,
}

/// Returns the configured accounts with their adapters.
pub fn accounts(config: &Config) -> Result<Vec<AccountHandle>, CliError> {
    let connected = config.accounts.iter().map(|account| {
        let provider = providers::connect(account).map_err(|failure| {
            CliError::new(Class::Usage, format!("account {}: {failure}", account.name()))
        })?;
        let edge = providers::edge::edge(&account.edge, provider.edge_rules())
            .map(|edge| EdgeWatch { edge, grace: account.edge.grace });
        Ok(AccountHandle {
            account: account.account.clone(),
            provider,
            refresh: account.refresh,
            edge,
        })
    });
    connected.collect()
}

/// Starts the engine. To be called inside a runtime.
pub fn start(
    config: &Config,
    store: Store,
    options: Options,
) -> Result<(Engine, EventStream), CliError> {
    Engine::start(engine_config(config, store, options)?)
        .map_err(|failure| store::error(config, &failure))
}

/// Carries out a change of the queue with an engine that sends nothing meanwhile. To be called
/// outside of a runtime.
pub fn change<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Engine) -> Result<T, OrderError>,
) -> Result<T, CliError> {
    let store = store::open(config)?;
    signals::block_on(async {
        let engine_config = engine_config(config, store, Options::default())?;
        let (engine, _) =
            Engine::start_idle(engine_config).map_err(|failure| store::error(config, &failure))?;
        let result = work(&engine).await;
        engine.shutdown().await;
        result.map_err(|error| refusal::of_order(config, &error))
    })
}

fn engine_config(
    config: &Config,
    store: Store,
    options: Options,
) -> Result<EngineConfig, CliError> {
    let mut accounts = accounts(config)?;
    if !options.verify {
        for account in &mut accounts {
            account.edge = None;
        }
    }
    Ok(EngineConfig {
        store,
        accounts,
        clock: Clock::system(),
        refresh: config.settings.refresh.value.0,
        offline: options.offline,
        read_only: config.settings.read_only.value || options.read_only,
        export: options.export,
        keep_view: options.keep_view,
    })
}

/// Returns the next event. Fails once the engine has ended, which nobody asked for.
pub async fn next(events: &mut EventStream) -> Result<Event, CliError> {
    events.recv().await.ok_or_else(|| {
        CliError::new(Class::Failed, "the work ended unexpectedly")
            .hint("A message above may say why; start purgedeck again.")
    })
}

/// Saves views in the configuration's file.
pub fn keep_view(config: &Config) -> KeepView {
    let path = config.paths.config.clone();
    Arc::new(move |view| {
        save_view(&path, &view.name, &view.filter)
            .map(|()| format!("The view \"{}\" was saved in {}.", view.name, path.display()))
            .map_err(|fault| fault.to_string())
    })
}
