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

mod rounds;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use self::rounds::{Phase, Rounds};
use super::EdgeWatch;
use super::clerk::Clerk;
use super::clock::Clock;
use super::outbox::Outbox;
use crate::domain::ids::{AccountName, JournalId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::effect::Tone;
use crate::providers::Provider;
use crate::store::Store;

/// How many questions are under way at once.
const HANDFUL: usize = 4;
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

/// The one who decides what is looked at when.
pub(super) struct Verifier {
    accounts: BTreeMap<AccountName, Watched>,
    store: Store,
    clerk: Clerk,
    outbox: Outbox,
    clock: Clock,
    heard: mpsc::UnboundedReceiver<JournalEntry>,
    hands: Arc<Semaphore>,
    jobs: JoinSet<()>,
    /// What each job is about, and the newest that was heard of it meanwhile.
    busy: HashMap<task::Id, (JournalId, Option<JournalEntry>)>,
    /// Requests that wait for the look before they go out, and when it is due.
    early: BTreeMap<JournalId, (DateTime<Utc>, JournalEntry)>,
}

impl Verifier {
    /// One that hears of the journal by what is posted from now on. It watches nothing yet.
    pub(super) fn new(store: &Store, clerk: &Clerk, outbox: &Outbox, clock: &Clock) -> Self {
        let (ear, heard) = mpsc::unbounded_channel();
        outbox.overheard_by(ear);
        Self {
            accounts: BTreeMap::new(),
            store: store.clone(),
            clerk: clerk.clone(),
            outbox: outbox.clone(),
            clock: clock.clone(),
            heard,
            hands: Arc::new(Semaphore::new(HANDFUL)),
            jobs: JoinSet::new(),
            busy: HashMap::new(),
            early: BTreeMap::new(),
        }
    }

    /// Watches an account's edge.
    pub(super) fn watch(
        &mut self,
        account: AccountName,
        watch: EdgeWatch,
        provider: Arc<dyn Provider>,
    ) {
        self.accounts.insert(account, Watched { watch, provider });
    }

    /// Whether it watches anything.
    pub(super) fn has_to_watch(&self) -> bool {
        !self.accounts.is_empty()
    }

    /// Works until `stop`, which breaks off what is under way.
    pub(super) async fn work(mut self, stop: CancellationToken) {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = self.pick_up() => {}
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
                Some(entry) = self.heard.recv() => self.hear(entry),
                () = self.clock.sleep_until(due.unwrap_or_default()), if due.is_some() => self.look_before(),
            }
        }
    }

    /// Goes on with what an earlier run left.
    async fn pick_up(&mut self) {
        let since = self.clock.now() - REACH;
        let found = self
            .clerk
            .call(move |books| {
                let mut found = books.reader.to_verify(since)?;
                found.extend(books.reader.journal_open()?);
                Ok(found)
            })
            .await;
        match found {
            Ok(found) => found.into_iter().for_each(|entry| self.hear(entry)),
            Err(trouble) => self.outbox.notice(
                Tone::Warning,
                None,
                format!("What is left to verify is not known. {trouble}"),
            ),
        }
    }

    fn hear(&mut self, entry: JournalEntry) {
        if !self.accounts.contains_key(&entry.request.account) {
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
                let settled = entry.verification.as_ref().is_some_and(|seen| seen.settled);
                let recent = entry.sent_at >= Some(self.clock.now() - REACH);
                if recent && !settled {
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

    fn look_before(&mut self) {
        let now = self.clock.now();
        let due: Vec<JournalId> = self
            .early
            .iter()
            .filter(|(_, (at, _))| *at <= now)
            .map(|(id, _)| id.clone())
            .collect();
        for id in due {
            if let Some((_, entry)) = self.early.remove(&id) {
                self.start(entry, Phase::Before);
            }
        }
    }

    fn start(&mut self, entry: JournalEntry, phase: Phase) {
        let Some(account) = self.accounts.get(&entry.request.account) else {
            return;
        };
        let rounds = Rounds {
            account: account.clone(),
            store: self.store.clone(),
            clerk: self.clerk.clone(),
            outbox: self.outbox.clone(),
            clock: self.clock.clone(),
            hands: Arc::clone(&self.hands),
        };
        let id = entry.id.clone();
        let job = self.jobs.spawn(rounds.make(entry, phase));
        self.busy.insert(job.id(), (id, None));
    }

    fn ended(&mut self, job: task::Id) {
        if let Some((_, Some(entry))) = self.busy.remove(&job) {
            self.hear(entry);
        }
    }
}
