//! Targets under way at once, and the targets of the month: what a vendor limits and charges.

use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::world::{Bench, Running, Vendor, begin, request};
use crate::domain::event::Event;
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;
use crate::domain::limits::{Price, Scope, UnderWay};
use crate::domain::money::month_of;

/// A vendor that carries out two URLs at once, three minutes each, and that says that it takes 20
/// seconds.
fn two_at_once(bench: &Bench) -> Arc<Vendor> {
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        state.needs = TimeDelta::minutes(3);
        let cap = UnderWay { kinds: &[Kind::Url], targets: 2, scope: Scope::Resource };
        state.limits.under_way = vec![cap];
        for rule in state.limits.rules.values_mut() {
            rule.windows.clear();
            rule.usual = Duration::from_secs(20);
        }
    });
    vendor
}

/// The most targets that the vendor had under way at once.
fn most_at_once(vendor: &Vendor) -> usize {
    vendor.change(|state| {
        let under_way = |at| {
            let running = state
                .purges
                .iter()
                .filter(|purge| purge.created <= at && at < purge.created + state.needs);
            running.map(|purge| purge.targets.len()).sum()
        };
        state.purges.iter().map(|purge| under_way(purge.created)).max().unwrap_or(0)
    })
}

fn notices(running: &Running) -> Vec<&str> {
    let notices = running.seen.iter().filter_map(|event| match event {
        Event::Notice(notice) => Some(notice.words.as_str()),
        _ => None,
    });
    notices.collect()
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_until_one_under_way_has_ended_and_goes_on_when_the_history_tells() {
    let bench = Bench::new();
    let vendor = two_at_once(&bench);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let targets = ["/1", "/2", "/3", "/4"];
    let requests = targets.iter().map(|target| request("a", "r1", target));
    running.enqueue(requests.collect(), begin());
    for _ in 0..2 {
        running.accepted().await;
    }
    running.pass(Duration::from_mins(2)).await;
    assert_eq!(vendor.got(), [["/1"], ["/2"]]);
    let waits = "r1.example.com: 2 of 2 URLs in progress; the next purge waits for one to end.";
    assert_eq!(notices(&running), [waits]);
    for _ in 0..2 {
        running.accepted().await;
    }
    let went_out = vendor.change(|state| state.got.iter().map(|(at, _)| *at).collect::<Vec<_>>());
    let waited = went_out[2] - went_out[0];
    assert!(waited > TimeDelta::minutes(3) && waited < TimeDelta::minutes(5), "{waited}");
    for _ in 0..4 {
        if running.engine.queue().await.unwrap().iter().all(|entry| !entry.state.is_open()) {
            break;
        }
        running.journal(JournalState::Successful).await;
    }
    assert_eq!(vendor.got(), targets.map(|target| vec![target.to_owned()]));
    assert_eq!(most_at_once(&vendor), 2);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_others_have_under_way_counts_and_other_resources_do_not_wait() {
    let bench = Bench::new();
    let vendor = two_at_once(&bench);
    vendor.change(|state| state.resources.push(super::world::resource("a", "r2")));
    for target in ["/theirs", "/theirs too"] {
        vendor.purge_by_somebody("r1", target, TimeDelta::zero());
    }
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let requests = vec![request("a", "r1", "/ours"), request("a", "r2", "/elsewhere")];
    running.enqueue(requests, begin());
    assert_eq!(running.accepted().await.request.resource.as_str(), "r2");
    running.pass(Duration::from_mins(1)).await;
    assert_eq!(vendor.got(), [["/elsewhere"]]);
    running.accepted().await;
    assert_eq!(vendor.got(), [["/elsewhere"], ["/ours"]]);
    assert_eq!(most_at_once(&vendor), 3);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_the_month_used_and_what_is_under_way_elsewhere_comes_with_recent_purges() {
    let bench = Bench::new();
    let vendor = two_at_once(&bench);
    vendor.change(|state| state.limits.price = Some(Price { free: 1000, mills: 5 }));
    vendor.purge_by_somebody("r1", "/now", TimeDelta::zero());
    vendor.purge_by_somebody("r2", "/elsewhere", TimeDelta::zero());
    vendor.purge_by_somebody("r1", "/done", TimeDelta::hours(2));
    // November began twelve days and more before.
    vendor.purge_by_somebody("r1", "/long ago", TimeDelta::days(20));
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let recent = running.engine.recent(vec![("a".into(), "r1".into())]).await.unwrap();
    let targets = |purges: &[crate::domain::budget::RecentPurge]| {
        purges.iter().flat_map(|purge| purge.targets.clone()).collect::<Vec<_>>()
    };
    assert_eq!(targets(&recent.purges), ["/now"]);
    let elsewhere = recent.under_way.iter().map(|one| one.resource.as_str());
    assert_eq!(elsewhere.collect::<Vec<_>>(), ["r2"]);
    let used = recent.months.get(&"a".into()).unwrap();
    assert_eq!((used.month, used.targets), (month_of(begin()), 3));
    assert!(!used.is_least, "the month was read whole");
    running.stop().await;
}
