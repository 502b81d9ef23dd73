//! A vendor that does what a test tells it, and a place to run the tasks at.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::domain::account::Account;
use crate::domain::coverage::Coverage;
use crate::domain::event::{AccountStatus, Event, StoreError};
use crate::domain::failure::{Applied, Cause, Failure};
use crate::domain::ids::{AccountName, JournalId, ProviderName, PurgeId, ResourceId};
use crate::domain::journal::{JournalEntry, JournalState, NewEntry};
use crate::domain::kind::Kind;
use crate::domain::limits::{
    HistoryRule, KindRule, Limits, LimitsSource, Reading, Syntax, Wildcard,
};
use crate::domain::payload::{Payload, PurgeRequest, Targets};
use crate::domain::plan::Preview;
use crate::domain::purge::{Purge, Target};
use crate::domain::resource::Resource;
use crate::domain::status::Status;
use crate::engine::{AccountHandle, Clock, Engine, EngineConfig, EventStream};
use crate::providers::{HistoryPage, HistoryRequest, Provider, Receipt, RefusedTarget};
use crate::store::{Access, Store};
use crate::testing;

/// When every test begins.
pub(super) fn begin() -> DateTime<Utc> {
    DateTime::from_timestamp(1_763_000_000, 0).unwrap()
}

/// The order of a vendor's list.
#[derive(Clone, Copy, Debug)]
pub(super) enum ListOrder {
    Newest,
    Oldest,
    Shuffled,
}

/// The reaction of a vendor to a purge that reaches it.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// It takes it.
    Take,
    /// It takes it, and its answer is lost.
    TakeAndLose,
    /// It takes it but for these targets.
    TakePart(&'static [&'static str]),
    /// It never gets it, and nobody can know.
    Lose,
    /// It could not be reached.
    Unreachable,
    /// It says that there were too many.
    RateLimit(Option<Duration>),
    /// It refuses.
    Refuse,
    /// It takes it when it is told to go on.
    Hang(Arc<Notify>),
    /// The adapter falls over after the vendor took it.
    TakeAndPanic,
}

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a habit of the vendor's")]
pub(super) struct State {
    pub(super) purges: Vec<Purge>,
    pub(super) limits: Limits,
    pub(super) resources: Vec<Resource>,
    pub(super) order: ListOrder,
    pub(super) counts: bool,
    /// Set if its answers carry a date.
    pub(super) dates: bool,
    /// Its clock minus that of the machine.
    pub(super) ahead: TimeDelta,
    pub(super) gives_id: bool,
    /// The id that it answers with, whatever the purge's own is.
    pub(super) answers: Option<PurgeId>,
    /// Time that it needs for a purge.
    pub(super) needs: TimeDelta,
    pub(super) ends_in: Status,
    /// Set if it answers 429 when a window of its limits is full.
    pub(super) strict: bool,
    pub(super) acts: VecDeque<Act>,
    /// Failures of the next questions.
    pub(super) failures: VecDeque<Failure>,
    /// Failure of all questions.
    pub(super) down: Option<Failure>,
    /// Failure of all questions for one resource's history from an offset on.
    pub(super) broken: Option<(&'static str, u64, Failure)>,
    /// Time that an answer takes.
    pub(super) slow: Duration,
    /// Time that an answer about resources or limits takes.
    pub(super) slow_lookups: Duration,
    /// Longest time that chance adds to that of a page.
    pub(super) jitter: Duration,
    /// Percentage of questions that fail, and how many may.
    pub(super) faults: (u8, u32),
    /// Questions for history on their way: now, and at most so far.
    pub(super) on_their_way: (u32, u32),
    /// Purges that arrive after each question: how many, and how long before it was asked they were
    /// created.
    pub(super) arrivals: VecDeque<(u32, TimeDelta)>,
    pub(super) asked: Vec<HistoryRequest>,
    /// The purges whose targets were asked for.
    pub(super) detailed: Vec<PurgeId>,
    /// Failure of each question for this purge's targets.
    pub(super) broken_detail: Option<(PurgeId, Failure)>,
    /// The longest span that it answers for.
    pub(super) span: Option<TimeDelta>,
    pub(super) resources_asked: u32,
    pub(super) limits_asked: u32,
    /// Everything that reached it.
    pub(super) got: Vec<(DateTime<Utc>, PurgeRequest)>,
    pub(super) refused_for_rate: u32,
    /// Number of looks at its clock after which the machine sleeps for an hour.
    pub(super) sleeps_after: Option<u32>,
    dice: fastrand::Rng,
    next_id: u64,
}

/// One account at a scripted vendor.
#[derive(Debug)]
pub(super) struct Vendor {
    account: AccountName,
    provider: ProviderName,
    clock: Clock,
    pub(super) state: Mutex<State>,
}

pub(super) fn limits() -> Limits {
    let rule = |per_request, requests, bucket| KindRule {
        windows: vec![testing::window(requests, 60, bucket)],
        ..testing::rule(per_request, Syntax::Path, Wildcard::End)
    };
    Limits {
        history: HistoryRule {
            reach: Some(Duration::from_hours(30 * 24)),
            settle: Duration::from_secs(5),
            ..testing::history()
        },
        ..testing::limits(rule(100, 2, "url"), rule(10, 1, "pattern"), rule(0, 1, "pattern"))
    }
}

pub(super) fn resource(account: &str, id: &str) -> Resource {
    Resource::new(account, "scripted", id, format!("{id}.example.com"))
}

impl Vendor {
    pub(super) fn new(account: &str, clock: &Clock) -> Arc<Self> {
        Arc::new(Self {
            account: account.into(),
            provider: "scripted".into(),
            clock: clock.clone(),
            state: Mutex::new(State {
                purges: Vec::new(),
                limits: limits(),
                resources: vec![resource(account, "r1")],
                order: ListOrder::Newest,
                counts: true,
                dates: true,
                ahead: TimeDelta::zero(),
                gives_id: false,
                answers: None,
                needs: TimeDelta::seconds(15),
                ends_in: Status::Successful,
                strict: true,
                acts: VecDeque::new(),
                failures: VecDeque::new(),
                down: None,
                broken: None,
                slow: Duration::ZERO,
                slow_lookups: Duration::ZERO,
                jitter: Duration::ZERO,
                faults: (0, 0),
                on_their_way: (0, 0),
                arrivals: VecDeque::new(),
                asked: Vec::new(),
                detailed: Vec::new(),
                broken_detail: None,
                span: None,
                resources_asked: 0,
                limits_asked: 0,
                got: Vec::new(),
                refused_for_rate: 0,
                sleeps_after: None,
                dice: fastrand::Rng::with_seed(11),
                next_id: 1,
            }),
        })
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    /// The time by its clock.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now() + self.change(|state| state.ahead)
    }

    /// Somebody purges something.
    pub(super) fn purge_by_somebody(
        &self,
        resource: &str,
        target: &str,
        ago: TimeDelta,
    ) -> PurgeId {
        let created = self.now() - ago;
        self.change(|state| {
            state.put(&self.account, resource, Kind::Url, &[target.to_owned()], created)
        })
    }

    pub(super) fn got(&self) -> Vec<Vec<String>> {
        self.change(|state| {
            let targets = |(_, request): &(_, PurgeRequest)| request.payload.targets().to_vec();
            state.got.iter().map(targets).collect()
        })
    }

    fn fault(&self) -> Option<Failure> {
        self.change(|state| {
            let next = state.failures.pop_front().or_else(|| state.down.clone());
            next.or_else(|| state.fault_by_chance())
        })
    }

    async fn pause(&self) {
        let slow = self.change(|state| state.slow + state.jitter.mul_f64(state.dice.f64()));
        if slow > Duration::ZERO {
            tokio::time::sleep(slow).await;
        }
    }

    async fn think(&self) {
        let slow = self.change(|state| state.slow_lookups);
        if slow > Duration::ZERO {
            tokio::time::sleep(slow).await;
        }
    }

    fn take(&self, request: &PurgeRequest) -> Receipt {
        let now = self.now();
        let id = self.change(|state| {
            state.put(
                &self.account,
                request.resource.as_str(),
                request.kind(),
                request.payload.targets(),
                now,
            )
        });
        let told = self.change(|state| state.answers.clone().or(state.gives_id.then_some(id)));
        Receipt { id: told, ..Receipt::default() }
    }

    /// Takes what it does not refuse; its rows say of each target how it went.
    fn take_part(&self, request: &PurgeRequest, refuses: &[&str]) -> Receipt {
        let is_refused = |target: &&String| refuses.contains(&target.as_str());
        let (refused, taken): (Vec<&String>, Vec<&String>) =
            request.payload.targets().iter().partition(is_refused);
        let taken: Vec<String> = taken.into_iter().cloned().collect();
        let now = self.now();
        let id = self.change(|state| {
            let resource = request.resource.as_str();
            let id = state.put(&self.account, resource, request.kind(), &taken, now);
            for target in state.purges.iter_mut().flat_map(|purge| &mut purge.targets) {
                target.status = Some(Status::InProgress);
            }
            id
        });
        let reason = "not yours".to_owned();
        let refused = refused.into_iter();
        Receipt {
            id: self.change(|state| state.gives_id).then_some(id),
            refused: refused
                .map(|target| RefusedTarget { target: target.clone(), reason: reason.clone() })
                .collect(),
            ..Receipt::default()
        }
    }

    /// True if a window is full: as the vendor counts, to the microsecond.
    fn is_full(&self, request: &PurgeRequest) -> bool {
        let now = self.now();
        self.change(|state| {
            let Some(rule) = state.limits.rule(request.kind()).cloned() else {
                return true;
            };
            let full = rule.windows.iter().any(|window| {
                let since = now - TimeDelta::from_std(window.per).unwrap();
                let used = state.purges.iter().filter(|purge| {
                    let same = purge.kind.and_then(|kind| state.limits.rule(kind));
                    purge.created > since
                        && purge.resource == request.resource
                        && same.is_some_and(|rule| {
                            rule.windows.iter().any(|other| other.bucket == window.bucket)
                        })
                });
                used.count() >= window.requests as usize
            });
            if state.strict && full {
                state.refused_for_rate += 1;
            }
            state.strict && full
        })
    }
}

impl State {
    pub(super) fn put(
        &mut self,
        account: &AccountName,
        resource: &str,
        kind: Kind,
        targets: &[String],
        created: DateTime<Utc>,
    ) -> PurgeId {
        let id = PurgeId::from(format!("v{}", self.next_id));
        self.next_id += 1;
        self.purges.push(Purge {
            provider: "scripted".into(),
            resource: resource.into(),
            cname: format!("{resource}.example.com"),
            kind: Some(kind),
            status: Status::InProgress,
            targets: targets.iter().map(Target::new).collect(),
            ..testing::purge(account.clone(), id.clone(), created)
        });
        id
    }

    fn falls_asleep(&mut self) -> bool {
        let left = self.sleeps_after;
        self.sleeps_after = left.and_then(|left| left.checked_sub(1));
        left == Some(0)
    }

    fn fault_by_chance(&mut self) -> Option<Failure> {
        let (percent, left) = self.faults;
        if left == 0 || self.dice.u8(..100) >= percent {
            return None;
        }
        self.faults.1 -= 1;
        Some(Failure::new(match self.dice.u8(..6) {
            0 => Cause::RateLimited { retry_after: Some(Duration::from_secs(7)) },
            1 => Cause::RateLimited { retry_after: None },
            2 => Cause::VendorError,
            3 => Cause::BadAnswer,
            4 => Cause::Unreachable,
            _ => Cause::Lost,
        }))
    }

    fn list(&mut self, ask: &HistoryRequest, now: DateTime<Utc>) -> HistoryPage {
        let rule = self.limits.history.clone();
        let ranges = !matches!(rule.reading, Reading::Pages | Reading::NewestFirst);
        let needs = self.needs;
        let mut found: Vec<Purge> = self
            .purges
            .iter()
            .filter(|purge| {
                !ranges
                    || (ask.from.is_none_or(|from| purge.created >= from)
                        && ask.until.is_none_or(|until| purge.created <= until))
            })
            .filter(|purge| {
                ask.resource.as_ref().is_none_or(|(resource, _)| purge.resource == *resource)
            })
            .filter(|purge| ask.id.as_ref().is_none_or(|id| purge.id == *id))
            .map(|purge| {
                let mut purge = purge.clone();
                if now - purge.created >= needs {
                    purge.status = self.ends_in;
                    let told = purge.targets.iter_mut().filter_map(|it| it.status.as_mut());
                    told.for_each(|status| *status = self.ends_in);
                }
                purge
            })
            .collect();
        match self.order {
            ListOrder::Newest => found.sort_by_key(|purge| std::cmp::Reverse(purge.created)),
            ListOrder::Oldest => found.sort_by_key(|purge| purge.created),
            ListOrder::Shuffled => self.dice.shuffle(&mut found),
        }
        let total = found.len() as u64;
        if rule.bare {
            for purge in &mut found {
                (purge.kind, purge.targets) = (None, Vec::new());
            }
        }
        let purges: Vec<Purge> =
            found.into_iter().skip(ask.offset as usize).take(rule.page as usize).collect();
        let records = purges.len() as u64;
        HistoryPage {
            purges,
            records,
            total: self.counts.then_some(total),
            complete: ask.offset + records >= total,
            ..HistoryPage::default()
        }
    }
}

pub(super) fn lost() -> Failure {
    Failure { applied: Applied::Maybe, ..Failure::new(Cause::Lost) }
}

#[async_trait]
impl Provider for Vendor {
    fn account(&self) -> &AccountName {
        &self.account
    }

    fn provider(&self) -> &ProviderName {
        &self.provider
    }

    fn documented_limits(&self) -> Limits {
        self.change(|state| state.limits.clone())
    }

    async fn live_limits(&self) -> Result<Limits, Failure> {
        self.change(|state| state.limits_asked += 1);
        self.think().await;
        if let Some(failure) = self.change(|state| state.down.clone()) {
            return Err(failure);
        }
        Ok(Limits { source: LimitsSource::Live, ..self.documented_limits() })
    }

    async fn resources(&self) -> Result<Vec<Resource>, Failure> {
        self.change(|state| state.resources_asked += 1);
        self.think().await;
        if let Some(failure) = self.change(|state| state.down.clone()) {
            return Err(failure);
        }
        Ok(self.change(|state| state.resources.clone()))
    }

    async fn history(&self, ask: &HistoryRequest) -> Result<HistoryPage, Failure> {
        self.change(|state| {
            state.asked.push(ask.clone());
            state.on_their_way.0 += 1;
            state.on_their_way.1 = state.on_their_way.1.max(state.on_their_way.0);
        });
        self.pause().await;
        self.change(|state| state.on_their_way.0 -= 1);
        let asks = |id: &str, from: u64| {
            let resource = ask.resource.as_ref().map(|(resource, _)| resource.as_str());
            resource == Some(id) && ask.offset >= from
        };
        let broken = self.change(|state| state.broken.clone());
        let broken = broken.filter(|(id, from, _)| asks(id, *from)).map(|(_, _, failure)| failure);
        if let Some(failure) = broken.or_else(|| self.fault()) {
            return Err(failure);
        }
        let now = self.now();
        let asked = ask.until.unwrap_or(now) - ask.from.unwrap_or(now);
        if self.change(|state| state.span.is_some_and(|span| asked > span)) {
            return Err(Failure::new(Cause::RangeTooLong));
        }
        let page = self.change(|state| {
            let page = state.list(ask, now);
            if let Some((count, ago)) = state.arrivals.pop_front() {
                for number in 0..count {
                    let target = format!("/arrived/{number}");
                    state.put(&self.account, "r1", Kind::Url, &[target], now - ago);
                }
            }
            page
        });
        Ok(page)
    }

    async fn detail(&self, resource: &ResourceId, id: &PurgeId) -> Result<Purge, Failure> {
        self.change(|state| state.detailed.push(id.clone()));
        self.pause().await;
        let broken = self.change(|state| state.broken_detail.clone());
        let broken = broken.filter(|(other, _)| other == id).map(|(_, failure)| failure);
        if let Some(failure) = broken.or_else(|| self.fault()) {
            return Err(failure);
        }
        let now = self.now();
        let needs = self.change(|state| state.needs);
        self.change(|state| {
            let mut known = state.purges.iter();
            let purge = known.find(|purge| purge.id == *id && purge.resource == *resource);
            let purge = purge.cloned().ok_or_else(|| Failure::new(Cause::NotFound))?;
            let done = now - purge.created >= needs;
            Ok(Purge { status: if done { state.ends_in } else { purge.status }, ..purge })
        })
    }

    async fn submit(&self, request: &PurgeRequest) -> Result<Receipt, Failure> {
        let now = self.now();
        self.change(|state| state.got.push((now, request.clone())));
        self.pause().await;
        let act = self.change(|state| state.acts.pop_front()).unwrap_or(Act::Take);
        let full = self.is_full(request);
        match act {
            Act::Take if full => Err(Failure::new(Cause::RateLimited { retry_after: None })),
            Act::Take => Ok(self.take(request)),
            Act::TakePart(refuses) => Ok(self.take_part(request, refuses)),
            Act::TakeAndLose => {
                self.take(request);
                Err(lost())
            }
            Act::Lose => Err(lost()),
            Act::Unreachable => Err(Failure::new(Cause::Unreachable)),
            Act::RateLimit(retry_after) => Err(Failure::new(Cause::RateLimited { retry_after })),
            Act::Refuse => Err(Failure::new(Cause::Rejected { errors: Vec::new() })),
            Act::Hang(go) => {
                go.notified().await;
                Ok(self.take(request))
            }
            Act::TakeAndPanic => {
                self.take(request);
                panic!("the adapter falls over");
            }
        }
    }

    fn preview(&self, request: &PurgeRequest) -> Preview {
        Preview {
            method: "POST".to_owned(),
            url: format!("https://vendor.example/{}", request.resource),
            headers: Vec::new(),
            body: request.payload.targets().join(","),
            curl: String::new(),
        }
    }

    fn clock_ahead(&self) -> Option<TimeDelta> {
        if self.change(State::falls_asleep) {
            self.clock.set_on(TimeDelta::hours(1));
        }
        self.change(|state| state.dates.then_some(state.ahead))
    }
}

pub(super) fn account(name: &str) -> Account {
    Account::new(name, "scripted")
}

pub(super) fn request(account: &str, resource: &str, target: &str) -> PurgeRequest {
    PurgeRequest::new(
        account,
        resource,
        format!("{resource}.example.com"),
        Payload::Url(Targets::one(target)),
    )
}

/// A directory with a store, and the time.
pub(super) struct Bench {
    pub(super) directory: tempfile::TempDir,
    pub(super) clock: Clock,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), clock: Clock::following_tokio(begin()) }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.path().join("store.db")
    }

    pub(super) fn store(&self) -> Store {
        Store::open(&self.path(), Access::ReadWrite).unwrap().operated_by(testing::operator())
    }

    pub(super) fn setup(&self, vendors: &[Arc<Vendor>]) -> EngineConfig {
        let accounts = vendors
            .iter()
            .map(|vendor| AccountHandle {
                account: account(vendor.account.as_str()),
                provider: vendor.clone(),
                refresh: None,
                edge: None,
            })
            .collect();
        EngineConfig {
            refresh: Duration::from_secs(15),
            ..EngineConfig::new(self.store(), accounts, self.clock.clone())
        }
    }

    pub(super) fn start(&self, vendors: &[Arc<Vendor>]) -> Running {
        self.start_with(vendors, |_| {})
    }

    pub(super) fn start_with(
        &self,
        vendors: &[Arc<Vendor>],
        change: impl FnOnce(&mut EngineConfig),
    ) -> Running {
        let mut setup = self.setup(vendors);
        change(&mut setup);
        let store = setup.store.clone();
        let (engine, events) = Engine::start(setup).unwrap();
        Running { engine, events, store, seen: Vec::new(), enqueued: VecDeque::new() }
    }
}

/// An engine and what happened so far.
pub(super) struct Running {
    pub(super) engine: Engine,
    pub(super) events: EventStream,
    pub(super) store: Store,
    pub(super) seen: Vec<Event>,
    enqueued: VecDeque<JoinHandle<Result<Vec<JournalEntry>, StoreError>>>,
}

impl Running {
    /// Lets time pass until an event fits; a day of virtual time without it is a fault.
    pub(super) async fn until<T>(&mut self, what: &str, fits: impl Fn(&Event) -> Option<T>) -> T {
        let waiting = async {
            loop {
                let event = self.events.recv().await.expect("the engine lives");
                let found = fits(&event);
                self.seen.push(event);
                if let Some(found) = found {
                    return found;
                }
            }
        };
        match tokio::time::timeout(Duration::from_hours(24), waiting).await {
            Ok(found) => found,
            Err(tokio::time::error::Elapsed { .. }) => {
                panic!("{what} never came; last seen: {:#?}", self.seen.last())
            }
        }
    }

    /// Lets time pass, taking in what happens.
    pub(super) async fn pass(&mut self, span: Duration) {
        let end = tokio::time::Instant::now() + span;
        while let Ok(Some(event)) = tokio::time::timeout_at(end, self.events.recv()).await {
            self.seen.push(event);
        }
    }

    /// Until an account was read without a fault and nothing older is missing.
    pub(super) async fn synced(&mut self, account: &str) -> AccountStatus {
        self.until("a status", |event| match event {
            Event::Account { account: name, status }
                if name.as_str() == account
                    && status.synced_at.is_some()
                    && status.older.is_none()
                    && status.asking_since.is_none() =>
            {
                Some(status.clone())
            }
            _ => None,
        })
        .await
    }

    pub(super) fn enqueue(&mut self, requests: Vec<PurgeRequest>, planned_at: DateTime<Utc>) {
        let entries = requests
            .into_iter()
            .map(|request| NewEntry {
                reason: Some("because".to_owned()),
                ..NewEntry::new(request, planned_at)
            })
            .collect();
        self.enqueued.push_back(tokio::spawn(self.engine.enqueue(entries)));
    }

    /// Result of the oldest order to enqueue that was not asked for yet.
    pub(super) async fn try_enqueued(&mut self) -> Result<Vec<JournalEntry>, StoreError> {
        self.enqueued.pop_front().unwrap().await.unwrap()
    }

    pub(super) async fn enqueued(&mut self) -> Vec<JournalEntry> {
        self.try_enqueued().await.unwrap()
    }

    pub(super) async fn journal(&mut self, state: JournalState) -> JournalEntry {
        self.until(state.word(), |event| match event {
            Event::Journal(entry) if entry.state == state => Some((**entry).clone()),
            _ => None,
        })
        .await
    }

    /// Until the vendor took a request; that it is found in the history later is no such report.
    pub(super) async fn accepted(&mut self) -> JournalEntry {
        self.until("accepted", |event| match event {
            Event::Journal(entry)
                if entry.state == JournalState::Accepted && entry.purge.is_none() =>
            {
                Some((**entry).clone())
            }
            _ => None,
        })
        .await
    }

    pub(super) fn entry(&self, id: &JournalId) -> JournalEntry {
        self.store.reader().unwrap().journal_entry(id).unwrap().unwrap()
    }

    /// For which times the history of account `a` is complete.
    pub(super) fn coverage(&self) -> Coverage {
        let reader = self.store.reader().unwrap();
        reader.coverage(&"a".into()).unwrap()
    }

    /// All purges of the store, with how often each id occurs being 1.
    pub(super) fn stored(&self) -> Vec<Purge> {
        let mut purges = Vec::new();
        self.store
            .reader()
            .unwrap()
            .export(
                &crate::domain::filter::Predicate::default(),
                crate::domain::query::Sort::NEWEST,
                None,
                &mut |detail| {
                    purges.push(detail.purge);
                    std::ops::ControlFlow::Continue(())
                },
            )
            .unwrap();
        purges
    }

    pub(super) fn stored_ids(&self) -> Vec<String> {
        let mut ids: Vec<String> =
            self.stored().iter().map(|purge| format!("{} {}", purge.account, purge.id)).collect();
        ids.sort();
        ids
    }

    pub(super) async fn stop(self) {
        self.engine.shutdown().await;
    }
}

pub(super) fn ids_of(vendor: &Vendor) -> Vec<String> {
    let mut ids: Vec<String> = vendor.change(|state| {
        let id = |purge: &Purge| format!("{} {}", purge.account, purge.id);
        state.purges.iter().map(id).collect()
    });
    ids.sort();
    ids
}

/// Runs a test in virtual time, for properties: they are no async functions.
pub(super) fn in_virtual_time<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(test)
}

/// Returns the finest step of a vendor's times. Without offsets one with more purges than an answer
/// holds could not be read at all.
pub(super) fn finest(reading: Reading) -> Duration {
    match reading {
        Reading::Ranges => Duration::from_millis(1),
        Reading::RangesAndOffsets | Reading::Pages | Reading::NewestFirst => Duration::from_secs(1),
    }
}

pub(super) fn orders() -> impl Strategy<Value = ListOrder> {
    prop_oneof![Just(ListOrder::Newest), Just(ListOrder::Oldest), Just(ListOrder::Shuffled)]
}

impl State {
    /// Lets purges arrive after each of the next questions: how many, and their age then in
    /// milliseconds.
    pub(super) fn expect_arrivals(&mut self, arrivals: &[(u32, i64)]) {
        for (count, late) in arrivals {
            self.arrivals.push_back((*count, TimeDelta::milliseconds(*late)));
        }
    }
}

impl Running {
    /// Fails where a purge is stored twice, or lies in a range that is called complete and is not
    /// stored.
    pub(super) fn check_coverage(&self, vendor: &Vendor) -> Result<(), TestCaseError> {
        let (coverage, stored) = (self.coverage(), self.stored());
        for purge in vendor.change(|state| state.purges.clone()) {
            let claimed = coverage
                .ranges()
                .iter()
                .any(|(from, until)| *from <= purge.created && purge.created < *until);
            let there = stored.iter().filter(|known| known.id == purge.id).count();
            prop_assert!(there <= 1, "{} is there {there} times", purge.id);
            prop_assert!(!claimed || there == 1, "{} is covered and missing", purge.id);
        }
        Ok(())
    }
}
