//! Tests of the store as a whole, on real files in directories of their own.

#![expect(clippy::unwrap_used, reason = "tests")]

mod attempts;
mod backing_up;
mod converting;
mod crashing;
mod damage;
mod drafts;
mod journal;
mod opening;
mod retention;
mod salvaging;
mod verification;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{SqliteReader, SqliteStore, SqliteWriter, Tuning};
use crate::domain::filter::Predicate;
use crate::domain::journal::NewEntry;
use crate::domain::kind::Kind;
use crate::domain::payload::{Payload, PurgeRequest};
use crate::domain::purge::{Purge, PurgeDetail, Target};
use crate::domain::query::Sort;
use crate::domain::status::Status;
use crate::store::Access;
use crate::testing;

/// Thresholds that take every path with few purges, and that wait for no lock for long.
fn small() -> Tuning {
    Tuning {
        lock_timeout: Duration::from_millis(100),
        segment_length: 16,
        direct_reads: 3,
        collected_keys: 12,
        chunk_length: 4,
        block_length: 2,
        chunks_before_index: 1,
        first_page: 1,
        max_page: 8,
    }
}

/// Small thresholds and those that the program ships with.
fn tunings() -> [Tuning; 2] {
    [small(), Tuning::default()]
}

/// A directory with a store in it; both are deleted together.
struct Home {
    directory: tempfile::TempDir,
    store: SqliteStore,
}

impl Home {
    fn new() -> Self {
        Self::tuned(small(), &[])
    }

    /// Creates a store with these purges.
    fn with(purges: &[Purge]) -> Self {
        Self::tuned(small(), purges)
    }

    fn tuned(tuning: Tuning, purges: &[Purge]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.db");
        let store = SqliteStore::open_with(&path, Access::ReadWrite, tuning).unwrap();
        let store = store.operated_by(testing::operator());
        store.writer().unwrap().record(purges, at(0)).unwrap();
        Self { directory, store }
    }

    fn path(&self) -> PathBuf {
        self.store.address().file().unwrap().to_owned()
    }

    fn reader(&self) -> SqliteReader {
        self.store.reader().unwrap()
    }

    fn writer(&self) -> SqliteWriter {
        self.store.writer().unwrap()
    }

    /// Returns all purges, oldest first.
    fn purges(&self) -> Vec<Purge> {
        self.details().into_iter().map(|detail| detail.purge).collect()
    }

    fn details(&self) -> Vec<PurgeDetail> {
        let mut all = Vec::new();
        self.reader()
            .export(&Predicate::default(), Sort::OLDEST, None, &mut |detail| {
                all.push(detail);
                ControlFlow::Continue(())
            })
            .unwrap();
        all
    }
}

/// Returns the instant some seconds after a certain noon.
fn at(second: i64) -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(second)
}

/// Returns a finished purge of two URLs.
fn purge(id: &str, second: i64) -> Purge {
    Purge {
        provider: "gcore".into(),
        resource: "12".into(),
        raw_kind: "purge_by_url".to_owned(),
        raw_status: "Successful".to_owned(),
        targets: vec![
            Target::new("https://www.site.com/img/a.jpg"),
            Target::new("https://www.site.com/img/b.jpg"),
        ],
        ..testing::purge("gcore-prod", id, at(second))
    }
}

/// Returns a purge of everything at a cname that is to be queued.
fn everything(cname: &str) -> NewEntry {
    NewEntry::new(PurgeRequest::new("one", "12", cname, Payload::All), at(0))
}
