//! Who purged, out of the vendor's activity log.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::TimeDelta;
use purgedeck::domain::event::Event;
use purgedeck::domain::failure::Cause;
use purgedeck::domain::filter::Predicate;
use purgedeck::domain::ids::{PurgeId, PurgeKey};
use purgedeck::domain::journal::NewEntry;
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::domain::query::Sort;
use purgedeck::domain::resource::Resource;
use purgedeck::providers::Provider;
use purgedeck::simulator::{ErrorBody, FaultKind, FaultRule};

use super::stage::{Running, Stage};

const PEOPLE: [&str; 3] = ["mira", "jonas", "deploy-bot"];

/// Whom the store names for each purge, the newest first.
fn told(running: &Running) -> BTreeMap<PurgeId, (PurgeKey, Option<String>)> {
    let mut told = BTreeMap::new();
    let reader = running.store.reader().unwrap();
    reader
        .export(&Predicate::default(), Sort::NEWEST, None, &mut |detail| {
            told.insert(detail.purge.id, (detail.key, detail.purge.by));
            ControlFlow::Continue(())
        })
        .unwrap();
    told
}

/// Waits until the store says what is hoped for; it is looked at whenever history changes.
async fn until(running: &mut Running, what: &str, hoped: impl Fn(&Running) -> bool) {
    while !hoped(running) {
        running
            .until(what, |event| matches!(event, Event::HistoryChanged { .. }).then_some(()))
            .await;
    }
}

fn questions(stage: &Stage) -> usize {
    let requests = stage.simulator.requests();
    let log = requests.iter().filter(|seen| seen.path == "/cdn/activity_log/requests");
    log.count()
}

/// A colleague's adapter, with the token of somebody who may only read.
fn colleague(stage: &Stage) -> Arc<dyn Provider> {
    let account = stage.simulator.gcore().accounts().remove(0);
    stage.provider(&account.name, account.read_only_token)
}

fn request(running: &Running, resource: &Resource) -> PurgeRequest {
    let (id, cname) = (resource.id.clone(), resource.cname.clone());
    let payload = Payload::Url(Targets::one("/index.html"));
    PurgeRequest::new(running.name.clone(), id, cname, payload)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_purge_of_the_history_gets_the_name_of_who_asked_for_it() {
    let stage = Stage::new(600, |_| {}).await;
    let mut running = stage.start();
    let resource = running.resource().await;
    running.refreshed().await;
    let many = told(&running).len();
    assert!(many > 100, "{many} purges");
    until(&mut running, "names", |running| told(running).values().all(|(_, by)| by.is_some()))
        .await;
    for (_, by) in told(&running).values() {
        let by = by.as_deref().unwrap();
        assert!(!by.starts_with("user ") && !by.starts_with("token "), "{by}");
    }
    for name in PEOPLE {
        assert!(told(&running).values().any(|(_, by)| by.as_deref() == Some(name)), "{name}");
    }
    let cost = questions(&stage);
    assert!(cost <= many / 100 + 12, "{cost} questions for {many} purges");

    // Now ours and a colleague's, alike and within a minute.
    stage.hand.advance(TimeDelta::minutes(1));
    let ours = NewEntry {
        reason: Some("stale hero".to_owned()),
        ..NewEntry::new(request(&running, &resource), chrono::Utc::now())
    };
    running.engine.enqueue(vec![ours]).await.unwrap();
    running.journal(purgedeck::domain::journal::JournalState::Accepted).await;
    stage.hand.advance(TimeDelta::seconds(20));
    let theirs = stage
        .simulator
        .gcore()
        .add_purge(&resource.cname, "purge_by_url", &["/index.html"])
        .unwrap();
    stage.hand.advance(TimeDelta::seconds(1));
    running.refreshed().await;
    let ours = stage.simulator.gcore().purges().pop().unwrap().id;
    let by = |running: &Running, id: u64| {
        let (_, by) = told(running).remove(&PurgeId::from(id.to_string()))?;
        by
    };
    until(&mut running, "both names", |running| {
        by(running, ours).is_some() && by(running, theirs).is_some()
    })
    .await;
    assert_eq!(by(&running, ours).as_deref(), Some("mira"));
    assert_eq!(by(&running, theirs).as_deref(), Some("jonas"));
    running.stop().await;
    stage.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_refused_to_a_colleague_is_told_and_stands_with_the_purges_of_its_time() {
    let stage = Stage::new(40, |_| {}).await;
    let mut running = stage.start();
    let resource = running.resource().await;
    running.refreshed().await;
    running.engine.refresh(None).unwrap();
    stage.hand.advance(TimeDelta::minutes(10));
    let asked = questions(&stage);
    let refused = colleague(&stage).submit(&request(&running, &resource)).await;
    assert_eq!(refused.unwrap_err().cause, Cause::Forbidden);
    let theirs =
        stage.simulator.gcore().add_purge(&resource.cname, "purge_by_url", &["/a"]).unwrap();
    stage.hand.advance(TimeDelta::seconds(1));
    running.engine.refresh(None).unwrap();
    let words = running
        .until("a notice", |event| match event {
            Event::Notice(notice) if notice.words.contains("refused a purge") => {
                Some(notice.words.clone())
            }
            _ => None,
        })
        .await;
    assert!(words.contains(&resource.cname) && words.contains("403"), "{words}");
    assert!(questions(&stage) > asked);
    let id = PurgeId::from(theirs.to_string());
    until(&mut running, "a name", |running| {
        told(running).get(&id).is_some_and(|(_, by)| by.is_some())
    })
    .await;
    let key = told(&running)[&id].0;
    let detail = running.store.reader().unwrap().detail(key).unwrap().unwrap();
    let [refused] = &detail.refused[..] else { panic!("{:?}", detail.refused) };
    assert_eq!((refused.status, refused.first_target.as_str()), (403, "/index.html"));
    running.stop().await;
    stage.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_may_not_be_read_is_told_once_and_the_account_goes_on() {
    let stage = Stage::new(600, |_| {}).await;
    stage.simulator.faults().inject(FaultRule {
        vendor: Some("gcore".to_owned()),
        path: Some("/cdn/activity_log/*".to_owned()),
        ..FaultRule::of(FaultKind::Status { status: 403, body: ErrorBody::Json, retry_after: None })
    });
    let mut running = stage.start();
    running
        .until("a notice", |event| match event {
            Event::Notice(notice) if notice.words.contains("activity log") => Some(()),
            _ => None,
        })
        .await;
    for _ in 0..3 {
        running.engine.refresh(None).unwrap();
        let asked = questions(&stage);
        let mut failures = Vec::new();
        while questions(&stage) == asked {
            let event = running.until("anything", |event| Some(event.clone())).await;
            failures.push(event);
        }
        for event in failures {
            match event {
                Event::Account { status, .. } => {
                    assert_eq!(status.failure, None);
                }
                Event::Notice(notice) => panic!("told again: {notice:?}"),
                _ => {}
            }
        }
    }
    running.refreshed().await;
    let until = running.complete_until(stage.hand.now());
    let behind = stage.hand.now() - until;
    assert!(behind < TimeDelta::minutes(2), "{behind}");
    running.stop().await;
    stage.simulator.stop().await;
}
