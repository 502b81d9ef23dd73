//! Follows requests of the journal until nothing more is to come of them, or no longer than is wanted.

mod exit;

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::console::Console;
use super::error::CliError;
use super::session::Session;
use super::signals::Shutdown;
use crate::domain::event::{Event, Level};
use crate::domain::filter::{Clause, Pattern, Predicate, Test};
use crate::domain::ids::JournalId;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::query::Sort;
use crate::domain::status::Status;
use crate::effect::{Effect, Order, Report};
use crate::store::Reader;

/// Without holding out: how long a request may stay queued without a sign, for instance because another purgedeck sends.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often is looked where the requests stand, without being told.
const LOOK: Duration = Duration::from_secs(2);
/// How long to wait for a request that was taken back.
const TAKING_BACK: Duration = Duration::from_secs(5);

/// How long requests are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Until each was answered; what does not find room at once is taken back.
    AnsweredAtOnce,
    /// Until each was answered, however long that takes.
    Answered,
    /// Until the vendor says how each ended, but no longer than this.
    Ended(Duration),
    /// Until the edge was looked at as well, but no longer than this.
    Verified(Duration),
}

/// What became of requests.
pub struct Sent {
    /// The requests.
    pub entries: Vec<JournalEntry>,
    ending: Ending,
    until: Until,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// Nothing more is to come.
    Over,
    /// A limit was used up meanwhile, or the vendor could not be reached.
    HeldUp,
    /// The time was up.
    TimedOut,
    /// A signal came.
    Interrupted,
}

/// Follows the requests. What is still queued when it ends early is taken back, but for what waited in the queue before. After
/// a signal the answer to what is on its way is waited for: here, or, of what waited before, by whoever stops the tasks, who
/// then lets [`Sent::read_again`]. Whoever follows holds the shutdown.
pub async fn follow(
    entries: Vec<JournalEntry>,
    until: Until,
    session: &mut Session,
    reader: &Reader,
    shutdown: &Shutdown,
    console: Console,
) -> Result<Sent, CliError> {
    let mut wait = Following { entries, until, held_up: false };
    let ending = tokio::select! {
        biased;
        () = shutdown.requested() => Ending::Interrupted,
        ending = wait.until_over(session, reader, console) => ending?,
    };
    console.clear_progress();
    match (ending, until) {
        (Ending::Over, _) => {}
        (Ending::Interrupted, Until::Answered) => wait.say_what_is_waited_for(console),
        (Ending::Interrupted, _) => {
            wait.say_what_is_waited_for(console);
            wait.end_what_was_begun(session, console).await?;
        }
        (Ending::HeldUp | Ending::TimedOut, _) => wait.take_back(session).await?,
    }
    Ok(Sent { entries: wait.entries, ending, until })
}

struct Following {
    entries: Vec<JournalEntry>,
    until: Until,
    /// A request went back into the queue.
    held_up: bool,
}

impl Following {
    async fn until_over(
        &mut self,
        session: &mut Session,
        reader: &Reader,
        console: Console,
    ) -> Result<Ending, CliError> {
        let began = Instant::now();
        let (mut heard, mut look_at) = (began, began + LOOK);
        loop {
            console.progress(&tally(&self.entries));
            if self.is_over(reader) {
                return Ok(Ending::Over);
            }
            if self.until == Until::AnsweredAtOnce && self.held_up {
                return Ok(Ending::HeldUp);
            }
            let until = match self.until {
                Until::AnsweredAtOnce => Some(heard + PATIENCE),
                Until::Ended(timeout) | Until::Verified(timeout) => Some(began + timeout),
                Until::Answered => None,
            };
            let wake = until.map_or(look_at, |until| until.min(look_at));
            if let Ok(report) = timeout_at(wake, session.next()).await {
                self.hear(report?, console);
                heard = Instant::now();
            }
            let now = Instant::now();
            if look_at <= now {
                self.look(reader);
                look_at = now + LOOK;
            } else if until.is_some_and(|until| until <= now) {
                if self.until != Until::AnsweredAtOnce {
                    return Ok(Ending::TimedOut);
                }
                // A request that is on its way has the vendor's own patience.
                if !self.has(JournalState::Sending) {
                    return Ok(Ending::HeldUp);
                }
                heard = now;
            }
        }
    }

    /// Reads where the requests stand: another purgedeck may send them, and what it did before our tasks first looked is
    /// reported by nobody.
    fn look(&mut self, reader: &Reader) {
        let ids: Vec<JournalId> = self
            .entries
            .iter()
            .filter(|entry| entry.state.is_open())
            .map(|entry| entry.id.clone())
            .collect();
        for id in ids {
            // What cannot be read now is looked at again.
            if let Ok(Some(now)) = reader.journal_entry(&id) {
                self.moved(now);
            }
        }
    }

    fn moved(&mut self, moved: JournalEntry) {
        if let Some(entry) = self.entry(&moved.id) {
            let back = entry.state == JournalState::Sending && moved.state == JournalState::Queued;
            *entry = moved;
            self.held_up |= back;
        }
    }

    fn hear(&mut self, report: Report, console: Console) {
        if let Report::Event(Event::Journal(moved)) = report {
            self.moved(*moved);
        } else if let Report::Event(Event::QueuePaused(paused)) = report {
            console.clear_progress();
            console.info(if paused {
                "the queue was paused; `purgedeck queue resume` lets it go on"
            } else {
                "the queue goes on"
            });
        } else if let Report::Event(Event::Notice(notice)) = report
            && notice.level == Level::Error
        {
            console.clear_progress();
            console.warn(&notice.words);
        }
    }

    fn entry(&mut self, id: &JournalId) -> Option<&mut JournalEntry> {
        self.entries.iter_mut().find(|entry| entry.id == *id)
    }

    fn has(&self, state: JournalState) -> bool {
        self.entries.iter().any(|entry| entry.state == state)
    }

    fn is_over(&self, reader: &Reader) -> bool {
        let answered_is_enough = !matches!(self.until, Until::Ended(_) | Until::Verified(_));
        self.entries.iter().all(|entry| match entry.state {
            JournalState::Queued | JournalState::Sending => false,
            JournalState::Accepted => answered_is_enough || will_never_be_told(reader, entry),
            JournalState::Unknown => answered_is_enough,
            JournalState::Successful => {
                !matches!(self.until, Until::Verified(_)) || entry.is_looked_at()
            }
            JournalState::Rejected | JournalState::Failed | JournalState::Cancelled => true,
        })
    }

    fn say_what_is_waited_for(&self, console: Console) {
        if self.has(JournalState::Sending) {
            console.info(
                "stopping; waiting for the answer to what is on its way (a second signal does not)",
            );
        }
    }

    /// Takes back what is queued, and what comes back into the queue, until nothing is on its way.
    async fn end_what_was_begun(
        &mut self,
        session: &mut Session,
        console: Console,
    ) -> Result<(), CliError> {
        loop {
            self.take_back(session).await?;
            if !self.has(JournalState::Sending) {
                return Ok(());
            }
            self.hear(session.next().await?, console);
        }
    }

    /// Takes back what is still queued, so that nothing of it goes out later, when nobody expects it any more.
    async fn take_back(&mut self, session: &mut Session) -> Result<(), CliError> {
        let queued: Vec<JournalId> = self
            .entries
            .iter()
            .filter(|entry| entry.state == JournalState::Queued)
            .map(|entry| entry.id.clone())
            .collect();
        if queued.is_empty() {
            return Ok(());
        }
        session.run(Effect::Order(Order::Cancel { ids: queued }));
        let until = Instant::now() + TAKING_BACK;
        while self.has(JournalState::Queued) {
            match timeout_at(until, session.next()).await {
                Ok(report) => {
                    if let Report::Event(Event::Journal(moved)) = report?
                        && let Some(entry) = self.entry(&moved.id)
                    {
                        *entry = *moved;
                    }
                }
                Err(_) => break,
            }
        }
        Ok(())
    }
}

/// How many requests there are of each state: `2 accepted · 1 queued`.
fn tally(entries: &[JournalEntry]) -> String {
    let mut parts: Vec<(usize, &'static str)> = Vec::new();
    let mut entries: Vec<&JournalEntry> = entries.iter().collect();
    entries.sort_by_key(|entry| (entry.state, entry.verified));
    for word in entries.into_iter().map(JournalEntry::word) {
        match parts.iter_mut().find(|(_, known)| *known == word) {
            Some((count, _)) => *count += 1,
            None => parts.push((1, word)),
        }
    }
    let parts: Vec<String> =
        parts.into_iter().map(|(count, word)| format!("{count} {word}")).collect();
    parts.join(" · ")
}

/// Whether the vendor took the purge and will never say how it ended.
fn will_never_be_told(reader: &Reader, entry: &JournalEntry) -> bool {
    let Some(purge) = &entry.purge else {
        return false;
    };
    let clause = |test| Clause { negated: false, test };
    let predicate = Predicate {
        clauses: vec![
            clause(Test::Account(vec![Pattern::Is(
                entry.request.account.as_str().to_ascii_lowercase(),
            )])),
            clause(Test::Id(vec![purge.as_str().to_owned()])),
            clause(Test::Status(vec![Status::ReportDisabled])),
        ],
        ..Predicate::default()
    };
    let mut found = false;
    let looked = reader.export(&predicate, Sort::Newest, Some(1), &mut |_| {
        found = true;
        std::ops::ControlFlow::Break(())
    });
    looked.is_ok() && found
}
