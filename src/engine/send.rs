//! Sending, by the journal's rules: nothing is lost, nothing is sent twice, nothing is called done before it is.
//!
//! One sender works for all accounts. It takes queued requests in their order, waits until the budget has room, counting
//! what anybody sent, writes `sending` to the disk and only then sends, once. What the answer means is written before
//! anything else happens. A request whose answer was lost is `unknown`: it is looked for in the vendor's history and never
//! sent again but by the operator's own word. The same holds for what a crash left in `sending`.
//!
//! One process sends for a store at a time: the holder of a lock beside the store, taken while there is something to send
//! and given back after. The others watch and take over when the holder is gone.

mod account_queue;
mod journal;
mod journal_writer;
mod lock;
mod outcome;
mod schedule;
mod submission;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc;
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use self::journal::Journal;
use self::journal_writer::JournalWriter;
use self::lock::SenderLock;
use self::schedule::next_request;
use self::submission::{Submission, SubmissionResult};
use super::clock::{Clock, JumpWatch};
use super::events::EventHub;
use super::messages::SenderMsg;
use super::store_writer::StoreWriter;
use crate::domain::event::{Event, Level};
use crate::domain::ids::{AccountName, JournalId};
use crate::domain::journal::JournalState;

pub(super) use self::account_queue::AccountQueue;

/// How often the journal is looked at while another process sends, to see its steps and to take over.
const WATCH: Duration = Duration::from_secs(1);
/// How often it is looked at while we send ourselves, for what others add or take back.
const WATCH_AT_WORK: Duration = Duration::from_secs(5);
/// The longest sleep while something waits to be sent: a clock that is set on, or a machine that slept, must not make a
/// request wait longer.
const MAX_SLEEP: TimeDelta = TimeDelta::seconds(30);

/// The sender.
#[derive(Debug)]
pub(super) struct Sender {
    queues: BTreeMap<AccountName, AccountQueue>,
    journal: Journal,
    events: EventHub,
    clock: Clock,
    inbox: mpsc::UnboundedReceiver<SenderMsg>,
    lock: SenderLock,
    submissions: JoinSet<SubmissionResult>,
    /// Which request is on which trip.
    submitting: HashMap<tokio::task::Id, (AccountName, JournalId)>,
    jumps: JumpWatch,
    /// What was said of the lock already.
    reported: bool,
}

impl Sender {
    /// A sender for these accounts and the store of this path.
    pub(super) fn new(
        queues: BTreeMap<AccountName, AccountQueue>,
        store: &Path,
        writer: StoreWriter,
        events: EventHub,
        clock: Clock,
        inbox: mpsc::UnboundedReceiver<SenderMsg>,
    ) -> Self {
        Self {
            journal: Journal::new(
                JournalWriter { store: writer, events: events.clone() },
                queues.keys().cloned().collect(),
            ),
            queues,
            events,
            jumps: clock.watch(),
            clock,
            inbox,
            lock: SenderLock::beside(store),
            submissions: JoinSet::new(),
            submitting: HashMap::new(),
            reported: false,
        }
    }

    /// Works until `stop`; a request that is on its way by then is waited for, with what comes of it.
    pub(super) async fn work(mut self, stop: CancellationToken) {
        let mut again = self.read_journal(true).await;
        loop {
            self.take_or_give_lock().await;
            let wake = self.start_submissions(&stop).await;
            let watch = self.watch(again);
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(ended) = self.submissions.join_next_with_id(), if !self.submissions.is_empty() => {
                    self.finish(ended).await;
                }
                Some(message) = self.inbox.recv() => again = self.receive(message).await,
                () = tokio::time::sleep(watch.unwrap_or_default()), if watch.is_some() => again = self.read_journal(false).await,
                () = self.clock.sleep_until(wake.unwrap_or_default()), if wake.is_some() => {}
            }
            if let Some(by) = self.jumps.jumped() {
                self.clock_moved(by);
            }
        }
        while let Some(ended) = self.submissions.join_next_with_id().await {
            self.finish(ended).await;
        }
    }

    /// How soon to look at the journal without being told to; `None` while there is nothing to send.
    fn watch(&self, again: bool) -> Option<Duration> {
        if again || (self.has_to_send() && !self.lock.is_held()) {
            Some(WATCH)
        } else {
            (self.lock.is_held() || self.journal.is_held()).then_some(WATCH_AT_WORK)
        }
    }

    fn has_to_send(&self) -> bool {
        self.queues
            .iter()
            .any(|(account, queue)| !queue.read_only && self.journal.has_to_send(account))
    }

    /// Plans were made by our clock: where it was set back, they would wait for what is over. Where it was set on, or the
    /// machine slept, they are simply due.
    fn clock_moved(&mut self, by: TimeDelta) {
        if by >= TimeDelta::zero() {
            return;
        }
        for (account, queue) in &mut self.queues {
            for entry in self.journal.queued(account) {
                let shift = queue.holds.shifted.entry(entry.id.clone()).or_default();
                *shift += by;
            }
        }
        self.events.notice(
            Level::Warning,
            None,
            format!(
                "This machine's clock was set back by {} s. Times of purges that went out before may look wrong.",
                -by.num_seconds()
            ),
        );
    }

    async fn receive(&mut self, message: SenderMsg) -> bool {
        let mut messages = vec![message];
        while let Ok(more) = self.inbox.try_recv() {
            messages.push(more);
        }
        let mut again = false;
        if messages.contains(&SenderMsg::Journal) {
            again = self.read_journal(true).await;
        } else if messages.contains(&SenderMsg::NewsRead) {
            again = self.read_journal(false).await;
        }
        let mut changed: BTreeMap<AccountName, (DateTime<Utc>, DateTime<Utc>)> = BTreeMap::new();
        for message in messages {
            if let SenderMsg::History { account, from, until } = message {
                let range = changed.entry(account).or_insert((from, until));
                *range = (range.0.min(from), range.1.max(until));
            }
        }
        for (account, range) in changed {
            self.settle(&account, Some(range)).await;
        }
        again
    }

    /// Reads the journal: `always`, or only where somebody else changed the store. Whether it could not be read.
    async fn read_journal(&mut self, always: bool) -> bool {
        match self.journal.read(always).await {
            Ok(false) => false,
            Ok(true) => {
                if self.journal.others_wrote() {
                    self.publish_foreign_changes();
                }
                let accounts: Vec<AccountName> = self.queues.keys().cloned().collect();
                for account in accounts {
                    self.settle(&account, None).await;
                }
                false
            }
            Err(error) => {
                self.journal.report(&error);
                true
            }
        }
    }

    /// Another process brought in history, how much and when is not known.
    fn publish_foreign_changes(&self) {
        for account in self.queues.keys() {
            self.events.publish(Event::HistoryChanged {
                account: account.clone(),
                from: DateTime::UNIX_EPOCH,
                until: self.clock.now() + TimeDelta::days(1),
                new: 0,
            });
        }
    }

    async fn settle(
        &mut self,
        account: &AccountName,
        range: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) {
        if let Some(queue) = self.queues.get(account)
            && let Err(error) = self.journal.settle(queue, range).await
        {
            self.journal.report(&error);
        }
    }

    /// Takes the lock when there is something to send, and gives it back when there is nothing.
    async fn take_or_give_lock(&mut self) {
        if !self.has_to_send() {
            if self.submissions.is_empty() {
                self.lock.release();
            }
            return;
        }
        if self.lock.is_held() {
            return;
        }
        match self.lock.take() {
            Ok(true) => {
                self.reported = false;
                // Nobody sends now: what stands in `sending` was left by a sender that is gone. What it was we read
                // under the lock.
                self.read_journal(true).await;
                if let Err(error) = self.journal.leave_to_history(self.clock.now()).await {
                    self.journal.report(&error);
                    self.lock.release();
                    return;
                }
                for queue in self.queues.values() {
                    for entry in self.journal.of(&queue.client.account) {
                        if entry.state == JournalState::Unknown {
                            queue.expect(entry);
                        }
                    }
                }
            }
            Ok(false) => {}
            Err(error) => {
                if !self.reported {
                    self.reported = true;
                    self.events.notice(
                        Level::Error,
                        None,
                        format!("Nothing can be sent: the lock beside the store cannot be taken ({error})."),
                    );
                }
            }
        }
    }

    /// Sends out what may go now, one request of each account at a time; returns when to look again.
    async fn start_submissions(&mut self, stop: &CancellationToken) -> Option<DateTime<Utc>> {
        if !self.lock.is_held() || self.journal.is_paused() || stop.is_cancelled() {
            return None;
        }
        let mut wake: Option<DateTime<Utc>> = None;
        for queue in self.queues.values_mut() {
            let queued = self.journal.queued(&queue.client.account).next();
            if queue.busy || queue.read_only || queued.is_none() {
                continue;
            }
            let usage = match self.journal.usage(queue).await {
                Ok(usage) => usage,
                Err(error) => {
                    self.journal.report(&error);
                    wake = Some(self.clock.now() + MAX_SLEEP);
                    continue;
                }
            };
            let limits = queue.limits.borrow().clone();
            let now = queue.client.vendor_now();
            let schedule = next_request(
                self.journal.queued(&queue.client.account),
                &limits,
                &usage,
                &queue.holds,
                (self.clock.now(), now),
            );
            for id in &schedule.never {
                if let Err(error) = self.journal.refuse(id, self.clock.now()).await {
                    self.journal.report(&error);
                }
            }
            if let Some(entry) = schedule.next.and_then(|id| self.journal.get(&id)) {
                queue.busy = true;
                let submitting = (queue.client.account.clone(), entry.id.clone());
                let submission = Submission {
                    client: queue.client.clone(),
                    writer: self.journal.writer.clone(),
                    limits,
                    entry: entry.clone(),
                    tries: queue.tries,
                    closed: queue.closed.clone(),
                    sent: self.journal.sent(queue),
                };
                let submission = self.submissions.spawn(submission.run(stop.clone()));
                self.submitting.insert(submission.id(), submitting);
            } else if let Some(at) = schedule.wake {
                // By our clock, and in naps.
                let at = (self.clock.now() + (at - now)).min(self.clock.now() + MAX_SLEEP);
                wake = Some(wake.map_or(at, |wake| wake.min(at)));
            }
        }
        wake
    }

    async fn finish(&mut self, ended: Result<(task::Id, SubmissionResult), task::JoinError>) {
        let result = match ended {
            Ok((id, result)) => {
                self.submitting.remove(&id);
                result
            }
            Err(broken) => return self.mark_unknown(broken.id()).await,
        };
        let Some(queue) = self.queues.get_mut(&result.account) else {
            return;
        };
        queue.finish(&result);
        if let Some(entry) = result.entry {
            self.journal.update(entry);
        }
        if let Some(until) = result.account_held_until {
            let waiting = self.journal.queued(&result.account);
            queue.holds.until.extend(waiting.map(|entry| (entry.id.clone(), until)));
        }
        if let Some(error) = result.error {
            self.journal.report(&error);
        }
        if result.journal_changed {
            self.read_journal(true).await;
        }
    }

    /// A trip ended in the middle, by a fault of ours: if its request was on its way, nobody knows what became of it.
    async fn mark_unknown(&mut self, submission: task::Id) {
        let Some((account, id)) = self.submitting.remove(&submission) else {
            return;
        };
        if let Some(queue) = self.queues.get_mut(&account) {
            queue.busy = false;
            queue.holds.until.insert(id.clone(), queue.client.vendor_now() + MAX_SLEEP);
        }
        if let Err(error) = self.journal.mark_unknown(&id, self.clock.now()).await {
            self.journal.report(&error);
        }
    }
}
