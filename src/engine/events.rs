//! Publishes events to every subscriber; publishing never blocks.
//!
//! Tasks and store threads must not wait for a screen, and a sync of a hundred thousand purges must
//! not pile up an event for each page. So each subscriber has a queue of its own, in which events
//! about the same thing are merged. Events of the journal and notices are never merged and never
//! dropped.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Notify, mpsc};

use crate::domain::event::{Event, Level, Notice};
use crate::domain::hook_event::HookEvent;
use crate::domain::ids::AccountName;
use crate::domain::journal::JournalEntry;

/// An end of a purge, and its request.
pub(super) type End = (HookEvent, Box<JournalEntry>);

/// Publishes events. Clones publish to the same subscribers.
#[derive(Clone, Debug, Default)]
pub(super) struct EventHub(Arc<Subscribers>);

#[derive(Debug, Default)]
struct Subscribers(Mutex<Hub>);

#[derive(Debug, Default)]
struct Hub {
    queues: Vec<Weak<Queue>>,
    /// The newest event about each lasting state, for those who subscribe later.
    state: VecDeque<Event>,
    /// Takes the ends of purges that this process brought about.
    ends: Option<mpsc::UnboundedSender<End>>,
    closed: bool,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Notify,
    /// Only events of the journal enter it.
    journal_only: bool,
}

impl Queue {
    fn takes(&self, event: &Event) -> bool {
        !self.journal_only || matches!(event, Event::Journal(_))
    }
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Event>,
    closed: bool,
}

/// The events of an engine, in order. It is unbounded: a slow reader delays nobody.
#[derive(Debug)]
pub struct EventStream(Arc<Queue>);

impl EventStream {
    /// Returns the next event; `None` after the engine has ended and all of its events were taken.
    /// Dropping the future loses no event.
    pub async fn recv(&mut self) -> Option<Event> {
        loop {
            let (event, closed) = self.0.pop();
            if event.is_some() || closed {
                return event;
            }
            self.0.arrived.notified().await;
        }
    }

    /// Returns the next event if one waits.
    pub fn try_recv(&mut self) -> Option<Event> {
        lock(&self.0.waiting).events.pop_front()
    }
}

impl Queue {
    /// Takes the next event; returns it, and whether none will follow those that wait.
    fn pop(&self) -> (Option<Event>, bool) {
        let mut waiting = lock(&self.waiting);
        (waiting.events.pop_front(), waiting.closed)
    }
}

impl EventHub {
    /// Returns a stream that begins with the current state of accounts and queue, as events.
    pub(super) fn subscribe(&self) -> EventStream {
        lock(&self.0.0).add_queue(false)
    }

    /// Returns a stream of the journal's events alone. No other event wakes its reader.
    pub(super) fn subscribe_to_journal(&self) -> EventStream {
        lock(&self.0.0).add_queue(true)
    }

    /// Publishes an event.
    pub(super) fn publish(&self, event: Event) {
        let mut hub = lock(&self.0.0);
        hub.queues.retain(|queue| {
            let Some(queue) = queue.upgrade() else { return false };
            if queue.takes(&event) {
                push(&mut lock(&queue.waiting).events, event.clone());
                queue.arrived.notify_one();
            }
            true
        });
        match event {
            Event::Account { .. }
            | Event::Resources { .. }
            | Event::Limits { .. }
            | Event::Sender { .. } => push(&mut hub.state, event),
            Event::Stored(_) => hub.state.push_back(event),
            Event::StoreLost { .. } | Event::StoreBack => {
                hub.state.retain(|old| !matches!(old, Event::StoreLost { .. }));
                if event != Event::StoreBack {
                    hub.state.push_back(event);
                }
            }
            Event::QueuePaused(_) => {
                hub.state.retain(|old| !matches!(old, Event::QueuePaused(_)));
                hub.state.push_back(event);
            }
            Event::HistoryChanged { .. }
            | Event::Journal(_)
            | Event::Accounts { .. }
            | Event::Notice(_) => {}
        }
    }

    /// Publishes that another process changed the history; how much and when is not known.
    pub(super) fn others_changed<'a>(
        &self,
        accounts: impl IntoIterator<Item = &'a AccountName>,
        now: DateTime<Utc>,
    ) {
        for account in accounts {
            self.publish(Event::HistoryChanged {
                account: account.clone(),
                from: DateTime::UNIX_EPOCH,
                until: now + TimeDelta::days(1),
                new: 0,
            });
        }
    }

    /// Returns the ends of purges that this process, of all on the store, brought about, from now
    /// on. Only the newest follower gets them.
    pub(super) fn follow_ends(&self) -> mpsc::UnboundedReceiver<End> {
        let (sender, ends) = mpsc::unbounded_channel();
        lock(&self.0.0).ends = Some(sender);
        ends
    }

    /// Publishes the end of a purge that this process brought about.
    pub(super) fn publish_end(&self, event: HookEvent, entry: &JournalEntry) {
        if let Some(ends) = &lock(&self.0.0).ends {
            // Nobody receives any more where everything is being stopped.
            let _ = ends.send((event, Box::new(entry.clone())));
        }
    }

    /// Publishes a notice.
    pub(super) fn notice(&self, level: Level, account: Option<&AccountName>, words: String) {
        self.publish(Event::Notice(Notice { level, account: account.cloned(), words }));
    }

    /// Ends all streams, after the events that wait in them.
    pub(super) fn close(&self) {
        lock(&self.0.0).close();
    }
}

impl Hub {
    fn add_queue(&mut self, journal_only: bool) -> EventStream {
        let events = if journal_only { VecDeque::new() } else { self.state.clone() };
        let waiting = Mutex::new(Waiting { events, closed: self.closed });
        let queue = Arc::new(Queue { waiting, arrived: Notify::new(), journal_only });
        self.queues.push(Arc::downgrade(&queue));
        EventStream(queue)
    }

    fn close(&mut self) {
        self.closed = true;
        for queue in self.queues.drain(..).filter_map(|queue| queue.upgrade()) {
            lock(&queue.waiting).closed = true;
            queue.arrived.notify_one();
        }
    }
}

impl Drop for Subscribers {
    fn drop(&mut self) {
        lock(&self.0).close();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds an event, or merges it into one that waits and is about the same thing.
fn push(waiting: &mut VecDeque<Event>, event: Event) {
    for old in waiting.iter_mut() {
        match (&mut *old, &event) {
            (
                Event::HistoryChanged { account, from, until, new },
                Event::HistoryChanged {
                    account: same,
                    from: also_from,
                    until: also_until,
                    new: also_new,
                },
            ) if account == same => {
                *from = (*from).min(*also_from);
                *until = (*until).max(*also_until);
                *new = new.saturating_add(*also_new);
                return;
            }
            (Event::Account { account, .. }, Event::Account { account: same, .. })
            | (Event::Resources { account, .. }, Event::Resources { account: same, .. })
            | (Event::Limits { account, .. }, Event::Limits { account: same, .. })
            | (Event::Sender { account, .. }, Event::Sender { account: same, .. })
                if account == same =>
            {
                *old = event;
                return;
            }
            _ => {}
        }
    }
    waiting.push_back(event);
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Wake, Waker};

    use super::*;
    use crate::domain::event::AccountStatus;
    use crate::testing::{noon, queued};

    /// Counts how often its task was woken.
    #[derive(Default)]
    struct WakeUps(AtomicUsize);

    impl Wake for WakeUps {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn changed(account: &str, from: i64, until: i64, new: u32) -> Event {
        Event::HistoryChanged {
            account: account.into(),
            from: DateTime::UNIX_EPOCH + TimeDelta::seconds(from),
            until: DateTime::UNIX_EPOCH + TimeDelta::seconds(until),
            new,
        }
    }

    fn status(unfinished: u32) -> Event {
        let status = AccountStatus { unfinished, ..AccountStatus::default() };
        Event::Account { account: "a".into(), status }
    }

    #[tokio::test]
    async fn news_of_one_account_become_one_event_while_nobody_reads() {
        let hub = EventHub::default();
        let mut stream = hub.subscribe();
        for second in 0..1000 {
            hub.publish(changed("a", second, second + 1, 3));
            hub.publish(changed("b", 5, 6, 0));
        }
        assert_eq!(stream.recv().await, Some(changed("a", 0, 1000, 3000)));
        assert_eq!(stream.recv().await, Some(changed("b", 5, 6, 0)));
        hub.close();
        assert_eq!(stream.recv().await, None);
    }

    #[tokio::test]
    async fn what_waits_when_the_engine_ends_is_still_read() {
        let hub = EventHub::default();
        let mut stream = hub.subscribe();
        for account in ["a", "b"] {
            hub.publish(changed(account, 0, 1, 1));
        }
        drop(hub);
        assert_eq!(stream.recv().await, Some(changed("a", 0, 1, 1)));
        assert_eq!(stream.recv().await, Some(changed("b", 0, 1, 1)));
        assert_eq!(stream.recv().await, None);
    }

    #[tokio::test]
    async fn of_an_accounts_standings_only_the_newest_waits() {
        let hub = EventHub::default();
        let mut stream = hub.subscribe();
        (0..5).for_each(|unfinished| hub.publish(status(unfinished)));
        assert_eq!(stream.recv().await, Some(status(4)));
        assert_eq!(stream.try_recv(), None);
    }

    #[test]
    fn a_reader_of_the_journal_is_woken_by_its_events_alone() {
        let hub = EventHub::default();
        hub.publish(status(1));
        let mut stream = hub.subscribe_to_journal();
        let wake_ups = Arc::new(WakeUps::default());
        let waker = Waker::from(Arc::clone(&wake_ups));
        let mut context = Context::from_waker(&waker);
        let mut next = pin!(stream.recv());
        assert_eq!(next.as_mut().poll(&mut context), Poll::Pending);
        hub.publish(status(2));
        hub.publish(changed("a", 0, 1, 1));
        hub.publish(Event::QueuePaused(true));
        hub.notice(Level::Info, None, String::new());
        assert_eq!(wake_ups.0.load(Ordering::SeqCst), 0);
        let moved = Event::Journal(Box::new(queued("one", "1", noon())));
        hub.publish(moved.clone());
        assert_eq!(wake_ups.0.load(Ordering::SeqCst), 1);
        assert_eq!(next.as_mut().poll(&mut context), Poll::Ready(Some(moved)));
    }

    #[tokio::test]
    async fn every_subscriber_gets_all_and_a_late_one_begins_with_the_state() {
        let hub = EventHub::default();
        let mut early = hub.subscribe();
        hub.publish(status(1));
        hub.publish(Event::QueuePaused(true));
        hub.publish(changed("a", 0, 1, 1));
        hub.publish(Event::QueuePaused(false));
        let mut late = hub.subscribe();
        hub.publish(status(2));
        assert_eq!(early.recv().await, Some(status(2)));
        assert_eq!(early.recv().await, Some(Event::QueuePaused(true)));
        assert_eq!(early.recv().await, Some(changed("a", 0, 1, 1)));
        assert_eq!(late.recv().await, Some(status(2)));
        assert_eq!(late.recv().await, Some(Event::QueuePaused(false)));
        assert_eq!((early.try_recv(), late.try_recv()), (Some(Event::QueuePaused(false)), None));
    }
}
