//! Messages and the exit code of a command that waited for requests.

use super::{Outcome, tally};
use crate::cli::console::{Console, count};
use crate::cli::error::{Class, CliError};
use crate::cli::listing::{Format, TableStyle};
use crate::cli::request_record;
use crate::domain::edge::Verdict;
use crate::domain::ids::JournalId;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::text::escape_control;
use crate::engine::{LocalStore, Until, WaitEnd};

/// The hint where accepted requests are not finished.
const ACCEPTED_GO_ON: &str = "Accepted requests go on at the vendor (`purgedeck history \
                              sent:here`); queued ones were canceled.";
/// The hint where every request has an outcome.
const LIST_THEM: &str = "`purgedeck queue list --all` lists the outcome of each.";

impl Outcome {
    /// Reads the requests again where the wait ended early. To be called after the engine has
    /// ended.
    pub fn reload(&mut self, store: &LocalStore) {
        if self.end == Some(WaitEnd::Complete) {
            return;
        }
        let ids: Vec<JournalId> = self.entries.iter().map(|entry| entry.id.clone()).collect();
        // A request that cannot be read stays as it is known.
        for now in store.requests(&ids).unwrap_or_default() {
            if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == now.id) {
                *entry = now;
            }
        }
    }

    /// Lists the requests, prints what went wrong, and returns how the run ends. Where they cannot
    /// be listed on standard output, standard error has them: they are done all the same.
    pub fn report(
        &self,
        format: Format,
        style: TableStyle,
        console: Console,
    ) -> Result<(), CliError> {
        let printed = request_record::print(format, style, &self.entries);
        let Err(unlisted) = CliError::unless_pipe_closed(printed) else {
            return self.conclude(console);
        };
        for JournalEntry { id, state, request, .. } in &self.entries {
            let targets = request_record::targets_cell(request.payload.targets()).text;
            let (account, cname) = (&request.account, &request.cname);
            console.warn(&format!("{state}: {account} {cname}: {targets} ({id})"));
        }
        let unlisted = format!("the requests could not be listed: {}", unlisted.message);
        match self.conclude(console) {
            Ok(()) => Err(CliError::new(Class::NotListed, unlisted)
                .hint("They are done, as said above; do not send them again.")),
            Err(error) => {
                console.warn(&unlisted);
                Err(error)
            }
        }
    }

    /// Prints what went wrong, and returns how the run ends.
    fn conclude(&self, console: Console) -> Result<(), CliError> {
        let good = self.entries.iter().filter(|entry| is_good(entry)).count();
        let all = self.entries.len();
        for entry in &self.entries {
            if let Some(error) = &entry.error
                && !is_good(entry)
            {
                console.warn(&format!("{}: {}: {error}", entry.request.cname, entry.state));
            }
        }
        let is_done = |entry: &JournalEntry| entry.state == JournalState::Successful;
        if self.end == Some(WaitEnd::TimedOut)
            && matches!(self.until, Until::Verified(_))
            && self.entries.iter().all(is_done)
        {
            return self.verified(console).map_err(|error| {
                let message = format!("the time is up; {}", error.message);
                CliError::new(Class::TimedOut, message)
                    .hint("The edge may still become fresh: `purgedeck verify sent:here` asks it.")
            });
        }
        if self.end == Some(WaitEnd::TimedOut) {
            let message = format!("the time is up; {good} of {} accepted", count(all, "request"));
            return Err(CliError::new(Class::TimedOut, message).hint(ACCEPTED_GO_ON));
        }
        if self.end.is_none() {
            let message = format!("interrupted: {}", tally(&self.entries));
            let queued = |entry: &JournalEntry| entry.state == JournalState::Queued;
            let hint = if self.entries.iter().any(queued) {
                "`purgedeck queue run` or an open dashboard sends what is still queued."
            } else if self.until == Until::Answered {
                LIST_THEM
            } else {
                ACCEPTED_GO_ON
            };
            return Err(CliError::new(Class::Interrupted, message).hint(hint));
        }
        let done = match self.until {
            Until::Ended(_) | Until::Verified(_) => "done",
            Until::Answered | Until::AnsweredAtOnce => "accepted",
        };
        if good == all && matches!(self.until, Until::Verified(_)) {
            return self.verified(console);
        }
        if good == all {
            console.info(&format!("{} {done}", count(all, "request")));
            return Ok(());
        }
        if good > 0 {
            return Err(CliError::new(
                Class::Partly,
                format!("{good} of {} {done}", count(all, "request")),
            ));
        }
        let class = Class::in_common(self.entries.iter().map(class_of_entry));
        let unknown = self.entries.iter().any(|entry| entry.state == JournalState::Unknown);
        let (message, hint) = if class == Class::Limit {
            (
                "the vendor's limits have no room now; nothing was sent".to_owned(),
                "--wait sends it as soon as there is room.",
            )
        } else if class == Class::Auth {
            (
                "the vendor refused the credentials; nothing was purged".to_owned(),
                "Check the account's secret and the permissions of its role.",
            )
        } else if unknown {
            (
                "the outcome is unknown: the vendor's answer was lost".to_owned(),
                "Look into `purgedeck history sent:here`. It is not sent again unless you run \
                 `purgedeck queue retry`.",
            )
        } else {
            (format!("{good} of {} {done}", count(all, "request")), LIST_THEM)
        };
        Err(CliError::new(class, message).hint(hint))
    }
}

impl Outcome {
    /// Concludes a run with `--verify` in which every purge was successful.
    fn verified(&self, console: Console) -> Result<(), CliError> {
        let all = self.entries.len();
        let fresh = |entry: &&JournalEntry| entry.verified == Some(true);
        let seen = self.entries.iter().filter(fresh).count();
        for entry in self.entries.iter().filter(|entry| !fresh(entry)) {
            let Some(seen) = &entry.verification else {
                console.warn(&format!(
                    "{}: the vendor does not report the outcome, so the edge was not checked",
                    entry.request.cname
                ));
                continue;
            };
            if seen.checks.is_empty() {
                console.warn(&format!("{}: {}", entry.request.cname, seen.summary()));
            }
            for check in &seen.checks {
                if check.verdict() != Verdict::Fresh {
                    let url = escape_control(&check.probe.url, 200);
                    let place = check.probe.place.as_ref();
                    let place = place.map_or_else(String::new, |place| format!(" at {place}"));
                    console.warn(&format!(
                        "{}: {url}{place}: {}",
                        check.verdict().word(),
                        check.evidence
                    ));
                }
            }
        }
        if seen == all {
            console.info(&format!("{} verified", count(all, "request")));
            return Ok(());
        }
        let message = format!("{seen} of {} verified", count(all, "request"));
        Err(CliError::new(Class::NotVerified, message).hint(
            "The vendor calls the purge successful. `purgedeck queue list --all --format json` \
             lists the probes.",
        ))
    }
}

fn is_good(entry: &JournalEntry) -> bool {
    match entry.state {
        // Its error is what the vendor refused of it.
        JournalState::Accepted => entry.error.is_none(),
        JournalState::Successful => true,
        JournalState::Queued
        | JournalState::Sending
        | JournalState::Rejected
        | JournalState::Unknown
        | JournalState::Failed
        | JournalState::Cancelled => false,
    }
}

/// Classifies a request that did not succeed. The text of a failure begins with its HTTP
/// status, where there was one.
fn class_of_entry(entry: &JournalEntry) -> Class {
    let words = entry.error.as_deref().unwrap_or_default();
    let status = words.split(' ').next().unwrap_or_default();
    match (entry.state, status) {
        (JournalState::Rejected, "401" | "403") => Class::Auth,
        // Without an error it waited for room until it was cancelled; nothing had failed.
        (JournalState::Rejected, "429") | (JournalState::Cancelled, "429" | "") => Class::Limit,
        _ => Class::Failed,
    }
}
