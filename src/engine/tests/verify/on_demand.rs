//! Looks that the operator asks for.

use std::ops::ControlFlow;

use super::*;
use crate::domain::edge::Verification;
use crate::domain::event::Event;
use crate::domain::filter::Predicate;
use crate::domain::ids::PurgeKey;
use crate::domain::query::Sort;
use crate::domain::subject::Subject;

fn keys(bench: &Bench) -> Vec<PurgeKey> {
    let mut keys = Vec::new();
    let reader = bench.store().reader().unwrap();
    reader
        .export(&Predicate::default(), Sort::NEWEST, None, &mut |detail| {
            keys.push(detail.key);
            ControlFlow::Continue(())
        })
        .unwrap();
    keys
}

async fn looked(running: &mut Running, subject: Subject) -> Result<Verification, String> {
    let (of, result) = running.engine.verify(vec![subject.clone()]).next().await.unwrap();
    assert_eq!(of, subject);
    result
}

async fn notice(running: &mut Running) -> (Level, String) {
    running
        .until("a notice", |event| match event {
            Event::Notice(notice) => Some((notice.level, notice.words.clone())),
            _ => None,
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn a_colleagues_purge_can_be_looked_at_by_the_time_that_the_vendor_recorded() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.purge_by_somebody("r1", "/a.jpg", TimeDelta::minutes(10));
    let edge = Scripted::new(&bench, QUICK, |number| Ok(hit(if number == 0 { 900 } else { 300 })));
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    let subject = Subject::Purge(keys(&bench)[0]);
    let stale = looked(&mut running, subject.clone()).await.unwrap();
    assert_eq!(stale.verified(), Some(false));
    let (level, words) = notice(&mut running).await;
    assert_eq!(level, Level::Error);
    assert!(
        words.starts_with("Not verified. https://r1.example.com/a.jpg: stale, cached"),
        "{words}"
    );
    // Once each time: the operator asks again if they want to know again.
    assert_eq!(edge.asked().len(), 1);
    let fresh = looked(&mut running, subject).await.unwrap();
    assert_eq!(fresh.verified(), Some(true));
    assert_eq!(
        notice(&mut running).await,
        (Level::Info, "Verified: the edge serves it fresh.".to_owned())
    );
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_from_here_and_was_not_verified_may_be_so_at_a_later_look() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let edge =
        Scripted::new(&bench, QUICK, |number| Ok(if number < 7 { hit(5000) } else { miss() }));
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    running.enqueue(vec![request("a", "r1", "/a.jpg")], begin());
    let entry = settled(&mut running).await;
    assert_eq!(entry.verified, Some(false));
    let subject = Subject::Request(entry.id.clone());
    let seen = looked(&mut running, subject).await.unwrap();
    assert_eq!(seen.verified(), Some(true));
    assert_eq!(running.entry(&entry.id).verified, Some(true));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_did_not_go_out_and_an_edge_that_is_left_alone_are_said() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.purge_by_somebody("r1", "/a.jpg", TimeDelta::minutes(10));
    let mut running = bench.start(from_ref(&vendor));
    running.synced("a").await;
    let time = begin() + TimeDelta::hours(1);
    running.enqueue(vec![request("a", "r1", "/b.jpg")], time);
    let id = running.enqueued().await[0].id.clone();
    let nothing = looked(&mut running, Subject::Request(id)).await;
    assert_eq!(nothing.unwrap_err(), "it did not go out");
    let alone = looked(&mut running, Subject::Purge(keys(&bench)[0])).await;
    assert_eq!(alone.unwrap_err(), "the edge of a is left alone by `verify = false`");
    let (level, words) = notice(&mut running).await;
    assert_eq!(level, Level::Warning);
    assert!(words.contains("Not checked: "), "{words}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn many_at_once_are_cut_to_twenty_and_no_more_than_a_handful_is_asked_at_a_time() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    for number in 0..30 {
        vendor.purge_by_somebody("r1", &format!("/{number}"), TimeDelta::minutes(number));
    }
    let edge = Scripted::new(&bench, Duration::from_millis(300), |_| Ok(miss()));
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    let all = keys(&bench).into_iter().map(Subject::Purge).collect();
    let _verifications = running.engine.verify(all);
    let (_, words) = notice(&mut running).await;
    assert!(words.starts_with("Only 20 of the 30"), "{words}");
    let (_, words) = notice(&mut running).await;
    // The newest is of this moment: no edge can say that the vendor is done with it.
    let told = "19 of 20 purges verified at the edge, 1 fresh while the vendor is not done yet.";
    assert_eq!(words, told);
    assert_eq!(edge.asked().len(), 20);
    assert!(edge.change(|state| state.most_at_once) <= 4);
    running.stop().await;
}
