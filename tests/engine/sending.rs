//! Purges that are sent through whatever goes wrong.

use chrono::{TimeDelta, Utc};
use purgedeck::domain::event::Event;
use purgedeck::domain::journal::{JournalState, NewEntry};
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::domain::resource::Resource;
use purgedeck::simulator::{ErrorBody, FaultKind, FaultRule};

use super::stage::{Running, Stage};

pub(super) fn enqueue(running: &Running, resource: &Resource, targets: &[&str]) {
    let entry = |target: &&str| {
        let (id, cname) = (resource.id.clone(), resource.cname.clone());
        let payload = Payload::Url(Targets::one(*target));
        let request = PurgeRequest::new(running.name.clone(), id, cname, payload);
        NewEntry::new(request, Utc::now())
    };
    let entries = targets.iter().map(entry).collect();
    drop(running.engine.enqueue(entries));
}

pub(super) fn posts(stage: &Stage) -> usize {
    let requests = stage.simulator.requests();
    requests.iter().filter(|seen| seen.method == "POST").count()
}

/// Strikes the first purge that is sent.
pub(super) fn struck(strike: FaultKind, after_effect: bool) -> FaultRule {
    FaultRule {
        vendor: Some("gcore".to_owned()),
        method: Some("POST".to_owned()),
        times: Some(1),
        after_effect,
        ..FaultRule::of(strike)
    }
}

/// Until a purge is done: the vendor's time goes on and it is asked again.
async fn done(stage: &Stage, running: &mut Running) {
    running
        .until("a match", |event| match event {
            Event::Journal(entry) => entry.purge.clone(),
            _ => None,
        })
        .await;
    stage.hand.advance(TimeDelta::minutes(2));
    running.engine.refresh(None).unwrap();
    running.journal(JournalState::Successful).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_goes_from_queued_to_successful() {
    let stage = Stage::new(200, |_| {}).await;
    let mut running = stage.start();
    let resource = running.resource().await;
    enqueue(&running, &resource, &["/a.jpg"]);
    running.journal(JournalState::Accepted).await;
    done(&stage, &mut running).await;
    assert_eq!(posts(&stage), 1);
    running.stop().await;
    stage.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_lost_after_the_effect_is_found_in_the_history_and_nothing_is_sent_twice()
{
    for strike in [
        FaultKind::Cut,
        FaultKind::GarbageBytes,
        FaultKind::Status { status: 502, body: ErrorBody::Html, retry_after: None },
    ] {
        let stage = Stage::new(200, |scenario| {
            scenario.fault = vec![struck(strike.clone(), true)];
        })
        .await;
        let mut running = stage.start();
        let resource = running.resource().await;
        enqueue(&running, &resource, &["/a.jpg"]);
        running.journal(JournalState::Unknown).await;
        done(&stage, &mut running).await;
        assert_eq!(posts(&stage), 1, "{strike:?}");
        running.stop().await;
        stage.simulator.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_whose_body_is_lost_is_a_yes() {
    let stage = Stage::new(200, |scenario| {
        scenario.fault = vec![struck(FaultKind::CutMidBody, true)];
    })
    .await;
    let mut running = stage.start();
    let resource = running.resource().await;
    enqueue(&running, &resource, &["/a.jpg"]);
    running.journal(JournalState::Accepted).await;
    done(&stage, &mut running).await;
    assert_eq!(posts(&stage), 1);
    running.stop().await;
    stage.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_lost_before_the_effect_stays_unknown_and_is_not_sent_again() {
    let stage = Stage::new(200, |scenario| {
        scenario.fault = vec![struck(FaultKind::Cut, false)];
    })
    .await;
    let mut running = stage.start();
    let resource = running.resource().await;
    enqueue(&running, &resource, &["/a.jpg"]);
    let unknown = running.journal(JournalState::Unknown).await;
    stage.hand.advance(TimeDelta::minutes(30));
    running.refreshed().await;
    let reader = running.store.reader().unwrap();
    let entry = reader.journal_entry(&unknown.id).unwrap().unwrap();
    assert_eq!((entry.state, entry.purge), (JournalState::Unknown, None));
    assert_eq!(posts(&stage), 1);
    running.stop().await;
    stage.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleagues_purges_are_counted_before_ours_is_sent() {
    let stage = Stage::new(200, |_| {}).await;
    let mut running = stage.start();
    let resource = running.resource().await;
    running.refreshed().await;
    for target in ["/theirs", "/theirs-too"] {
        let added = stage.simulator.gcore().add_purge(&resource.cname, "purge_by_url", &[target]);
        assert!(added.is_some());
    }
    let asked = stage.simulator.requests().len();
    enqueue(&running, &resource, &["/ours"]);
    // The look at the history that finds the window full.
    running
        .until("news of them", |event| match event {
            Event::HistoryChanged { new, .. } => (*new >= 2).then_some(()),
            _ => None,
        })
        .await;
    running.refreshed().await;
    assert!(stage.simulator.requests().len() > asked);
    assert_eq!(posts(&stage), 0);
    running.stop().await;
    stage.simulator.stop().await;
}
