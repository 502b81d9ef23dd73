//! History that grows while it is read.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use purgedeck::simulator::Order;

use super::stage::Stage;

/// Purges arrive between any two answers, in whatever order the list is: everything up to where the account says that it
/// is complete must be in the store, once.
async fn is_read_whole(order: Order) {
    let stage = Stage::new(6_000, |scenario| {
        scenario.gcore.order = order;
        scenario.gcore.arrivals_between_pages = 3;
        scenario.gcore.history_lag_seconds = 3;
    })
    .await;
    let mut running = stage.start();
    running.refreshed().await;
    for _ in 0..5 {
        stage.hand.advance(TimeDelta::seconds(20));
        running.refreshed().await;
        let until = running.complete_until(stage.hand.now());
        let there = stage.purges_before(until);
        let stored = running.stored_before(until);
        let once: BTreeSet<String> = stored.iter().cloned().collect();
        assert_eq!(once.len(), stored.len(), "a purge is there twice");
        let missing: Vec<_> = there.difference(&once).collect();
        assert!(missing.is_empty(), "missing: {missing:?}");
        assert!(there.len() > 1_000 && until > stage.hand.now() - TimeDelta::minutes(1));
    }
    running.runner.stop().await;
    stage.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_begins_with_the_newest_is_read_whole_while_it_grows() {
    is_read_whole(Order::Newest).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_begins_with_the_oldest_is_read_whole_while_it_grows() {
    is_read_whole(Order::Oldest).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shuffled_list_is_read_whole_while_it_grows() {
    is_read_whole(Order::Shuffled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_run_goes_on_where_the_last_one_stopped() {
    let stage = Stage::new(4_000, |_| {}).await;
    let mut running = stage.start();
    running.refreshed().await;
    running.runner.stop().await;
    let asked = stage.simulator.requests().len();
    stage.hand.advance(TimeDelta::hours(5));
    let mut running = stage.start();
    running.refreshed().await;
    let until = running.complete_until(stage.hand.now());
    assert!(until > stage.hand.now() - TimeDelta::minutes(1));
    let again = stage.simulator.requests().len() - asked;
    assert!(asked > 25 && again < 10, "{asked} requests, then {again}");
    running.runner.stop().await;
    stage.simulator.stop().await;
}
