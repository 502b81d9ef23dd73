//! Older history that is read with several questions at once.

use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::world::{Bench, ListOrder, Vendor, begin, finest, ids_of, in_virtual_time, orders};
use crate::domain::event::{AccountStatus, Event};
use crate::domain::failure::{Cause, Failure};
use crate::domain::kind::Kind;
use crate::domain::limits::{ReadPace, Reading};

/// A vendor with a month of purges, one in every half hour, on pages of twenty; an answer takes a
/// second.
fn a_vendor(bench: &Bench) -> Arc<Vendor> {
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        state.limits.history.page = 20;
        state.slow = Duration::from_secs(1);
        for number in 1..=1400 {
            let created = begin() - TimeDelta::minutes(30) * number;
            state.put(&"a".into(), "r1", Kind::Url, &[format!("/{number}")], created);
        }
    });
    vendor
}

fn pace(at_once: u32, requests: u32) -> ReadPace {
    ReadPace { at_once, requests, per: Duration::from_secs(1) }
}

fn status(event: &Event) -> Option<&AccountStatus> {
    match event {
        Event::Account { status, .. } => Some(status),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_month_takes_the_time_of_its_requests_divided_by_those_at_once() {
    for (at_once, seconds) in [(1, 110), (8, 20), (16, 12)] {
        let bench = Bench::new();
        let vendor = a_vendor(&bench);
        vendor.change(|state| state.limits.history.pace = pace(at_once, 1_000));
        let mut running = bench.start(from_ref(&vendor));
        running.synced("a").await;
        let took = bench.clock.now() - begin();
        assert!(took <= TimeDelta::seconds(seconds), "{took} with {at_once} at once");
        assert_eq!(running.stored_ids(), ids_of(&vendor));
        // News may be on their way beside them.
        let most = vendor.change(|state| state.on_their_way.1);
        assert!((at_once..=at_once + 1).contains(&most), "{most} of {at_once}");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_month_and_its_news_do_not_wait_for_resources_and_limits() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench);
    vendor.change(|state| state.slow_lookups = Duration::from_mins(10));
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_secs(40)).await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    let id = vendor.purge_by_somebody("r1", "/new", TimeDelta::zero());
    running.pass(Duration::from_secs(20)).await;
    assert!(running.stored().iter().any(|purge| purge.id == id));
    let lookups = vendor.change(|state| (state.resources_asked, state.limits_asked));
    assert_eq!(lookups, (1, 0), "one after the other");
    running.pass(Duration::from_mins(20)).await;
    assert_eq!(vendor.change(|state| state.limits_asked), 1);
    let done = running.seen.iter().rev().find_map(|event| Some(status(event)?.initial_sync_done));
    assert_eq!(done, Some(true));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_go_out_in_a_second_than_the_vendor_allows() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench);
    vendor.change(|state| {
        state.limits.history.pace = pace(16, 5);
        state.slow = Duration::from_millis(50);
    });
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let took = bench.clock.now() - begin();
    let asked = vendor.change(|state| state.asked.len()) as i32;
    assert!(took >= TimeDelta::milliseconds(200) * (asked - 10), "{asked} questions in {took}");
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn news_keep_their_turn_while_older_parts_are_on_their_way() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench);
    vendor.change(|state| state.slow = Duration::from_secs(4));
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_secs(6)).await;
    for round in 0..4 {
        let id = vendor.purge_by_somebody("r1", &format!("/{round}"), TimeDelta::zero());
        // The interval of news, and the answer to them.
        running.pass(Duration::from_secs(15 + 4 + 1)).await;
        let there = running.stored().iter().any(|purge| purge.id == id);
        assert!(there, "news wait in round {round}");
    }
    let older = running.seen.iter().rev().find_map(|event| status(event)?.older);
    assert!(older.is_some(), "older parts were there earlier");
    running.synced("a").await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn one_failure_among_many_requests_loses_no_answer_of_the_others() {
    for cause in [Cause::Lost, Cause::VendorError, Cause::BadAnswer, Cause::Unreachable] {
        let bench = Bench::new();
        let vendor = a_vendor(&bench);
        let mut running = bench.start(from_ref(&vendor));
        running.until("older parts", |event| status(event)?.older).await;
        vendor.change(|state| state.failures.push_back(Failure::new(cause.clone())));
        running.synced("a").await;
        assert_eq!(running.stored_ids(), ids_of(&vendor));
        let asked = vendor.change(|state| state.asked.clone());
        let mut pages: Vec<_> = asked.iter().map(|ask| (ask.from, ask.until, ask.offset)).collect();
        let count = pages.len();
        pages.sort_unstable();
        pages.dedup();
        assert_eq!(count - pages.len(), 1, "only the lost page is asked for again");
        assert!(bench.clock.now() - begin() < TimeDelta::seconds(40));
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_are_answered_by_a_pause_and_by_fewer_at_once() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench);
    let other = Vendor::new("b", &bench.clock);
    vendor.change(|state| state.limits.history.pace = pace(8, 1_000));
    let mut running = bench.start(&[vendor.clone(), other.clone()]);
    running.until("older parts", |event| status(event)?.older).await;
    running.pass(Duration::from_millis(2_500)).await;
    let limited = Cause::RateLimited { retry_after: Some(Duration::from_secs(30)) };
    vendor.change(|state| {
        state.on_their_way.1 = 0;
        state.failures = (0..3).map(|_| Failure::new(limited.clone())).collect();
    });
    running.until("a refusal", |event| status(event)?.older).await;
    running.pass(Duration::from_secs(1)).await;
    let (asked, others) =
        (vendor.change(|state| state.asked.len()), other.change(|state| state.asked.len()));
    running.pass(Duration::from_secs(25)).await;
    assert_eq!(vendor.change(|state| state.asked.len()), asked, "it is left alone");
    assert!(other.change(|state| state.asked.len()) > others, "the other account goes on");
    vendor.change(|state| state.on_their_way.1 = 0);
    running.pass(Duration::from_secs(9)).await;
    assert!(vendor.change(|state| state.on_their_way.1) <= 5, "half as many, and news");
    running.synced("a").await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn requests_on_their_way_end_with_the_engine() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench);
    vendor.change(|state| state.slow = Duration::from_hours(1));
    let before = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_secs(3_601)).await;
    assert!(vendor.change(|state| state.on_their_way.0) >= 2);
    let stopped = tokio::time::Instant::now();
    running.stop().await;
    assert!(stopped.elapsed() < Duration::from_secs(1));
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), before);
}

/// The habits of a vendor and of the road to it.
#[derive(Clone, Copy, Debug)]
struct Habits {
    order: ListOrder,
    counts: bool,
    dates: bool,
    reading: Reading,
    page: u32,
    at_once: u32,
    /// Answers overtake each other by up to this.
    jitter: Duration,
    /// Percentage of questions that fail, and how many may.
    faults: (u8, u32),
}

fn habits() -> impl Strategy<Value = Habits> {
    let vendor = (orders(), any::<bool>(), any::<bool>(), any::<bool>(), 6_u32..20);
    let road = (1_u32..9, 0_u64..3_000, 0_u8..30, 0_u32..25);
    (vendor, road).prop_map(|((order, counts, dates, offsets, page), road)| {
        let (at_once, jitter, percent, most) = road;
        let reading = if offsets { Reading::RangesAndOffsets } else { Reading::Ranges };
        let (jitter, faults) = (Duration::from_millis(jitter), (percent, most));
        Habits { order, counts, dates, reading, page, at_once, jitter, faults }
    })
}

/// Reads a history while purges arrive and questions fail; checks at every step that nothing is
/// called complete that is not, and at the end that everything is there once.
fn is_read_whole(
    before: &[i64],
    arrivals: &[(u32, i64)],
    habits: Habits,
) -> Result<(), TestCaseError> {
    in_virtual_time(async {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        vendor.change(|state| {
            let rule = &mut state.limits.history;
            (rule.page, rule.reading) = (habits.page, habits.reading);
            rule.pace = pace(habits.at_once, 20);
            rule.finest = finest(habits.reading);
            (state.order, state.counts, state.dates) = (habits.order, habits.counts, habits.dates);
            (state.slow, state.jitter) = (Duration::from_millis(100), habits.jitter);
            state.faults = habits.faults;
            for age in before {
                let created = begin() - TimeDelta::milliseconds(*age);
                state.put(&"a".into(), "r1", Kind::Url, &["/x".to_owned()], created);
            }
            state.expect_arrivals(arrivals);
        });
        let mut running = bench.start(from_ref(&vendor));
        for _ in 0..90 {
            running.pass(Duration::from_secs(10)).await;
            running.check_coverage(&vendor)?;
        }
        vendor.change(|state| state.faults = (0, 0));
        // What could not be read completely is tried again after an hour.
        running.pass(Duration::from_mins(65)).await;
        running.check_coverage(&vendor)?;
        prop_assert_eq!(running.stored_ids(), ids_of(&vendor));
        // Without a count a shuffled list can be told from no list.
        if habits.counts || !matches!(habits.order, ListOrder::Shuffled) {
            prop_assert!(running.coverage().ranges().len() == 1, "{:?}", running.coverage());
        }
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
    fn everything_is_stored_once_and_covered_only_if_it_is_with_any_answers_in_any_order(
        before in prop::collection::vec(0_i64..2_592_000_000, 0..200),
        arrivals in prop::collection::vec((0_u32..5, 0_i64..4_900), 0..40),
        habits in habits(),
    ) {
        is_read_whole(&before, &arrivals, habits)?;
    }
}
