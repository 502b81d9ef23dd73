//! Looking at the edge: did a purge take?
//!
//! A request that is queued is looked at before it goes out, some seconds before its time. Nothing ever waits for that: a
//! request that may go out at once goes out while the edge is being asked, and a look that comes too late is known by its
//! time and proves less. When the vendor calls the purge successful, the same URLs are asked for again. What is stale or
//! could not be reached is asked for again with growing pauses until the edge's time is up; only then is the purge called
//! not verified. What was seen is written down after each round, so a restart goes on from there.
//!
//! Of several purgedecks on one store one looks; the others see what it wrote. Over all accounts no more than a handful of
//! questions are under way.

mod job;
mod on_demand;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use self::job::{Phase, VerificationJob};
pub use self::on_demand::{MOST_AT_ONCE, Verifications};
use super::clock::Clock;
use super::events::{EventHub, EventStream};
use super::store_writer::StoreWriter;
use super::{EdgeWatch, EngineConfig};
use crate::domain::event::{Event, Level};
use crate::domain::ids::{AccountName, JournalId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::providers::Provider;
use crate::store::Store;

/// How many questions are under way at once.
const MAX_CONCURRENT: usize = 4;
/// How long before its time a request is looked at.
const LEAD: TimeDelta = TimeDelta::seconds(5);
/// For how long after it was sent a purge is still looked at, where nobody was there when it was done.
const REACH: TimeDelta = TimeDelta::hours(24);

/// An account whose edge is looked at.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub(super) watch: EdgeWatch,
    pub(super) provider: Arc<dyn Provider>,
}

/// Whose edges are looked at, and what it takes.
#[derive(Clone, Debug)]
pub(super) struct VerifyContext {
    accounts: Arc<BTreeMap<AccountName, Watched>>,
    store: Store,
    writer: StoreWriter,
    events: EventHub,
    clock: Clock,
    permits: Arc<Semaphore>,
}

impl VerifyContext {
    /// One that watches the edges of the accounts that have one to watch.
    pub(super) fn new(config: &EngineConfig, writer: &StoreWriter, events: &EventHub) -> Self {
        let watched = config.accounts.iter().filter_map(|account| {
            let watched =
                Watched { watch: account.edge.clone()?, provider: Arc::clone(&account.provider) };
            Some((account.account.name.clone(), watched))
        });
        Self {
            accounts: Arc::new(watched.collect()),
            store: config.store.clone(),
            writer: writer.clone(),
            events: events.clone(),
            clock: config.clock.clone(),
            permits: Arc::new(Semaphore::new(MAX_CONCURRENT)),
        }
    }

    /// Whether it watches anything.
    pub(super) fn has_to_watch(&self) -> bool {
        !self.accounts.is_empty()
    }

    /// The looks for a purge of an account; `None` where its edge is left alone.
    fn job(&self, account: &AccountName) -> Option<VerificationJob> {
        Some(VerificationJob {
            account: self.accounts.get(account)?.clone(),
            store: self.store.clone(),
            writer: self.writer.clone(),
            events: self.events.clone(),
            clock: self.clock.clone(),
            permits: Arc::clone(&self.permits),
        })
    }
}

/// The one who decides what is looked at when.
pub(super) struct Verifier {
    context: VerifyContext,
    queued: mpsc::UnboundedReceiver<Vec<JournalEntry>>,
    events: EventStream,
    jobs: JoinSet<()>,
    /// What each job is about, and the newest that was heard of it meanwhile.
    busy: HashMap<task::Id, (JournalId, Option<JournalEntry>)>,
    /// Requests that wait for the look before they go out, and when it is due.
    early: BTreeMap<JournalId, (DateTime<Utc>, JournalEntry)>,
}

impl Verifier {
    /// One that hears of the journal by what is posted from now on.
    pub(super) fn new(
        context: &VerifyContext,
        queued: mpsc::UnboundedReceiver<Vec<JournalEntry>>,
    ) -> Self {
        Self {
            context: context.clone(),
            queued,
            events: context.events.subscribe(),
            jobs: JoinSet::new(),
            busy: HashMap::new(),
            early: BTreeMap::new(),
        }
    }

    /// Works until `stop`, which breaks off what is under way.
    pub(super) async fn work(mut self, stop: CancellationToken) {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = self.resume() => {}
        }
        loop {
            let due = self.early.values().map(|(at, _)| *at).min();
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Some(ended) = self.jobs.join_next_with_id(), if !self.jobs.is_empty() => {
                    let id = ended.map_or_else(|broken| broken.id(), |(id, ())| id);
                    self.ended(id);
                }
                // Before events: what is queued may be sent already.
                Some(queued) = self.queued.recv() => {
                    for entry in queued {
                        self.learn(entry);
                    }
                }
                Some(event) = self.events.recv() => {
                    if let Event::Journal(entry) = event {
                        self.learn(*entry);
                    }
                }
                () = self.context.clock.sleep_until(due.unwrap_or_default()), if due.is_some() => self.start_early(),
            }
        }
    }

    /// Goes on with what an earlier run left.
    async fn resume(&mut self) {
        let since = self.context.clock.now() - REACH;
        let found = self
            .context
            .writer
            .call(move |store| {
                let mut found = store.reader.unverified(since)?;
                found.extend(store.reader.journal_open()?);
                Ok(found)
            })
            .await;
        match found {
            Ok(found) => found.into_iter().for_each(|entry| self.learn(entry)),
            Err(error) => self.context.events.notice(
                Level::Warning,
                None,
                format!("What is left to verify is not known. {error}"),
            ),
        }
    }

    fn learn(&mut self, entry: JournalEntry) {
        if !self.context.accounts.contains_key(&entry.request.account) {
            return;
        }
        if let Some((_, newest)) = self.busy.values_mut().find(|(id, _)| *id == entry.id) {
            *newest = Some(entry);
            return;
        }
        match entry.state {
            JournalState::Queued => {
                let seen = entry.verification.as_ref();
                if seen.is_none_or(|seen| seen.before.is_empty()) {
                    let at = entry.planned_at - LEAD;
                    self.early.insert(entry.id.clone(), (at, entry));
                }
            }
            JournalState::Successful => {
                self.early.remove(&entry.id);
                let recent = entry.sent_at >= Some(self.context.clock.now() - REACH);
                if recent && !entry.is_looked_at() {
                    self.start(entry, Phase::After);
                }
            }
            JournalState::Sending
            | JournalState::Accepted
            | JournalState::Rejected
            | JournalState::Unknown
            | JournalState::Failed
            | JournalState::Cancelled => {
                self.early.remove(&entry.id);
            }
        }
    }

    fn start_early(&mut self) {
        let now = self.context.clock.now();
        let due: Vec<JournalId> =
            self.early.iter().filter(|(_, (at, _))| *at <= now).map(|(id, _)| id.clone()).collect();
        for id in due {
            if let Some((_, entry)) = self.early.remove(&id) {
                self.start(entry, Phase::Before);
            }
        }
    }

    fn start(&mut self, entry: JournalEntry, phase: Phase) {
        let Some(job) = self.context.job(&entry.request.account) else {
            return;
        };
        let id = entry.id.clone();
        let job = self.jobs.spawn(job.run(entry, phase));
        self.busy.insert(job.id(), (id, None));
    }

    fn ended(&mut self, job: task::Id) {
        if let Some((_, Some(entry))) = self.busy.remove(&job) {
            self.learn(entry);
        }
    }
}
