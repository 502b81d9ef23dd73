//! Waiting for requests.

use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::Notify;

use super::world::{Act, Bench, Running, Vendor, request};
use crate::domain::ids::JournalId;
use crate::domain::journal::{JournalEntry, JournalState, NewEntry};
use crate::domain::status::Status;
use crate::engine::{Until, WaitEnd};
use crate::store::StepDetails;

/// Queues purges that are due after this time, and returns their entries.
async fn queued(running: &Running, targets: &[&str], after: TimeDelta) -> Vec<JournalEntry> {
    let at = running.engine.0.clock.now() + after;
    let entry = |target: &&str| NewEntry::new(request("a", "r1", target), at);
    running.engine.enqueue(targets.iter().map(entry).collect()).await.unwrap()
}

/// Waits; returns the reason of the end, the states, and how long it took.
async fn wait(
    running: &Running,
    entries: Vec<JournalEntry>,
    until: Until,
) -> (WaitEnd, Vec<JournalState>, TimeDelta) {
    let began = running.engine.0.clock.now();
    let outcome = running.engine.wait(entries, until, |_| {}).await.unwrap();
    let states = outcome.entries.iter().map(|entry| entry.state).collect();
    (outcome.end, states, running.engine.0.clock.now() - began)
}

const FIVE: Duration = Duration::from_mins(5);

#[tokio::test(start_paused = true)]
async fn a_wait_for_answers_ends_when_each_was_answered_and_one_for_the_end_goes_on() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let entries = queued(&running, &["/1", "/2"], TimeDelta::zero()).await;
    let (end, states, took) = wait(&running, entries.clone(), Until::Answered).await;
    assert_eq!((end, states), (WaitEnd::Complete, vec![JournalState::Accepted; 2]));
    assert!(took < TimeDelta::seconds(5), "{took}");
    let (end, states, took) = wait(&running, entries, Until::Ended(FIVE)).await;
    assert_eq!((end, states), (WaitEnd::Complete, vec![JournalState::Successful; 2]));
    assert!(took >= TimeDelta::seconds(10), "the vendor needs 15 s: {took}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_waiter_hears_of_every_change() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let entries = queued(&running, &["/1"], TimeDelta::seconds(3)).await;
    let mut heard = Vec::new();
    let changed = |entries: &[JournalEntry]| heard.push(entries[0].state);
    running.engine.wait(entries, Until::Answered, changed).await.unwrap();
    heard.dedup();
    assert_eq!(heard, [JournalState::Queued, JournalState::Sending, JournalState::Accepted]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn when_the_time_is_up_what_is_queued_is_canceled_and_the_rest_stays() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.needs = TimeDelta::days(1));
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let mut entries = queued(&running, &["/now"], TimeDelta::zero()).await;
    entries.extend(queued(&running, &["/later"], TimeDelta::hours(1)).await);
    let (end, states, took) = wait(&running, entries, Until::Ended(FIVE)).await;
    assert_eq!(end, WaitEnd::TimedOut);
    assert_eq!(states, [JournalState::Accepted, JournalState::Cancelled]);
    assert!(took >= TimeDelta::minutes(5) && took < TimeDelta::seconds(303), "{took}");
    running.pass(Duration::from_hours(2)).await;
    assert_eq!(vendor.got(), [["/now"]]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_finds_no_room_at_once_is_canceled_after_a_quiet_time() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    // The window holds two a minute.
    let entries = queued(&running, &["/1", "/2", "/3"], TimeDelta::zero()).await;
    let (end, states, took) = wait(&running, entries, Until::AnsweredAtOnce).await;
    assert_eq!(end, WaitEnd::HeldUp);
    assert_eq!(states[2], JournalState::Cancelled);
    let sent = [JournalState::Accepted, JournalState::Successful];
    assert!(states[..2].iter().all(|state| sent.contains(state)), "{states:?}");
    assert!(took >= TimeDelta::seconds(15) && took < TimeDelta::minutes(1), "{took}");
    assert_eq!(vendor.got().len(), 2);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_cannot_be_reached_holds_up_at_once() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.acts.extend([Act::Unreachable]));
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let entries = queued(&running, &["/1"], TimeDelta::zero()).await;
    let (end, states, took) = wait(&running, entries, Until::AnsweredAtOnce).await;
    assert_eq!((end, states), (WaitEnd::HeldUp, vec![JournalState::Cancelled]));
    assert!(took < TimeDelta::seconds(5), "{took}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_being_sent_is_awaited_however_long_it_takes() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let go = Arc::new(Notify::new());
    vendor.change(|state| state.acts.push_back(Act::Hang(go.clone())));
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let entries = queued(&running, &["/1", "/2"], TimeDelta::zero()).await;
    running.journal(JournalState::Sending).await;
    let release = async {
        tokio::time::sleep(Duration::from_mins(2)).await;
        go.notify_one();
    };
    let (states, ()) = tokio::join!(
        async {
            let entries = running.engine.withdraw(entries).await.unwrap();
            entries.iter().map(|entry| entry.state).collect::<Vec<_>>()
        },
        release
    );
    assert_eq!(states, [JournalState::Accepted, JournalState::Cancelled]);
    assert_eq!(vendor.got(), [["/1"]]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_waited_for_that_the_vendor_will_never_report() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        state.ends_in = Status::ReportDisabled;
        state.needs = TimeDelta::zero();
    });
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let entries = queued(&running, &["/1"], TimeDelta::zero()).await;
    let (end, states, took) = wait(&running, entries, Until::Ended(FIVE)).await;
    assert_eq!((end, states), (WaitEnd::Complete, vec![JournalState::Accepted]));
    assert!(took < TimeDelta::minutes(1), "{took}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_another_purgedeck_does_is_read_from_the_store() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let entries = queued(&running, &["/1"], TimeDelta::hours(1)).await;
    let (id, store, clock) = (entries[0].id.clone(), running.store.clone(), bench.clock.clone());
    let other = async move {
        tokio::time::sleep(Duration::from_secs(10)).await;
        cancel(&store, &id, &clock);
    };
    let ((end, states, took), ()) = tokio::join!(wait(&running, entries, Until::Answered), other);
    assert_eq!((end, states), (WaitEnd::Complete, vec![JournalState::Cancelled]));
    assert!(took < TimeDelta::seconds(13), "{took}");
    running.stop().await;
}

/// Cancels a request behind the engine's back.
fn cancel(store: &crate::store::Store, id: &JournalId, clock: &crate::engine::Clock) {
    let (from, to) = (JournalState::Queued, JournalState::Cancelled);
    let details = StepDetails::at(clock.now());
    let _ = store.writer().unwrap().step(id, from, to, &details).unwrap();
}
