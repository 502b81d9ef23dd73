//! Accounts whose lists have neither kinds nor targets, newest purge first.

use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::world::{
    Act, Bench, ListOrder, Running, Vendor, begin, ids_of, in_virtual_time, orders, request,
    resource,
};
use crate::domain::event::Event;
use crate::domain::failure::{Cause, Failure};
use crate::domain::filter::Predicate;
use crate::domain::ids::PurgeId;
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;
use crate::domain::limits::{ReadPace, Reading};
use crate::domain::purge::Purge;
use crate::domain::query::{Anchor, Sort, WindowQuery};
use crate::domain::status::Status;

fn a_vendor(bench: &Bench, resources: usize) -> Arc<Vendor> {
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        let history = &mut state.limits.history;
        history.reading = Reading::NewestFirst;
        history.per_resource = true;
        history.bare = true;
        history.reach = None;
        history.page = 10;
        state.counts = false;
        state.gives_id = true;
        state.resources =
            (1..=resources).map(|number| resource("a", &format!("r{number}"))).collect();
    });
    vendor
}

/// Fills the list of resource `r1`; the purge with the lowest number is the newest.
fn fill(vendor: &Vendor, count: i32) {
    vendor.change(|state| {
        for number in 0..count {
            let created = begin() - TimeDelta::hours(1) * (number + 1);
            state.put(&"a".into(), "r1", Kind::Url, &[format!("/{number}")], created);
        }
    });
}

fn pace(vendor: &Vendor, at_once: u32, requests: u32) {
    let pace = ReadPace { at_once, requests, per: Duration::from_secs(1) };
    vendor.change(|state| state.limits.history.pace = pace);
}

fn bare(running: &Running) -> usize {
    running.stored().iter().filter(|purge| purge.is_bare()).count()
}

fn detailed(vendor: &Vendor) -> Vec<String> {
    vendor.change(|state| state.detailed.iter().map(ToString::to_string).collect())
}

#[tokio::test(start_paused = true)]
async fn each_purge_is_asked_for_once_newest_first_and_kept_for_ever() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    pace(&vendor, 2, 20);
    fill(&vendor, 45);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(2)).await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    let whole = |purge: &Purge| purge.kind == Some(Kind::Url) && purge.targets.len() == 1;
    assert!(running.stored().iter().all(whole));
    let asked = detailed(&vendor);
    let newest_first: Vec<String> = (1..=45).map(|number| format!("v{number}")).collect();
    assert_eq!(asked, newest_first);
    running.pass(Duration::from_hours(1)).await;
    running.stop().await;
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_hours(1)).await;
    vendor.purge_by_somebody("r1", "/new", TimeDelta::zero());
    running.pass(Duration::from_mins(20)).await;
    assert_eq!(running.stored()[0].targets.len(), 1);
    let asked = detailed(&vendor);
    assert!(asked[45..].iter().all(|id| id == "v46"), "{asked:?}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_account_of_which_all_is_known_asks_for_nothing_but_news() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 3);
    fill(&vendor, 25);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(30)).await;
    let statuses = running
        .seen
        .iter()
        .filter(|event| matches!(event, Event::Account { status, .. } if status.reads_targets));
    assert!(statuses.count() > 0);
    vendor.change(|state| (state.asked.clear(), state.detailed.clear()));
    running.pass(Duration::from_hours(1)).await;
    let asked = vendor.change(|state| state.asked.clone());
    assert!(asked.iter().all(|ask| ask.offset == 0), "a list that did not grow costs one question");
    assert!(asked.len() <= 3 * 4 * 60, "{}", asked.len());
    assert_eq!(detailed(&vendor), [""; 0]);
    running.stop().await;
}

async fn window(running: &Running, anchor: Anchor) -> Vec<PurgeId> {
    let query = WindowQuery {
        predicate: Arc::new(Predicate::default()),
        sort: Sort::NEWEST,
        anchor,
        limit: 5,
    };
    let rows = running.engine.window(query).await.unwrap().rows;
    rows.into_iter().map(|row| row.id).collect()
}

#[tokio::test(start_paused = true)]
async fn what_a_pane_shows_is_asked_for_before_all_others() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    pace(&vendor, 2, 1);
    fill(&vendor, 200);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(1)).await;
    assert_eq!(running.stored().len(), 200);
    assert!(bare(&running) > 100);
    let shown = window(&running, Anchor::End).await;
    vendor.change(|state| state.detailed.clear());
    running.pass(Duration::from_secs(8)).await;
    let asked: Vec<PurgeId> = vendor.change(|state| state.detailed.clone());
    // One may have been on its way, and news take their turn.
    assert!(shown.iter().all(|id| asked.contains(id)), "{shown:?} {asked:?}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn many_details_starve_no_news_and_news_no_details() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 12);
    pace(&vendor, 1, 3);
    fill(&vendor, 500);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(3)).await;
    assert!(running.stored().len() == 500 && bare(&running) > 50, "{}", bare(&running));
    let id = vendor.purge_by_somebody("r1", "/new", TimeDelta::zero());
    let before = detailed(&vendor).len();
    running.pass(Duration::from_mins(1)).await;
    let new = running.stored().into_iter().find(|purge| purge.id == id);
    assert!(new.is_some_and(|purge| !purge.is_bare()), "newest first");
    assert!(detailed(&vendor).len() - before >= 50);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_purge_that_the_vendor_knows_no_more_or_fails_to_tell_is_left_alone_for_a_while() {
    for cause in [Cause::NotFound, Cause::VendorError] {
        let bench = Bench::new();
        let vendor = a_vendor(&bench, 1);
        fill(&vendor, 12);
        let failure = Failure::new(cause.clone());
        vendor.change(|state| state.broken_detail = Some(("v3".into(), failure)));
        let mut running = bench.start(from_ref(&vendor));
        running.pass(Duration::from_mins(50)).await;
        assert_eq!(bare(&running), 1, "{cause:?}");
        let times = || detailed(&vendor).iter().filter(|id| *id == "v3").count();
        let told = times();
        assert!(told <= 4, "{told} {cause:?}");
        for _ in 0..20 {
            window(&running, Anchor::Start).await;
            running.pass(Duration::from_secs(10)).await;
        }
        assert_eq!(times(), told, "{cause:?}");
        vendor.change(|state| state.broken_detail = None);
        running.pass(Duration::from_hours(25)).await;
        assert_eq!((bare(&running), times()), (0, told + 1), "{cause:?}");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_slow_details_down_and_lose_none() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    fill(&vendor, 60);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_secs(1)).await;
    vendor.change(|state| {
        let retry_after = |seconds| Cause::RateLimited { retry_after: seconds };
        let waits = [None, Some(Duration::from_secs(5)), None, None];
        state.failures.extend(waits.map(|wait| Failure::new(retry_after(wait))));
    });
    running.pass(Duration::from_mins(10)).await;
    assert_eq!((bare(&running), running.stored().len()), (0, 60));
    assert!(detailed(&vendor).len() <= 64);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_reader_with_a_limit_does_not_wait_for_details_and_one_without_does() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    pace(&vendor, 2, 2);
    fill(&vendor, 120);
    let running = bench.start(from_ref(&vendor));
    running.engine.sync(&Predicate::default(), Some(20)).await.unwrap();
    assert!(bare(&running) > 60, "{}", bare(&running));
    running.engine.sync(&Predicate::default(), None).await.unwrap();
    assert_eq!((bare(&running), running.stored().len()), (0, 120));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_reader_does_not_wait_for_details_that_fail() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    fill(&vendor, 1);
    let failure = Failure::new(Cause::VendorError);
    vendor.change(|state| state.broken_detail = Some(("v1".into(), failure)));
    let running = bench.start(from_ref(&vendor));
    let began = bench.clock.now();
    running.engine.sync(&Predicate::default(), None).await.unwrap();
    assert!(bench.clock.now() - began < TimeDelta::minutes(1));
    assert_eq!(bare(&running), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn offline_nothing_is_asked_for() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    pace(&vendor, 2, 1);
    fill(&vendor, 40);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_secs(15)).await;
    running.stop().await;
    vendor.change(|state| state.detailed.clear());
    let mut running = bench.start_with(from_ref(&vendor), |config| config.offline = true);
    assert!(bare(&running) > 0);
    window(&running, Anchor::Start).await;
    running.pass(Duration::from_mins(10)).await;
    assert_eq!(detailed(&vendor), [""; 0]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_purge_whose_answer_was_lost_is_found_by_its_targets_and_never_by_a_bare_row() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(1)).await;
    // Somebody else's purge of the same minute has no targets before they are read.
    vendor.purge_by_somebody("r1", "/theirs", TimeDelta::zero());
    vendor.change(|state| state.acts.push_back(Act::TakeAndLose));
    running.enqueue(vec![request("a", "r1", "/ours")], begin());
    running.journal(JournalState::Unknown).await;
    let done = running.journal(JournalState::Successful).await;
    let ours = running.stored().into_iter().find(|purge| Some(&purge.id) == done.purge.as_ref());
    assert_eq!(ours.unwrap().targets[0].text, "/ours");
    assert_eq!(vendor.got().len(), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn many_purges_under_way_do_not_cost_a_question_each() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    vendor.change(|state| {
        state.needs = TimeDelta::minutes(30);
        state.limits.history.page = 100;
    });
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(1)).await;
    for number in 0..40 {
        vendor.purge_by_somebody("r1", &format!("/{number}"), TimeDelta::zero());
        running.pass(Duration::from_secs(15)).await;
    }
    running.pass(Duration::from_mins(5)).await;
    vendor.change(|state| (state.asked.clear(), state.detailed.clear()));
    running.pass(Duration::from_mins(10)).await;
    let (asked, detailed) = vendor.change(|state| (state.asked.len(), state.detailed.len()));
    assert_eq!(detailed, 0);
    // News every 15 s, and polls that hold many.
    assert!(asked <= 40 + 60, "{asked}");
    running.pass(Duration::from_hours(1)).await;
    assert!(running.stored().iter().all(|purge| purge.status == Status::Successful));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_to_its_end_in_one_pass_and_later_only_to_what_is_known() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    fill(&vendor, 95);
    let offsets = || {
        let asked = vendor.change(|state| std::mem::take(&mut state.asked));
        asked.into_iter().map(|ask| ask.offset).collect::<Vec<_>>()
    };
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_secs(10)).await;
    assert_eq!(offsets(), [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    running.stop().await;
    tokio::time::advance(Duration::from_hours(5)).await;
    for number in 0..23 {
        vendor.purge_by_somebody("r1", &format!("/new/{number}"), TimeDelta::minutes(number * 9));
    }
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_secs(10)).await;
    assert_eq!(offsets(), [0, 10, 20]);
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    assert_eq!(running.coverage().ranges().len(), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_its_word_is_read_on_to_its_end() {
    let bench = Bench::new();
    let vendor = a_vendor(&bench, 1);
    vendor.change(|state| state.order = ListOrder::Oldest);
    fill(&vendor, 45);
    let mut running = bench.start(from_ref(&vendor));
    running.pass(Duration::from_mins(1)).await;
    vendor.purge_by_somebody("r1", "/new", TimeDelta::zero());
    running.pass(Duration::from_mins(2)).await;
    assert_eq!(running.stored_ids(), ids_of(&vendor));
    running.stop().await;
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_that_is_called_complete_is_missing_whatever_arrives_in_whatever_order(
        count in 0_i32..60,
        arrivals in prop::collection::vec((0_u32..4, 0_i64..4_000), 0..25),
        order in orders(),
        page in 2_u32..12,
        counts in any::<bool>(),
    ) {
        in_virtual_time(async {
            let bench = Bench::new();
            let vendor = a_vendor(&bench, 1);
            fill(&vendor, count);
            vendor.change(|state| {
                (state.order, state.counts) = (order, counts);
                state.limits.history.page = page;
                state.expect_arrivals(&arrivals);
            });
            let mut running = bench.start(from_ref(&vendor));
            running.pass(Duration::from_mins(30)).await;
            running.check_coverage(&vendor)?;
            if !matches!(order, ListOrder::Shuffled) {
                prop_assert_eq!(running.stored_ids(), ids_of(&vendor));
                let seen = vendor.change(|state| (state.detailed.len(), state.asked.len()));
                prop_assert_eq!(bare(&running), 0, "{:?}", seen);
            }
            running.stop().await;
            Ok(())
        })?;
    }
}
