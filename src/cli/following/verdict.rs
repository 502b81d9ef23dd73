//! What becomes of a command line by what became of its requests: words and an exit code.

use super::{Ending, Sent, Until, tally};
use crate::cli::error::{Class, CliError};
use crate::cli::setup::{Talk, count};
use crate::domain::edge::Verdict;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::text::escape_control;
use crate::store::Reader;

impl Sent {
    /// Reads what became of the requests after a signal. To be called once the tasks have stopped.
    pub fn read_again(&mut self, reader: &Reader) {
        if self.ending != Ending::Interrupted {
            return;
        }
        for entry in &mut self.entries {
            // What cannot be read stays as it was heard.
            if let Ok(Some(now)) = reader.journal_entry(&entry.id) {
                *entry = now;
            }
        }
    }

    /// How the run ends.
    pub fn verdict(&self, talk: Talk) -> Result<(), CliError> {
        let good = self.entries.iter().filter(|entry| is_good(entry)).count();
        let all = self.entries.len();
        for entry in &self.entries {
            if let Some(error) = &entry.error
                && !is_good(entry)
            {
                talk.warn(&format!("{}: {}: {error}", entry.request.cname, entry.state));
            }
        }
        if self.ending == Ending::TimedOut {
            return Err(CliError::new(Class::TimedOut, format!("the time is up; the vendor took {good} of {}", count(all, "request"))).hint(
                "What was accepted goes on at the vendor (purgedeck history sent:here); what was still queued was taken back.",
            ));
        }
        if self.ending == Ending::Interrupted {
            let words = format!("interrupted: {}", tally(&self.entries));
            let queued = |entry: &JournalEntry| entry.state == JournalState::Queued;
            let hint = if self.entries.iter().any(queued) {
                "What is still queued goes out with the next `purgedeck queue run` or an open dashboard."
            } else if self.until == Until::Answered {
                "`purgedeck queue list --all` has what became of each."
            } else {
                "What the vendor took goes on there (`purgedeck history sent:here`); what was still queued was taken back."
            };
            return Err(CliError::new(Class::Interrupted, words).hint(hint));
        }
        let done = match self.until {
            Until::Ended(_) | Until::Verified(_) => "done",
            Until::Answered | Until::AnsweredAtOnce => "accepted",
        };
        if good == all && matches!(self.until, Until::Verified(_)) {
            return self.verified(talk);
        }
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
        let class = if classes.all(|class| class == first) { first } else { Class::Failed };
        let unknown = self.entries.iter().any(|entry| entry.state == JournalState::Unknown);
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

impl Sent {
    /// How a run ends that was to see everything fresh, and in which every purge went well.
    fn verified(&self, talk: Talk) -> Result<(), CliError> {
        let all = self.entries.len();
        let fresh = |entry: &&JournalEntry| entry.verified == Some(true);
        let seen = self.entries.iter().filter(fresh).count();
        for entry in self.entries.iter().filter(|entry| !fresh(entry)) {
            let Some(seen) = &entry.verification else {
                talk.warn(&format!(
                    "{}: the vendor does not tell how it ended, so the edge was not looked at",
                    entry.request.cname
                ));
                continue;
            };
            if seen.checks.is_empty() {
                talk.warn(&format!("{}: {}", entry.request.cname, seen.summary()));
            }
            for check in &seen.checks {
                if check.verdict() != Verdict::Fresh {
                    let url = escape_control(&check.look.url, 200);
                    let place = check.look.place.as_ref();
                    let place = place.map_or_else(String::new, |place| format!(" at {place}"));
                    talk.warn(&format!("{}: {url}{place}: {}", check.verdict().word(), check.why));
                }
            }
        }
        if seen == all {
            talk.say(&format!("{} verified", count(all, "request")));
            return Ok(());
        }
        let words = format!("{seen} of {} verified", count(all, "request"));
        Err(CliError::new(Class::NotVerified, words).hint(
            "The vendor calls the purge successful. `purgedeck queue list --all --format json` has what the edge showed.",
        ))
    }
}

fn is_good(entry: &JournalEntry) -> bool {
    matches!(entry.state, JournalState::Accepted | JournalState::Successful)
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
