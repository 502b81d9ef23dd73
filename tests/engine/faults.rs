//! Whatever answers in the vendor's place: nothing of it becomes history, and a purge that was sent
//! has one outcome and is never sent again.

use chrono::TimeDelta;
use purgedeck::domain::event::Event;
use purgedeck::domain::journal::JournalState;
use purgedeck::simulator::{ErrorBody, FaultKind, FaultRule};

use super::sending::{enqueue, posts, struck};
use super::stage::Stage;

fn status(status: u16, body: ErrorBody) -> FaultKind {
    FaultKind::Status { status, body, retry_after: None }
}

fn redirect() -> FaultKind {
    FaultKind::Redirect { to: "http://portal.example/sign-in".to_owned(), status: 302 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_answers_in_the_vendors_place_becomes_history() {
    let stage = Stage::new(200, |_| {}).await;
    let mut running = stage.start();
    let cname = running.resource().await.cname;
    running.refreshed().await;
    for strike in [
        FaultKind::CaptivePortal,
        redirect(),
        FaultKind::Cut,
        FaultKind::CutMidBody,
        FaultKind::GarbageBytes,
        FaultKind::GarbageBody,
        FaultKind::BrokenJson,
        FaultKind::EndlessBody,
        status(400, ErrorBody::Json),
        status(401, ErrorBody::Json),
        status(403, ErrorBody::Html),
        status(404, ErrorBody::Empty),
        status(500, ErrorBody::Json),
        status(503, ErrorBody::Html),
        status(511, ErrorBody::Html),
    ] {
        let fault = FaultRule { vendor: Some("gcore".to_owned()), ..FaultRule::of(strike.clone()) };
        let (before, stored) = (running.coverage(), running.stored_before(stage.hand.now()));
        let id = stage.simulator.faults().inject(fault);
        let added = stage.simulator.gcore().add_purge(&cname, "purge_by_url", &["/theirs"]);
        assert!(added.is_some());
        stage.hand.advance(TimeDelta::minutes(10));
        running.engine.refresh(None).unwrap();
        let failure = running
            .until("a failure", |event| match event {
                Event::Account { status, .. } => status.failure.clone(),
                _ => None,
            })
            .await;
        assert!(!failure.headline().is_empty() && !failure.advice().is_empty(), "{strike:?}");
        assert_eq!(running.coverage(), before, "{strike:?}: more is called complete");
        assert_eq!(running.stored_before(stage.hand.now()), stored, "{strike:?}");
        stage.simulator.faults().remove(id);
        running.refreshed().await;
        let now = running.stored_before(stage.hand.now()).len();
        assert_eq!(now, stored.len() + 1, "{strike:?}: what came meanwhile is missing");
    }
    running.stop().await;
    stage.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_to_a_purge_has_its_one_outcome_and_none_has_it_sent_again() {
    let took_no_effect = [
        (status(400, ErrorBody::Json), JournalState::Rejected),
        (status(401, ErrorBody::Json), JournalState::Rejected),
        (status(403, ErrorBody::Html), JournalState::Rejected),
        (status(404, ErrorBody::Empty), JournalState::Rejected),
        (redirect(), JournalState::Rejected),
        (status(500, ErrorBody::Json), JournalState::Unknown),
        (status(503, ErrorBody::Html), JournalState::Unknown),
        (status(511, ErrorBody::Html), JournalState::Unknown),
        (FaultKind::CaptivePortal, JournalState::Unknown),
        (FaultKind::Cut, JournalState::Unknown),
        (FaultKind::GarbageBytes, JournalState::Unknown),
        (FaultKind::GarbageBody, JournalState::Unknown),
        (FaultKind::EndlessBody, JournalState::Unknown),
    ];
    for (strike, state) in took_no_effect {
        let stage = Stage::new(20, |scenario| {
            scenario.fault = vec![struck(strike.clone(), false)];
        })
        .await;
        let mut running = stage.start();
        let resource = running.resource().await;
        enqueue(&running, &resource, &["/a.jpg"]);
        let ended = running.journal(state).await;
        assert!(ended.error.is_some_and(|words| !words.is_empty()), "{strike:?}");
        stage.hand.advance(TimeDelta::minutes(30));
        running.refreshed().await;
        let reader = running.store.reader().unwrap();
        let entry = reader.journal_entry(&ended.id).unwrap().unwrap();
        assert_eq!((entry.state, entry.purge), (state, None), "{strike:?}");
        assert_eq!(posts(&stage), 1, "{strike:?}");
        running.stop().await;
        stage.simulator.stop().await;
    }
}
