//! A simulated vendor, a store, and the tasks between them.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use purgedeck::config::accounts::AccountConfig;
use purgedeck::config::secret::source::SecretSource;
use purgedeck::domain::account::Account;
use purgedeck::domain::activity::Names;
use purgedeck::domain::coverage::Coverage;
use purgedeck::domain::event::Event;
use purgedeck::domain::filter::Predicate;
use purgedeck::domain::ids::{AccountName, ProviderName};
use purgedeck::domain::journal::{JournalEntry, JournalState};
use purgedeck::domain::query::Sort;
use purgedeck::domain::resource::{Resource, ResourceState};
use purgedeck::domain::secret::Secret;
use purgedeck::engine::{AccountHandle, Clock, Engine, EngineConfig, EventStream};
use purgedeck::providers::clock::WallClock;
use purgedeck::providers::http::HttpPolicy;
use purgedeck::providers::{Provider, connect_with};
use purgedeck::simulator::{self, ManualClock, Scenario, Simulator, SimulatorOptions};
use purgedeck::store::{Access, Store};

/// Longer than anything here takes; a report that has not come by then never comes.
const PATIENCE: Duration = Duration::from_mins(1);

/// The vendor's time stands still unless a test moves it.
pub(crate) struct Stage {
    pub(crate) simulator: Simulator,
    pub(crate) hand: ManualClock,
    directory: tempfile::TempDir,
}

impl Stage {
    pub(crate) async fn new(records: usize, change: impl FnOnce(&mut Scenario)) -> Self {
        let now = DateTime::<Utc>::from_timestamp(Utc::now().timestamp(), 0).unwrap();
        let (clock, hand) = simulator::SimulatorClock::manual(now);
        let mut scenario = Scenario::quiet();
        change(&mut scenario);
        let options = SimulatorOptions { records, scenario, clock, ..SimulatorOptions::default() };
        Self {
            simulator: simulator::start(options).await.unwrap(),
            hand,
            directory: tempfile::tempdir().unwrap(),
        }
    }

    /// Returns an adapter of an account, with one of its tokens.
    pub(crate) fn provider(&self, name: &str, token: String) -> Arc<dyn Provider> {
        let account = AccountConfig::new(AccountName::new(name), ProviderName::new("gcore"))
            .at(self.simulator.gcore().base_url().parse().unwrap())
            .with_secret("token", SecretSource::Given(Secret::new(token)));
        let policy =
            HttpPolicy { first_retry_delay: Duration::from_millis(1), ..HttpPolicy::default() };
        connect_with(&account, WallClock::default(), policy).unwrap()
    }

    /// Starts the tasks on the first account.
    pub(crate) fn start(&self) -> Running {
        let account = self.simulator.gcore().accounts().remove(0);
        let provider = self.provider(&account.name, account.token.clone());
        let path = self.directory.path().join("store.db");
        let store = Store::open(&path, Access::ReadWrite).unwrap();
        let names = account.people.iter().map(|(id, name)| (id.to_string(), name.clone()));
        let seat = AccountHandle {
            account: Account {
                names: Names::new(names),
                ..Account::new(provider.account().clone(), provider.provider().clone())
            },
            provider,
            refresh: None,
            edge: None,
        };
        let name = seat.account.name.clone();
        let (engine, events) = Engine::start(EngineConfig {
            // News come when a test asks for them.
            refresh: Duration::from_hours(1),
            ..EngineConfig::new(store.clone(), vec![seat], Clock::system())
        })
        .unwrap();
        Running { engine, events, store, name }
    }

    /// The vendor's purges of the account, by their ids, that were created before an instant.
    pub(crate) fn purges_before(&self, at: DateTime<Utc>) -> BTreeSet<String> {
        let account = self.simulator.gcore().accounts().remove(0);
        self.simulator
            .gcore()
            .remembered(&account.name)
            .into_iter()
            .filter(|purge| purge.created < at)
            .map(|purge| purge.id.to_string())
            .collect()
    }
}

pub(crate) struct Running {
    pub(crate) engine: Engine,
    pub(crate) events: EventStream,
    pub(crate) store: Store,
    pub(crate) name: AccountName,
}

impl Running {
    pub(crate) async fn until<T>(&mut self, what: &str, fits: impl Fn(&Event) -> Option<T>) -> T {
        let waiting = async {
            loop {
                let event = self.events.recv().await.expect("the engine lives");
                if let Some(found) = fits(&event) {
                    return found;
                }
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(found) => found,
            Err(tokio::time::error::Elapsed { .. }) => panic!("{what} never came"),
        }
    }

    /// Asks for news, and waits until they and everything older are read.
    pub(crate) async fn refreshed(&mut self) {
        let before = Utc::now();
        self.engine.refresh(None).unwrap();
        self.until("a status", |event| match event {
            Event::Account { status, .. } => (status.synced_at >= Some(before)
                && status.older.is_none()
                && status.asking_since.is_none())
            .then_some(()),
            _ => None,
        })
        .await;
    }

    pub(crate) async fn stop(self) {
        self.engine.shutdown().await;
    }

    pub(crate) async fn resource(&mut self) -> Resource {
        self.until("resources", |event| match event {
            Event::Resources { resources, .. } => resources
                .iter()
                .find(|resource| {
                    resource.state == ResourceState::Active && resource.url_purge == Some(true)
                })
                .cloned(),
            _ => None,
        })
        .await
    }

    pub(crate) async fn journal(&mut self, state: JournalState) -> JournalEntry {
        self.until(state.word(), |event| match event {
            Event::Journal(entry) if entry.state == state => Some((**entry).clone()),
            _ => None,
        })
        .await
    }

    pub(crate) fn coverage(&self) -> Coverage {
        self.store.reader().unwrap().coverage(&self.name).unwrap()
    }

    /// The ids in the store, sorted; one that is there twice is here twice.
    pub(crate) fn stored_before(&self, at: DateTime<Utc>) -> Vec<String> {
        let mut ids = Vec::new();
        let predicate = Predicate { until: Some(at), ..Predicate::default() };
        let reader = self.store.reader().unwrap();
        reader
            .export(&predicate, Sort::NEWEST, None, &mut |detail| {
                ids.push(detail.purge.id.to_string());
                ControlFlow::Continue(())
            })
            .unwrap();
        ids.sort();
        ids
    }

    /// The end of what is known to be complete, which must reach back over the vendor's whole
    /// history.
    pub(crate) fn complete_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let coverage = self.coverage();
        let [(from, until)] = coverage.ranges() else {
            panic!("not one range: {coverage:?}");
        };
        assert!(*from < now - TimeDelta::days(29), "complete from {from} only");
        *until
    }
}
