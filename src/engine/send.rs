//! Sending, by the journal's rules: nothing is lost, nothing is sent twice, nothing is called done
//! before it is.
//!
//! One sender works for all accounts. It takes queued requests in their order, waits until the
//! budget has room, counting what anybody sent, writes `sending` to the disk and only then sends,
//! once. What the answer means is written before anything else happens. A request whose answer was
//! lost is `unknown`: it is looked for in the vendor's history and never sent again but by the
//! operator's own word. The same holds for what a crash left in `sending`.
//!
//! A journal that is damaged is not sent from: it is checked when a lease is taken, and a store
//! that was found damaged takes no `sending`.
//!
//! One process sends for an account at a time: the holder of its lease ([`leases`]), taken while
//! there is something to send and given back after. The others watch and take over when the holder
//! is gone. A lease may be lost at any time with the connection to the store: the store takes no
//! `sending` without it, nothing goes out that took long since, and an answer is only written to
//! the very sending that it answers.

mod account_queue;
mod journal;
mod journal_writer;
mod leases;
mod outcome;
mod partial;
mod schedule;
mod submission;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc;
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use self::journal::Journal;
use self::journal_writer::JournalWriter;
use self::leases::may_send;
use self::schedule::next_request;
use self::submission::{Submission, SubmissionResult};
use super::clock::{Clock, JumpWatch};
use super::events::EventHub;
use super::messages::SenderMsg;
use super::store_writer::StoreWriter;
use crate::domain::budget::{UnderWayLine, under_way};
use crate::domain::event::Level;
use crate::domain::ids::{AccountName, JournalId};
use crate::domain::journal::JournalState;
use crate::domain::text::escape_control;

pub(super) use self::account_queue::AccountQueue;

/// Interval of reading the journal while another process sends, to see its steps and to take over,
/// where the store tells nothing of itself.
const WATCH: Duration = Duration::from_secs(1);
/// Interval of reading the journal while this process sends, to see what others add or cancel.
const WATCH_AT_WORK: Duration = Duration::from_secs(5);
/// Pause after a lease was lost.
const LEASE_LOST: TimeDelta = TimeDelta::seconds(1);
/// Longest sleep while a request waits: a clock that is set forward, or a machine that slept, must
/// not delay it longer.
const MAX_SLEEP: TimeDelta = TimeDelta::seconds(30);

/// The sharing of the store with other purgedecks, as far as it concerns the sender.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sharing {
    /// The store tells what others change, and who holds a lease; `false`: it is watched.
    pub(super) is_told: bool,
    /// Pause between two tries to take a lease that another purgedeck has, where it is told.
    pub(super) take_over: Duration,
    /// Longest time between the step to `sending` and the request itself: later, another purgedeck
    /// may have the lease.
    pub(super) send_within: Duration,
}

/// The sender.
#[derive(Debug)]
pub(super) struct Sender {
    queues: BTreeMap<AccountName, AccountQueue>,
    journal: Journal,
    events: EventHub,
    clock: Clock,
    inbox: mpsc::UnboundedReceiver<SenderMsg>,
    sharing: Sharing,
    submissions: JoinSet<SubmissionResult>,
    /// The request of each running submission.
    submitting: HashMap<tokio::task::Id, (AccountName, JournalId)>,
    jumps: JumpWatch,
    /// A failure to take the leases was reported already.
    reported: bool,
}

impl Sender {
    /// Makes a sender for these accounts.
    pub(super) fn new(
        queues: BTreeMap<AccountName, AccountQueue>,
        writer: StoreWriter,
        events: EventHub,
        clock: Clock,
        inbox: mpsc::UnboundedReceiver<SenderMsg>,
        sharing: Sharing,
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
            sharing,
            submissions: JoinSet::new(),
            submitting: HashMap::new(),
            reported: false,
        }
    }

    /// Works until `stop`; then waits for requests that are on their way, and stores their
    /// outcomes.
    pub(super) async fn work(mut self, stop: CancellationToken) {
        let mut again = self.read_journal(true).await;
        loop {
            self.take_or_give_leases().await;
            let wake = self.start_submissions(&stop).await;
            let watch = self.watch(again);
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(ended) = self.submissions.join_next_with_id() => self.finish(ended).await,
                Some(message) = self.inbox.recv() => again = self.receive(message).await,
                () = tokio::time::sleep(watch.unwrap_or_default()), if watch.is_some() => {
                    again = self.read_journal(false).await;
                }
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

    /// Returns the time to the next reading of the journal without a message; `None` while there is
    /// nothing to send.
    fn watch(&self, again: bool) -> Option<Duration> {
        let is_told = self.sharing.is_told;
        if again || self.waits_for_a_lease() {
            return Some(if is_told { self.sharing.take_over } else { WATCH });
        }
        let is_at_work =
            self.journal.is_held() || self.queues.values().any(|queue| queue.lease.is_held());
        (is_at_work && !is_told).then_some(WATCH_AT_WORK)
    }

    /// Corrects planned times after our clock was set back, since they were planned by that clock.
    /// Where it was set forward, or the machine slept, they are due and need no correction.
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
                "This machine's clock was set back by {} s. Times of purges sent before it \
                 may look wrong.",
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
        if messages.contains(&SenderMsg::StoreBack) {
            self.lose_leases();
            again = self.read_journal(true).await;
        } else if messages.contains(&SenderMsg::Journal) {
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

    /// Reads the journal: `always`, or only where somebody else changed the store. Returns whether
    /// that failed.
    async fn read_journal(&mut self, always: bool) -> bool {
        match self.journal.read(always).await {
            Ok(false) => false,
            Ok(true) => {
                // Where it is told, it is told at once.
                if self.journal.others_wrote() && !self.sharing.is_told {
                    self.events.others_changed(self.queues.keys(), self.clock.now());
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

    /// Sends requests that may go out now, one of each account at a time; returns the time to call
    /// it again.
    async fn start_submissions(&mut self, stop: &CancellationToken) -> Option<DateTime<Utc>> {
        if self.journal.is_paused() || stop.is_cancelled() {
            return None;
        }
        let is_lost = self.check_leases().await;
        let mut wake = is_lost.then(|| self.clock.now() + LEASE_LOST);
        for queue in self.queues.values_mut() {
            if !may_send(queue, &self.journal) {
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
            queue.tell_waiting(schedule.waits.and_then(|id| self.journal.get(&id)), |entry| {
                let request = &entry.request;
                let (account, kind) = (&request.account, request.kind());
                let lines = under_way(&limits, account, &request.resource, &usage);
                let line = lines.iter().find(|line| line.kinds.contains(&kind));
                let words = line.map(UnderWayLine::words).unwrap_or_default();
                let cname = escape_control(&request.cname, 100);
                let words = format!("{cname}: {words}; the next purge waits for one to end.");
                self.events.notice(Level::Info, Some(account), words);
            });
            if let Some(entry) = schedule.next.and_then(|id| self.journal.get(&id)) {
                queue.busy = true;
                let submitting = (queue.client.account.clone(), entry.id.clone());
                let submission = Submission {
                    client: queue.client.clone(),
                    safety: Arc::clone(&queue.safety),
                    writer: self.journal.writer.clone(),
                    limits,
                    entry: entry.clone(),
                    tries: queue.tries,
                    closed: queue.closed.clone(),
                    sent: self.journal.sent(queue),
                    sharing: self.sharing,
                };
                let submission = self.submissions.spawn(submission.run(stop.clone()));
                self.submitting.insert(submission.id(), submitting);
            } else if let Some(at) = schedule.wake {
                // By our clock, and not too long at once.
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
        let taken_in_part = result
            .entry
            .as_ref()
            .is_some_and(|entry| entry.state == JournalState::Accepted && entry.error.is_some());
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
        if taken_in_part {
            // Its purge came into the history before it was accepted here.
            self.settle(&result.account, None).await;
        }
        if result.journal_changed {
            self.read_journal(true).await;
        }
    }

    /// Marks the request of a submission that panicked as unknown: it may have been sent.
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
