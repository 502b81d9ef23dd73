//! Starts an engine as the configuration says: accounts with their adapters and edges.

use super::local_store::LocalStore;
use super::{
    AccountHandle, Clock, EdgeWatch, Engine, EngineConfig, EventStream, ExportForms, HookPort,
    Hooks, KeepView, Retention,
};
use crate::config::accounts::AccountConfig;
use crate::config::load::Config;
use crate::config::schema::Settings;
use crate::domain::event::StoreError;
use crate::domain::ids::AccountName;
use crate::providers;

/// The part of an engine's set-up that is not configured.
#[derive(Default)]
pub struct StartOptions {
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
    /// Runs the configured hooks; `None`: they are not run.
    pub hooks: Option<HookPort>,
}

/// The reason why an engine cannot start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// An account's settings fit no adapter.
    #[error("account {account}: {reason}")]
    Account {
        /// The account.
        account: AccountName,
        /// The setting and what is wrong with it.
        reason: String,
    },
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccountHandle {
    /// Connects a configured account with its adapter and its edge. Opens no connection and fetches
    /// no secret.
    pub fn connect(account: &AccountConfig) -> Result<Self, StartError> {
        let provider = providers::connect(account).map_err(|error| StartError::Account {
            account: account.name().clone(),
            reason: error.to_string(),
        })?;
        let rules = provider.edge_rules();
        let grace = account.edge.grace.unwrap_or(rules.grace());
        let edge =
            providers::edge::edge(&account.edge, rules).map(|edge| EdgeWatch { edge, grace });
        Ok(Self { account: account.account.clone(), provider, refresh: account.refresh, edge })
    }
}

impl Engine {
    /// Starts the work on the configured accounts, as [`Engine::start`] does.
    pub fn start_configured(
        config: &Config,
        store: &LocalStore,
        options: StartOptions,
    ) -> Result<(Self, EventStream), StartError> {
        let started = Self::start(engine_config(config, store, options)?);
        started.map_err(|failure| store.failed(&failure).into())
    }

    /// Starts an idle engine on the configured accounts, as [`Engine::start_idle`] does.
    pub fn start_configured_idle(config: &Config, store: &LocalStore) -> Result<Self, StartError> {
        let accounts = config.accounts.iter().map(|account| account.account.clone()).collect();
        let started = Self::start_idle(store.0.clone(), accounts, config.settings.read_only.value);
        started.map_err(|failure| store.failed(&failure).into())
    }
}

impl Retention {
    /// Returns the history that the settings keep. A store on a server has no size to keep to.
    pub fn of(settings: &Settings) -> Self {
        let size = settings.store_size.value.limit();
        let bytes = settings.store.value.file().and(size);
        Self { age: settings.keep.value.limit(), bytes }
    }
}

fn engine_config(
    config: &Config,
    store: &LocalStore,
    options: StartOptions,
) -> Result<EngineConfig, StartError> {
    let mut accounts: Vec<AccountHandle> =
        config.accounts.iter().map(AccountHandle::connect).collect::<Result<_, _>>()?;
    if !options.verify {
        for account in &mut accounts {
            account.edge = None;
        }
    }
    let hooks = options.hooks.map(|port| Hooks {
        commands: config.hooks.commands(),
        withheld: config.secret_variables.clone(),
        port,
    });
    Ok(EngineConfig {
        refresh: config.settings.refresh.value.0,
        retention: Retention::of(&config.settings),
        offline: options.offline,
        read_only: config.settings.read_only.value || options.read_only,
        export: options.export,
        keep_view: options.keep_view,
        hooks,
        ..EngineConfig::new(store.0.clone(), accounts, Clock::system())
    })
}
