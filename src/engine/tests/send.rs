//! Sending by the journal's rules.

use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::Notify;

use super::world::{Act, Bench, Running, Vendor, account, begin, request};
use crate::domain::account::Account;
use crate::domain::draft::{Draft, KeptDraft};
use crate::domain::event::Event;
use crate::domain::failure::{Cause, Failure};
use crate::domain::journal::{JournalEntry, JournalState, NewEntry};
use crate::domain::operator::Operator;
use crate::domain::status::Status;
use crate::engine::OrderError;
use crate::store::{StepDetails, StepOutcome};

async fn a_queue(bench: &Bench, vendor: &Arc<Vendor>, targets: &[&str]) -> Running {
    let mut running = bench.start(from_ref(vendor));
    running.synced("a").await;
    let requests = targets.iter().map(|target| request("a", "r1", target));
    running.enqueue(requests.collect(), begin());
    running
}

/// An engine whose queue is paused and holds requests for these targets.
async fn a_paused_queue(
    bench: &Bench,
    vendor: &Arc<Vendor>,
    targets: &[&str],
) -> (Running, Vec<JournalEntry>) {
    let mut running = bench.start(from_ref(vendor));
    running.synced("a").await;
    running.engine.pause(true).await.unwrap();
    let requests = targets.iter().map(|target| request("a", "r1", target));
    running.enqueue(requests.collect(), begin());
    let queued = running.enqueued().await;
    (running, queued)
}

fn states(running: &Running) -> Vec<JournalState> {
    let newest = running.store.reader().unwrap().journal_newest(100).unwrap();
    newest.iter().rev().map(|entry| entry.state).collect()
}

#[tokio::test(start_paused = true)]
async fn a_purge_is_queued_sent_accepted_found_in_the_history_and_done() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = a_queue(&bench, &vendor, &["/a.jpg"]).await;
    let queued = running.enqueued().await;
    assert_eq!(queued[0].state, JournalState::Queued);
    running.journal(JournalState::Sending).await;
    let accepted = running.accepted().await;
    assert!(accepted.purge.is_none());
    let done = running.journal(JournalState::Successful).await;
    assert_eq!(done.purge, Some("v1".into()));
    assert_eq!(vendor.got(), [["/a.jpg"]]);
    let row = &running.stored()[0];
    assert_eq!(row.status, Status::Successful);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_queue_has_open_requests_first_in_their_order_and_then_finished_ones_newest_first() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let targets = ["/1", "/2", "/3", "/4"];
    let (running, queued) = a_paused_queue(&bench, &vendor, &targets).await;
    let done = vec![queued[0].id.clone(), queued[2].id.clone()];
    running.engine.cancel(done).await;
    let queue = running.engine.queue().await.unwrap();
    let targets: Vec<&str> =
        queue.iter().map(|entry| entry.request.payload.targets()[0].as_str()).collect();
    assert_eq!(targets, ["/2", "/4", "/3", "/1"]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_purge_that_fails_at_the_vendor_fails_in_the_journal() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.ends_in = Status::Failed);
    let mut running = a_queue(&bench, &vendor, &["/a.jpg"]).await;
    running.journal(JournalState::Failed).await;
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_became_several_purges_is_done_with_the_last_of_them() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.answers = Some("v1,v2".into()));
    let mut running = a_queue(&bench, &vendor, &["/a.jpg"]).await;
    let accepted = running.journal(JournalState::Accepted).await;
    assert_eq!(accepted.purge, Some("v1,v2".into()));
    running.pass(Duration::from_mins(2)).await;
    assert_eq!(running.stored()[0].status, Status::Successful);
    assert_eq!(states(&running), [JournalState::Accepted]);
    assert_eq!(vendor.purge_by_somebody("r1", "/b.jpg", TimeDelta::zero()), "v2".into());
    let done = running.journal(JournalState::Successful).await;
    assert_eq!(done.purge, Some("v1,v2".into()));
    assert!(running.stored().iter().all(|purge| purge.status == Status::Successful));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn two_requests_that_became_one_purge_are_both_done_with_it() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.answers = Some("v1".into()));
    let mut running = a_queue(&bench, &vendor, &["/a.jpg", "/b.jpg"]).await;
    running.journal(JournalState::Successful).await;
    running.journal(JournalState::Successful).await;
    assert_eq!(states(&running), [JournalState::Successful; 2]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_purge_without_a_report_stays_accepted_and_is_not_asked_for_again() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        state.ends_in = Status::ReportDisabled;
        state.needs = TimeDelta::zero();
    });
    let mut running = a_queue(&bench, &vendor, &["/a.jpg"]).await;
    running
        .until("a match", |event| match event {
            Event::Journal(entry) => entry.purge.clone(),
            _ => None,
        })
        .await;
    running.pass(Duration::from_mins(10)).await;
    assert_eq!(states(&running), [JournalState::Accepted]);
    vendor.change(|state| state.asked.clear());
    running.pass(Duration::from_mins(10)).await;
    // One a refresh of 15 s, and no more.
    assert!(vendor.change(|state| state.asked.len()) <= 41);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn requests_keep_their_order_and_the_vendors_windows() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let targets = ["/1", "/2", "/3", "/4", "/5", "/6"];
    let mut running = a_queue(&bench, &vendor, &targets).await;
    for _ in targets {
        running.accepted().await;
    }
    assert_eq!(vendor.got(), targets.map(|target| vec![target.to_owned()]));
    assert_eq!(vendor.change(|state| state.refused_for_rate), 0);
    let times = vendor.change(|state| state.got.iter().map(|(at, _)| *at).collect::<Vec<_>>());
    // Two a minute, and no slower than that with what clocks may differ by.
    assert!(times[5] - times[0] < TimeDelta::seconds(130));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn resources_do_not_wait_for_each_other() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let requests = ["r1", "r1", "r1", "r2", "r2"].map(|resource| request("a", resource, "/x"));
    running.enqueue(requests.to_vec(), begin());
    let before = bench.clock.now();
    for _ in 0..4 {
        running.accepted().await;
    }
    assert!(bench.clock.now() - before < TimeDelta::seconds(10));
    running.accepted().await;
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_does_not_go_out_before_its_time() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let at = bench.clock.now() + TimeDelta::minutes(7);
    running.enqueue(vec![request("a", "r1", "/later")], at);
    let sending = running.journal(JournalState::Sending).await;
    assert!(sending.sent_at.unwrap() >= at);
    assert!(sending.sent_at.unwrap() < at + TimeDelta::seconds(2));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_colleagues_purge_between_plan_and_send_delays_ours_instead_of_earning_a_429() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let planned = bench.clock.now() + TimeDelta::seconds(30);
    running.enqueue(vec![request("a", "r1", "/ours")], planned);
    running.pass(Duration::from_secs(29)).await;
    vendor.purge_by_somebody("r1", "/theirs", TimeDelta::zero());
    vendor.purge_by_somebody("r1", "/theirs too", TimeDelta::zero());
    let theirs = vendor.now();
    running.accepted().await;
    assert_eq!(vendor.change(|state| state.refused_for_rate), 0);
    let sent = vendor.change(|state| state.got[0].0);
    assert!(sent > theirs + TimeDelta::minutes(1));
    assert!(sent < theirs + TimeDelta::seconds(70));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_is_no_error_but_moves_the_request_behind_the_vendors_word() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        state.acts.push_back(Act::RateLimit(Some(Duration::from_secs(25))));
    });
    let mut running = a_queue(&bench, &vendor, &["/a", "/b"]).await;
    let moved = running.journal(JournalState::Queued).await;
    assert!(moved.error.is_some() && moved.sent_at.is_none());
    let said = bench.clock.now();
    running.accepted().await;
    running.accepted().await;
    let got = vendor.change(|state| state.got.clone());
    assert_eq!(vendor.got(), [["/a"], ["/a"], ["/b"]]);
    assert!(got[1].0 >= said + TimeDelta::seconds(25));
    assert!(got[1].0 < said + TimeDelta::seconds(30));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_without_a_word_waits_for_the_documented_window() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.acts.push_back(Act::RateLimit(None)));
    let mut running = a_queue(&bench, &vendor, &["/a"]).await;
    running.journal(JournalState::Queued).await;
    let said = bench.clock.now();
    running.accepted().await;
    let got = vendor.change(|state| state.got.clone());
    assert!(got[1].0 >= said + TimeDelta::minutes(1));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_purge_whose_answer_was_lost_is_found_in_the_history_and_never_sent_again() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.acts.push_back(Act::TakeAndLose));
    let mut running = a_queue(&bench, &vendor, &["/a"]).await;
    running.journal(JournalState::Unknown).await;
    let done = running.journal(JournalState::Successful).await;
    assert_eq!(done.purge, Some("v1".into()));
    running.pass(Duration::from_hours(1)).await;
    assert_eq!(vendor.got(), [["/a"]]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_purge_that_was_lost_without_a_trace_stays_unknown_until_the_operator_decides() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.acts.push_back(Act::Lose));
    let mut running = a_queue(&bench, &vendor, &["/a"]).await;
    let unknown = running.journal(JournalState::Unknown).await;
    assert!(unknown.error.is_some());
    running.pass(Duration::from_hours(3)).await;
    assert_eq!(states(&running), [JournalState::Unknown]);
    assert_eq!(vendor.got().len(), 1);
    running.engine.resend(unknown.id).await.unwrap();
    running.journal(JournalState::Successful).await;
    assert_eq!(vendor.got().len(), 2);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_crash_left_on_its_way_is_unknown_and_settled_from_the_history() {
    for arrived in [true, false] {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        let mut writer = bench.store().writer().unwrap();
        let entry = NewEntry::new(request("a", "r1", "/a"), begin());
        let queued = writer.enqueue(&[entry], begin()).unwrap();
        let (from, to) = (JournalState::Queued, JournalState::Sending);
        let step = writer.step(&queued[0].id, from, to, &StepDetails::at(begin()));
        assert!(matches!(step, Ok(StepOutcome::Done(_))));
        drop(writer);
        if arrived {
            vendor.purge_by_somebody("r1", "/a", TimeDelta::zero());
        }
        let mut running = bench.start(from_ref(&vendor));
        running.journal(JournalState::Unknown).await;
        if arrived {
            let done = running.journal(JournalState::Successful).await;
            assert_eq!(done.purge, Some("v1".into()));
        }
        running.pass(Duration::from_hours(1)).await;
        if !arrived {
            assert_eq!(states(&running), [JournalState::Unknown]);
        }
        assert_eq!(vendor.got().len(), 0, "it was sent again");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn two_alike_requests_of_the_same_minute_each_find_their_own_purge() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = a_queue(&bench, &vendor, &["/a", "/a"]).await;
    let one = running.journal(JournalState::Successful).await;
    let other = running.journal(JournalState::Successful).await;
    assert_ne!(one.purge, other.purge);
    assert!(one.purge.is_some() && other.purge.is_some());
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_purge_is_cancelled_only_before_it_is_sent() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = a_queue(&bench, &vendor, &["/1", "/2", "/3"]).await;
    let ids: Vec<_> = running.enqueued().await.into_iter().map(|entry| entry.id).collect();
    running.accepted().await;
    running.accepted().await;
    let results = running.engine.cancel(ids).await;
    let cancelled = running.journal(JournalState::Cancelled).await;
    assert_eq!(cancelled.request.payload.targets(), ["/3"]);
    assert_eq!(results[2], Ok(cancelled));
    for other in &results[..2] {
        let gone = matches!(
            other,
            Err(OrderError::WrongState { state: Some(_), needed: JournalState::Queued, .. })
        );
        assert!(gone, "{other:?}");
    }
    running.pass(Duration::from_mins(10)).await;
    assert_eq!(vendor.got(), [["/1"], ["/2"]]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_network_keeps_the_queue_and_sends_it_when_it_is_back() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    vendor.change(|state| {
        state.down = Some(Failure::new(Cause::Unreachable));
        state.acts = std::iter::repeat_n(Act::Unreachable, 2).collect();
    });
    running.enqueue(vec![request("a", "r1", "/a")], begin());
    running.pass(Duration::from_mins(20)).await;
    assert_eq!(states(&running), [JournalState::Queued]);
    vendor.change(|state| state.down = None);
    running.accepted().await;
    assert_eq!(vendor.change(|state| state.purges.len()), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_is_rejected_with_the_vendors_words_and_the_next_goes_out() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.acts.push_back(Act::Refuse));
    let mut running = a_queue(&bench, &vendor, &["/bad", "/good"]).await;
    let rejected = running.journal(JournalState::Rejected).await;
    assert!(rejected.error.is_some());
    let accepted = running.accepted().await;
    assert_eq!(accepted.request.payload.targets(), ["/good"]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_for_a_request_on_its_way_and_writes_down_what_came_of_it() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let go = Arc::new(Notify::new());
    vendor.change(|state| state.acts.push_back(Act::Hang(go.clone())));
    let mut running = a_queue(&bench, &vendor, &["/a", "/b"]).await;
    let sending = running.journal(JournalState::Sending).await;
    let store = running.store.clone();
    let stopping = tokio::spawn(running.stop());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!stopping.is_finished());
    go.notify_one();
    stopping.await.unwrap();
    let reader = store.reader().unwrap();
    let entry = reader.journal_entry(&sending.id).unwrap().unwrap();
    assert_eq!(entry.state, JournalState::Accepted);
    assert_eq!(vendor.got(), [["/a"]]);
}

#[tokio::test(start_paused = true)]
async fn an_adapter_that_falls_over_leaves_a_request_unknown_and_not_sent_again() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.acts.push_back(Act::TakeAndPanic));
    let mut running = a_queue(&bench, &vendor, &["/a", "/b"]).await;
    running.journal(JournalState::Unknown).await;
    running.journal(JournalState::Successful).await;
    running.journal(JournalState::Successful).await;
    assert_eq!(vendor.got(), [["/a"], ["/b"]]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn read_only_refuses_at_the_queue_and_sends_nothing_that_waits_there() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let entry = NewEntry::new(request("a", "r1", "/left"), begin());
    bench.store().writer().unwrap().enqueue(&[entry], begin()).unwrap();
    for account_only in [true, false] {
        let mut running = bench.start_with(from_ref(&vendor), |setup| {
            setup.read_only = !account_only;
            setup.accounts[0].account.read_only = account_only;
        });
        running.enqueue(vec![request("a", "r1", "/new")], begin());
        assert!(running.try_enqueued().await.is_err());
        running.pass(Duration::from_hours(1)).await;
        assert_eq!(states(&running), [JournalState::Queued]);
        running.stop().await;
    }
    assert_eq!(vendor.got().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_becomes_read_only_keeps_what_waits_until_it_may_purge_again() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    running.enqueue(vec![request("a", "r1", "/a.jpg")], begin() + TimeDelta::minutes(1));
    running.enqueued().await;
    let locked = Account { read_only: true, ..account("a") };
    for (accounts, read_only) in
        [(vec![locked], false), (vec![account("a")], true), (Vec::new(), false)]
    {
        running.engine.configure(&accounts, read_only);
        running.pass(Duration::from_mins(5)).await;
        assert_eq!(vendor.got(), Vec::<Vec<String>>::new(), "{accounts:?} {read_only}");
        running.enqueue(vec![request("a", "r1", "/b.jpg")], begin());
        assert!(running.try_enqueued().await.is_err(), "{accounts:?} {read_only}");
    }
    running.engine.configure(&[account("a")], false);
    running.journal(JournalState::Sending).await;
    running.accepted().await;
    assert_eq!(vendor.got(), [["/a.jpg"]]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn read_only_nothing_of_the_journal_is_changed() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let entries = ["/1", "/2"].map(|target| NewEntry::new(request("a", "r1", target), begin()));
    let mut writer = bench.store().writer().unwrap();
    let before = writer.enqueue(&entries, begin()).unwrap();
    let ids: Vec<_> = before.iter().map(|entry| entry.id.clone()).collect();
    let (first, turned) = (ids[0].clone(), vec![ids[1].clone(), ids[0].clone()]);
    for account_only in [true, false] {
        let running = bench.start_with(from_ref(&vendor), |setup| {
            setup.read_only = !account_only;
            setup.accounts[0].account.read_only = account_only;
        });
        let engine = &running.engine;
        let mut refused: Vec<OrderError> =
            engine.cancel(ids.clone()).await.into_iter().map(Result::unwrap_err).collect();
        refused.push(engine.reorder(turned.clone()).await.unwrap_err());
        refused.push(engine.resend(first.clone()).await.unwrap_err());
        if !account_only {
            refused.push(engine.pause(true).await.unwrap_err());
            let kept = KeptDraft { id: "1".into(), changed: begin(), draft: Draft::default() };
            engine.keep_draft(kept).await.unwrap();
        }
        for error in refused {
            assert!(error.to_string().contains("ead-only"), "{error}");
        }
        running.stop().await;
    }
    let reader = bench.store().reader().unwrap();
    assert_eq!(reader.journal_open().unwrap(), before);
    assert!(!reader.is_paused().unwrap());
    assert_eq!(reader.drafts().unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_an_earlier_run_left_is_worked_off() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let entries =
        ["/1", "/2", "/3"].map(|target| NewEntry::new(request("a", "r1", target), begin()));
    bench.store().writer().unwrap().enqueue(&entries, begin()).unwrap();
    let mut running = bench.start(from_ref(&vendor));
    for _ in 0..3 {
        running.journal(JournalState::Successful).await;
    }
    assert_eq!(vendor.got(), [["/1"], ["/2"], ["/3"]]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_vendor_whose_clock_is_far_off_is_matched_all_the_same() {
    for minutes in [-47, 47] {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        vendor.change(|state| state.ahead = TimeDelta::minutes(minutes));
        let mut running = a_queue(&bench, &vendor, &["/1", "/2", "/3"]).await;
        for _ in 0..3 {
            running.journal(JournalState::Successful).await;
        }
        assert_eq!(vendor.change(|state| state.refused_for_rate), 0);
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_neither_loses_nor_repeats() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = a_queue(&bench, &vendor, &["/1", "/2", "/3", "/4"]).await;
    running.accepted().await;
    bench.clock.set_on(TimeDelta::hours(-1));
    vendor.change(|state| state.ahead = TimeDelta::hours(1));
    running.pass(Duration::from_mins(30)).await;
    assert_eq!(vendor.got(), [["/1"], ["/2"], ["/3"], ["/4"]]);
    assert_eq!(vendor.change(|state| state.refused_for_rate), 0);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_paused_queue_sends_nothing_until_it_goes_on_not_even_after_a_restart() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    running.engine.pause(true).await.unwrap();
    running.enqueue(vec![request("a", "r1", "/a")], begin());
    running.pass(Duration::from_mins(30)).await;
    running.stop().await;
    let mut running = bench.start(from_ref(&vendor));
    let paused = |event: &Event| match event {
        Event::QueuePaused(paused) => Some(*paused),
        _ => None,
    };
    assert!(running.until("a word on it", paused).await);
    running.pass(Duration::from_mins(30)).await;
    assert_eq!(states(&running), [JournalState::Queued]);
    assert_eq!(vendor.got().len(), 0);
    running.engine.pause(false).await.unwrap();
    running.accepted().await;
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_by_another_process_holds_and_ends_here_too() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let later = bench.clock.now() + TimeDelta::minutes(5);
    running.enqueue(vec![request("a", "r1", "/a")], later);
    running.enqueued().await;
    let mut other = bench.store().writer().unwrap();
    other.pause(true, bench.clock.now()).unwrap();
    running.pass(Duration::from_mins(30)).await;
    assert_eq!(states(&running), [JournalState::Queued]);
    other.pause(false, bench.clock.now()).unwrap();
    running.accepted().await;
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn requests_go_out_in_the_order_that_the_operator_gives_them_later() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let targets = ["/1", "/2", "/3", "/4"];
    let (mut running, queued) = a_paused_queue(&bench, &vendor, &targets).await;
    let ids = [3, 1, 0].map(|number: usize| queued[number].id.clone());
    running.engine.reorder(ids.to_vec()).await.unwrap();
    running.engine.pause(false).await.unwrap();
    for _ in 0..4 {
        running.accepted().await;
    }
    assert_eq!(vendor.got(), [["/4"], ["/2"], ["/3"], ["/1"]]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_back_while_nothing_ran_does_not_hold_the_queue_up() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.engine.pause(true).await.unwrap();
    running.enqueue(vec![request("a", "r1", "/a")], bench.clock.now());
    running.stop().await;
    bench.store().writer().unwrap().pause(false, bench.clock.now()).unwrap();
    bench.clock.set_on(TimeDelta::hours(-5));
    vendor.change(|state| state.ahead = TimeDelta::hours(5));
    let before = bench.clock.now();
    let mut running = bench.start(from_ref(&vendor));
    running.accepted().await;
    assert!(bench.clock.now() - before < TimeDelta::minutes(1));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_purge_is_found_although_our_clock_was_set_between_the_crash_and_the_restart() {
    for hours in [-3, 3] {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        vendor.change(|state| state.acts.push_back(Act::TakeAndLose));
        let mut running = a_queue(&bench, &vendor, &["/a"]).await;
        running.journal(JournalState::Unknown).await;
        running.stop().await;
        bench.clock.set_on(TimeDelta::hours(hours));
        vendor.change(|state| state.ahead = TimeDelta::hours(-hours));
        let mut running = bench.start(from_ref(&vendor));
        running.journal(JournalState::Successful).await;
        assert_eq!(vendor.got(), [["/a"]]);
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_that_the_vendor_closed_stays_closed_over_a_restart() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.acts.push_back(Act::RateLimit(None)));
    let mut running = a_queue(&bench, &vendor, &["/a", "/b"]).await;
    running.journal(JournalState::Queued).await;
    let said = bench.clock.now();
    running.stop().await;
    let mut running = bench.start(from_ref(&vendor));
    running.accepted().await;
    running.accepted().await;
    let got = vendor.change(|state| state.got.clone());
    assert_eq!(vendor.got(), [["/a"], ["/a"], ["/b"]]);
    assert!(got[1].0 >= said + TimeDelta::minutes(1));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_queued_is_told_and_sent_only_at_the_operators_word() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let eve = Operator::new("eve@gate".to_owned(), [9; 32]);
    let planted = NewEntry::new(request("a", "r1", "/planted"), begin());
    let planted = bench.store().operated_by(eve).writer().unwrap().enqueue(&[planted], begin());
    let planted = planted.unwrap().remove(0).id;
    let mut running = a_queue(&bench, &vendor, &["/own"]).await;
    running.journal(JournalState::Successful).await;
    assert_eq!(vendor.got(), [["/own"]], "it stands first and holds up nobody");
    let told = running.seen.iter().filter(|event| match event {
        Event::Notice(notice) => notice.words.contains("of eve@gate is not sent before you"),
        _ => false,
    });
    assert_eq!(told.count(), 1);
    let confirmed = running.engine.confirm(vec![planted.clone()]).await.unwrap();
    assert_eq!(confirmed.len(), 1);
    let done = running.journal(JournalState::Successful).await;
    assert_eq!(done.id, planted);
    assert_eq!(vendor.got(), [["/own"], ["/planted"]]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_sleeps_at_any_moment_sends_once_and_never_long_after_the_record_of_it() {
    let mut taken_back = 0;
    for looks in 0..30 {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        let mut running = bench.start(from_ref(&vendor));
        running.synced("a").await;
        vendor.change(|state| state.sleeps_after = Some(looks));
        running.enqueue(vec![request("a", "r1", "/1")], begin());
        let sending = running.journal(JournalState::Sending).await;
        running.journal(JournalState::Successful).await;
        assert_eq!(vendor.got(), [["/1"]], "{looks}");
        let entry = running.entry(&sending.id);
        taken_back += u32::from(entry.sent_at != sending.sent_at);
        let reached = vendor.change(|state| state.got[0].0);
        assert!(reached - entry.sent_at.unwrap() < TimeDelta::seconds(10), "{looks}");
        running.stop().await;
    }
    assert!(taken_back > 0, "it never slept between the record and the request");
}

/// Has another purgedeck move a request on that waits for its answer; returns the request after it.
async fn moved_by_others(running: &mut Running, to: &[JournalState]) -> JournalEntry {
    let sending = running.journal(JournalState::Sending).await;
    let mut writer = running.store.writer().unwrap();
    let mut entry = sending.clone();
    for (second, to) in (1..).zip(to) {
        let details = StepDetails::at(begin() + TimeDelta::seconds(second));
        let stepped = writer.step(&sending.id, entry.state, *to, &details).unwrap();
        let StepOutcome::Done(next) = stepped else { panic!("{stepped:?}") };
        entry = *next;
    }
    entry
}

#[tokio::test(start_paused = true)]
async fn an_answer_counts_though_who_took_over_called_the_outcome_unknown() {
    for (act, state) in [
        (Act::Refuse, JournalState::Rejected),
        (Act::Unreachable, JournalState::Queued),
        (Act::RateLimit(None), JournalState::Queued),
        (Act::Take, JournalState::Accepted),
        (Act::Lose, JournalState::Unknown),
    ] {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        vendor.change(|it| (it.slow, it.gives_id) = (Duration::from_secs(20), true));
        vendor.change(|it| it.acts.push_back(act.clone()));
        let mut running = a_queue(&bench, &vendor, &["/1"]).await;
        let unknown = moved_by_others(&mut running, &[JournalState::Unknown]).await;
        if state == JournalState::Unknown {
            running.pass(Duration::from_mins(1)).await;
            assert_eq!(running.entry(&unknown.id).state, state, "{act:?}");
        } else {
            running.journal(JournalState::Unknown).await;
            let told = running.journal(state).await;
            assert_eq!(told.purge.is_some(), state == JournalState::Accepted, "{act:?}");
        }
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_an_earlier_sending_moves_no_later_one() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|it| it.slow = Duration::from_secs(20));
    vendor.change(|it| it.acts.push_back(Act::Refuse));
    let mut running = a_queue(&bench, &vendor, &["/1"]).await;
    // The operator had it sent again, elsewhere, where it is on its way.
    let again = [JournalState::Unknown, JournalState::Queued, JournalState::Sending];
    let moved = moved_by_others(&mut running, &again).await;
    running.pass(Duration::from_mins(1)).await;
    assert_eq!(running.entry(&moved.id), moved);
    assert_eq!(vendor.got(), [["/1"]]);
    running.stop().await;
}
