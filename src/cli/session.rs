//! The tasks, as subcommands and the dashboard start them of a configuration.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::error::{Class, CliError};
use super::store;
use crate::config::load::Config;
use crate::domain::ids::AccountName;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::effect::{Effect, Report};
use crate::engine::{self, Clock, EdgeWatch, ExportForms, KeepView, Runner, Seat};
use crate::providers::{self, Provider};
use crate::store::Store;

/// How many reports may wait; tasks never wait for room.
const WAITING: usize = 1_024;

/// The tasks at work, and what they report.
pub struct Session {
    /// Takes effects.
    pub runner: Runner,
    /// Gives reports.
    pub reports: mpsc::Receiver<Report>,
    providers: BTreeMap<AccountName, Arc<dyn Provider>>,
}

/// What the dashboard wants of the tasks besides.
#[derive(Default)]
pub struct Extras {
    /// The forms of exported files.
    pub export: Option<ExportForms>,
    /// Where views are kept.
    pub save_view: Option<KeepView>,
    /// Whether the edges are looked at before and after purges, as the accounts' settings say.
    pub verify: bool,
    /// What is to be said before anything else.
    pub first: Vec<Report>,
}

/// Whether what is queued goes out while the tasks work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// It does, as far as the configuration allows purges.
    Allowed,
    /// It does not: somebody only looks.
    Never,
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
            let edge = providers::edge::edge(&account.edge, provider.edge_rules())
                .map(|edge| EdgeWatch { edge, grace: account.edge.grace });
            Ok(Seat { account: account.account.clone(), provider, refresh: account.refresh, edge })
        })
        .collect()
}

impl Session {
    /// Starts the tasks. To be called inside a runtime.
    pub fn open(
        config: &Config,
        store: Store,
        sending: Sending,
        offline: bool,
        extras: Extras,
    ) -> Result<Self, CliError> {
        let (sender, reports) = mpsc::channel(WAITING);
        for report in extras.first {
            // There is room: nothing was sent yet.
            let _ = sender.try_send(report);
        }
        let mut accounts = seats(config)?;
        if !extras.verify {
            for seat in &mut accounts {
                seat.edge = None;
            }
        }
        let providers = accounts
            .iter()
            .map(|seat| (seat.account.name.clone(), Arc::clone(&seat.provider)))
            .collect();
        let runner = engine::start(engine::Setup {
            store,
            accounts,
            clock: Clock::system(),
            refresh: config.settings.refresh.value.0,
            offline,
            read_only: config.settings.read_only.value || sending == Sending::Never,
            reports: sender,
            export: extras.export,
            keep_view: extras.save_view,
        })
        .map_err(|failure| store::error(config, &failure))?;
        Ok(Self { runner, reports, providers })
    }

    /// Begins with an effect that is none of the terminal's own business.
    pub fn run(&self, effect: Effect) {
        let given_back = self.runner.run(effect);
        debug_assert!(given_back.is_none(), "{given_back:?}");
    }

    /// A request as it would go over the wire, without its secret; empty where its account is not configured.
    pub fn preview(&self, request: &PurgeRequest) -> Preview {
        match self.providers.get(&request.account) {
            Some(provider) => provider.preview(request),
            None => Preview {
                method: String::new(),
                url: String::new(),
                headers: Vec::new(),
                body: String::new(),
                curl: String::new(),
            },
        }
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
pub fn save_view(config: &Config) -> KeepView {
    let path = config.paths.config.clone();
    Arc::new(move |view| {
        crate::config::views::save_view(&path, &view.name, &view.filter)
            .map(|()| format!("The view \"{}\" is kept in {}.", view.name, path.display()))
            .map_err(|trouble| trouble.to_string())
    })
}
