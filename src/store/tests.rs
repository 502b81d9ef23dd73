//! Tests of the contract, each on every backend: files with two tunings, and a server.

#![expect(clippy::unwrap_used, reason = "tests")]

mod attempts;
mod copying;
mod journal;
mod journals;
mod month;
mod questions;
mod recording;
mod retention;
mod selecting;
mod team;
mod verification;

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::types::Value;

use super::{Access, Reader, ServerAccess, Store, Tuning, Writer};
use crate::cluster::Cluster;
use crate::domain::filter::{Filter, Predicate};
use crate::domain::journal::NewEntry;
use crate::domain::payload::{Payload, PurgeRequest};
use crate::domain::purge::{Purge, PurgeDetail, Target};
use crate::domain::query::Sort;
use crate::domain::store_address::StoreAddress;
use crate::domain::zone::Zone;
use crate::testing;

/// Begins what is run beside a store on a server.
const SEARCH: &str = "SET search_path = purgedeck, public; ";

/// A backend on which tests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ground {
    /// A file with thresholds that take every path with few purges, and that waits for no lock for
    /// long.
    SmallFile,
    /// A file with the thresholds that the program ships with.
    File,
    /// A database of its own on the server that all tests share.
    Server,
}

impl Ground {
    /// Returns all of them; without the server where none can be started.
    fn every() -> Vec<Self> {
        let server = Cluster::shared().map(|_| Self::Server);
        [Self::SmallFile, Self::File].into_iter().chain(server).collect()
    }

    fn tuning(self) -> Tuning {
        match self {
            Self::SmallFile => Tuning {
                lock_timeout: Duration::from_millis(100),
                segment_length: 16,
                direct_reads: 3,
                collected_keys: 12,
                chunk_length: 4,
                block_length: 2,
                chunks_before_index: 1,
                first_page: 1,
                max_page: 8,
            },
            Self::File | Self::Server => Tuning::default(),
        }
    }
}

/// A store of its own, in a directory that goes with it.
struct Home {
    ground: Ground,
    directory: tempfile::TempDir,
    /// Address of the database, for a server.
    url: Option<String>,
    store: Store,
}

impl Home {
    /// Makes an empty store.
    fn on(ground: Ground) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = (ground == Ground::Server).then(|| Cluster::shared().unwrap().database());
        let store = open(ground, &directory, url.as_deref());
        Self { ground, directory, url, store }
    }

    /// Makes an empty store in a database.
    fn at(url: String) -> Self {
        let (ground, directory) = (Ground::Server, tempfile::tempdir().unwrap());
        let store = open(ground, &directory, Some(&url));
        Self { ground, directory, url: Some(url), store }
    }

    /// Makes a store with these purges.
    fn with(ground: Ground, purges: &[Purge]) -> Self {
        let home = Self::on(ground);
        home.writer().record(purges, at(0)).unwrap();
        home
    }

    /// Opens the same store once more, as another program would.
    fn again(&self) -> Store {
        open(self.ground, &self.directory, self.url.as_deref())
    }

    fn reader(&self) -> Reader {
        self.store.reader().unwrap()
    }

    fn writer(&self) -> Writer {
        self.store.writer().unwrap()
    }

    /// Returns all purges, oldest first.
    fn purges(&self) -> Vec<Purge> {
        self.details().into_iter().map(|detail| detail.purge).collect()
    }

    /// Runs a statement beside the store; returns its rows, with `|` between two columns.
    fn sql(&self, sql: &str) -> Vec<String> {
        if let Some(database) = self.database() {
            let told = Cluster::shared().unwrap().sql(&database, &format!("{SEARCH}{sql}"));
            return told.lines().map(str::to_owned).collect();
        }
        let file = rusqlite::Connection::open(self.directory.path().join("store.db")).unwrap();
        let mut statement = file.prepare(sql).unwrap();
        let columns = statement.column_count();
        let text = |value: Value| match value {
            Value::Null => String::new(),
            Value::Integer(number) => number.to_string(),
            Value::Text(text) => text,
            other @ (Value::Real(_) | Value::Blob(_)) => format!("{other:?}"),
        };
        let rows = statement.query_map([], |row| {
            let column = |column| row.get::<_, Value>(column).map(text);
            Ok((0..columns).map(column).collect::<Result<Vec<_>, _>>()?.join("|"))
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Returns the name of the database of a server.
    fn database(&self) -> Option<String> {
        self.url.as_deref()?.split(['/', '?']).nth(3).map(str::to_owned)
    }

    fn details(&self) -> Vec<PurgeDetail> {
        self.details_of("")
    }

    /// Returns the purges that a filter selects, oldest first.
    fn details_of(&self, filter: &str) -> Vec<PurgeDetail> {
        let predicate = Filter::parse(filter).unwrap().resolve(at(0), Zone::Utc);
        let mut all = Vec::new();
        self.reader()
            .export(&predicate, Sort::OLDEST, None, &mut |detail| {
                all.push(detail);
                ControlFlow::Continue(())
            })
            .unwrap();
        all
    }
}

fn open(ground: Ground, directory: &tempfile::TempDir, url: Option<&str>) -> Store {
    let path = directory.path().join("store.db");
    let store = match url.map(|url| StoreAddress::parse(url).unwrap()) {
        Some(StoreAddress::Server(address)) => {
            let server = ServerAccess { address, password: None };
            Store::connect(&server, &path, Access::ReadWrite)
        }
        Some(StoreAddress::File(_)) | None => {
            Store::open_with(&path, Access::ReadWrite, ground.tuning())
        }
    };
    store.unwrap().operated_by(testing::operator())
}

/// Runs a test on an empty store of each backend.
fn each(test: impl Fn(&Home) + Sync) {
    each_with(&[], test);
}

/// Runs a test on a store of each backend with these purges. A test that fails says on which, as
/// the name of its thread.
fn each_with(purges: &[Purge], test: impl Fn(&Home) + Sync) {
    for ground in Ground::every() {
        let run = || test(&Home::with(ground, purges));
        let done = thread::scope(|scope| {
            let name = format!("{ground:?}");
            thread::Builder::new().name(name).spawn_scoped(scope, run).unwrap().join()
        });
        if let Err(panic) = done {
            resume_unwind(panic);
        }
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
