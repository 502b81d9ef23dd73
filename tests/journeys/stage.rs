//! The simulated vendors, a store, and a time that stands still for all of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use purgedeck::config::load::{self, Config, Flags};
use purgedeck::config::paths::Directories;
use purgedeck::domain::operator::Operator;
use purgedeck::domain::store_address::StoreAddress;
use purgedeck::engine::{AccountHandle, Clock};
use purgedeck::providers::clock::WallClock;
use purgedeck::providers::connect_with;
use purgedeck::providers::http::HttpPolicy;
use purgedeck::simulator::{
    self, LoggedRequest, ManualClock, Scenario, Simulator, SimulatorOptions,
};
use purgedeck::store::{Access, ServerAccess, Store};
use tokio::sync::Notify;
use tokio::task::LocalSet;

/// Longer than anything here takes, in real time; what has not come by then never comes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a journey on a runtime whose time moves only when the journey says so.
pub(crate) fn play<F: Future>(journey: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, journey)
}

/// The vendors and the disk: what outlives a run of the program.
pub(crate) struct Stage {
    pub(crate) simulator: Simulator,
    pub(crate) clock: Clock,
    pub(crate) config: Config,
    vendors_time: ManualClock,
    alarm: Arc<Alarm>,
    _still: Sender<()>,
    pub(crate) operator: String,
    directory: tempfile::TempDir,
}

/// Goes off when a journey takes far too long.
#[derive(Default)]
pub(crate) struct Alarm {
    rung: AtomicBool,
    tell: Notify,
}

impl Alarm {
    /// Returns whether it is time to give up.
    pub(crate) fn has_rung(&self) -> bool {
        self.rung.load(Ordering::SeqCst)
    }

    /// Until it goes off.
    pub(crate) async fn rings(&self) {
        self.tell.notified().await;
    }
}

impl Stage {
    /// The vendors at ten in the morning of a Saturday, with so many purges at each. `more` goes
    /// into the configuration.
    pub(crate) async fn new(records: usize, scenario: Scenario, more: &str) -> Self {
        let options = SimulatorOptions { records, scenario, ..SimulatorOptions::default() };
        Self::with(options, more).await
    }

    /// The same with other things about the simulator chosen too; its clock is ours.
    pub(crate) async fn with(options: SimulatorOptions, more: &str) -> Self {
        let now = "2026-11-21T10:04:12Z".parse::<DateTime<Utc>>().unwrap();
        let (clock, vendors_time) = simulator::SimulatorClock::manual(now);
        let simulator = simulator::start(SimulatorOptions { clock, ..options }).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let alarm = Arc::new(Alarm::default());
        Self {
            config: configuration(&simulator, directory.path().to_path_buf(), more),
            simulator,
            clock: Clock::following_tokio(now),
            vendors_time,
            _still: stand_still(Arc::clone(&alarm)),
            alarm,
            operator: "mia@deploy1".to_owned(),
            directory,
        }
    }

    pub(crate) fn alarm(&self) -> Arc<Alarm> {
        Arc::clone(&self.alarm)
    }

    /// The store on the disk, or on a server, as its operator opens it.
    pub(crate) fn store(&self) -> Store {
        let own = self.directory.path().join("own.db");
        let store = match &self.config.settings.store.value {
            StoreAddress::File(path) => Store::open(path, Access::ReadWrite),
            StoreAddress::Server(address) => {
                let server = ServerAccess { address: address.clone(), password: None };
                Store::connect(&server, &own, Access::ReadWrite)
            }
        };
        store.unwrap().operated_by(Operator::new(self.operator.clone(), [7; 32]))
    }

    /// The accounts with their adapters, as the registry makes them of the configuration.
    pub(crate) fn seats(&self) -> Vec<AccountHandle> {
        let seat = |account| {
            let clock = self.clock.clone();
            let now = WallClock::from_fn(move || clock.now());
            connect_with(account, now, HttpPolicy::default()).unwrap()
        };
        self.config
            .accounts
            .iter()
            .map(|account| AccountHandle {
                account: account.account.clone(),
                provider: seat(account),
                refresh: account.refresh,
                edge: None,
            })
            .collect()
    }

    /// Lets time pass, here and at the vendors.
    pub(crate) async fn pass(&self, time: Duration) {
        self.vendors_time.advance(TimeDelta::from_std(time).unwrap());
        tokio::time::advance(time).await;
    }

    /// The purges that were asked of the vendors, oldest first.
    pub(crate) fn sent(&self) -> Vec<LoggedRequest> {
        let mut requests = self.simulator.requests();
        requests.retain(|seen| seen.took_effect);
        requests
    }
}

/// Paused time runs on by itself when every task waits, and waiting for a socket counts as that. It
/// does not while a thread is at work for the runtime: this one is, until the stage is gone.
fn stand_still(alarm: Arc<Alarm>) -> Sender<()> {
    let (alive, gone) = channel::<()>();
    tokio::task::spawn_blocking(move || {
        if gone.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            alarm.rung.store(true, Ordering::SeqCst);
            alarm.tell.notify_one();
        }
    });
    alive
}

/// The configuration that the simulator writes for its accounts, with `more` above it.
fn configuration(simulator: &Simulator, folder: PathBuf, more: &str) -> Config {
    let file = folder.join("config.toml");
    simulator.write_config(&file).unwrap();
    let written = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{more}\n{written}")).unwrap();
    let flags = Flags { config: Some(file), ..Flags::default() };
    let directories = Directories { config: folder.clone(), state: folder.clone(), home: folder };
    load::load(&flags, &|_| None, Some(directories)).unwrap()
}
