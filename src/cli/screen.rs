//! Screens on the process's terminal: the dashboard on a store, and the way on after one was left.

use std::io::Write as _;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::error::{Class, CliError};
use super::global::Global;
use super::signals::StopSignals;
use super::{output, setup};
use crate::config::load::Config;
use crate::domain::event::{Event, Level, Notice};
use crate::domain::text::escape_control;
use crate::engine::{Engine, LocalStore, StartOptions};
use crate::tui::{
    self, ConfigWatch, DashboardStart, EngineEffects, ExitReason, NextScreen, TuiFailure,
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
    let ended = end(engine).await;
    next_screen(result)?;
    ended
}

/// Time after which the operator is told that the end is waited for.
const LONG: Duration = Duration::from_secs(1);
/// Time for what must not be broken off, once the operator wants to wait no longer.
const AT_ONCE: Duration = Duration::from_millis(300);

/// Ends the engine after its last screen. What it tells meanwhile no screen shows, so it is
/// printed. A signal ends the wait at once.
async fn end(engine: Engine) -> Result<(), CliError> {
    let mut told = engine.subscribe();
    let mut signals = StopSignals::listen()?;
    let running = engine.clone();
    let mut ending = pin!(engine.shutdown());
    let mut long = pin!(sleep(LONG));
    let mut is_told = false;
    let result = loop {
        tokio::select! {
            biased;
            () = signals.wait() => {
                running.stop_hooks();
                // A request on its way is looked up at the next start.
                let _ = timeout(AT_ONCE, &mut ending).await;
                break Err(CliError::silent(Class::Interrupted));
            }
            () = &mut ending => break Ok(()),
            Some(event) = told.recv() => print(&event),
            () = &mut long, if !is_told => {
                is_told = true;
                warn("Waiting for requests and hooks that are on their way. ctrl-c ends at once.");
            }
        }
    };
    while let Some(event) = told.try_recv() {
        print(&event);
    }
    result
}

/// Prints a notice.
fn print(event: &Event) {
    if let Event::Notice(notice) = event {
        let account = notice.account.as_ref().map(|account| format!("{account}: "));
        let words = format!("{}{}", account.unwrap_or_default(), notice.words);
        warn(&escape_control(&words, usize::MAX));
    }
}

fn warn(words: &str) {
    // A terminal that has gone is no failure.
    let _ = writeln!(output::stderr(), "{words}");
}

/// Returns the screen to go on with after one was left; `None` if the operator quit.
pub(super) fn next_screen(
    result: Result<ExitReason, TuiFailure>,
) -> Result<Option<NextScreen>, CliError> {
    match result {
        Ok(ExitReason::Quit) => Ok(None),
        Ok(ExitReason::Next(next)) => Ok(Some(next)),
        Ok(ExitReason::Signalled) => Err(CliError::silent(Class::Interrupted)),
        Ok(ExitReason::TerminalGone) => Err(CliError::silent(Class::Failed)),
        Err(failure @ (TuiFailure::Terminal(_) | TuiFailure::Panicked)) => {
            Err(CliError::new(Class::Failed, failure.to_string()))
        }
    }
}
