//! A store that takes nothing for a while: nothing goes out that could not be noted, and everything
//! goes on when it can be.

use std::slice::from_ref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use rusqlite::Connection;

use super::verify::{QUICK, Scripted, hit, miss, settled, watch};
use super::world::{Bench, Running, Vendor, begin, ids_of, request};
use crate::domain::draft::{Draft, KeptDraft};
use crate::domain::event::{Event, Level};
use crate::domain::ids::Ticket;
use crate::domain::journal::JournalState;
use crate::engine::EngineConfig;
use crate::store::{Access, Store, Tuning};
use crate::testing;

/// Ways in which another process keeps ours from writing.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    /// It writes, and does not end.
    Locked,
    /// It is a newer program, and brought the store up.
    Newer,
}

impl Refusal {
    const EVERY: [Self; 2] = [Self::Locked, Self::Newer];

    fn begin(self, other: &Connection) {
        match self {
            Self::Locked => other.execute_batch("BEGIN IMMEDIATE").unwrap(),
            Self::Newer => move_version(other, 1),
        }
    }

    fn end(self, other: &Connection) {
        match self {
            Self::Locked => other.execute_batch("COMMIT").unwrap(),
            Self::Newer => move_version(other, -1),
        }
    }
}

fn move_version(other: &Connection, by: i64) {
    let version: i64 = other.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    other.pragma_update(None, "user_version", version + by).unwrap();
}

/// Has the engine wait for no lock for long.
fn impatient(bench: &Bench, setup: &mut EngineConfig) {
    let tuning = Tuning { lock_timeout: Duration::from_millis(5), ..Tuning::default() };
    let store = Store::open_with(&bench.path(), Access::ReadWrite, tuning).unwrap();
    setup.store = store.operated_by(testing::operator());
}

fn is_told(running: &Running) -> bool {
    let is_error = |event: &Event| match event {
        Event::Notice(notice) => notice.level == Level::Error,
        _ => false,
    };
    running.seen.iter().any(is_error)
}

#[tokio::test(start_paused = true)]
async fn a_store_that_takes_nothing_lets_nothing_out_and_what_waits_goes_out_once_later() {
    for refusal in Refusal::EVERY {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        let mut running = bench.start_with(from_ref(&vendor), |setup| impatient(&bench, setup));
        running.synced("a").await;
        let soon = begin() + TimeDelta::minutes(5);
        running.enqueue(vec![request("a", "r1", "/waits")], soon);
        running.enqueued().await;
        let other = Connection::open(bench.path()).unwrap();
        refusal.begin(&other);
        running.pass(Duration::from_mins(15)).await;
        assert!(vendor.got().is_empty(), "{refusal:?}: {:?}", vendor.got());
        assert!(is_told(&running), "{refusal:?}: nobody is told");
        running.enqueue(vec![request("a", "r1", "/refused")], begin());
        let refused = running.try_enqueued().await.unwrap_err();
        assert!(!refused.words.is_empty() && !refused.advice.is_empty(), "{refused:?}");
        refusal.end(&other);
        let done = running.journal(JournalState::Successful).await;
        assert_eq!(done.request.payload.targets(), ["/waits"], "{refusal:?}");
        running.pass(Duration::from_mins(15)).await;
        assert_eq!(vendor.got(), [["/waits"]], "{refusal:?}");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_the_store_does_not_take_is_written_when_it_does_and_nothing_is_sent_again()
{
    for refusal in Refusal::EVERY {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        let mut running = bench.start_with(from_ref(&vendor), |setup| impatient(&bench, setup));
        running.synced("a").await;
        vendor.change(|state| state.slow = Duration::from_secs(10));
        running.enqueue(["/1", "/2"].map(|it| request("a", "r1", it)).to_vec(), begin());
        running.journal(JournalState::Sending).await;
        let other = Connection::open(bench.path()).unwrap();
        refusal.begin(&other);
        running.pass(Duration::from_mins(15)).await;
        assert_eq!(vendor.got(), [["/1"]], "{refusal:?}: the next waits for the outcome");
        refusal.end(&other);
        for _ in 0..2 {
            running.journal(JournalState::Successful).await;
        }
        assert_eq!(vendor.got(), [["/1"], ["/2"]], "{refusal:?}");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn news_that_the_store_does_not_take_are_told_and_read_again() {
    for refusal in Refusal::EVERY {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        let mut running = bench.start_with(from_ref(&vendor), |setup| impatient(&bench, setup));
        running.synced("a").await;
        let other = Connection::open(bench.path()).unwrap();
        refusal.begin(&other);
        vendor.purge_by_somebody("r1", "/theirs", TimeDelta::seconds(1));
        let told = running
            .until("a word on it", |event| match event {
                Event::Account { status, .. } => status.not_written.clone(),
                _ => None,
            })
            .await;
        assert!(!told.words.is_empty() && !told.advice.is_empty(), "{told:?}");
        assert_eq!(running.stored_ids(), [""; 0], "{refusal:?}");
        refusal.end(&other);
        running
            .until("the purge", |event| match event {
                Event::HistoryChanged { new: 1, .. } => Some(()),
                _ => None,
            })
            .await;
        assert_eq!(running.stored_ids(), ["a v1"], "{refusal:?}");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_the_store_does_not_take_is_an_error_and_is_kept_when_it_is_kept_again() {
    for refusal in Refusal::EVERY {
        let bench = Bench::new();
        let running = bench.start_with(&[], |setup| impatient(&bench, setup));
        let other = Connection::open(bench.path()).unwrap();
        let draft = Draft { text: "/a".to_owned(), ..Draft::default() };
        let kept = KeptDraft::new(draft, Ticket(1), begin());
        refusal.begin(&other);
        let refused = running.engine.keep_draft(kept.clone()).await.unwrap_err();
        assert!(!refused.to_string().is_empty());
        refusal.end(&other);
        running.engine.keep_draft(kept.clone()).await.unwrap();
        assert_eq!(running.engine.drafts().await.unwrap(), [kept], "{refusal:?}");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_edge_showed_and_the_store_did_not_take_is_told_and_probed_by_the_next_run() {
    for refusal in Refusal::EVERY {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        drop(bench.store());
        let other = Arc::new(Mutex::new(Connection::open(bench.path()).unwrap()));
        let refusing = Arc::clone(&other);
        // The first probe after the purge is answered, and then nothing can be noted.
        let edge = Scripted::new(&bench, QUICK, move |number| {
            if number == 1 {
                refusal.begin(&refusing.lock().unwrap());
            }
            Ok(if number == 0 { hit(500) } else { miss() })
        });
        let mut running = bench.start_with(from_ref(&vendor), |setup| {
            impatient(&bench, setup);
            watch(setup, &edge);
        });
        running.synced("a").await;
        running.enqueue(vec![request("a", "r1", "/a.jpg")], begin());
        running
            .until("a warning", |event| match event {
                Event::Notice(notice) if notice.level == Level::Warning => {
                    notice.words.contains("cannot be noted").then_some(())
                }
                _ => None,
            })
            .await;
        refusal.end(&other.lock().unwrap());
        running.stop().await;
        let edge = Scripted::new(&bench, QUICK, |_| Ok(miss()));
        let mut running = bench.start_with(from_ref(&vendor), |setup| watch(setup, &edge));
        let entry = settled(&mut running).await;
        assert_eq!((entry.state, entry.verified), (JournalState::Successful, Some(true)));
        assert_eq!(vendor.got(), [["/a.jpg"]], "{refusal:?}");
        running.stop().await;
    }
}

/// A machine that slept: its clock went on, and nothing of ours did.
#[tokio::test(start_paused = true)]
async fn after_a_sleep_of_hours_what_is_due_goes_out_once_and_the_news_are_read() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    running.enqueue(vec![request("a", "r1", "/ours")], begin() + TimeDelta::hours(4));
    running.enqueued().await;
    bench.clock.set_on(TimeDelta::hours(8));
    vendor.purge_by_somebody("r1", "/theirs", TimeDelta::hours(3));
    let woke = bench.clock.now();
    let done = running.journal(JournalState::Successful).await;
    assert!(done.sent_at.unwrap() - woke < TimeDelta::minutes(1), "{done:?}");
    running.pass(Duration::from_mins(10)).await;
    assert_eq!(vendor.got(), [["/ours"]]);
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    running.stop().await;
}
