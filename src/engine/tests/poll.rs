//! Following purges to their end.

use std::slice::from_ref;
use std::time::Duration;

use chrono::TimeDelta;

use super::world::{Bench, Vendor};
use crate::domain::event::Event;
use crate::domain::status::Status;

fn unfinished(event: &Event) -> Option<u32> {
    match event {
        Event::Account { status, .. } => Some(status.unfinished),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_purge_by_anybody_is_followed_until_it_is_finished() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.needs = TimeDelta::minutes(4));
    let mut running = bench.start_with(from_ref(&vendor), |setup| {
        // Nothing but following could see it in time.
        setup.refresh = Duration::from_hours(10);
    });
    running.synced("a").await;
    vendor.purge_by_somebody("r1", "/a", TimeDelta::seconds(1));
    running.engine.refresh(None).unwrap();
    running.until("one unfinished", |event| (unfinished(event)? == 1).then_some(())).await;
    running.until("none unfinished", |event| (unfinished(event)? == 0).then_some(())).await;
    assert_eq!(running.stored()[0].status, Status::Successful);
    assert!(bench.clock.now() - running.stored()[0].created < TimeDelta::minutes(6));
    let asked = vendor.change(|state| state.asked.clone());
    assert!(asked.iter().filter(|ask| ask.id.is_some()).count() >= 4);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_old_unfinished_purge_is_followed_after_a_restart_and_given_up_beyond_the_vendors_reach()
{
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.needs = TimeDelta::days(400));
    vendor.purge_by_somebody("r1", "/stuck", TimeDelta::days(3));
    let mut running = bench.start(from_ref(&vendor));
    running.until("one unfinished", |event| (unfinished(event)? == 1).then_some(())).await;
    running.stop().await;
    tokio::time::sleep(Duration::from_hours(20 * 24)).await;
    let mut running = bench.start(from_ref(&vendor));
    running.until("one unfinished", |event| (unfinished(event)? == 1).then_some(())).await;
    running.stop().await;
    tokio::time::sleep(Duration::from_hours(10 * 24)).await;
    vendor.change(|state| state.asked.clear());
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    running.pass(Duration::from_hours(1)).await;
    let asked = vendor.change(|state| state.asked.clone());
    assert!(asked.iter().all(|ask| ask.id.is_none()));
    running.stop().await;
}
