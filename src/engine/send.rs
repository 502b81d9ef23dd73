//! Sending, by the journal's rules: nothing is lost, nothing is sent twice, nothing is called done before it is.
//!
//! One sender works for all accounts. It takes queued requests in their order, waits until the budget has room, counting
//! what anybody sent, writes `sending` to the disk and only then sends, once. What the answer means is written before
//! anything else happens. A request whose answer was lost is `unknown`: it is looked for in the vendor's history and never
//! sent again but by the operator's own word. The same holds for what a crash left in `sending`.
//!
//! One process sends for a store at a time: the holder of a lock beside the store, taken while there is something to send
//! and given back after. The others watch and take over when the holder is gone.

mod choice;
mod fate;
mod journal;
mod lane;
mod lock;
mod pen;
mod trip;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc;
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use self::choice::choose;
use self::journal::Journal;
use self::lock::SenderLock;
use self::pen::JournalWriter;
use self::trip::{Returned, Trip};
use super::clock::{Clock, JumpWatch};
use super::events::EventHub;
use super::messages::SenderMsg;
use super::store_writer::StoreWriter;
use crate::domain::event::{Event, Level};
use crate::domain::ids::{AccountName, JournalId};
use crate::domain::journal::JournalState;

pub(super) use self::lane::Lane;

/// How often the journal is looked at while another process sends, to see its steps and to take over.
const WATCH: Duration = Duration::from_secs(1);
/// How often it is looked at while we send ourselves, for what others add or take back.
const WATCH_AT_WORK: Duration = Duration::from_secs(5);
/// The longest sleep while something waits to be sent: a clock that is set on, or a machine that slept, must not make a
/// request wait longer.
const NAP: TimeDelta = TimeDelta::seconds(30);

/// The sender.
#[derive(Debug)]
pub(super) struct Sender {
    lanes: BTreeMap<AccountName, Lane>,
    journal: Journal,
    events: EventHub,
    clock: Clock,
    inbox: mpsc::UnboundedReceiver<SenderMsg>,
    lock: SenderLock,
    trips: JoinSet<Returned>,
    /// Which request is on which trip.
    under_way: HashMap<tokio::task::Id, (AccountName, JournalId)>,
    jumps: JumpWatch,
    /// What was said of the lock already.
    complained: bool,
}

impl Sender {
    /// A sender for these accounts and the store of this path.
    pub(super) fn new(
        lanes: BTreeMap<AccountName, Lane>,
        store: &Path,
        writer: StoreWriter,
        events: EventHub,
        clock: Clock,
        inbox: mpsc::UnboundedReceiver<SenderMsg>,
    ) -> Self {
        Self {
            journal: Journal::new(
                JournalWriter { writer, events: events.clone() },
                lanes.keys().cloned().collect(),
            ),
            lanes,
            events,
            jumps: clock.watch(),
            clock,
            inbox,
            lock: SenderLock::beside(store),
            trips: JoinSet::new(),
            under_way: HashMap::new(),
            complained: false,
        }
    }

    /// Works until `stop`; a request that is on its way by then is waited for, with what comes of it.
    pub(super) async fn work(mut self, stop: CancellationToken) {
        let mut again = self.read_journal(true).await;
        loop {
            self.take_or_give_lock().await;
            let wake = self.start_trips(&stop).await;
            let watch = self.watch(again);
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(returned) = self.trips.join_next_with_id(), if !self.trips.is_empty() => {
                    self.returned(returned).await;
                }
                Some(nudge) = self.inbox.recv() => again = self.hear(nudge).await,
                () = tokio::time::sleep(watch.unwrap_or_default()), if watch.is_some() => again = self.read_journal(false).await,
                () = self.clock.sleep_until(wake.unwrap_or_default()), if wake.is_some() => {}
            }
            if let Some(by) = self.jumps.jumped() {
                self.clock_moved(by);
            }
        }
        while let Some(returned) = self.trips.join_next_with_id().await {
            self.returned(returned).await;
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
        self.lanes
            .iter()
            .any(|(account, lane)| !lane.read_only && self.journal.has_to_send(account))
    }

    /// Plans were made by our clock: where it was set back, they would wait for what is over. Where it was set on, or the
    /// machine slept, they are simply due.
    fn clock_moved(&mut self, by: TimeDelta) {
        if by >= TimeDelta::zero() {
            return;
        }
        for (account, lane) in &mut self.lanes {
            for entry in self.journal.queued(account) {
                let shift = lane.delays.shifted.entry(entry.id.clone()).or_default();
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

    async fn hear(&mut self, nudge: SenderMsg) -> bool {
        let mut nudges = vec![nudge];
        while let Ok(more) = self.inbox.try_recv() {
            nudges.push(more);
        }
        let mut again = false;
        if nudges.contains(&SenderMsg::Journal) {
            again = self.read_journal(true).await;
        } else if nudges.contains(&SenderMsg::NewsRead) {
            again = self.read_journal(false).await;
        }
        let mut changed: BTreeMap<AccountName, (DateTime<Utc>, DateTime<Utc>)> = BTreeMap::new();
        for nudge in nudges {
            if let SenderMsg::History { account, from, until } = nudge {
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
                    self.tell_of_others();
                }
                let accounts: Vec<AccountName> = self.lanes.keys().cloned().collect();
                for account in accounts {
                    self.settle(&account, None).await;
                }
                false
            }
            Err(trouble) => {
                self.journal.complain(&trouble);
                true
            }
        }
    }

    /// Another process brought in history, how much and when is not known.
    fn tell_of_others(&self) {
        for account in self.lanes.keys() {
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
        if let Some(lane) = self.lanes.get(account)
            && let Err(trouble) = self.journal.settle(lane, range).await
        {
            self.journal.complain(&trouble);
        }
    }

    /// Takes the lock when there is something to send, and gives it back when there is nothing.
    async fn take_or_give_lock(&mut self) {
        if !self.has_to_send() {
            if self.trips.is_empty() {
                self.lock.release();
            }
            return;
        }
        if self.lock.is_held() {
            return;
        }
        match self.lock.take() {
            Ok(true) => {
                self.complained = false;
                // Nobody sends now: what stands in `sending` was left by a sender that is gone. What it was we read
                // under the lock.
                self.read_journal(true).await;
                if let Err(trouble) = self.journal.leave_to_history(self.clock.now()).await {
                    self.journal.complain(&trouble);
                    self.lock.release();
                    return;
                }
                for lane in self.lanes.values() {
                    for entry in self.journal.of(&lane.client.account) {
                        if entry.state == JournalState::Unknown {
                            lane.expect(entry);
                        }
                    }
                }
            }
            Ok(false) => {}
            Err(error) => {
                if !self.complained {
                    self.complained = true;
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
    async fn start_trips(&mut self, stop: &CancellationToken) -> Option<DateTime<Utc>> {
        if !self.lock.is_held() || self.journal.is_paused() || stop.is_cancelled() {
            return None;
        }
        let mut wake: Option<DateTime<Utc>> = None;
        for lane in self.lanes.values_mut() {
            let queued = self.journal.queued(&lane.client.account).next();
            if lane.busy || lane.read_only || queued.is_none() {
                continue;
            }
            let usage = match self.journal.usage(lane).await {
                Ok(usage) => usage,
                Err(trouble) => {
                    self.journal.complain(&trouble);
                    wake = Some(self.clock.now() + NAP);
                    continue;
                }
            };
            let limits = lane.limits.borrow().clone();
            let now = lane.client.vendor_now();
            let choice = choose(
                self.journal.queued(&lane.client.account),
                &limits,
                &usage,
                &lane.delays,
                (self.clock.now(), now),
            );
            for id in &choice.never {
                if let Err(trouble) = self.journal.refuse(id, self.clock.now()).await {
                    self.journal.complain(&trouble);
                }
            }
            if let Some(entry) = choice.next.and_then(|id| self.journal.get(&id)) {
                lane.busy = true;
                let under_way = (lane.client.account.clone(), entry.id.clone());
                let trip = Trip {
                    client: lane.client.clone(),
                    pen: self.journal.pen.clone(),
                    limits,
                    entry: entry.clone(),
                    tries: lane.tries,
                    closed: lane.closed.clone(),
                    sent: self.journal.sent(lane),
                };
                let trip = self.trips.spawn(trip.make(stop.clone()));
                self.under_way.insert(trip.id(), under_way);
            } else if let Some(at) = choice.wake {
                // By our clock, and in naps.
                let at = (self.clock.now() + (at - now)).min(self.clock.now() + NAP);
                wake = Some(wake.map_or(at, |wake| wake.min(at)));
            }
        }
        wake
    }

    async fn returned(&mut self, returned: Result<(task::Id, Returned), task::JoinError>) {
        let returned = match returned {
            Ok((id, returned)) => {
                self.under_way.remove(&id);
                returned
            }
            Err(broken) => return self.broken_off(broken.id()).await,
        };
        let Some(lane) = self.lanes.get_mut(&returned.account) else {
            return;
        };
        lane.returned(&returned);
        if let Some(entry) = returned.entry {
            self.journal.moved(entry);
        }
        if let Some(until) = returned.all_until {
            let waiting = self.journal.queued(&returned.account);
            lane.delays.held.extend(waiting.map(|entry| (entry.id.clone(), until)));
        }
        if let Some(trouble) = returned.trouble {
            self.journal.complain(&trouble);
        }
        if returned.look_again {
            self.read_journal(true).await;
        }
    }

    /// A trip ended in the middle, by a fault of ours: if its request was on its way, nobody knows what became of it.
    async fn broken_off(&mut self, trip: task::Id) {
        let Some((account, id)) = self.under_way.remove(&trip) else {
            return;
        };
        if let Some(lane) = self.lanes.get_mut(&account) {
            lane.busy = false;
            lane.delays.held.insert(id.clone(), lane.client.vendor_now() + NAP);
        }
        if let Err(trouble) = self.journal.broken_off(&id, self.clock.now()).await {
            self.journal.complain(&trouble);
        }
    }
}
