//! Verifies purges at the edge.
//!
//! The URLs of a queued request are probed before it is sent, some seconds before its time. Nothing
//! waits for that: a request that may be sent at once is sent while the edge is being probed, and a
//! probe that came too late is recognised by its time and proves less. When the vendor calls the
//! purge successful, the same URLs are probed again. Stale or unreachable ones are probed again
//! with growing pauses until the edge's grace is over; only then is the purge called not verified.
//! The probes are stored after each round, so a restart continues from there.
//!
//! Of several processes on one store only one probes for a purge; the others read what it stored.
//! No more than [`MAX_CONCURRENT`] probes run at once, over all accounts.

mod job;
mod on_demand;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use self::job::{Phase, VerificationJob};
pub use self::on_demand::{MOST_AT_ONCE, Verifications};
use super::clock::Clock;
use super::events::{EventHub, EventStream};
use super::store_writer::StoreWriter;
use super::{EdgeWatch, Engine, EngineConfig};
use crate::domain::event::{Event, Level};
use crate::domain::ids::{AccountName, JournalId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::providers::Provider;
use crate::store::Store;

/// Largest number of probes that run at once.
const MAX_CONCURRENT: usize = 4;
/// Time before a request's planned time at which its URLs are probed.
const LEAD: TimeDelta = TimeDelta::seconds(5);
/// Time after a purge was sent in which it is still verified, where no process was running when it
/// ended.
const REACH: TimeDelta = TimeDelta::hours(24);

/// An account whose edge is probed.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub(super) watch: EdgeWatch,
    pub(super) provider: Arc<dyn Provider>,
}

/// The accounts whose edges are probed, and the means for probing.
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
    /// Makes a context for the accounts that have an edge.
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

    /// True if any account has an edge.
    pub(super) fn has_to_watch(&self) -> bool {
        !self.accounts.is_empty()
    }

    /// Makes a job for a purge of an account; `None` where its edge is not probed.
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

impl Engine {
    /// Returns the longest time for which an account's edge may serve old content after the vendor
    /// called a purge successful; `None` where its edge is not probed.
    pub fn edge_grace(&self, account: &AccountName) -> Option<Duration> {
        let watched = self.0.verify_context.accounts.get(account);
        watched.map(|watched| watched.watch.grace)
    }
}

/// Decides which purges are verified at which time.
pub(super) struct Verifier {
    context: VerifyContext,
    queued: mpsc::UnboundedReceiver<Vec<JournalEntry>>,
    events: EventStream,
    jobs: JoinSet<()>,
    /// The request of each running job, and its newest state since the job began.
    busy: HashMap<task::Id, (JournalId, Option<JournalEntry>)>,
    /// Requests to probe before they are sent, and the time for that.
    early: BTreeMap<JournalId, (DateTime<Utc>, JournalEntry)>,
}

impl Verifier {
    /// Makes a verifier that follows the journal from now on.
    pub(super) fn new(
        context: &VerifyContext,
        queued: mpsc::UnboundedReceiver<Vec<JournalEntry>>,
    ) -> Self {
        Self {
            context: context.clone(),
            queued,
            events: context.events.subscribe_to_journal(),
            jobs: JoinSet::new(),
            busy: HashMap::new(),
            early: BTreeMap::new(),
        }
    }

    /// Works until `stop`, which cancels running jobs.
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
                // Before the journal: a queued request may be sent already.
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
                () = self.context.clock.sleep_until(due.unwrap_or_default()), if due.is_some() => {
                    self.start_early();
                }
            }
        }
    }

    /// Continues with the purges that an earlier run left.
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
                if recent && !entry.is_verification_settled() {
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
