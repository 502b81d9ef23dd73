//! Accounts whose history is a list for each resource.

use std::collections::BTreeSet;
use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::world::{
    Bench, ListOrder, Vendor, begin, ids_of, in_virtual_time, orders, request, resource,
};
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;
use crate::domain::limits::Reading;

fn a_vendor(bench: &Bench, resources: usize) -> Arc<Vendor> {
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        state.limits.history.reading = Reading::Pages;
        state.limits.history.per_resource = true;
        state.limits.history.reach = None;
        state.limits.history.page = 10;
        state.resources =
            (1..=resources).map(|number| resource("a", &format!("r{number}"))).collect();
    });
    vendor
}

fn fill(vendor: &Vendor, resource: &str, count: i32) {
    vendor.change(|state| {
        for number in 0..count {
            let created = begin() - TimeDelta::hours(7) * (number + 1);
            state.put(&"a".into(), resource, Kind::Url, &[format!("/{number}")], created);
        }
    });
}

#[tokio::test(start_paused = true)]
async fn every_list_is_read_to_its_end_and_the_account_is_complete_then() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 5);
    for (number, count) in [(1, 0), (2, 3), (3, 10), (4, 47), (5, 120)] {
        fill(&vendor, &format!("r{number}"), count);
    }
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(5)).await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    let coverage = running.coverage();
    let (from, until) = coverage.ranges()[0];
    assert_eq!(from, begin() - TimeDelta::hours(7) * 120);
    assert!(until > begin() - TimeDelta::minutes(1) && until < bench.clock.now());
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn many_resources_make_the_turn_longer_and_not_the_load_heavier() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 300);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_hours(1)).await;
    let asked = vendor.change(|state| state.asked.clone());
    // Once for each to read it for the first time, and no more than 40 a minute.
    assert!(asked.len() <= 300 + 40 * 60 + 20, "{} questions in an hour", asked.len());
    let resources: BTreeSet<_> = asked.iter().filter_map(|ask| ask.resource.clone()).collect();
    assert_eq!(resources.len(), 300);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn news_of_many_busy_resources_do_not_keep_a_long_list_from_being_read() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 12);
    fill(&vendor, "r12", 400);
    let mut running = bench.start(from_ref(&vendor));
    // Somebody purges at eleven resources all the time: each is looked at with every refresh.
    for minute in 0..3 {
        for number in 1..12 {
            vendor.purge_by_somebody(
                &format!("r{number}"),
                &format!("/{minute}"),
                TimeDelta::zero(),
            );
        }
        running.pass(Duration::from_mins(1)).await;
    }
    let coverage = running.coverage();
    assert!(!coverage.ranges().is_empty());
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_was_purged_of_late_is_looked_at_more_often() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 100);
    vendor.purge_by_somebody("r7", "/a", TimeDelta::minutes(5));
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(10)).await;
    vendor.change(|state| state.asked.clear());
    running.pass(Duration::from_mins(10)).await;
    let asked = vendor.change(|state| state.asked.clone());
    let of = |id: &str| {
        let it = |ask: &&crate::providers::HistoryRequest| {
            ask.resource.as_ref().is_some_and(|(resource, _)| resource.as_str() == id)
        };
        asked.iter().filter(it).count()
    };
    assert!(of("r7") >= 30, "{} looks", of("r7"));
    assert!(of("r8") <= 5, "{} looks", of("r8"));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_purge_sent_there_is_found_and_done() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 100);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(10)).await;
    running.enqueue(vec![request("a", "r55", "/x")], begin());
    running.accepted().await;
    let accepted_at = bench.clock.now();
    running.journal(JournalState::Successful).await;
    assert!(bench.clock.now() - accepted_at < TimeDelta::minutes(2));
    running.stop().await;
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn lists_in_any_order_that_grow_while_they_are_read_end_up_in_the_store_whole(
        before in 0_i32..60,
        arrivals in prop::collection::vec((0_u32..4, 0_i64..4_900), 0..25),
        order in orders(),
        counts in any::<bool>(),
    ) {
        // Without a count a shuffled list can be told from no list.
        prop_assume!(counts || !matches!(order, ListOrder::Shuffled));
        in_virtual_time(async {
            let bench = Bench::new();
            let vendor = a_vendor(&bench, 2);
            fill(&vendor, "r1", before);
            fill(&vendor, "r2", before / 3);
            vendor.change(|state| {
                (state.order, state.counts) = (order, counts);
                state.expect_arrivals(&arrivals);
            });
            let mut running = bench.start(from_ref(&vendor));
            for _ in 0..30 {
                running.pass(Duration::from_secs(20)).await;
                running.check_coverage(&vendor)?;
            }
            running.pass(Duration::from_mins(10)).await;
            prop_assert_eq!(running.stored_ids(), ids_of(&vendor));
            running.stop().await;
            Ok(())
        })?;
    }
}
