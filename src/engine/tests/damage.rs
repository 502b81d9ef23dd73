//! A store that is damaged: nothing is sent from it, and nothing is written into it.

use std::fs;
use std::path::Path;
use std::slice::from_ref;
use std::time::Duration;

use rusqlite::Connection;

use super::world::{Bench, Running, Vendor, begin, request};
use crate::domain::event::{Event, Level};
use crate::domain::journal::{JournalState, NewEntry};
use crate::engine::{Until, WaitEnd};
use crate::store::{Access, Store, StoreFailure};

const PAGE: usize = 4096;

/// Queues requests without an engine.
fn queue(bench: &Bench, targets: &[&str]) {
    let entry = |target: &&str| NewEntry::new(request("a", "r1", target), begin());
    let entries: Vec<NewEntry> = targets.iter().map(entry).collect();
    bench.store().writer().unwrap().enqueue(&entries, begin()).unwrap();
}

/// Zeroes the page on which a table or an index begins.
fn zero_root(path: &Path, name: &str) {
    let find = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let connection = Connection::open(path).unwrap();
    let root: u32 = connection.query_row(find, [name], |row| row.get(0)).unwrap();
    let root = root as usize;
    drop(connection);
    let mut file = fs::read(path).unwrap();
    file[(root - 1) * PAGE..root * PAGE].fill(0);
    fs::write(path, file).unwrap();
}

fn has_told_of_damage(running: &Running) -> bool {
    running.seen.iter().any(|event| {
        matches!(event, Event::Notice(notice)
            if notice.level == Level::Error && notice.words.contains("The store is damaged"))
    })
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_from_a_journal_with_a_damaged_page() {
    for name in [
        "journal",
        "sqlite_autoindex_journal_1",
        "journal_purge",
        "journal_state",
        "journal_step",
        "journal_step_entry",
    ] {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        queue(&bench, &["/a.jpg", "/b.jpg"]);
        zero_root(&bench.path(), name);
        let mut running = bench.start(from_ref(&vendor));
        running.pass(Duration::from_mins(5)).await;
        assert!(vendor.got().is_empty(), "{name}");
        assert!(has_told_of_damage(&running), "{name}");
        assert!(running.store.found_damaged().is_some(), "{name}");
        running.enqueue(vec![request("a", "r1", "/c.jpg")], begin());
        assert!(running.try_enqueued().await.is_err(), "{name}");
        running.stop().await;
        assert!(vendor.got().is_empty(), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_is_not_sent_once_anybody_found_damage() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let targets = ["/1", "/2", "/3"].map(|target| request("a", "r1", target));
    running.enqueue(targets.into(), begin());
    let queued = running.enqueued().await;
    running.accepted().await;
    running.accepted().await;
    // As another purgedeck would, which read of a page that this one does not need.
    fs::write(bench.path().with_extension("db.damaged"), "reading it\n").unwrap();
    let waited = running.engine.wait(queued.clone(), Until::Answered, |_| {}).await;
    assert!(waited.unwrap_err().words.contains("damaged"), "nobody waits for what is not sent");
    running.pass(Duration::from_mins(10)).await;
    assert_eq!(vendor.got(), [["/1"], ["/2"]]);
    assert!(has_told_of_damage(&running));
    assert_eq!(running.entry(&queued[2].id).state, JournalState::Queued);
    assert!(running.engine.pause(true).await.is_err());
    // It was sound after all.
    running.store.forget_damage().unwrap();
    let waited = running.engine.wait(queued, Until::Answered, |_| {}).await.unwrap();
    assert_eq!(waited.end, WaitEnd::Complete);
    assert_eq!(vendor.got().len(), 3);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn history_is_not_written_into_a_damaged_store_and_is_still_read() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let before = running.stored_ids();
    fs::write(bench.path().with_extension("db.damaged"), "reading it\n").unwrap();
    vendor.purge_by_somebody("r1", "/new.jpg", chrono::TimeDelta::zero());
    running.pass(Duration::from_mins(2)).await;
    assert_eq!(running.stored_ids(), before);
    assert!(has_told_of_damage(&running));
    let not_written = running.seen.iter().any(
        |event| matches!(event, Event::Account { status, .. } if status.not_written.is_some()),
    );
    assert!(not_written, "the account says so");
    running.stop().await;
    let opened = Store::open(&bench.path(), Access::ReadWrite).map(drop);
    assert!(matches!(opened, Err(StoreFailure::Damaged { .. })), "{opened:?}");
}
