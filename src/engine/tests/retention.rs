//! History that is not kept: it is removed while the engine runs, and not read again.

use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::world::{Bench, ListOrder, Running, Vendor, begin, finest, resource};
use crate::domain::coverage::Coverage;
use crate::domain::event::Event;
use crate::domain::filter::Predicate;
use crate::domain::ids::PurgeId;
use crate::domain::kind::Kind;
use crate::domain::limits::Reading;
use crate::domain::query::SummaryQuery;
use crate::domain::status::Status;
use crate::engine::Retention;
use crate::providers::HistoryRequest;

const KEEP: Duration = Duration::from_hours(10 * 24);
/// More than the clocks of this machine and the vendor may differ, and what news overlap by.
const SLACK: TimeDelta = TimeDelta::minutes(2);

/// The ways in which vendors' histories are read: by ranges of time (Tencent), by ranges and
/// offsets (Gcore), and as a list for each resource (Medianova).
const READINGS: [Reading; 3] = [Reading::Ranges, Reading::RangesAndOffsets, Reading::Pages];

/// A vendor with 400 purges of a month at two resources, ten on a page.
fn a_vendor(bench: &Bench, reading: Reading) -> Arc<Vendor> {
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        let history = &mut state.limits.history;
        (history.reading, history.finest, history.page) = (reading, finest(reading), 10);
        history.per_resource = reading == Reading::Pages;
        state.resources = vec![resource("a", "r1"), resource("a", "r2")];
        for number in 0..400 {
            let created = begin() - TimeDelta::minutes(100) * number - TimeDelta::minutes(1);
            let resource = ["r1", "r2"][number as usize % 2];
            state.put(&"a".into(), resource, Kind::Url, &[format!("/{number}")], created);
        }
    });
    vendor
}

fn start(bench: &Bench, vendor: &Arc<Vendor>, age: Option<Duration>) -> Running {
    bench.start_with(from_ref(vendor), |config| config.retention = Retention { age, bytes: None })
}

fn floor(bench: &Bench) -> DateTime<Utc> {
    bench.clock.now() - TimeDelta::from_std(KEEP).unwrap()
}

/// The ids of the vendor's purges since an instant, sorted.
fn ids_since(vendor: &Vendor, from: DateTime<Utc>) -> Vec<PurgeId> {
    let mut ids: Vec<PurgeId> = vendor.change(|state| {
        let since = state.purges.iter().filter(|purge| purge.created >= from);
        since.map(|purge| purge.id.clone()).collect()
    });
    ids.sort();
    ids
}

fn stored(running: &Running) -> Vec<PurgeId> {
    let mut ids: Vec<PurgeId> = running.stored().into_iter().map(|purge| purge.id).collect();
    ids.sort();
    ids
}

/// The coverage of the account as the screen gets it.
fn shown_coverage(running: &Running, now: DateTime<Utc>) -> Coverage {
    let query = SummaryQuery { predicate: Predicate::default().into(), bars: 5, now };
    let summary = running.store.reader().unwrap().summary(&query).unwrap();
    let mut coverage = summary.coverage.into_iter();
    coverage.find(|(account, _)| account.as_str() == "a").unwrap().1
}

/// True if a question is for history of which nothing is kept. In a list that shows the newest
/// first, `kept` purges are of the time that is.
fn is_for_unkept(ask: &HistoryRequest, kept: u64, floor: DateTime<Utc>) -> bool {
    match ask.resource {
        Some(_) => ask.offset > kept,
        None => ask.from.is_none_or(|from| from < floor - SLACK),
    }
}

/// Lets nothing but the kept time go on: nothing older is asked for, stored or removed any more,
/// and the screen says back to which instant the history is complete, and that this is all that is
/// kept.
async fn stays_so(bench: &Bench, vendor: &Vendor, mut running: Running) -> Running {
    let oldest_kept = floor(bench);
    running.seen.clear();
    vendor.change(|state| state.asked.clear());
    running.pass(Duration::from_hours(5)).await;
    let kept = ids_since(vendor, oldest_kept).len() as u64;
    let asked = vendor.change(|state| state.asked.clone());
    assert!(!asked.is_empty());
    for ask in asked {
        assert!(!is_for_unkept(&ask, kept, oldest_kept), "{ask:?}");
    }
    let is_older = |until: DateTime<Utc>| until < oldest_kept;
    let changes = running
        .seen
        .iter()
        .filter(|event| matches!(event, Event::HistoryChanged { until, .. } if is_older(*until)));
    assert_eq!(changes.count(), 0);
    let coverage = shown_coverage(&running, bench.clock.now());
    let back = coverage.complete_back_to(bench.clock.now()).unwrap();
    assert_eq!(stored(&running), ids_since(vendor, back));
    assert!(coverage.is_all_kept(back));
    // What grew older in the last hour goes with the next look, and the instant moves on where
    // something goes: one purge in 100 minutes.
    let kept = floor(bench);
    assert!(back <= kept && back > kept - TimeDelta::minutes(160) - SLACK, "{back} {kept}");
    running
}

#[tokio::test(start_paused = true)]
async fn history_that_was_removed_is_not_read_again() {
    for reading in READINGS {
        let bench = Bench::new();
        let vendor = a_vendor(&bench, reading);
        let mut running = start(&bench, &vendor, None);
        running.pass(Duration::from_hours(1)).await;
        assert_eq!(stored(&running), ids_since(&vendor, DateTime::<Utc>::MIN_UTC), "{reading:?}");
        running.stop().await;
        let mut running = start(&bench, &vendor, Some(KEEP));
        running.pass(Duration::from_mins(10)).await;
        assert!(stored(&running).len() < 200, "{reading:?}");
        let running = stays_so(&bench, &vendor, running).await;
        running.stop().await;
        // And so it is after the next start.
        let mut running = start(&bench, &vendor, Some(KEEP));
        running.pass(Duration::from_mins(1)).await;
        let running = stays_so(&bench, &vendor, running).await;
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn of_an_account_that_is_new_only_what_is_kept_is_read() {
    for reading in READINGS {
        let bench = Bench::new();
        let vendor = a_vendor(&bench, reading);
        let mut running = start(&bench, &vendor, Some(KEEP));
        let floor = floor(&bench);
        running.pass(Duration::from_mins(30)).await;
        let (kept, stored) = (ids_since(&vendor, floor), stored(&running));
        assert!(kept.iter().all(|id| stored.contains(id)), "{reading:?}");
        assert!(stored.len() <= kept.len() + 1, "{reading:?}");
        let asked = vendor.change(|state| state.asked.clone());
        let unkept = |ask: &&HistoryRequest| is_for_unkept(ask, kept.len() as u64 + 10, floor);
        assert_eq!(asked.iter().filter(unkept).count(), 0, "{reading:?}");
        let covered = running.coverage().ranges()[0].0;
        assert!((covered - floor).abs() < SLACK, "{reading:?}: {covered} {floor}");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn lists_in_any_order_are_not_stored_beyond_what_is_kept() {
    for order in [ListOrder::Oldest, ListOrder::Shuffled] {
        let bench = Bench::new();
        let vendor = a_vendor(&bench, Reading::Pages);
        vendor.change(|state| state.order = order);
        let mut running = start(&bench, &vendor, Some(KEEP));
        for _ in 0..6 {
            running.pass(Duration::from_mins(40)).await;
            let (now, stored) = (floor(&bench), stored(&running));
            let all = ids_since(&vendor, now - TimeDelta::hours(5));
            assert!(stored.iter().all(|id| all.contains(id)), "{order:?}");
            assert!(ids_since(&vendor, now).iter().all(|id| stored.contains(id)), "{order:?}");
        }
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_unfinished_purge_stays_and_is_followed_until_it_is_finished() {
    for reading in READINGS {
        let bench = Bench::new();
        let vendor = a_vendor(&bench, reading);
        // Of the purges of a month those of the last 12 days are unfinished.
        vendor.change(|state| state.needs = TimeDelta::days(12));
        let mut running = start(&bench, &vendor, None);
        running.pass(Duration::from_hours(1)).await;
        running.stop().await;
        let mut running = start(&bench, &vendor, Some(KEEP));
        running.pass(Duration::from_hours(6)).await;
        let unfinished = bench.clock.now() - TimeDelta::days(12);
        let left = running.stored();
        assert!(left.iter().all(|purge| purge.created > unfinished - TimeDelta::hours(2)));
        let ids = stored(&running);
        assert!(ids_since(&vendor, unfinished).iter().all(|id| ids.contains(id)), "{reading:?}");
        let coverage = shown_coverage(&running, bench.clock.now());
        assert!(coverage.complete_back_to(bench.clock.now()).unwrap() <= floor(&bench));
        let overdue = left.iter().filter(|purge| purge.created < floor(&bench));
        let statuses: Vec<Status> = overdue.map(|purge| purge.status).collect();
        let is_open = |status: &&Status| **status == Status::InProgress;
        assert!(statuses.iter().filter(is_open).count() > 20, "{reading:?}: {statuses:?}");
        running.stop().await;
    }
}
