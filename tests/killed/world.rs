//! A simulated vendor, a store with a queue, and the binary that works it off.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use purgedeck::config::secret::Secret;
use purgedeck::config::secret::source::SecretSource;
use purgedeck::domain::ids::{AccountName, JournalId, ResourceId};
use purgedeck::domain::journal::{JournalEntry, JournalState};
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::providers::Provider;
use purgedeck::providers::gcore::{Gcore, Settings};
use purgedeck::providers::http::Patience;
use purgedeck::simulator::{self, Fault, Options, Scenario, Simulator};
use purgedeck::store::{Access, NewEntry, Store};

use super::moments::Moment;

/// The queue is filled up to this many requests whenever it is half empty.
const QUEUE: usize = 200;

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) store: Store,
    pub(crate) dice: fastrand::Rng,
    /// What was queued, by its only target.
    pub(crate) queued: BTreeMap<String, JournalId>,
    /// How often the sender died at which moment.
    pub(crate) kills: BTreeMap<Moment, usize>,
    pub(crate) log: PathBuf,
    resources: Vec<(AccountName, ResourceId, String)>,
    stalls: Vec<u64>,
    config: PathBuf,
    directory: tempfile::TempDir,
}

impl World {
    /// Two accounts, some of whose purges fail, and a queue of hundreds. These faults are in force until
    /// [`World::mend`].
    pub(crate) async fn new(faults: Vec<Fault>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (log, config) = (
            directory.path().join("access.ndjson"),
            directory.path().join("sim.toml"),
        );
        let simulator = simulator::start(Options {
            records: 40,
            rate_limits: false,
            access_log: Some(log.clone()),
            scenario: Scenario {
                failed_percent: 5.0,
                purge_seconds: [0, 2],
                ..Scenario::quiet()
            },
            ..Options::default()
        })
        .await
        .unwrap();
        simulator.write_config(&config).unwrap();
        for fault in faults {
            simulator.faults().inject(fault);
        }
        let resources = simulator.gcore().resources().into_iter();
        let resources = resources
            .filter(|resource| resource.status == "active" && resource.can_purge_by_urls)
            .map(|resource| {
                (
                    resource.account.as_str().into(),
                    resource.id.to_string().as_str().into(),
                    resource.cname,
                )
            })
            .collect();
        let store = Store::open(&directory.path().join("sim.toml.db"), Access::ReadWrite).unwrap();
        let mut world = Self {
            simulator,
            store,
            dice: fastrand::Rng::with_seed(4),
            queued: BTreeMap::new(),
            kills: BTreeMap::new(),
            log,
            resources,
            stalls: Vec::new(),
            config,
            directory,
        };
        world.top_up();
        world
    }

    /// Queues more where little is left.
    pub(crate) fn top_up(&mut self) {
        let open = self.store.reader().unwrap().journal_open().unwrap();
        let waiting = open
            .iter()
            .filter(|entry| entry.state == JournalState::Queued)
            .count();
        if waiting > QUEUE / 2 {
            return;
        }
        let first = self.queued.len();
        let entries: Vec<NewEntry> = (first..first + QUEUE - waiting)
            .map(|number| {
                let (account, resource, cname) =
                    self.resources[number % self.resources.len()].clone();
                let target = format!("/killed/{number:05}.jpg");
                NewEntry {
                    request: PurgeRequest {
                        account,
                        resource,
                        cname,
                        payload: Payload::Url(Targets::new(vec![target]).unwrap()),
                        mode: None,
                        area: None,
                    },
                    planned_at: Utc::now() - TimeDelta::seconds(1),
                    reason: None,
                    ticket: None,
                }
            })
            .collect();
        let mut writer = self.store.writer().unwrap();
        for entry in writer.enqueue(&entries, Utc::now()).unwrap() {
            self.queued.insert(target(&entry), entry.id);
        }
    }

    /// Starts the real sender.
    pub(crate) fn spawn(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_purgedeck"))
            .env_clear()
            .env("HOME", self.directory.path())
            .arg("--config")
            .arg(&self.config)
            .args(["--quiet", "queue", "run"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Has one request of those that a fault fits wait for ever; returns the fault's number.
    pub(crate) fn stall(&mut self, fault: Fault) -> u64 {
        // The first fault that fits strikes: a stall must come before what else goes wrong.
        let id = self.simulator.faults().inject_first(fault);
        self.stalls.push(id);
        id
    }

    pub(crate) fn clear_stalls(&mut self) {
        for stall in self.stalls.drain(..) {
            self.simulator.faults().remove(stall);
        }
    }

    /// Nothing goes wrong from now on.
    pub(crate) fn mend(&self) {
        self.simulator.faults().clear();
    }

    pub(crate) fn killed(&mut self, moment: Moment) {
        *self.kills.entry(moment).or_default() += 1;
    }

    /// All entries of the journal.
    pub(crate) fn journal(&self) -> Vec<JournalEntry> {
        let reader = self.store.reader().unwrap();
        reader.journal_newest(u32::MAX).unwrap()
    }

    /// How often the vendor carried out which target.
    pub(crate) fn carried_out(&self) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for purge in self.simulator.gcore().purges() {
            for target in purge.targets {
                *times.entry(target).or_default() += 1;
            }
        }
        times
    }

    /// What must hold at any time: nothing is lost, nothing took effect twice, nothing is done that the vendor never took.
    pub(crate) fn check(&self) {
        // The journal first: what it says was true before it was said.
        let journal = self.journal();
        let carried_out = self.carried_out();
        assert_eq!(journal.len(), self.queued.len(), "requests were lost");
        for entry in &journal {
            let target = target(entry);
            let times = carried_out.get(&target).copied().unwrap_or_default();
            assert!(times <= 1, "{target} was purged {times} times: {entry:?}");
            let is_taken = matches!(
                entry.state,
                JournalState::Accepted | JournalState::Successful | JournalState::Failed
            );
            assert!(times == 1 || !is_taken, "never purged: {entry:?}");
        }
    }

    /// The accounts' adapters.
    pub(crate) fn providers(&self) -> Vec<Arc<dyn Provider>> {
        let accounts = self.simulator.gcore().accounts().into_iter();
        accounts
            .map(|account| {
                let provider: Arc<dyn Provider> = Arc::new(
                    Gcore::new(Settings {
                        account: AccountName::new(&account.name),
                        base_url: Some(self.simulator.gcore().base_url().parse().unwrap()),
                        token: SecretSource::Given(Secret::new(account.token)),
                        patience: Patience::default(),
                    })
                    .unwrap(),
                );
                provider
            })
            .collect()
    }
}

/// The only target of an entry.
pub(crate) fn target(entry: &JournalEntry) -> String {
    entry.request.payload.targets()[0].clone()
}
