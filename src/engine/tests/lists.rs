//! Accounts whose history is a list for each resource.

use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::world::{
    Bench, ListOrder, Vendor, begin, ids_of, in_virtual_time, orders, request, resource,
};
use crate::domain::event::{AccountStatus, Event};
use crate::domain::failure::{Cause, Failure};
use crate::domain::filter::Predicate;
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;
use crate::domain::limits::{ReadPace, Reading};
use crate::engine::SyncReport;

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

/// The offsets at which each list was asked for.
fn offsets(vendor: &Vendor) -> BTreeMap<String, Vec<u64>> {
    let mut offsets: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for ask in vendor.change(|state| std::mem::take(&mut state.asked)) {
        let resource = ask.resource.map(|(id, _)| id.to_string()).unwrap_or_default();
        offsets.entry(resource).or_default().push(ask.offset);
    }
    offsets
}

#[tokio::test(start_paused = true)]
async fn a_later_start_asks_only_for_what_is_new_in_each_list() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 4);
    for (number, count) in [(1, 0), (2, 3), (3, 47), (4, 120)] {
        fill(&vendor, &format!("r{number}"), count);
    }
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(5)).await;
    running.stop().await;
    vendor.change(|state| {
        for (target, days) in [("/a", 3), ("/b", 2), ("/c", 1)] {
            let created = bench.clock.now() + TimeDelta::days(days);
            state.put(&"a".into(), "r3", Kind::Url, &[target.to_owned()], created);
        }
    });
    tokio::time::advance(Duration::from_hours(24 * 4)).await;
    offsets(&vendor);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_secs(10)).await;
    let asked = offsets(&vendor);
    assert_eq!(asked.len(), 4);
    assert!(asked.values().all(|offsets| offsets.as_slice() == [0]), "{asked:?}");
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    running.pass(Duration::from_secs(20)).await;
    let coverage = running.coverage();
    let [(from, until)] = coverage.ranges() else { panic!("{coverage:?}") };
    assert_eq!(*from, begin() - TimeDelta::hours(7) * 120);
    assert!(*until > bench.clock.now() - TimeDelta::minutes(5));
    let reads =
        |event: &Event| matches!(event, Event::Account { status, .. } if status.older.is_some());
    assert!(!running.seen.iter().any(reads), "nothing older is being read");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_reader_of_history_waits_for_what_is_new_in_every_list() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 6);
    (1..=6).for_each(|number| fill(&vendor, &format!("r{number}"), 30));
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(5)).await;
    running.stop().await;
    tokio::time::advance(Duration::from_hours(24)).await;
    vendor.purge_by_somebody("r6", "/new", TimeDelta::hours(3));
    vendor.change(|state| state.slow = Duration::from_secs(1));
    let running = bench.start(from_ref(&vendor));
    running.engine.sync(&Predicate::default(), None).await.unwrap();
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_reader_of_history_waits_for_lists_that_the_pace_of_requests_holds_back() {
    for resources in [1, 57, 58, 90] {
        let bench = Bench::new();
        let vendor = a_vendor(&bench, resources);
        let last = format!("r{resources}");
        (1..=resources).for_each(|number| fill(&vendor, &format!("r{number}"), 1));
        fill(&vendor, &last, 25);
        let running = bench.start(from_ref(&vendor));
        let report = running.engine.sync(&Predicate::default(), None).await.unwrap();
        assert_eq!(report, SyncReport { accounts: 1, ..SyncReport::default() }, "{resources}");
        assert_eq!(running.stored_ids(), ids_of(&vendor), "{resources} lists");
        running.stop().await;
        // A later start has them all, and still waits for the news of the last of them.
        tokio::time::advance(Duration::from_hours(24)).await;
        vendor.purge_by_somebody(&last, "/new", TimeDelta::hours(3));
        let running = bench.start(from_ref(&vendor));
        running.engine.sync(&Predicate::default(), None).await.unwrap();
        assert_eq!(running.stored_ids(), ids_of(&vendor), "{resources} lists, later");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_of_history_does_not_wait_for_a_list_that_cannot_be_read_to_its_end() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 3);
    (1..=3).for_each(|number| fill(&vendor, &format!("r{number}"), 40));
    // Of a list that is in another order at every look, nothing is certain.
    vendor.change(|state| (state.order, state.counts) = (ListOrder::Shuffled, false));
    let running = bench.start(from_ref(&vendor));
    let report = running.engine.sync(&Predicate::default(), None).await.unwrap();
    assert!(bench.clock.now() - begin() < TimeDelta::minutes(5));
    let incomplete = vec!["a".into()];
    assert_eq!(report, SyncReport { accounts: 1, incomplete, ..SyncReport::default() });
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_list_with_older_purges_that_the_store_has_not_is_read_again_to_its_end() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    fill(&vendor, "r1", 47);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(5)).await;
    running.stop().await;
    for hours in [20, 200] {
        let created = begin() - TimeDelta::hours(hours);
        vendor.change(|state| state.put(&"a".into(), "r1", Kind::Url, &["/late".into()], created));
    }
    offsets(&vendor);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(1)).await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    assert_eq!(offsets(&vendor)["r1"].get(..5), Some([0, 10, 20, 30, 40].as_slice()));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_list_that_came_later_and_was_not_read_to_its_end_is_read_on_at_the_next_start() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    fill(&vendor, "r1", 12);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(5)).await;
    running.stop().await;
    vendor.change(|state| state.resources.push(resource("a", "r2")));
    fill(&vendor, "r2", 47);
    vendor.change(|state| state.slow = Duration::from_secs(1));
    let mut running = bench.start(from_ref(&vendor));
    while running.stored_ids().len() <= 12 {
        running.pass(Duration::from_millis(50)).await;
    }
    assert!(running.stored_ids().len() < 59, "one page of it is there");
    running.stop().await;
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(2)).await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    running.stop().await;
}

fn status(event: &Event) -> Option<&AccountStatus> {
    match event {
        Event::Account { status, .. } => Some(status),
        _ => None,
    }
}

fn pace(at_once: u32, requests: u32) -> ReadPace {
    ReadPace { at_once, requests, per: Duration::from_secs(1) }
}

#[tokio::test(start_paused = true)]
async fn lists_and_their_pages_take_the_time_of_their_requests_divided_by_those_at_once() {
    for (at_once, seconds) in [(1, 125), (4, 33), (8, 18)] {
        let bench = Bench::new();
        let vendor = a_vendor(&bench, 8);
        (1..8).for_each(|number| fill(&vendor, &format!("r{number}"), 50));
        fill(&vendor, "r8", 800);
        vendor.change(|state| {
            state.slow = Duration::from_secs(1);
            state.limits.history.pace = pace(at_once, 1_000);
        });
        // No list is due again before all were read.
        let mut running =
            bench.start_with(from_ref(&vendor), |setup| setup.refresh = Duration::from_mins(10));
        running.until("older parts", |event| status(event)?.older).await;
        running.synced("a").await;
        let took = bench.clock.now() - begin();
        assert!(took <= TimeDelta::seconds(seconds), "{took} with {at_once} at once");
        assert_eq!(running.stored_ids(), ids_of(&vendor));
        assert_eq!(running.coverage().ranges().len(), 1);
        assert_eq!(vendor.change(|state| state.on_their_way.1), at_once);
        let asked = vendor.change(|state| state.asked.len());
        assert_eq!(asked, 7 * 5 + 80, "no page is read twice");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_page_of_every_list_comes_before_the_second_of_any() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 9);
    (1..=9).for_each(|number| fill(&vendor, &format!("r{number}"), 30));
    vendor.change(|state| state.slow = Duration::from_millis(100));
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(1)).await;
    let asked: Vec<u64> = vendor.change(|state| state.asked.iter().map(|ask| ask.offset).collect());
    assert_eq!(asked.iter().position(|offset| *offset > 0), Some(9), "{asked:?}");
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn news_keep_their_turn_while_long_lists_are_read() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 3);
    fill(&vendor, "r1", 4_000);
    vendor.change(|state| state.slow = Duration::from_secs(2));
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_secs(10)).await;
    for round in 0..4 {
        let id = vendor.purge_by_somebody("r2", &format!("/{round}"), TimeDelta::zero());
        running.pass(Duration::from_secs(25)).await;
        let there = running.stored().iter().any(|purge| purge.id == id);
        assert!(there, "news wait in round {round}");
    }
    let older = running.seen.iter().rev().find_map(|event| status(event)?.older);
    assert!(older.is_some_and(|(read, _)| read < 4_000), "the long list was read earlier");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn one_list_that_fails_keeps_no_other_from_being_read() {
    for cause in [Cause::VendorError, Cause::Lost, Cause::BadAnswer, Cause::Forbidden] {
        let bench = Bench::new();
        let vendor = a_vendor(&bench, 5);
        (1..=5).for_each(|number| fill(&vendor, &format!("r{number}"), 45));
        vendor.change(|state| state.broken = Some(("r2", 0, Failure::new(cause.clone()))));
        let mut running = bench.start(from_ref(&vendor));
        running.pass(Duration::from_secs(40)).await;
        assert_eq!(running.stored_ids().len(), 4 * 45, "{cause:?}");
        assert_eq!(running.coverage().ranges(), [], "nothing is called complete without it");
        let failed =
            running.seen.iter().any(|event| status(event).is_some_and(|it| it.failure.is_some()));
        assert!(!failed, "the account does not fail");
        let asked = offsets(&vendor);
        assert!(asked["r2"].len() < 10, "{cause:?}: it is left alone more and more");
        vendor.change(|state| state.broken = None);
        running.engine.refresh(None).unwrap();
        running.pass(Duration::from_secs(30)).await;
        assert_eq!(running.stored_ids(), ids_of(&vendor));
        assert_eq!(running.coverage().ranges().len(), 1);
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_without_its_later_pages_is_not_called_complete_and_its_news_still_come() {
    for cause in [Cause::NotFound, Cause::Rejected { errors: Vec::new() }, Cause::VendorError] {
        let bench = Bench::new();
        let vendor = a_vendor(&bench, 2);
        (1..=2).for_each(|number| fill(&vendor, &format!("r{number}"), 45));
        vendor.change(|state| state.broken = Some(("r2", 30, Failure::new(cause.clone()))));
        let mut running = bench.start(from_ref(&vendor));
        running.pass(Duration::from_hours(1)).await;
        assert_eq!(running.stored_ids().len(), 45 + 30, "{cause:?}");
        assert_eq!(running.coverage().ranges(), [], "{cause:?}");
        let id = vendor.purge_by_somebody("r2", "/new", TimeDelta::zero());
        running.pass(Duration::from_hours(3)).await;
        assert!(running.stored().iter().any(|purge| purge.id == id), "{cause:?}");
        vendor.change(|state| state.broken = None);
        running.engine.refresh(None).unwrap();
        running.pass(Duration::from_mins(1)).await;
        assert_eq!(running.stored_ids(), ids_of(&vendor), "{cause:?}");
        assert_eq!(running.coverage().ranges().len(), 1, "{cause:?}");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_answers_for_no_list_fails_the_account() {
    for lists in [1, 2, 7] {
        let bench = Bench::new();
        let vendor = a_vendor(&bench, lists);
        let mut running = bench.start(from_ref(&vendor));
        running.pass(Duration::from_mins(2)).await;
        vendor.change(|state| state.faults = (100, u32::MAX));
        running.seen.clear();
        running.pass(Duration::from_mins(5)).await;
        let failed = running.seen.iter().rev().find_map(status).unwrap();
        assert!(failed.failure.is_some(), "{lists} lists");
        vendor.change(|state| state.faults = (0, 0));
        running.pass(Duration::from_mins(15)).await;
        let well = running.seen.iter().rev().find_map(status).unwrap();
        assert_eq!(well.failure, None, "{lists} lists");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_for_lists_are_answered_by_a_pause_and_by_fewer_at_once() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 6);
    (1..=6).for_each(|number| fill(&vendor, &format!("r{number}"), 300));
    vendor.change(|state| {
        state.slow = Duration::from_secs(1);
        state.limits.history.pace = pace(8, 1_000);
    });
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_millis(5_500)).await;
    assert_eq!(vendor.change(|state| state.on_their_way.1), 8);
    let limited = Cause::RateLimited { retry_after: Some(Duration::from_secs(30)) };
    vendor.change(|state| {
        state.failures = (0..3).map(|_| Failure::new(limited.clone())).collect();
    });
    running.pass(Duration::from_secs(2)).await;
    let asked = vendor.change(|state| state.asked.len());
    running.pass(Duration::from_secs(25)).await;
    assert_eq!(vendor.change(|state| state.asked.len()), asked, "it is left alone");
    vendor.change(|state| state.on_their_way.1 = 0);
    running.pass(Duration::from_secs(10)).await;
    assert_eq!(vendor.change(|state| state.on_their_way.1), 4, "half as many");
    running.synced("a").await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_account_without_resources_is_read_as_soon_as_that_is_known() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 0);
    let running = bench.start(from_ref(&vendor));
    let report = running.engine.sync(&Predicate::default(), None).await.unwrap();
    assert_eq!(report, SyncReport { accounts: 1, ..SyncReport::default() });
    assert!(bench.clock.now() - begin() < TimeDelta::minutes(1));
    running.stop().await;
}

/// The habits of a vendor with lists and of the road to it.
#[derive(Clone, Copy, Debug)]
struct Habits {
    order: ListOrder,
    counts: bool,
    at_once: u32,
    /// Answers overtake each other by up to this.
    jitter: Duration,
    /// Percentage of questions that fail, and how many may.
    faults: (u8, u32),
}

fn habits() -> impl Strategy<Value = Habits> {
    let road = (1_u32..9, 0_u64..3_000, 0_u8..30, 0_u32..25);
    // Without a count a shuffled list can be told from no list.
    let vendor = (orders(), any::<bool>())
        .prop_map(|(order, counts)| (order, counts || matches!(order, ListOrder::Shuffled)));
    (vendor, road).prop_map(|((order, counts), (at_once, jitter, percent, most))| Habits {
        order,
        counts,
        at_once,
        jitter: Duration::from_millis(jitter),
        faults: (percent, most),
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn lists_that_grow_between_pages_read_at_once_end_up_in_the_store_whole(
        before in 0_i32..250,
        arrivals in prop::collection::vec((0_u32..4, 0_i64..4_900), 0..40),
        habits in habits(),
    ) {
        in_virtual_time(async {
            let bench = Bench::new();
            let vendor = a_vendor(&bench, 3);
            fill(&vendor, "r1", before);
            fill(&vendor, "r2", before / 3);
            fill(&vendor, "r3", 20);
            vendor.change(|state| {
                (state.order, state.counts) = (habits.order, habits.counts);
                (state.slow, state.jitter) = (Duration::from_millis(100), habits.jitter);
                state.limits.history.pace = pace(habits.at_once, 20);
                state.faults = habits.faults;
                state.expect_arrivals(&arrivals);
            });
            let mut running = bench
                .start_with(from_ref(&vendor), |setup| setup.refresh = Duration::from_mins(1));
            for _ in 0..45 {
                running.pass(Duration::from_secs(10)).await;
                running.check_coverage(&vendor)?;
            }
            vendor.change(|state| state.faults = (0, 0));
            // A list that could not be read is read again after ten minutes, a refusal's pause.
            running.pass(Duration::from_mins(35)).await;
            running.check_coverage(&vendor)?;
            prop_assert_eq!(running.stored_ids(), ids_of(&vendor));
            prop_assert_eq!(running.coverage().ranges().len(), 1);
            running.stop().await;
            Ok(())
        })?;
    }
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
