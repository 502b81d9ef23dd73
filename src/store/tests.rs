//! The store as a whole, on real files in directories of their own.

#![expect(clippy::unwrap_used, reason = "tests")]

mod attempts;
mod crashing;
mod damage;
mod journal;
mod opening;
mod questions;
mod recording;
mod selecting;
mod verification;

use std::ops::ControlFlow;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Access, Reader, Store, Writer};
use crate::domain::filter::Predicate;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, PurgeDetail, Target};
use crate::domain::query::Sort;
use crate::domain::status::Status;

/// A directory with a store in it that is gone with it.
struct Home {
    directory: tempfile::TempDir,
    store: Store,
}

impl Home {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("store.db"), Access::ReadWrite).unwrap();
        Self { directory, store }
    }

    /// One that knows these purges.
    fn with(purges: &[Purge]) -> Self {
        let home = Self::new();
        home.writer().record(purges, at(0)).unwrap();
        home
    }

    fn path(&self) -> PathBuf {
        self.store.path().to_owned()
    }

    fn reader(&self) -> Reader {
        self.store.reader().unwrap()
    }

    fn writer(&self) -> Writer {
        self.store.writer().unwrap()
    }

    /// All purges, oldest first.
    fn purges(&self) -> Vec<Purge> {
        self.details().into_iter().map(|detail| detail.purge).collect()
    }

    fn details(&self) -> Vec<PurgeDetail> {
        let mut all = Vec::new();
        self.reader()
            .export(&Predicate::default(), Sort::Oldest, None, &mut |detail| {
                all.push(detail);
                ControlFlow::Continue(())
            })
            .unwrap();
        all
    }
}

/// So many seconds after a certain noon.
fn at(second: i64) -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(second)
}

/// A finished purge of two URLs.
fn purge(id: &str, second: i64) -> Purge {
    Purge {
        account: "gcore-prod".into(),
        provider: "gcore".into(),
        id: id.into(),
        resource: "12".into(),
        cname: "www.site.com".to_owned(),
        kind: Some(Kind::Url),
        raw_kind: "purge_by_url".to_owned(),
        status: Status::Successful,
        raw_status: "Successful".to_owned(),
        created: at(second),
        raw_created: None,
        completed: None,
        targets: vec![
            Target::new("https://www.site.com/img/a.jpg"),
            Target::new("https://www.site.com/img/b.jpg"),
        ],
        by: None,
    }
}
