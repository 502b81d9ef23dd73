//! Follows requests of the journal until nothing more is to come of them, or no longer than is wanted.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::error::{Class, CliError};
use super::office::Office;
use super::setup::{Talk, count};
use crate::domain::filter::{Clause, Pattern, Predicate, Test};
use crate::domain::ids::JournalId;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::query::Sort;
use crate::domain::status::Status;
use crate::effect::{Effect, Report, Tone};
use crate::store::Reader;

/// Without holding out: how long a request may stay queued without a sign, for instance because another purgedeck sends.
const PATIENCE: Duration = Duration::from_secs(15);
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
}

/// Follows the requests. What is still queued when it ends early is taken back.
pub async fn follow(
    entries: Vec<JournalEntry>,
    until: Until,
    office: &mut Office,
    reader: &Reader,
    talk: Talk,
) -> Result<Sent, CliError> {
    let mut following = Following {
        entries,
        until,
        held_up: false,
    };
    let ending = following.until_over(office, reader, talk).await?;
    if ending != Ending::Over {
        following.take_back(office).await?;
    }
    talk.progress_over();
    Ok(Sent {
        entries: following.entries,
        ending,
        until,
    })
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
        office: &mut Office,
        reader: &Reader,
        talk: Talk,
    ) -> Result<Ending, CliError> {
        let began = Instant::now();
        loop {
            talk.progress(&self.progress());
            if self.is_over(reader) {
                return Ok(Ending::Over);
            }
            if self.until == Until::AnsweredAtOnce && self.held_up {
                return Ok(Ending::HeldUp);
            }
            let until = match self.until {
                Until::AnsweredAtOnce => Instant::now() + PATIENCE,
                Until::Ended(timeout) => began + timeout,
                Until::Answered => {
                    self.hear(office.next().await?, talk);
                    continue;
                }
            };
            match timeout_at(until, office.next()).await {
                Ok(report) => self.hear(report?, talk),
                // A request that is on its way has the vendor's own patience.
                Err(_)
                    if self.until == Until::AnsweredAtOnce && self.has(JournalState::Sending) => {}
                Err(_) if self.until == Until::AnsweredAtOnce => return Ok(Ending::HeldUp),
                Err(_) => return Ok(Ending::TimedOut),
            }
        }
    }

    fn hear(&mut self, report: Report, talk: Talk) {
        if let Report::Journal(moved) = report {
            if let Some(entry) = self.entry(&moved.id) {
                let back =
                    entry.state == JournalState::Sending && moved.state == JournalState::Queued;
                *entry = *moved;
                self.held_up |= back;
            }
        } else if let Report::Paused(paused) = report {
            talk.progress_over();
            talk.say(if paused {
                "the queue was paused; `purgedeck queue resume` lets it go on"
            } else {
                "the queue goes on"
            });
        } else if let Report::Notice(notice) = report
            && notice.tone == Tone::Error
        {
            talk.progress_over();
            talk.warn(&notice.words);
        }
    }

    fn entry(&mut self, id: &JournalId) -> Option<&mut JournalEntry> {
        self.entries.iter_mut().find(|entry| entry.id == *id)
    }

    fn has(&self, state: JournalState) -> bool {
        self.entries.iter().any(|entry| entry.state == state)
    }

    fn is_over(&self, reader: &Reader) -> bool {
        let answered_is_enough = !matches!(self.until, Until::Ended(_));
        self.entries.iter().all(|entry| match entry.state {
            JournalState::Queued | JournalState::Sending => false,
            JournalState::Accepted => answered_is_enough || will_never_be_told(reader, entry),
            JournalState::Unknown => answered_is_enough,
            JournalState::Rejected
            | JournalState::Successful
            | JournalState::Failed
            | JournalState::Cancelled => true,
        })
    }

    fn progress(&self) -> String {
        let count = |state: JournalState| {
            self.entries
                .iter()
                .filter(|entry| entry.state == state)
                .count()
        };
        let parts: Vec<String> = JournalState::EVERY
            .into_iter()
            .filter(|state| count(*state) > 0)
            .map(|state| format!("{} {state}", count(state)))
            .collect();
        parts.join(" · ")
    }

    /// Takes back what is still queued, so that nothing of it goes out later, when nobody expects it any more.
    async fn take_back(&mut self, office: &mut Office) -> Result<(), CliError> {
        let queued: Vec<JournalId> = self
            .entries
            .iter()
            .filter(|entry| entry.state == JournalState::Queued)
            .map(|entry| entry.id.clone())
            .collect();
        if queued.is_empty() {
            return Ok(());
        }
        office.run(Effect::Cancel { ids: queued });
        let until = Instant::now() + TAKING_BACK;
        while self.has(JournalState::Queued) {
            match timeout_at(until, office.next()).await {
                Ok(report) => {
                    if let Report::Journal(moved) = report?
                        && let Some(entry) = self.entry(&moved.id)
                    {
                        // What went wrong before is the reason, whatever the last step says.
                        let error = moved.error.clone().or_else(|| entry.error.clone());
                        *entry = *moved;
                        entry.error = error;
                    }
                }
                Err(_) => break,
            }
        }
        Ok(())
    }
}

/// Whether the vendor took the purge and will never say how it ended.
fn will_never_be_told(reader: &Reader, entry: &JournalEntry) -> bool {
    let Some(purge) = &entry.purge else {
        return false;
    };
    let clause = |test| Clause {
        negated: false,
        test,
    };
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

impl Sent {
    /// How the run ends.
    pub fn verdict(&self, talk: Talk) -> Result<(), CliError> {
        let good = self.entries.iter().filter(|entry| is_good(entry)).count();
        let all = self.entries.len();
        for entry in &self.entries {
            if let Some(error) = &entry.error
                && !is_good(entry)
            {
                talk.warn(&format!(
                    "{}: {}: {error}",
                    entry.request.cname, entry.state
                ));
            }
        }
        if self.ending == Ending::TimedOut {
            return Err(CliError::new(Class::TimedOut, format!("the time is up; the vendor took {good} of {}", count(all, "request"))).hint(
                "What was accepted goes on at the vendor (purgedeck history sent:here); what was still queued was taken back.",
            ));
        }
        let done = match self.until {
            Until::Ended(_) => "done",
            Until::Answered | Until::AnsweredAtOnce => "accepted",
        };
        if good == all {
            talk.say(&format!("{} {done}", count(all, "request")));
            return Ok(());
        }
        if good > 0 {
            return Err(CliError::new(
                Class::Partly,
                format!("{good} of {} {done}", count(all, "request")),
            ));
        }
        let mut classes = self.entries.iter().map(class_of_entry);
        let first = classes.next().unwrap_or(Class::Failed);
        let class = if classes.all(|class| class == first) {
            first
        } else {
            Class::Failed
        };
        let unknown = self
            .entries
            .iter()
            .any(|entry| entry.state == JournalState::Unknown);
        let (words, hint) = if class == Class::Limit {
            (
                "the vendor's limits have no room now; nothing was sent".to_owned(),
                "--wait sends it as soon as there is room.",
            )
        } else if class == Class::Auth {
            (
                "the vendor refuses the account; nothing was purged".to_owned(),
                "Check the account's secret and what its role may do.",
            )
        } else if unknown {
            (
                "nobody knows yet whether the vendor carried it out".to_owned(),
                "Look into `purgedeck history sent:here`. It is not sent again by itself; `purgedeck queue retry` does.",
            )
        } else {
            (
                format!("{good} of {} {done}", count(all, "request")),
                "`purgedeck queue list --all` has what became of each.",
            )
        };
        Err(CliError::new(class, words).hint(hint))
    }
}

fn is_good(entry: &JournalEntry) -> bool {
    matches!(
        entry.state,
        JournalState::Accepted | JournalState::Successful
    )
}

/// The class of a request that did not go well. The words of a failure begin with its HTTP status, where there was one.
fn class_of_entry(entry: &JournalEntry) -> Class {
    let words = entry.error.as_deref().unwrap_or_default();
    let status = words.split(' ').next().unwrap_or_default();
    match (entry.state, status) {
        (JournalState::Rejected, "401" | "403") => Class::Auth,
        // Without words it waited for room until it was taken back, and nothing had gone wrong.
        (JournalState::Rejected, "429") | (JournalState::Cancelled, "429" | "") => Class::Limit,
        _ => Class::Failed,
    }
}
