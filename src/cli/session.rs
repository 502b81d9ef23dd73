//! The tasks, as subcommands and the dashboard start them of a configuration.

use std::sync::Arc;

use super::error::{Class, CliError};
use super::store;
use crate::config::load::Config;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::effect::{Effect, Report};
use crate::engine::{AccountHandle, Clock, EdgeWatch, Engine, ExportForms, KeepView, Setup};
use crate::providers;
use crate::store::Store;
use crate::tui::{EffectRunner as _, EngineEffects};

/// The engine at work, and what it reports.
pub struct Session {
    /// The engine.
    pub engine: Engine,
    /// Takes effects and gives reports.
    pub effects: EngineEffects,
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
pub fn seats(config: &Config) -> Result<Vec<AccountHandle>, CliError> {
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
            Ok(AccountHandle {
                account: account.account.clone(),
                provider,
                refresh: account.refresh,
                edge,
            })
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
        let mut accounts = seats(config)?;
        if !extras.verify {
            for seat in &mut accounts {
                seat.edge = None;
            }
        }
        let (engine, events) = Engine::start(Setup {
            store,
            accounts,
            clock: Clock::system(),
            refresh: config.settings.refresh.value.0,
            offline,
            read_only: config.settings.read_only.value || sending == Sending::Never,
            export: extras.export,
            keep_view: extras.save_view,
        })
        .map_err(|failure| store::error(config, &failure))?;
        let effects = EngineEffects::new(engine.clone(), events, extras.first);
        Ok(Self { engine, effects })
    }

    /// Begins with an effect that is none of the terminal's own business.
    pub fn run(&mut self, effect: Effect) {
        self.effects.run(effect);
    }

    /// A request as it would go over the wire, without its secret; empty where its account is not configured.
    pub fn preview(&self, request: &PurgeRequest) -> Preview {
        self.engine.preview(request)
    }

    /// The next report; an error where the engine has ended, which it only does when it is told to.
    pub async fn next(&mut self) -> Result<Report, CliError> {
        self.effects.next().await.ok_or_else(|| {
            CliError::new(Class::Failed, "the work was broken off")
                .hint("A message above may say why; start purgedeck again.")
        })
    }

    /// Ends the work.
    pub async fn stop(self) {
        self.engine.shutdown().await;
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
