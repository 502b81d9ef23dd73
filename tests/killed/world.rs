//! A simulated vendor, a store with a queue, and the binary that works it off.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use chrono::{TimeDelta, Utc};
use purgedeck::config::accounts::AccountConfig;
use purgedeck::config::load::{Flags, load};
use purgedeck::domain::ids::{AccountName, JournalId, ResourceId};
use purgedeck::domain::journal::NewEntry;
use purgedeck::domain::journal::{JournalEntry, JournalState};
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::engine::AccountHandle;
use purgedeck::providers::connect;
use purgedeck::simulator::{self, FaultRule, Scenario, Simulator, SimulatorOptions};
use purgedeck::store::Store;

use super::cluster::Cluster;
use super::moments::Moment;
use super::own_store::{own_store, team_store};

/// The queue is filled up to this many requests whenever it is half empty; to more where many kills
/// are asked for.
const QUEUE: usize = 120;
const LONG_QUEUE: usize = 400;

/// Something that can be purged, and what its vendor wants before a path.
#[derive(Clone, Debug)]
struct Place {
    account: AccountName,
    resource: ResourceId,
    cname: String,
    before: String,
}

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) store: Store,
    pub(crate) dice: fastrand::Rng,
    /// What was queued, by its only target.
    pub(crate) queued: BTreeMap<String, JournalId>,
    /// How often the sender died at which moment.
    pub(crate) kills: BTreeMap<Moment, usize>,
    pub(crate) log: PathBuf,
    places: Vec<Place>,
    stalls: Vec<u64>,
    queue: usize,
    config: PathBuf,
    /// The server with the store, where it is not a file.
    pub(crate) cluster: Option<Cluster>,
    directory: tempfile::TempDir,
}

/// The database of a store on a server.
const DATABASE: &str = "purges";

impl World {
    /// The accounts of all vendors, some of whose purges fail, and a queue of hundreds. These
    /// faults are in force until [`World::mend`].
    pub(crate) async fn new(faults: Vec<FaultRule>) -> Self {
        Self::with(faults, None).await
    }

    /// The same on a server; `None` where its programs are not installed.
    pub(crate) async fn on_server(faults: Vec<FaultRule>) -> Option<Self> {
        let cluster = Cluster::start()?;
        cluster.sql("postgres", &format!("CREATE DATABASE {DATABASE}"));
        Some(Self::with(faults, Some(cluster)).await)
    }

    async fn with(faults: Vec<FaultRule>, cluster: Option<Cluster>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (log, config) =
            (directory.path().join("access.ndjson"), directory.path().join("sim.toml"));
        let simulator = simulator::start(SimulatorOptions {
            records: 40,
            rate_limits: false,
            access_log: Some(log.clone()),
            scenario: Scenario { failed_percent: 5.0, purge_seconds: [0, 2], ..Scenario::quiet() },
            ..SimulatorOptions::default()
        })
        .await
        .unwrap();
        simulator.write_config(&config).unwrap();
        for fault in faults {
            simulator.faults().inject(fault);
        }
        let places = places(&simulator);
        let store = match &cluster {
            None => own_store(directory.path(), "sim.toml.db"),
            Some(cluster) => team_store(directory.path(), &cluster.url(DATABASE)),
        };
        let mut world = Self {
            simulator,
            store,
            dice: fastrand::Rng::with_seed(4),
            queued: BTreeMap::new(),
            kills: BTreeMap::new(),
            log,
            places,
            stalls: Vec::new(),
            queue: if super::kills(0) > 0 { LONG_QUEUE } else { QUEUE },
            config,
            cluster,
            directory,
        };
        world.top_up();
        world
    }

    /// Queues more where little is left.
    pub(crate) fn top_up(&mut self) {
        let open = self.store.reader().unwrap().journal_open().unwrap();
        let waiting = open.iter().filter(|entry| entry.state == JournalState::Queued).count();
        if waiting > self.queue / 2 {
            return;
        }
        let first = self.queued.len();
        let entries: Vec<NewEntry> = (first..first + self.queue - waiting)
            .map(|number| {
                let place = self.places[number % self.places.len()].clone();
                let target = format!("{}/killed/{number:05}.jpg", place.before);
                let payload = Payload::Url(Targets::one(target));
                let request =
                    PurgeRequest::new(place.account, place.resource, place.cname, payload);
                NewEntry::new(request, Utc::now() - TimeDelta::seconds(1))
            })
            .collect();
        let mut writer = self.store.writer().unwrap();
        for entry in writer.enqueue(&entries, Utc::now()).unwrap() {
            self.queued.insert(target(&entry), entry.id);
        }
    }

    /// Starts the real sender.
    pub(crate) fn spawn(&self) -> Child {
        let binary = Command::new(env!("CARGO_BIN_EXE_purgedeck"));
        self.set_up(binary).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Starts the real sender on a disk that is full as soon as a file has so many blocks of 512
    /// bytes. What it says goes to the file.
    pub(crate) fn spawn_starved(&self, blocks: u64, said: &Path) -> Child {
        let mut shell = Command::new("/bin/sh");
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        shell.args(["-c", &limit, env!("CARGO_BIN_EXE_purgedeck")]);
        let said = File::options().create(true).append(true).open(said);
        self.set_up(shell).stderr(said.unwrap()).spawn().unwrap()
    }

    fn set_up(&self, mut command: Command) -> Command {
        command
            .env_clear()
            .env("HOME", self.directory.path())
            .arg("--config")
            .arg(&self.config)
            .args(self.cluster.iter().flat_map(|it| ["--store".to_owned(), it.url(DATABASE)]))
            .args(["--quiet", "queue", "run"])
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    /// A file beside the store.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Has one request of those that a fault fits wait for ever; returns the fault's number.
    pub(crate) fn stall(&mut self, fault: FaultRule) -> u64 {
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

    /// The states that an entry moved from and to, in order, from the journal's own log.
    pub(crate) fn steps(&self, id: &JournalId) -> Vec<(Option<String>, String)> {
        let sql =
            "SELECT from_state, to_state FROM journal_step s JOIN journal j ON j.seq = s.entry
                   WHERE j.id = ? ORDER BY s.seq";
        let Some(cluster) = &self.cluster else {
            let log = rusqlite::Connection::open(self.store.address().file().unwrap()).unwrap();
            let mut find = log.prepare(sql).unwrap();
            let steps = find.query_map([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)));
            return steps.unwrap().map(Result::unwrap).collect();
        };
        let sql = sql.replace('?', &format!("'{id}'"));
        let rows = cluster.sql(DATABASE, &format!("SET search_path = purgedeck; {sql}"));
        let state = |word: &str| Some(word.to_owned()).filter(|word| !word.is_empty());
        let steps = rows.lines().filter_map(|row| row.split_once('|'));
        steps.map(|(from, to)| (state(from), to.to_owned())).collect()
    }

    /// What the vendors carried out: each purge's id and its only target.
    pub(crate) fn purges(&self) -> Vec<(String, String)> {
        let gcore = self.simulator.gcore().purges().into_iter();
        let tencent = self.simulator.tencent().purges().into_iter();
        let medianova = self.simulator.medianova().purges().into_iter();
        gcore
            .map(|purge| (purge.id.to_string(), purge.targets))
            .chain(tencent.map(|purge| (purge.task_id, purge.targets)))
            .chain(medianova.map(|purge| (purge.op_id, purge.targets)))
            .map(|(id, mut targets)| (id, targets.remove(0)))
            .collect()
    }

    /// How often the vendors carried out which target.
    pub(crate) fn carried_out(&self) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for (_, target) in self.purges() {
            *times.entry(target).or_default() += 1;
        }
        times
    }

    /// What must hold at any time: nothing is lost, nothing took effect twice, nothing is done that
    /// the vendor never took.
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

    /// The accounts and their adapters, as the binary makes them of the configuration.
    pub(crate) fn seats(&self) -> Vec<AccountHandle> {
        let flags = Flags { config: Some(self.config.clone()), ..Flags::default() };
        let config = load(&flags, &|_| None, None).unwrap();
        let seat = |account: &AccountConfig| AccountHandle {
            account: account.account.clone(),
            provider: connect(account).unwrap(),
            refresh: None,
            edge: None,
        };
        config.accounts.iter().map(seat).collect()
    }
}

/// What can be purged file by file: some of each vendor.
fn places(simulator: &Simulator) -> Vec<Place> {
    let gcore = simulator.gcore().resources().into_iter();
    let gcore = gcore
        .filter(|resource| resource.status == "active" && resource.can_purge_by_urls)
        .map(|resource| Place {
            account: resource.account.as_str().into(),
            resource: resource.id.to_string().as_str().into(),
            cname: resource.cname,
            before: String::new(),
        });
    let account = simulator.tencent().account().name;
    let tencent = simulator.tencent().domains().into_iter();
    let tencent = tencent.filter(|domain| domain.status == "online").map(|domain| Place {
        account: account.as_str().into(),
        resource: domain.domain.as_str().into(),
        before: format!("https://{}", domain.domain),
        cname: domain.domain,
    });
    let account = simulator.medianova().account().name;
    let medianova = simulator.medianova().resources().into_iter();
    let medianova = medianova.map(|resource| Place {
        account: account.as_str().into(),
        resource: resource.uuid.as_str().into(),
        cname: resource.host,
        before: String::new(),
    });
    gcore.take(8).chain(tencent.take(4)).chain(medianova.take(1)).collect()
}

/// The only target of an entry.
pub(crate) fn target(entry: &JournalEntry) -> String {
    entry.request.payload.targets()[0].clone()
}
