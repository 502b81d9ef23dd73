//! Waits for requests of the journal until nothing more will happen to them, or until a limit.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::Engine;
use super::events::EventStream;
use super::store_writer::store_error;
use crate::domain::event::{Event, StoreError};
use crate::domain::filter::{Clause, Pattern, Predicate, Test};
use crate::domain::ids::JournalId;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::query::Sort;
use crate::domain::status::Status;
use crate::store::{Reader, StoreFailure};

/// Longest time without any event that a request may stay queued where nobody wants to wait;
/// another purgedeck may be the one that sends.
const QUIET: Duration = Duration::from_secs(15);
/// Pause between two readings of the requests from the store, which another purgedeck may change.
const POLL: Duration = Duration::from_secs(2);

/// The end of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Each request was answered; what finds no room at once is canceled.
    AnsweredAtOnce,
    /// Each request was answered, however long that takes.
    Answered,
    /// The vendor reported the outcome of each, or this time is up and what is queued is canceled.
    Ended(Duration),
    /// Each was checked at the edge as well, or this time is up and what is queued is canceled.
    Verified(Duration),
}

/// The reason why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitEnd {
    /// Nothing more will happen.
    Complete,
    /// A limit was used up meanwhile, or the vendor could not be reached.
    HeldUp,
    /// The time was up.
    TimedOut,
}

/// The result of [`Engine::wait`].
#[derive(Clone, Debug, PartialEq)]
pub struct WaitOutcome {
    /// The requests.
    pub entries: Vec<JournalEntry>,
    /// The reason why the wait ended.
    pub end: WaitEnd,
}

impl Engine {
    /// Waits for requests. `changed` is called with them at first and after every event.
    pub async fn wait(
        &self,
        entries: Vec<JournalEntry>,
        until: Until,
        mut changed: impl FnMut(&[JournalEntry]),
    ) -> Result<WaitOutcome, StoreError> {
        let events = self.subscribe();
        let mut wait = Wait { engine: self, events, entries, until, held_up: false };
        let end = wait.run(&mut changed).await?;
        if end != WaitEnd::Complete {
            wait.cancel_queued().await;
        }
        Ok(WaitOutcome { entries: wait.entries, end })
    }

    /// Cancels those of the requests that are queued, and waits for the answers to those that are
    /// being sent. Returns the requests.
    pub async fn withdraw(
        &self,
        entries: Vec<JournalEntry>,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let (events, until) = (self.subscribe(), Until::Answered);
        let mut wait = Wait { engine: self, events, entries, until, held_up: false };
        loop {
            wait.poll().await;
            wait.cancel_queued().await;
            if !wait.has(JournalState::Sending) {
                return Ok(wait.entries);
            }
            if let Ok(event) = timeout_at(Instant::now() + POLL, wait.events.recv()).await {
                wait.learn(event.ok_or_else(engine_ended)?);
            }
        }
    }
}

struct Wait<'w> {
    engine: &'w Engine,
    events: EventStream,
    entries: Vec<JournalEntry>,
    until: Until,
    /// A request went back into the queue.
    held_up: bool,
}

impl Wait<'_> {
    async fn run(
        &mut self,
        changed: &mut impl FnMut(&[JournalEntry]),
    ) -> Result<WaitEnd, StoreError> {
        let began = Instant::now();
        // What happened before the events began is in the store.
        let (mut last_event, mut next_poll) = (began, began);
        loop {
            changed(&self.entries);
            if self.is_complete().await {
                return Ok(WaitEnd::Complete);
            }
            // Nothing of it is sent any more, and no answer can be written down.
            if let Some(failure) = self.engine.0.store.found_damaged() {
                return Err(store_error(&failure));
            }
            if self.until == Until::AnsweredAtOnce && self.held_up {
                return Ok(WaitEnd::HeldUp);
            }
            let deadline = match self.until {
                Until::AnsweredAtOnce => Some(last_event + QUIET),
                Until::Ended(timeout) | Until::Verified(timeout) => Some(began + timeout),
                Until::Answered => None,
            };
            let wake = deadline.map_or(next_poll, |deadline| deadline.min(next_poll));
            if let Ok(event) = timeout_at(wake, self.events.recv()).await {
                self.learn(event.ok_or_else(engine_ended)?);
                last_event = Instant::now();
            }
            let now = Instant::now();
            if next_poll <= now {
                self.poll().await;
                next_poll = now + POLL;
            } else if deadline.is_some_and(|deadline| deadline <= now) {
                if self.until != Until::AnsweredAtOnce {
                    return Ok(WaitEnd::TimedOut);
                }
                // A request that was sent has the timeout of its HTTP client.
                if !self.has(JournalState::Sending) {
                    return Ok(WaitEnd::HeldUp);
                }
                last_event = now;
            }
        }
    }

    /// Reads the open requests from the store. Another purgedeck may send them, and no event
    /// reports what it did before this engine first looked.
    async fn poll(&mut self) {
        let open = self.entries.iter().filter(|entry| entry.state.is_open());
        let ids: Vec<JournalId> = open.map(|entry| entry.id.clone()).collect();
        let read = self.engine.0.windows.ask(move |reader| {
            ids.iter()
                .filter_map(|id| reader.journal_entry(id).transpose())
                .collect::<Result<Vec<_>, _>>()
        });
        // A store that cannot be read now is read at the next poll.
        for entry in read.await.unwrap_or_default() {
            self.update(entry);
        }
    }

    fn learn(&mut self, event: Event) {
        if let Event::Journal(entry) = event {
            self.update(*entry);
        }
    }

    fn update(&mut self, new: JournalEntry) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == new.id) {
            let (old, now) = (entry.state, new.state);
            *entry = new;
            self.held_up |= old == JournalState::Sending && now == JournalState::Queued;
        }
    }

    fn has(&self, state: JournalState) -> bool {
        self.entries.iter().any(|entry| entry.state == state)
    }

    async fn is_complete(&self) -> bool {
        let answers_suffice = !matches!(self.until, Until::Ended(_) | Until::Verified(_));
        let verify = matches!(self.until, Until::Verified(_));
        let mut accepted = Vec::new();
        for entry in &self.entries {
            match entry.state {
                JournalState::Queued | JournalState::Sending => return false,
                JournalState::Unknown if !answers_suffice => return false,
                JournalState::Successful if verify && !entry.is_verification_settled() => {
                    return false;
                }
                JournalState::Accepted if !answers_suffice => accepted.push(entry.clone()),
                JournalState::Accepted
                | JournalState::Unknown
                | JournalState::Successful
                | JournalState::Rejected
                | JournalState::Failed
                | JournalState::Cancelled => {}
            }
        }
        if accepted.is_empty() {
            return true;
        }
        let no_reports = self.engine.0.windows.ask(move |reader| {
            for entry in &accepted {
                if !has_no_report(reader, entry)? {
                    return Ok(false);
                }
            }
            Ok(true)
        });
        no_reports.await.unwrap_or(false)
    }

    /// Cancels what is still queued, so that nothing is sent later, when nobody expects it.
    async fn cancel_queued(&mut self) {
        let queued = self.entries.iter().filter(|entry| entry.state == JournalState::Queued);
        let ids = queued.map(|entry| entry.id.clone()).collect();
        // A request that was sent meanwhile is not canceled.
        for canceled in self.engine.cancel(ids).await.into_iter().flatten() {
            self.update(canceled);
        }
    }
}

pub(super) fn engine_ended() -> StoreError {
    StoreError {
        words: "The work ended unexpectedly.".to_owned(),
        advice: "A message above may say why; start purgedeck again.".to_owned(),
    }
}

/// True if the vendor accepted the purge and will never report its outcome.
fn has_no_report(reader: &Reader, entry: &JournalEntry) -> Result<bool, StoreFailure> {
    let Some(purge) = &entry.purge else {
        return Ok(false);
    };
    let account = entry.request.account.as_str().to_ascii_lowercase();
    let tests = [
        Test::Account(vec![Pattern::Is(account)]),
        Test::Id(vec![purge.as_str().to_owned()]),
        Test::Status(vec![Status::ReportDisabled]),
    ];
    let clauses = tests.map(|test| Clause { negated: false, test }).into();
    let predicate = Predicate { clauses, ..Predicate::default() };
    let found =
        reader.export(&predicate, Sort::NEWEST, Some(1), &mut |_| ControlFlow::Break(()))?;
    Ok(found > 0)
}
