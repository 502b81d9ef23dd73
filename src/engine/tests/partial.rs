//! Requests that a vendor takes in part.

use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use super::world::{Act, Bench, Running, Vendor, begin};
use crate::domain::bad_news::BadEnd;
use crate::domain::ids::PurgeId;
use crate::domain::journal::{JournalEntry, JournalState, NewEntry};
use crate::domain::payload::{Payload, PurgeRequest, Targets};
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::store::{StepDetails, StepOutcome};
use crate::testing;

const WORDS: &str = "2 of 3 targets were refused: not yours (/b, /c)";

fn three() -> PurgeRequest {
    let targets = Targets::new(["/a", "/b", "/c"].map(str::to_owned).to_vec()).unwrap();
    PurgeRequest::new("a", "r1", "r1.example.com", Payload::Url(targets))
}

/// A vendor that refuses two of three targets.
fn a_picky_vendor(bench: &Bench, gives_id: bool) -> Arc<Vendor> {
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        state.gives_id = gives_id;
        state.acts.push_back(Act::TakePart(&["/b", "/c"]));
    });
    vendor
}

async fn sent(bench: &Bench, vendor: &Arc<Vendor>) -> (Running, JournalEntry) {
    let mut running = bench.start(from_ref(vendor));
    running.synced("a").await;
    running.enqueue(vec![three()], begin());
    let accepted = running.journal(JournalState::Accepted).await;
    (running, accepted)
}

fn statuses(purge: &Purge) -> Vec<(&str, Option<Status>)> {
    purge.targets.iter().map(|target| (target.text.as_str(), target.status)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_request_taken_in_part_says_so_at_once_and_ends_failed_with_a_status_per_target() {
    let bench = Bench::new();
    let vendor = a_picky_vendor(&bench, true);
    let (mut running, accepted) = sent(&bench, &vendor).await;
    assert_eq!((accepted.error.as_deref(), &accepted.purge), (Some(WORDS), &Some("v1".into())));
    assert_eq!(BadEnd::of(&accepted), Some(BadEnd::Refused));
    let [seen] = &running.stored()[..] else { panic!("one purge") };
    let (open, failed) = (Some(Status::InProgress), Some(Status::Failed));
    assert_eq!(statuses(seen), [("/a", open), ("/b", failed), ("/c", failed)]);
    assert_eq!((seen.status, seen.raw_created.as_deref()), (Status::InProgress, Some("")));
    // The vendor's own row has nothing but what it took.
    let ended = running.journal(JournalState::Failed).await;
    assert_eq!(ended.error.as_deref(), Some(WORDS));
    let [seen] = &running.stored()[..] else { panic!("one purge") };
    let done = Some(Status::Successful);
    assert_eq!(statuses(seen), [("/a", done), ("/b", failed), ("/c", failed)]);
    assert_eq!((seen.status, &seen.raw_created), (Status::Failed, &None));
    assert_eq!(seen.created, vendor.change(|state| state.purges[0].created));
    running.pass(Duration::from_hours(1)).await;
    assert_eq!((vendor.got().len(), running.stored().len()), (1, 1));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn without_an_id_the_words_stay_and_nothing_is_called_done() {
    let bench = Bench::new();
    let vendor = a_picky_vendor(&bench, false);
    let (mut running, accepted) = sent(&bench, &vendor).await;
    assert_eq!((accepted.error.as_deref(), &accepted.purge), (Some(WORDS), &None));
    running.pass(Duration::from_hours(3)).await;
    let entry = running.entry(&accepted.id);
    assert_eq!((entry.state, entry.error.as_deref()), (JournalState::Accepted, Some(WORDS)));
    assert_eq!(BadEnd::of(&entry), Some(BadEnd::Refused));
    assert_eq!(vendor.got().len(), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_known_after_a_kill_before_the_answer_was_written() {
    // The refusals are in the history before the request is accepted; before that it is unknown.
    for is_seen in [true, false] {
        let bench = Bench::new();
        let vendor = Vendor::new("a", &bench.clock);
        let taken = ["/a".to_owned()];
        let id: PurgeId = vendor.change(|state| {
            let kind = crate::domain::kind::Kind::Url;
            state.put(&"a".into(), "r1", kind, &taken, begin())
        });
        let mut writer = bench.store().writer().unwrap();
        let queued = writer.enqueue(&[NewEntry::new(three(), begin())], begin()).unwrap();
        let (from, to) = (JournalState::Queued, JournalState::Sending);
        let step = writer.step(&queued[0].id, from, to, &StepDetails::at(begin()));
        assert!(matches!(step, Ok(StepOutcome::Done(_))));
        if is_seen {
            let status = [Status::InProgress, Status::Failed, Status::Failed];
            let targets = ["/a", "/b", "/c"].into_iter().zip(status);
            let sighting = Purge {
                provider: "scripted".into(),
                resource: "r1".into(),
                cname: "r1.example.com".to_owned(),
                status: Status::InProgress,
                raw_created: Some(String::new()),
                targets: targets
                    .map(|(text, status)| Target { status: Some(status), ..Target::new(text) })
                    .collect(),
                ..testing::purge("a", id, begin())
            };
            writer.record(&[sighting], begin()).unwrap();
        }
        drop(writer);
        let mut running = bench.start(from_ref(&vendor));
        if is_seen {
            let ended = running.journal(JournalState::Failed).await;
            assert_eq!(ended.error.as_deref(), Some("2 of 3 targets failed"));
        }
        running.pass(Duration::from_hours(1)).await;
        let state = running.entry(&queued[0].id).state;
        let told = if is_seen { JournalState::Failed } else { JournalState::Unknown };
        assert_eq!((state, vendor.got().len(), running.stored().len()), (told, 0, 1));
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn where_all_was_refused_the_request_fails_at_once() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        state.gives_id = true;
        state.acts.push_back(Act::TakePart(&["/a", "/b", "/c"]));
        state.down = None;
    });
    let (mut running, _) = sent(&bench, &vendor).await;
    let ended = running.journal(JournalState::Failed).await;
    assert!(ended.error.is_some_and(|words| words.starts_with("3 of 3 targets were refused")));
    running.stop().await;
}
