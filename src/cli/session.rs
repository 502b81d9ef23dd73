//! The store and the engine, as the configuration says.

use std::io::Write as _;
use std::sync::Arc;

use super::console::Console;
use super::error::{Class, CliError};
use super::setup::environment;
use super::{output, refusal, signals};
use crate::config::load::Config;
use crate::config::operator::{OperatorError, known_operator, operator};
use crate::config::views::save_view;
use crate::domain::event::Event;
use crate::domain::store_address::StoreAddress;
use crate::engine::{Engine, EventStream, KeepView, LocalStore, OrderError, StorePlace};

/// Purges in a store of an earlier purgedeck from which on it is told that bringing it up takes a
/// while.
const MANY_PURGES: u64 = 100_000;

/// Tells that a large store of an earlier purgedeck is brought up, before that is done: nothing is
/// shown until it is.
pub fn tell_conversion(address: &StoreAddress) {
    let purges = address.file().and_then(LocalStore::purges_to_convert);
    let purges = purges.filter(|purges| *purges >= MANY_PURGES);
    if let Some(purges) = purges {
        let line = format!(
            "bringing the store of an earlier purgedeck up to date: {purges} purges are written \
             anew, once; about {} s\n",
            purges.div_ceil(MANY_PURGES)
        );
        // A closed standard error is no failure.
        let _ = output::stderr().write_all(line.as_bytes());
    }
}

/// Opens the store for reading and writing; creates it where there is none.
pub fn store(config: &Config) -> Result<LocalStore, CliError> {
    tell_conversion(&config.settings.store.value);
    let store = LocalStore::open(&StorePlace::of(config))?;
    match operated(config, store) {
        (_, Some(error @ OperatorError::Unusable { .. })) => {
            Err(CliError::new(Class::Usage, error.to_string()))
        }
        (store, Some(error @ OperatorError::NotKept { .. })) => {
            tracing::warn!("{error}");
            Ok(store)
        }
        (store, None) => Ok(store),
    }
}

/// Opens the store for reading; `None` where there is none yet.
pub fn existing_store(config: &Config) -> Result<Option<LocalStore>, CliError> {
    tell_conversion(&config.settings.store.value);
    let store = LocalStore::open_existing(&StorePlace::of(config))?;
    let name = &config.settings.operator.value;
    let known = known_operator(name, &config.paths, &environment).ok().flatten();
    Ok(store.map(|store| match known {
        Some(operator) => store.operated_by(operator),
        None => store,
    }))
}

/// Has a store know who the operator is, as far as that can be known.
pub fn operated(config: &Config, store: LocalStore) -> (LocalStore, Option<OperatorError>) {
    match operator(&config.settings.operator.value, &config.paths, &environment) {
        Ok(operator) => (store.operated_by(operator), None),
        Err(error) => (store, Some(error)),
    }
}

/// Warns of a store that was found damaged: what is read of it may not be all.
pub fn warn_of_damage(store: &LocalStore, console: Console) {
    if let Some(error) = store.found_damaged() {
        console.warn(&format!("{}\n  {}", error.words, error.advice));
    }
}

/// Carries out a change of the queue with an engine that contacts no vendor. To be called outside
/// of a runtime.
pub fn change<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Engine) -> Result<T, OrderError>,
) -> Result<T, CliError> {
    let store = store(config)?;
    signals::block_on(async {
        let engine = Engine::start_configured_idle(config, &store)?;
        let result = work(&engine).await;
        engine.shutdown().await;
        result.map_err(|error| refusal::of_order(config, &error))
    })
}

/// Waits for the next event. Fails once the engine has ended, which nobody asked for.
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
        save_view(&path, view)
            .map(|()| format!("The view \"{}\" was saved in {}.", view.name, path.display()))
            .map_err(|fault| fault.to_string())
    })
}
