//! The tasks, as subcommands and the dashboard start them of a configuration.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::books;
use super::error::{Class, CliError};
use crate::config::load::Config;
use crate::effect::{Effect, Report};
use crate::providers;
use crate::store::Store;
use crate::tasks::{self, Clock, ExportForms, KeepView, Runner, Seat};

/// How many reports may wait; tasks never wait for room.
const WAITING: usize = 1_024;

/// The tasks at work, and what they report.
pub struct Office {
    /// Takes effects.
    pub runner: Runner,
    /// Gives reports.
    pub reports: mpsc::Receiver<Report>,
}

/// What the dashboard wants of the tasks besides.
#[derive(Default)]
pub struct Extras {
    /// The forms of exported files.
    pub export: Option<ExportForms>,
    /// Where views are kept.
    pub keep_view: Option<KeepView>,
    /// What is to be said before anything else.
    pub first: Vec<Report>,
}

/// The configured accounts with their adapters.
pub fn seats(config: &Config) -> Result<Vec<Seat>, CliError> {
    config
        .accounts
        .iter()
        .map(|account| {
            let provider = providers::connect(account).map_err(|failure| {
                let words = format!("account {}: {failure}", account.name());
                CliError::new(Class::Usage, words)
            })?;
            Ok(Seat {
                account: account.account.clone(),
                provider,
                refresh: account.refresh,
            })
        })
        .collect()
}

impl Office {
    /// Starts the tasks. To be called inside a runtime.
    pub fn open(
        config: &Config,
        store: Store,
        offline: bool,
        extras: Extras,
    ) -> Result<Self, CliError> {
        let (sender, reports) = mpsc::channel(WAITING);
        for report in extras.first {
            // There is room: nothing was sent yet.
            let _ = sender.try_send(report);
        }
        let runner = tasks::start(tasks::Setup {
            store,
            accounts: seats(config)?,
            clock: Clock::system(),
            refresh: config.refresh.value,
            offline,
            read_only: config.read_only.value,
            reports: sender,
            export: extras.export,
            keep_view: extras.keep_view,
        })
        .map_err(|failure| books::error(config, &failure))?;
        Ok(Self { runner, reports })
    }

    /// Begins with an effect that is none of the terminal's own business.
    pub fn run(&self, effect: Effect) {
        let given_back = self.runner.run(effect);
        debug_assert!(given_back.is_none(), "{given_back:?}");
    }

    /// The next report; an error where the tasks have ended, which they only do when they are told to.
    pub async fn next(&mut self) -> Result<Report, CliError> {
        self.reports.recv().await.ok_or_else(|| {
            CliError::new(Class::Failed, "the work was broken off")
                .hint("A message above may say why; start purgedeck again.")
        })
    }
}

/// Keeps views in the configuration's file.
pub fn keep_view(config: &Config) -> KeepView {
    let path = config.paths.config.clone();
    Arc::new(move |view| {
        crate::config::views::save_view(&path, &view.name, &view.filter)
            .map(|()| format!("The view \"{}\" is kept in {}.", view.name, path.display()))
            .map_err(|trouble| trouble.to_string())
    })
}
