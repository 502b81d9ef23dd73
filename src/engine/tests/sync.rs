//! Bringing history in.

use std::slice::from_ref;
use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::world::{Bench, ListOrder, Vendor, begin, finest, ids_of, in_virtual_time, orders};
use crate::domain::event::{AccountStatus, Event};
use crate::domain::failure::{Cause, Failure};
use crate::domain::kind::Kind;
use crate::domain::limits::Reading;
use crate::domain::status::Status;

fn fill(vendor: &Vendor, count: i64, each: TimeDelta) {
    vendor.change(|state| {
        for number in 0..count {
            let created = begin() - each * (number as i32 + 1);
            state.put(&"a".into(), "r1", Kind::Url, &[format!("/{number}")], created);
        }
    });
}

fn status(event: &Event) -> Option<&AccountStatus> {
    match event {
        Event::Account { status, .. } => Some(status),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_months_history_comes_in_newest_first_with_its_progress_and_is_complete() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    fill(&vendor, 1500, TimeDelta::minutes(25));
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    let coverage = running.coverage();
    assert_eq!(coverage.ranges().len(), 1);
    let (from, until) = coverage.ranges()[0];
    assert!(from <= begin() - TimeDelta::days(30) + TimeDelta::minutes(1));
    assert!(until > begin() - TimeDelta::minutes(1) && until <= bench.clock.now());
    let told: Vec<_> = running.seen.iter().filter_map(|event| status(event)?.older).collect();
    assert!(told.iter().any(|(read, of)| *read > 0 && of.is_some_and(|of| of > 1000)));
    let first = running.seen.iter().find_map(|event| match event {
        Event::HistoryChanged { from, .. } => Some(*from),
        _ => None,
    });
    assert!(first.is_some_and(|from| from >= begin() - TimeDelta::hours(1)));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_only_what_is_missing_is_asked_for() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    fill(&vendor, 1500, TimeDelta::minutes(25));
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    running.stop().await;
    tokio::time::sleep(Duration::from_hours(3)).await;
    vendor.purge_by_somebody("r1", "/while-away", TimeDelta::hours(2));
    vendor.change(|state| state.asked.clear());
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    running.pass(Duration::from_mins(1)).await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    let asked = vendor.change(|state| state.asked.clone());
    assert!(asked.len() < 20, "{} questions", asked.len());
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_answers_for_short_spans_only_is_read_completely_news_too() {
    for span in [TimeDelta::days(3), TimeDelta::minutes(17)] {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        vendor.change(|state| state.span = Some(span));
        fill(&vendor, 300, TimeDelta::minutes(25));
        let mut running = bench.start(from_ref(&vendor));
        running.pass(Duration::from_mins(20)).await;
        assert_eq!(running.stored_ids(), ids_of(&vendor), "{span}");
        assert_eq!(running.coverage().ranges().len(), 1, "{span}");
        vendor.purge_by_somebody("r1", "/new", TimeDelta::seconds(4));
        running.pass(Duration::from_mins(1)).await;
        assert_eq!(running.stored_ids(), ids_of(&vendor), "{span}");
        let is_failure = |event: &Event| status(event).is_some_and(|it| it.failure.is_some());
        assert!(!running.seen.iter().any(is_failure), "{span}");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_arrives_later_is_seen_with_the_next_refresh() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    running.pass(Duration::from_mins(2)).await;
    vendor.purge_by_somebody("r1", "/new", TimeDelta::seconds(4));
    let new = running
        .until("news", |event| match event {
            Event::HistoryChanged { new, .. } => Some(*new),
            _ => None,
        })
        .await;
    assert_eq!(new, 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_came_during_an_outage_of_hours_is_read_when_the_vendor_answers_again() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    vendor.change(|state| state.down = Some(Failure::new(Cause::Unreachable)));
    running.pass(Duration::from_hours(6)).await;
    for hours in 1..6 {
        vendor.purge_by_somebody("r1", &format!("/{hours}"), TimeDelta::hours(hours));
    }
    vendor.change(|state| state.down = None);
    running.engine.refresh(None).unwrap();
    running.pass(Duration::from_mins(1)).await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    assert_eq!(running.coverage().ranges().len(), 1, "a gap is left");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn one_accounts_slowness_and_failure_do_not_touch_the_others() {
    let bench = Bench::new();
    let (slow, dead, well) = (
        Vendor::new("slow", &bench.clock),
        Vendor::new("dead", &bench.clock),
        Vendor::new("well", &bench.clock),
    );
    slow.change(|state| state.slow = Duration::from_hours(1));
    dead.change(|state| state.down = Some(Failure::new(Cause::Unauthenticated)));
    well.purge_by_somebody("r1", "/a", TimeDelta::minutes(5));
    let began = bench.clock.now();
    let mut running = bench.start(&[slow, dead.clone(), well.clone()]);
    running.synced("well").await;
    assert!(bench.clock.now() - began < TimeDelta::seconds(30));
    assert_eq!(running.stored_ids(), ids_of(&well));
    running.pass(Duration::from_mins(4)).await;
    let failed = running.seen.iter().rev().find_map(|event| match event {
        Event::Account { account, status } if account.as_str() == "dead" => status.failure.clone(),
        _ => None,
    });
    assert_eq!(failed.map(|failure| failure.cause), Some(Cause::Unauthenticated));
    assert!(dead.change(|state| state.asked.len()) <= 2, "a refused token is tried slowly");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_refresh_tries_a_refused_token_at_once() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.down = Some(Failure::new(Cause::Unauthenticated)));
    let mut running = bench.start(from_ref(&vendor));
    running.until("a failure", |event| status(event)?.failure.clone()).await;
    vendor.change(|state| state.down = None);
    let before = bench.clock.now();
    running.engine.refresh(None).unwrap();
    running.synced("a").await;
    assert!(bench.clock.now() - before < TimeDelta::seconds(2));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_says_when_to_come_back_is_left_alone_until_then_even_by_a_refresh() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        state.failures.push_back(Failure::new(Cause::RateLimited {
            retry_after: Some(Duration::from_secs(40)),
        }));
    });
    let mut running = bench.start(from_ref(&vendor));
    running.until("a failure", |event| status(event)?.failure.clone()).await;
    running.engine.refresh(None).unwrap();
    running.pass(Duration::from_secs(39)).await;
    assert_eq!(vendor.change(|state| state.asked.len()), 1);
    running.synced("a").await;
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn offline_nobody_is_asked_and_no_timer_runs() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start_with(from_ref(&vendor), |setup| setup.offline = true);
    running.engine.refresh(None).unwrap_err();
    running.pass(Duration::from_hours(2)).await;
    let asked = vendor
        .change(|state| state.asked.len() as u32 + state.resources_asked + state.limits_asked);
    assert_eq!(asked, 0);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn resources_and_limits_are_told_from_the_store_at_once_and_from_the_vendor_after() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    running.pass(Duration::from_secs(5)).await;
    running.stop().await;
    let mut running = bench.start_with(from_ref(&vendor), |setup| setup.offline = true);
    let resources = running
        .until("resources", |event| match event {
            Event::Resources { resources, .. } => Some(resources.clone()),
            _ => None,
        })
        .await;
    assert_eq!(resources.len(), 1);
    assert_eq!(vendor.change(|state| state.resources_asked), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_vendors_clock_that_is_far_from_ours_hides_nothing() {
    for hours in [-9, 9] {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        vendor.change(|state| state.ahead = TimeDelta::hours(hours));
        vendor.purge_by_somebody("r1", "/before", TimeDelta::minutes(10));
        let mut running = bench.start(from_ref(&vendor));
        running.synced("a").await;
        vendor.purge_by_somebody("r1", "/after", TimeDelta::zero());
        running.pass(Duration::from_mins(1)).await;
        assert_eq!(running.stored_ids(), ids_of(&vendor), "{hours} h");
        let coverage = running.coverage();
        assert!(coverage.ranges().last().unwrap().1 < vendor.now());
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn two_purgedecks_on_one_store_see_what_the_other_brought_in() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let (mut one, mut other) = (bench.start(from_ref(&vendor)), bench.start(from_ref(&vendor)));
    one.synced("a").await;
    other.synced("a").await;
    for round in 0..4 {
        vendor.purge_by_somebody("r1", &format!("/{round}"), TimeDelta::seconds(3));
        for running in [&mut one, &mut other] {
            running
                .until("news", |event| matches!(event, Event::HistoryChanged { .. }).then_some(()))
                .await;
        }
        one.pass(Duration::from_secs(40)).await;
        other.pass(Duration::from_millis(1)).await;
    }
    one.stop().await;
    other.stop().await;
}

/// Runs until nothing is missing any more, and says what is in the store.
fn brought_in(
    before: &[i64],
    arrivals: &[(u32, i64)],
    order: ListOrder,
    counts: bool,
    dates: bool,
    page: u32,
    reading: Reading,
) -> Result<(), TestCaseError> {
    in_virtual_time(async {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        vendor.change(|state| {
            state.limits.history.page = page;
            state.limits.history.reading = reading;
            state.limits.history.finest = finest(reading);
            (state.order, state.counts, state.dates) = (order, counts, dates);
            state.slow = Duration::from_millis(300);
            for seconds in before {
                let created = begin() - TimeDelta::milliseconds(*seconds);
                state.put(&"a".into(), "r1", Kind::Url, &["/x".to_owned()], created);
            }
            state.expect_arrivals(arrivals);
            state.ends_in = Status::Successful;
        });
        let mut running = bench.start(from_ref(&vendor));
        for _ in 0..60 {
            running.pass(Duration::from_secs(10)).await;
            running.check_coverage(&vendor)?;
            if vendor.change(|state| state.arrivals.is_empty()) {
                break;
            }
        }
        running.pass(Duration::from_mins(5)).await;
        prop_assert_eq!(running.stored_ids(), ids_of(&vendor));
        running.stop().await;
        Ok(())
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_purge_is_stored_once_whatever_the_order_and_whatever_arrives_between_two_pages(
        before in prop::collection::vec(0_i64..86_400_000, 0..80),
        arrivals in prop::collection::vec((0_u32..5, 0_i64..4_900), 0..30),
        order in orders(),
        counts in any::<bool>(),
        dates in any::<bool>(),
        page in 6_u32..20,
        offsets in any::<bool>(),
    ) {
        let reading = if offsets { Reading::RangesAndOffsets } else { Reading::Ranges };
        brought_in(&before, &arrivals, order, counts, dates, page, reading)?;
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_vendor_did_not_keep_until_it_was_read_is_a_gap_and_is_told() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        state.limits.history.reach = Some(Duration::from_hours(3 * 24));
    });
    fill(&vendor, 30, TimeDelta::hours(2));
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let read_until = running.coverage().ranges()[0].1;
    assert_eq!(running.coverage().lost(bench.clock.now() - TimeDelta::days(3)), []);
    running.stop().await;
    tokio::time::advance(Duration::from_hours(4 * 24)).await;
    // The vendor has forgotten what is older.
    let kept_from = bench.clock.now() - TimeDelta::days(3);
    vendor.change(|state| state.purges.retain(|purge| purge.created >= kept_from));
    let mut running = bench.start(from_ref(&vendor));
    let words = running
        .until("the gap", |event| match event {
            Event::Notice(notice) => Some(notice.words.clone()),
            _ => None,
        })
        .await;
    assert!(words.starts_with("The vendor keeps its history for 3 days only"), "{words}");
    running.synced("a").await;
    let [(from, until)] = running.coverage().lost(kept_from)[..] else { panic!("one gap") };
    assert_eq!(from, read_until);
    assert!((until - kept_from).abs() < TimeDelta::minutes(1));
    assert_eq!(running.coverage().ranges().len(), 2);
    // It is not asked for again and again.
    vendor.change(|state| state.asked.clear());
    running.pass(Duration::from_mins(30)).await;
    assert!(vendor.change(|state| state.asked.len()) <= 4 * 30 + 10);
    running.stop().await;
}
