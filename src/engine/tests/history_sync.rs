//! Reading the history that a filter selects.

use std::slice::from_ref;
use std::time::Duration;

use chrono::TimeDelta;

use super::world::{Bench, Vendor, begin, ids_of};
use crate::domain::failure::{Cause, Failure};
use crate::domain::filter::{Clause, Pattern, Predicate, Test};
use crate::domain::kind::Kind;
use crate::domain::limits::Reading;
use crate::engine::SyncReport;

/// A month with a purge in every half hour.
fn fill(vendor: &Vendor) {
    vendor.change(|state| {
        for number in 1..=1400 {
            let created = begin() - TimeDelta::minutes(30) * number;
            state.put(&"a".into(), "r1", Kind::Url, &[format!("/{number}")], created);
        }
    });
}

fn complete(accounts: usize) -> SyncReport {
    SyncReport { accounts, ..SyncReport::default() }
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_everything_that_the_vendor_keeps_is_read() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    fill(&vendor);
    let running = bench.start(from_ref(&vendor));
    let report = running.engine.sync(&Predicate::default(), None).await.unwrap();
    assert_eq!(report, complete(1));
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn with_a_limit_or_a_range_it_ends_as_soon_as_the_rows_are_certain() {
    let hours =
        |hours| Predicate { from: Some(begin() - TimeDelta::hours(hours)), ..Predicate::default() };
    for (predicate, limit, rows) in [(Predicate::default(), Some(20), 20), (hours(10), None, 20)] {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        vendor.change(|state| {
            state.slow = Duration::from_secs(1);
            state.limits.history.page = 20;
        });
        fill(&vendor);
        let running = bench.start(from_ref(&vendor));
        let report = running.engine.sync(&predicate, limit).await.unwrap();
        assert_eq!(report, complete(1));
        let stored = running.stored();
        assert!((rows..700).contains(&stored.len()), "{} rows were read", stored.len());
        let newest = (1..=rows as i32).map(|number| begin() - TimeDelta::minutes(30) * number);
        assert!(newest.eq(stored.iter().take(rows).map(|purge| purge.created)));
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_fails_is_reported_and_delays_nobody() {
    let bench = Bench::new();
    let (well, dead) = (Vendor::new("a", &bench.clock), Vendor::new("dead", &bench.clock));
    fill(&well);
    let failure = Failure::new(Cause::Unauthenticated);
    dead.change(|state| state.down = Some(failure.clone()));
    let running = bench.start(&[well.clone(), dead]);
    let report = running.engine.sync(&Predicate::default(), None).await.unwrap();
    assert_eq!(report, SyncReport { failures: vec![("dead".into(), failure)], ..complete(2) });
    assert_eq!(running.stored_ids(), ids_of(&well));
    assert!(bench.clock.now() - begin() < TimeDelta::minutes(5));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_account_that_the_filter_does_not_select_is_not_waited_for() {
    let bench = Bench::new();
    let (well, slow) = (Vendor::new("a", &bench.clock), Vendor::new("slow", &bench.clock));
    slow.change(|state| state.slow = Duration::from_hours(1));
    let running = bench.start(&[well, slow]);
    let test = Test::Account(vec![Pattern::Is("a".to_owned())]);
    let predicate =
        Predicate { clauses: vec![Clause { negated: false, test }], ..Predicate::default() };
    let report = running.engine.sync(&predicate, None).await.unwrap();
    assert_eq!(report, complete(1));
    assert!(bench.clock.now() - begin() < TimeDelta::minutes(1));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_part_that_the_vendor_holds_back_makes_the_account_incomplete() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        state.limits.history.reading = Reading::Ranges;
        state.limits.history.page = 10;
        for number in 0..30 {
            let created = begin() - TimeDelta::hours(7);
            state.put(&"a".into(), "r1", Kind::Url, &[format!("/{number}")], created);
        }
    });
    let running = bench.start(from_ref(&vendor));
    let report = running.engine.sync(&Predicate::default(), None).await.unwrap();
    assert_eq!(report, SyncReport { incomplete: vec!["a".into()], ..complete(1) });
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn resources_are_stored_or_the_vendors_failure_is_returned() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let running = bench.start_with(from_ref(&vendor), |setup| setup.offline = true);
    let (account, unknown) = ("a".into(), "none".into());
    assert_eq!(running.engine.resources(&account).await, Ok(Ok(())));
    let stored = running.store.reader().unwrap().resources(&account).unwrap().resources;
    assert_eq!(stored, vendor.change(|state| state.resources.clone()));
    let failure = Failure::new(Cause::Unreachable);
    vendor.change(|state| state.down = Some(failure.clone()));
    assert_eq!(running.engine.resources(&account).await, Ok(Err(failure)));
    assert_eq!(running.engine.resources(&unknown).await, Ok(Ok(())));
    running.stop().await;
}
