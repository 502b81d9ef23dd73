//! Two purgedecks on one store.

use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::world::{Act, Bench, Running, Vendor, begin, request};
use crate::domain::draft::{Draft, KeptDraft};
use crate::domain::event::Event;
use crate::domain::hook_event::HookEvent;
use crate::domain::ids::Ticket;
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;
use crate::testing::purge;

#[tokio::test(start_paused = true)]
async fn one_sends_and_the_other_sees_it() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let (mut one, mut other) = (bench.start(from_ref(&vendor)), bench.start(from_ref(&vendor)));
    one.synced("a").await;
    other.synced("a").await;
    let targets = ["/1", "/2", "/3", "/4"];
    one.enqueue(targets.map(|target| request("a", "r1", target)).to_vec(), begin());
    for _ in targets {
        one.journal(JournalState::Successful).await;
    }
    for _ in targets {
        other.journal(JournalState::Successful).await;
    }
    assert_eq!(vendor.got(), targets.map(|target| vec![target.to_owned()]));
    one.stop().await;
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn both_may_queue_and_nothing_is_sent_twice() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let (mut one, mut other) = (bench.start(from_ref(&vendor)), bench.start(from_ref(&vendor)));
    one.synced("a").await;
    other.synced("a").await;
    one.enqueue(["/1", "/2", "/3"].map(|target| request("a", "r1", target)).to_vec(), begin());
    other.enqueue(["/4", "/5", "/6"].map(|target| request("a", "r1", target)).to_vec(), begin());
    one.pass(Duration::from_mins(10)).await;
    let mut got: Vec<String> = vendor.got().into_iter().flatten().collect();
    got.sort();
    assert_eq!(got, ["/1", "/2", "/3", "/4", "/5", "/6"]);
    assert_eq!(vendor.change(|state| state.refused_for_rate), 0);
    one.stop().await;
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn when_the_sender_goes_the_other_takes_over() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let (mut one, mut other) = (bench.start(from_ref(&vendor)), bench.start(from_ref(&vendor)));
    one.synced("a").await;
    other.synced("a").await;
    let targets = ["/1", "/2", "/3", "/4", "/5"];
    one.enqueue(targets.map(|target| request("a", "r1", target)).to_vec(), begin());
    one.accepted().await;
    one.stop().await;
    other.pass(Duration::from_mins(10)).await;
    assert_eq!(vendor.got(), targets.map(|target| vec![target.to_owned()]));
    let journal = other.store.reader().unwrap().journal_newest(9).unwrap();
    assert!(journal.iter().all(|entry| entry.state == JournalState::Successful));
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_on_its_way_is_not_called_unknown_by_the_other() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let go = Arc::new(Notify::new());
    vendor.change(|state| state.acts.push_back(Act::Hang(go.clone())));
    let (mut one, mut other) = (bench.start(from_ref(&vendor)), bench.start(from_ref(&vendor)));
    one.synced("a").await;
    other.synced("a").await;
    one.enqueue(vec![request("a", "r1", "/1")], begin());
    let sending = other.journal(JournalState::Sending).await;
    other.pass(Duration::from_mins(5)).await;
    assert_eq!(other.entry(&sending.id).state, JournalState::Sending);
    go.notify_one();
    one.journal(JournalState::Successful).await;
    assert_eq!(vendor.got().len(), 1);
    one.stop().await;
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn accounts_that_only_the_store_has_are_told_at_the_start_also_to_who_subscribes_later() {
    let bench = Bench::new();
    let vendor = Vendor::new("old", &bench.clock);
    vendor.change(|state| state.put(&"old".into(), "r1", Kind::Url, &["/x".to_owned()], begin()));
    let mut running = bench.start(from_ref(&vendor));
    running.synced("old").await;
    running.stop().await;
    let mut running = bench.start(&[]);
    let stored = |event: &Event| match event {
        Event::Stored(accounts) => Some(accounts.to_vec()),
        _ => None,
    };
    let told = running.until("the stored accounts", stored).await;
    assert!(matches!(told.as_slice(), [(name, Some(_))] if name.as_str() == "old"), "{told:?}");
    let mut late = running.engine.subscribe();
    assert!(std::iter::from_fn(|| late.try_recv()).any(|event| stored(&event).is_some()));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_board_a_draft_and_news_without_a_purge_of_one_make_the_other_ask_nothing_again() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let (mut one, mut other) = (bench.start(from_ref(&vendor)), bench.start(from_ref(&vendor)));
    one.synced("a").await;
    other.synced("a").await;
    other.pass(Duration::from_mins(1)).await;
    other.seen.clear();
    let changes = |running: &Running| {
        let is_change = |event: &&Event| matches!(event, Event::HistoryChanged { .. });
        running.seen.iter().filter(is_change).count()
    };
    for number in 0..5 {
        one.engine.keep_board(format!("board {number}")).await.unwrap();
        let kept = KeptDraft::new(Draft::default(), Ticket(number), begin());
        one.engine.keep_draft(kept).await.unwrap();
        other.pass(Duration::from_mins(1)).await;
    }
    assert_eq!(changes(&other), 0, "{:#?}", other.seen);
    let row = purge("a", "by-import", begin());
    bench.store().writer().unwrap().record(&[row], bench.clock.now()).unwrap();
    other.pass(Duration::from_mins(1)).await;
    assert_eq!(changes(&other), 1, "a purge is told");
    one.stop().await;
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_purge_is_told_to_the_hooks_of_one_of_both() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let (mut one, mut other) = (bench.start(from_ref(&vendor)), bench.start(from_ref(&vendor)));
    let mut ends = [&one, &other].map(|running| running.engine.0.events.follow_ends());
    one.synced("a").await;
    other.synced("a").await;
    one.enqueue(vec![request("a", "r1", "/1")], begin());
    one.journal(JournalState::Successful).await;
    other.journal(JournalState::Successful).await;
    one.stop().await;
    other.stop().await;
    let ends = ends.iter_mut().flat_map(|ends| std::iter::from_fn(move || ends.try_recv().ok()));
    let ends: Vec<HookEvent> = ends.map(|(event, _)| event).collect();
    assert_eq!(ends, [HookEvent::Done]);
}
