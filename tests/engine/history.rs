//! History that grows while it is read.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use purgedeck::simulator::ListingOrder;

use super::stage::{Running, Stage};

/// How far behind the vendor's time the end of what is complete may be: the minute in which its
/// history settles, and what clocks may differ by and an answer may take on a busy machine.
const BEHIND: TimeDelta = TimeDelta::seconds(100);

/// The end of what is known to be complete, which must be near the vendor's present.
fn complete_until(running: &Running, now: DateTime<Utc>) -> DateTime<Utc> {
    let until = running.complete_until(now);
    assert!(until > now - BEHIND, "complete until {until} only, of {now}");
    until
}

/// Purges arrive between any two answers, in whatever order the list is: everything up to where the
/// account says that it is complete must be in the store, once.
async fn is_read_whole(order: ListingOrder) {
    let stage = Stage::new(5_000, |scenario| {
        scenario.gcore.order = order;
        scenario.gcore.arrivals_between_pages = 2;
        scenario.gcore.history_lag_seconds = 45;
    })
    .await;
    let mut running = stage.start();
    running.refreshed().await;
    let (began, asked) = (stage.hand.now(), stage.simulator.requests().len());
    let mut there = BTreeSet::new();
    for _ in 0..7 {
        stage.hand.advance(TimeDelta::seconds(30));
        running.refreshed().await;
        let until = complete_until(&running, stage.hand.now());
        there = stage.purges_before(until);
        let stored = running.stored_before(until);
        let once: BTreeSet<String> = stored.iter().cloned().collect();
        assert_eq!(once.len(), stored.len(), "a purge is there twice");
        let missing: Vec<_> = there.difference(&once).collect();
        assert!(missing.is_empty(), "missing: {missing:?}");
    }
    // Purges did arrive, between the answers of the first reading and after it.
    let arrived = there.difference(&stage.purges_before(began)).count();
    assert!(
        asked > 25 && there.len() > 1_000 && arrived > 60,
        "{asked} requests, {} purges, {arrived} new",
        there.len()
    );
    running.stop().await;
    stage.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_begins_with_the_newest_is_read_whole_while_it_grows() {
    is_read_whole(ListingOrder::Newest).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_begins_with_the_oldest_is_read_whole_while_it_grows() {
    is_read_whole(ListingOrder::Oldest).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shuffled_list_is_read_whole_while_it_grows() {
    is_read_whole(ListingOrder::Shuffled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_run_goes_on_where_the_last_one_stopped() {
    let stage = Stage::new(4_000, |_| {}).await;
    let mut running = stage.start();
    running.refreshed().await;
    running.stop().await;
    let asked = stage.simulator.requests().len();
    stage.hand.advance(TimeDelta::hours(5));
    let mut running = stage.start();
    running.refreshed().await;
    complete_until(&running, stage.hand.now());
    let again = stage.simulator.requests().len() - asked;
    assert!(asked > 25 && again < 10, "{asked} requests, then {again}");
    running.stop().await;
    stage.simulator.stop().await;
}
