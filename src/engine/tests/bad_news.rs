//! A bad end stays news over restarts, until it is noted that the operator knows of it.

use std::slice::from_ref;

use super::world::{Act, Bench, Vendor, account, begin, request};
use crate::domain::bad_news::BadEnd;
use crate::domain::event::Event;
use crate::domain::failure::{Cause, Failure};
use crate::domain::journal::JournalState;
use crate::domain::status::Status;
use crate::engine::Engine;

#[tokio::test(start_paused = true)]
async fn a_failure_is_news_to_the_next_run_until_the_operator_knows_of_it() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| state.ends_in = Status::Failed);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    running.enqueue(vec![request("a", "r1", "/a.jpg")], begin());
    let failed = running.journal(JournalState::Failed).await;
    assert!(!failed.noticed);
    running.stop().await;

    let mut running = bench.start(from_ref(&vendor));
    let found = running.engine.queue().await.unwrap();
    assert_eq!((BadEnd::of(&found[0]), found[0].noticed), (Some(BadEnd::Failed), false));
    running.engine.notice_bad_ends(vec![failed.id.clone()]).await.unwrap();
    let told = running
        .until("the note", |event| match event {
            Event::Journal(entry) => Some(entry.noticed),
            _ => None,
        })
        .await;
    assert!(told);
    running.stop().await;

    let running = bench.start(from_ref(&vendor));
    assert!(running.engine.queue().await.unwrap()[0].noticed);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_what_to_do_and_read_only_notes_nothing() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    vendor.change(|state| state.acts.push_back(Act::Refuse));
    running.enqueue(vec![request("a", "r1", "/a.jpg")], begin());
    let refused = running.journal(JournalState::Rejected).await;
    let error = refused.error.unwrap();
    let cause = Cause::Rejected { errors: Vec::new() };
    assert!(error.ends_with(Failure::new(cause).advice()), "{error}");
    running.stop().await;

    let engine = Engine::start_idle(bench.store(), vec![account("a")], true).unwrap();
    engine.notice_bad_ends(vec![refused.id.clone()]).await.unwrap();
    assert!(!engine.queue().await.unwrap()[0].noticed);
    engine.shutdown().await;
}
