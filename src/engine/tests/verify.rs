//! Looking at the edge before and after purges.

mod on_demand;

use std::slice::from_ref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::world::{Bench, Running, Vendor, begin, request};
use crate::domain::edge::{CacheState, Observation, ProbeError, SampleSource, Verdict};
use crate::domain::event::{Event, Level};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::kind::Kind;
use crate::domain::payload::{Payload, PurgeRequest, Targets};
use crate::engine::{Clock, EdgeWatch, EngineConfig};
use crate::providers::edge::Edge;

/// Answer of an edge to the question of this number.
type Answer = Box<dyn Fn(usize) -> Result<Observation, ProbeError> + Send>;

/// An edge that answers as a test says.
pub(super) struct Scripted {
    clock: Clock,
    takes: Duration,
    state: Mutex<State>,
}

struct State {
    answer: Answer,
    asked: Vec<(DateTime<Utc>, String)>,
    at_once: usize,
    most_at_once: usize,
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scripted").finish_non_exhaustive()
    }
}

impl Scripted {
    pub(super) fn new(
        bench: &Bench,
        takes: Duration,
        answer: impl Fn(usize) -> Result<Observation, ProbeError> + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            clock: bench.clock.clone(),
            takes,
            state: Mutex::new(State {
                answer: Box::new(answer),
                asked: Vec::new(),
                at_once: 0,
                most_at_once: 0,
            }),
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    fn asked(&self) -> Vec<String> {
        self.change(|state| state.asked.iter().map(|(_, url)| url.clone()).collect())
    }
}

#[async_trait]
impl Edge for Scripted {
    fn servers(&self) -> Vec<Option<String>> {
        vec![None]
    }

    async fn probe(&self, url: &str, _: usize) -> Result<Observation, ProbeError> {
        let number = self.change(|state| {
            state.at_once += 1;
            state.most_at_once = state.most_at_once.max(state.at_once);
            state.asked.push((self.clock.now(), url.to_owned()));
            state.asked.len() - 1
        });
        tokio::time::sleep(self.takes).await;
        self.change(|state| {
            state.at_once -= 1;
            (state.answer)(number)
        })
    }

    fn keeps_unchanged(&self, _: Option<&str>) -> bool {
        false
    }
}

pub(super) const QUICK: Duration = Duration::from_millis(20);

pub(super) fn hit(age: u64) -> Observation {
    seen(CacheState::Hit, Some(age))
}

pub(super) fn miss() -> Observation {
    seen(CacheState::Miss, None)
}

fn seen(cache: CacheState, age: Option<u64>) -> Observation {
    Observation { status: 206, cache: Some(cache), age, ..Observation::default() }
}

fn start(bench: &Bench, vendor: &Arc<Vendor>, edge: &Arc<Scripted>) -> Running {
    bench.start_with(from_ref(vendor), |setup| watch(setup, edge))
}

pub(super) fn watch(setup: &mut EngineConfig, edge: &Arc<Scripted>) {
    for seat in &mut setup.accounts {
        seat.edge = Some(EdgeWatch { edge: edge.clone(), grace: Duration::from_secs(40) });
    }
}

pub(super) async fn settled(running: &mut Running) -> JournalEntry {
    running
        .until("a verdict", |event| match event {
            Event::Journal(entry) if entry.verification.as_ref()?.settled => {
                Some((**entry).clone())
            }
            _ => None,
        })
        .await
}

fn errors(running: &Running) -> Vec<String> {
    let error = |event: &Event| match event {
        Event::Notice(notice) if notice.level == Level::Error => Some(notice.words.clone()),
        _ => None,
    };
    running.seen.iter().filter_map(error).collect()
}

#[tokio::test(start_paused = true)]
async fn a_purge_that_the_edge_shows_fresh_is_verified_with_what_was_seen() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let edge =
        Scripted::new(&bench, QUICK, |number| if number == 0 { Ok(hit(500)) } else { Ok(miss()) });
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    running.enqueue(vec![request("a", "r1", "/a.jpg")], begin());
    let entry = settled(&mut running).await;
    assert_eq!((entry.state, entry.verified), (JournalState::Successful, Some(true)));
    let verification = entry.verification.unwrap();
    assert_eq!((verification.before.len(), verification.rounds), (1, 1));
    assert_eq!(edge.asked(), ["https://r1.example.com/a.jpg"; 2]);
    assert_eq!(running.entry(&entry.id).verified, Some(true));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_edge_that_does_not_answer_holds_up_no_request() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let asleep = Duration::from_hours(2);
    let edge = Scripted::new(&bench, asleep, |_| Err(ProbeError::TooSlow));
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    let before = bench.clock.now();
    running.enqueue(vec![request("a", "r1", "/a.jpg")], begin());
    let accepted = running.accepted().await;
    assert!(accepted.sent_at.unwrap() - before < TimeDelta::seconds(1));
    running.journal(JournalState::Successful).await;
    assert!(bench.clock.now() - before < TimeDelta::minutes(5));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_its_time_is_looked_at_some_seconds_before_it() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let edge =
        Scripted::new(&bench, QUICK, |number| if number == 0 { Ok(hit(1)) } else { Ok(miss()) });
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    let time = begin() + TimeDelta::minutes(10);
    running.enqueue(vec![request("a", "r1", "/a.jpg")], time);
    let entry = settled(&mut running).await;
    let looked = edge.change(|state| state.asked[0].0);
    assert!(looked < entry.sent_at.unwrap() && time - looked <= TimeDelta::seconds(6));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_edge_that_stays_stale_is_asked_again_and_then_the_purge_is_not_verified() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let edge = Scripted::new(&bench, QUICK, |_| Ok(hit(5000)));
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    running.enqueue(vec![request("a", "r1", "/a.jpg")], begin());
    let entry = settled(&mut running).await;
    assert_eq!((entry.state, entry.verified), (JournalState::Successful, Some(false)));
    running.pass(Duration::from_mins(10)).await;
    // One before; after 0, 2, 6, 14, 30 and 40 seconds; and no more.
    assert_eq!(edge.asked().len(), 7);
    let errors = errors(&running);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].contains("r1.example.com is not verified"), "{errors:?}");
    assert!(errors[0].contains("https://r1.example.com/a.jpg"), "{errors:?}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_edge_that_comes_round_in_time_is_verified_without_a_word() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let edge = Scripted::new(&bench, QUICK, |number| match number {
        0..3 => Ok(hit(5000)),
        3 => Err(ProbeError::TooSlow),
        _ => Ok(miss()),
    });
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    running.enqueue(vec![request("a", "r1", "/a.jpg")], begin());
    let entry = settled(&mut running).await;
    assert_eq!(entry.verified, Some(true));
    assert_eq!(entry.verification.unwrap().rounds, 4);
    assert_eq!(errors(&running), [""; 0]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_edge_that_cannot_be_reached_leaves_it_unclear() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let edge = Scripted::new(&bench, QUICK, |_| Err(ProbeError::Unreachable("refused".to_owned())));
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    running.enqueue(vec![request("a", "r1", "/a.jpg")], begin());
    let entry = settled(&mut running).await;
    assert_eq!((entry.state, entry.verified), (JournalState::Successful, None));
    let worst = entry.verification.unwrap().worst().cloned().unwrap();
    assert_eq!(worst.verdict(), Verdict::Unclear);
    assert_eq!(worst.evidence.to_string(), "the edge was not reached: refused");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_pattern_is_looked_at_by_urls_that_the_history_and_the_journal_know() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.purge_by_somebody("r1", "/img/theirs.jpg", TimeDelta::hours(1));
    vendor.purge_by_somebody("r1", "/js/theirs.js", TimeDelta::hours(1));
    let edge = Scripted::new(&bench, QUICK, |_| Ok(miss()));
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    running.enqueue(vec![request("a", "r1", "/img/ours.jpg")], begin());
    settled(&mut running).await;
    edge.change(|state| state.asked.clear());
    let pattern = PurgeRequest {
        payload: Payload::Pattern(Targets::one("/img/*")),
        ..request("a", "r1", "/")
    };
    running.enqueue(vec![pattern], begin());
    let entry = settled(&mut running).await;
    assert_eq!(entry.verified, Some(true));
    let sample = entry.verification.unwrap().sample.unwrap();
    assert_eq!(sample.source, SampleSource::Known);
    let known = ["/img/ours.jpg", "/img/theirs.jpg"];
    assert_eq!(sample.urls, known.map(|path| format!("https://r1.example.com{path}")));
    let mut asked = edge.asked();
    asked.sort();
    asked.dedup();
    assert_eq!(asked, sample.urls);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn no_more_than_a_handful_is_asked_at_once() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    vendor.change(|state| {
        if let Some(rule) = state.limits.rule_mut(Kind::Url) {
            rule.windows.clear();
        }
    });
    let edge = Scripted::new(&bench, Duration::from_millis(300), |_| Ok(miss()));
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    let requests = (0..30).map(|number| request("a", "r1", &format!("/{number}")));
    running.enqueue(requests.collect(), begin());
    for _ in 0..30 {
        settled(&mut running).await;
    }
    let most = edge.change(|state| state.most_at_once);
    assert_eq!(most, 4);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_next_run_goes_on_with_what_was_seen_before() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let edge = Scripted::new(&bench, QUICK, |_| Ok(hit(5000)));
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    running.enqueue(vec![request("a", "r1", "/a.jpg")], begin());
    let first = running
        .until("a first round", |event| match event {
            Event::Journal(entry) => {
                (!entry.verification.as_ref()?.checks.is_empty()).then(|| entry.clone())
            }
            _ => None,
        })
        .await;
    assert_eq!(first.verified, None);
    running.stop().await;
    let edge = Scripted::new(&bench, QUICK, |_| Ok(miss()));
    let mut running = start(&bench, &vendor, &edge);
    let entry = settled(&mut running).await;
    assert_eq!((&entry.id, entry.verified), (&first.id, Some(true)));
    assert_eq!(entry.verification.unwrap().before, first.verification.unwrap().before);
    running.stop().await;
    // And what is settled stays so.
    let edge = Scripted::new(&bench, QUICK, |_| Ok(hit(5000)));
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    running.pass(Duration::from_mins(10)).await;
    assert_eq!(edge.asked(), [""; 0]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn of_two_on_one_store_one_looks_and_both_know() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let edge = Scripted::new(&bench, Duration::from_secs(1), |number| {
        if number == 0 { Ok(hit(500)) } else { Ok(miss()) }
    });
    let (mut one, mut other) = (start(&bench, &vendor, &edge), start(&bench, &vendor, &edge));
    one.synced("a").await;
    other.synced("a").await;
    one.enqueue(vec![request("a", "r1", "/a.jpg")], begin());
    let entry = settled(&mut one).await;
    let seen = settled(&mut other).await;
    assert_eq!((entry.verified, seen), (Some(true), entry));
    assert_eq!(edge.asked().len(), 2);
    one.stop().await;
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_heard_of_twice_before_it_goes_out_is_not_kept_waiting_after_it() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let edge = Scripted::new(&bench, QUICK, |_| Ok(miss()));
    let mut running = start(&bench, &vendor, &edge);
    running.synced("a").await;
    let time = begin() + TimeDelta::minutes(10);
    running.enqueue(vec![request("a", "r1", "/a.jpg")], time);
    let queued = running.enqueued().await.remove(0);
    let until = (time - TimeDelta::seconds(3) - bench.clock.now()).to_std();
    running.pass(until.unwrap()).await;
    assert_eq!(edge.asked().len(), 1);
    // As it was before it was looked at: from a run on the same store, or read while that was being
    // noted.
    running.engine.0.events.publish(Event::Journal(Box::new(queued)));
    running.journal(JournalState::Successful).await;
    let done = bench.clock.now();
    let entry = settled(&mut running).await;
    assert_eq!(entry.verified, Some(true));
    let waited = bench.clock.now() - done;
    assert!(waited < TimeDelta::seconds(10), "{waited}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_time_that_an_edge_may_take_is_told_where_it_is_probed() {
    let bench = Bench::new();
    let vendor = Vendor::new("a", &bench.clock);
    let running = bench.start(from_ref(&vendor));
    assert_eq!(running.engine.edge_grace(&"a".into()), None);
    running.stop().await;
    let edge = Scripted::new(&bench, Duration::ZERO, |_| Ok(seen(CacheState::Hit, None)));
    let running = start(&bench, &vendor, &edge);
    assert_eq!(running.engine.edge_grace(&"a".into()), Some(Duration::from_secs(40)));
    assert_eq!(running.engine.edge_grace(&"b".into()), None);
    running.stop().await;
}
