//! A process dies by SIGKILL while it removes old purges, or while it gives their space back, and
//! another goes on. What is kept is there at any time, and nothing is called complete that is not.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use purgedeck::domain::filter::Predicate;
use purgedeck::domain::ids::AccountName;
use purgedeck::domain::journal::NewEntry;
use purgedeck::domain::kind::Kind;
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::domain::purge::{Purge, Target};
use purgedeck::domain::query::Sort;
use purgedeck::domain::status::Status;
use purgedeck::engine::{Clock, Engine, EngineConfig, Retention};
use purgedeck::store::{Access, Store, StoreFacts};

use super::kills;
use super::own_store::own_store;

/// Names the store to the process that removes.
const STORE: &str = "PURGEDECK_TESTED_STORE";
/// Age up to which purges are kept.
const KEEP: Duration = Duration::from_hours(90 * 24);
/// Age of an open request: history from a day before it on stays.
const OPEN: TimeDelta = TimeDelta::days(95);
/// Purges that are not kept, and those that are.
const COUNTS: (i64, i64) = (6_000, 600);
/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A store whose older purges are not kept.
struct AgedStore {
    directory: tempfile::TempDir,
    store: Store,
    old: Vec<Purge>,
    kept: Vec<Purge>,
    dice: fastrand::Rng,
}

fn purge(id: i64, created: DateTime<Utc>, status: Status) -> Purge {
    let target = |n: i64| Target::new(format!("/{id}/{n}/{:x}.jpg", (id * 31 + n) * 7_919));
    Purge {
        account: "a".into(),
        provider: "gcore".into(),
        id: id.to_string().as_str().into(),
        resource: "1".into(),
        cname: "www.site.com".to_owned(),
        kind: Some(Kind::Url),
        raw_kind: String::new(),
        status,
        raw_status: String::new(),
        created,
        raw_created: None,
        completed: None,
        targets: (0..20).map(target).collect(),
        by: None,
    }
}

impl AgedStore {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = own_store(directory.path(), "s.db");
        let now = Utc::now().trunc_subsecs(6);
        let (before, minute) = (now - OPEN - TimeDelta::days(3), TimeDelta::minutes(10));
        // One in a hundred of the old ones never ended.
        let status = |id| if id % 100 == 0 { Status::InProgress } else { Status::Successful };
        let (unfinished, old) = (1..=COUNTS.0)
            .map(|id| purge(id, before - minute * id as i32, status(id)))
            .partition(|purge: &Purge| purge.status.is_unfinished());
        let newer = (1..=COUNTS.1).map(|id| {
            let age = OPEN / COUNTS.1 as i32 * id as i32;
            purge(COUNTS.0 + id, now - age, Status::Failed)
        });
        let mut kept: Vec<Purge> = newer.chain(unfinished).collect();
        kept.sort_by_key(|purge| purge.created);
        let mut writer = store.writer().unwrap();
        writer.record(&kept, now).unwrap();
        writer.add_coverage(&"a".into(), now - TimeDelta::days(300), now).unwrap();
        let payload = Payload::Url(Targets::one("/open.jpg"));
        let request = PurgeRequest::new("a", "1", "www.site.com", payload);
        writer.enqueue(&[NewEntry::new(request, now - OPEN)], now - OPEN).unwrap();
        drop(writer);
        let dice = fastrand::Rng::with_seed(12);
        let kept = Self { directory, store, old, kept, dice };
        kept.top_up();
        kept
    }

    /// Records the old purges again.
    fn top_up(&self) {
        self.store.writer().unwrap().record(&self.old, Utc::now()).unwrap();
    }

    fn facts(&self) -> StoreFacts {
        self.store.reader().unwrap().facts().unwrap()
    }

    fn purges(&self) -> Vec<Purge> {
        let mut purges = Vec::new();
        let reader = self.store.reader().unwrap();
        let every = Predicate::default();
        let read = reader.export(&every, Sort::OLDEST, None, &mut |detail| {
            purges.push(detail.purge);
            std::ops::ControlFlow::Continue(())
        });
        read.unwrap();
        purges
    }

    /// What must hold whenever a process died: the file is sound, everything that is kept is there
    /// as it was, and so is what is called complete; the journal has its request.
    fn check(&self) {
        let reader = self.store.reader().unwrap();
        assert_eq!(reader.check(), Ok(Vec::new()));
        assert_eq!(reader.check_pages(), Ok(()));
        assert_eq!(reader.journal_open().unwrap().len(), 1);
        let coverage = reader.coverage(&AccountName::from("a")).unwrap();
        let is_covered = |purge: &&Purge| {
            let at = purge.created;
            coverage.ranges().iter().any(|(from, until)| *from <= at && at < *until)
        };
        let purges = self.purges();
        let is_old = |purge: &Purge| self.old.iter().any(|old| old.id == purge.id);
        let (old, kept): (Vec<Purge>, Vec<Purge>) = purges.into_iter().partition(is_old);
        assert!(kept == self.kept, "{} of {}", kept.len(), self.kept.len());
        let covered: Vec<&Purge> = self.old.iter().filter(is_covered).collect();
        assert!(covered.iter().all(|purge| old.contains(purge)), "{} covered", covered.len());
    }

    /// Starts a process that removes what is not kept, until it is killed.
    fn spawn_remover(&self) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["upkeep::a_process_that_keeps_a_store_within_an_age", "--exact"])
            .env(STORE, self.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Starts the binary on the free space.
    fn spawn_compaction(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_purgedeck"))
            .env_clear()
            .env("HOME", self.directory.path())
            .arg("--store")
            .arg(self.path())
            .args(["--quiet", "store", "compact"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("s.db")
    }

    /// Waits until the store fits, or the process has ended.
    async fn wait(&self, child: &mut Child, fits: impl Fn(&StoreFacts) -> bool) {
        let began = Instant::now();
        while !fits(&self.facts()) && child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < PATIENCE, "{:?}", self.facts());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Kills a process at some moment within so many milliseconds; true if it was still at work.
    async fn kill(&mut self, mut child: Child, within: u64) -> bool {
        tokio::time::sleep(Duration::from_micros(self.dice.u64(0..within * 1_000))).await;
        let is_at_work = child.try_wait().unwrap().is_none();
        child.kill().unwrap_or_default();
        child.wait().unwrap();
        is_at_work
    }

    /// Leaves the space of the old purges in the file, which gives it back in steps, or is as an
    /// older purgedeck made it.
    fn free(&self, gives_back: bool) {
        if self.facts().gives_back != gives_back {
            let other = rusqlite::Connection::open(self.path()).unwrap();
            let auto_vacuum = if gives_back { "incremental" } else { "none" };
            other.execute_batch(&format!("PRAGMA auto_vacuum = {auto_vacuum}; VACUUM")).unwrap();
        }
        self.top_up();
        let mut writer = self.store.writer().unwrap();
        writer.keep_from(Some(Utc::now() - KEEP)).unwrap();
        while writer.remove_unkept(1_000).unwrap().has_more {}
        let facts = self.facts();
        assert!(facts.gives_back == gives_back && facts.free_bytes > facts.bytes / 2, "{facts:?}");
    }

    /// Kills compactions, and lets a last one end.
    async fn compact(&mut self, gives_back: bool, kills: usize) {
        let mut killed = 0;
        for _ in 0..kills {
            if self.facts().free_bytes < 3_000_000 {
                self.free(gives_back);
            }
            let before = self.facts();
            let mut child = self.spawn_compaction();
            // In steps: after one of them. In one go: at any time.
            self.wait(&mut child, |now| !gives_back || now.free_bytes < before.free_bytes).await;
            killed += usize::from(self.kill(child, if gives_back { 8 } else { 120 }).await);
            self.check();
            let now = self.facts();
            assert!(now.bytes <= before.bytes && now.purges == before.purges, "{now:?}");
        }
        eprintln!("compaction: {killed} of {kills} kills came before its end");
        assert!(killed > 0);
        let before = self.facts();
        assert!(self.spawn_compaction().wait().unwrap().success());
        self.check();
        let left = self.facts();
        assert!(left.gives_back && left.free_bytes == 0 && left.bytes <= before.bytes, "{left:?}");
        assert_eq!(self.purges(), self.kept);
    }
}

/// The process that is killed: this test, where it is given a store. It sees the first look of a
/// remover at once, since its time is virtual, and its clock is not.
#[test]
fn a_process_that_keeps_a_store_within_an_age() {
    let Some(path) = std::env::var_os(STORE) else {
        return;
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(async {
        let store = Store::open(&PathBuf::from(path), Access::ReadWrite).unwrap();
        let (_engine, mut events) = Engine::start(EngineConfig {
            retention: Retention { age: Some(KEEP), bytes: None },
            ..EngineConfig::new(store, Vec::new(), Clock::system())
        })
        .unwrap();
        while events.recv().await.is_some() {}
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_while_old_purges_are_removed_leaves_all_that_is_kept() {
    let mut aged = AgedStore::new();
    let mut killed = 0;
    for _ in 0..kills(6) {
        if aged.facts().purges < (COUNTS.0 / 2 + COUNTS.1) as u64 {
            aged.top_up();
        }
        let before = aged.facts().purges;
        let mut child = aged.spawn_remover();
        aged.wait(&mut child, |now| now.purges < before).await;
        killed += usize::from(aged.kill(child, 30).await);
        aged.check();
    }
    eprintln!("removal: {killed} kills");
    assert!(killed > 0);
    let mut last = aged.spawn_remover();
    aged.wait(&mut last, |now| now.purges == aged.kept.len() as u64 && now.free_bytes == 0).await;
    aged.kill(last, 1).await;
    aged.check();
    assert_eq!(aged.purges().len(), aged.kept.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_while_space_is_given_back_leaves_a_sound_store() {
    let mut aged = AgedStore::new();
    aged.free(true);
    aged.compact(true, kills(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_while_an_older_file_is_written_anew_leaves_the_old_or_the_new_one() {
    let mut aged = AgedStore::new();
    aged.free(false);
    aged.compact(false, kills(5)).await;
}
