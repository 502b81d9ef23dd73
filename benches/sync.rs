//! How long the first sync of an account of 6,500 purges takes, into an empty store: an account of
//! each simulated vendor, with 100 ms to each answer and, in the second bench, 8 % of faults.
//!
//! `cargo bench --bench sync`. How many purges were read, and with how many requests, is told on
//! standard error.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::missing_docs_in_private_items,
    reason = "a bench"
)]

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::LazyLock;

use divan::Bencher;
use purgedeck::config::load::{Flags, load};
use purgedeck::domain::filter::Predicate;
use purgedeck::domain::purge::PurgeDetail;
use purgedeck::domain::query::Sort;
use purgedeck::engine::{Engine, LocalStore, StartOptions, StorePlace};
use purgedeck::simulator::{
    self, ErrorBody, FaultKind, FaultRule, Scenario, Simulator, SimulatorOptions,
};
use purgedeck::store::{Access, Store};
use tokio::runtime::Runtime;

/// An account of each vendor, and how much the vendor has to remember over all of its accounts, so
/// that this one has 6,500 purges.
const ACCOUNTS: [(&str, usize); 3] =
    [("gcore-prod", 10_000), ("tencent", 6_500), ("medianova", 6_500)];
const LATENCY_MS: u64 = 100;

fn main() {
    divan::main();
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().build().unwrap()
});

/// A simulator with its configuration in a directory.
struct World {
    simulator: Simulator,
    config: PathBuf,
    directory: tempfile::TempDir,
}

impl World {
    /// `faults`: four percent of the requests find the vendor out of order, and of four percent the
    /// connection ends.
    fn new(records: usize, faults: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = SimulatorOptions {
            records,
            rate_limits: false,
            scenario: Scenario::quiet(),
            ..SimulatorOptions::default()
        };
        let simulator = RUNTIME.block_on(simulator::start(options)).unwrap();
        let (delay_ms, percent) = (LATENCY_MS, Some(4.0));
        let failing = FaultKind::Status { status: 503, body: ErrorBody::Json, retry_after: None };
        for kind in [failing, FaultKind::Cut].into_iter().filter(|_| faults) {
            simulator.faults().inject(FaultRule { percent, delay_ms, ..FaultRule::of(kind) });
        }
        simulator.faults().inject(FaultRule { delay_ms, ..FaultRule::default() });
        let config = directory.path().join("config.toml");
        simulator.write_config(&config).unwrap();
        Self { simulator, config, directory }
    }

    /// Reads an account's history into an empty store; returns the store's path.
    fn sync(&self, account: &str) -> PathBuf {
        let store = tempfile::NamedTempFile::new_in(&self.directory).unwrap();
        let path = store.path().with_extension("db");
        let flags = Flags {
            config: Some(self.config.clone()),
            store: Some(path.clone()),
            accounts: vec![account.to_owned()],
            ..Flags::default()
        };
        let config = load(&flags, &|_| None, None).unwrap();
        let local = LocalStore::open(&StorePlace::of(&config)).unwrap();
        RUNTIME.block_on(async {
            let options = StartOptions { read_only: true, ..StartOptions::default() };
            let (engine, _events) = Engine::start_configured(&config, &local, options).unwrap();
            let report = engine.sync(&Predicate::default(), None).await.unwrap();
            engine.shutdown().await;
            assert!(report.failures.is_empty() && report.incomplete.is_empty(), "{report:?}");
        });
        path
    }

    /// Tells what a first sync brought and took.
    fn tell(&self, account: &str, faults: bool) {
        let before = self.simulator.requests().len();
        let path = self.sync(account);
        let requests = self.simulator.requests().len() - before;
        let store = Store::open(&path, Access::ReadOnly).unwrap();
        let (mut rows, mut ids) = (0, HashSet::new());
        let everything = Predicate::default();
        let mut count = |detail: PurgeDetail| {
            rows += 1;
            ids.insert(detail.purge.id);
            ControlFlow::Continue(())
        };
        store.reader().unwrap().export(&everything, Sort::NEWEST, None, &mut count).unwrap();
        let distinct = ids.len();
        let weather = if faults { ", 8 % faults" } else { "" };
        eprintln!("{account}{weather}: {rows} purges, {distinct} distinct, {requests} requests");
    }
}

fn bench(bencher: Bencher, account: &str, faults: bool) {
    let records = ACCOUNTS.iter().find(|(name, _)| *name == account).map(|(_, records)| *records);
    let world = World::new(records.unwrap(), faults);
    world.tell(account, faults);
    bencher.bench_local(|| world.sync(account));
}

fn accounts() -> impl Iterator<Item = &'static str> {
    ACCOUNTS.iter().map(|(account, _)| *account)
}

#[divan::bench(args = accounts(), sample_count = 3, sample_size = 1)]
fn first_sync(bencher: Bencher, account: &str) {
    bench(bencher, account, false);
}

#[divan::bench(args = accounts(), sample_count = 3, sample_size = 1)]
fn first_sync_with_faults(bencher: Bencher, account: &str) {
    bench(bencher, account, true);
}
