//! A request of the journal as it is exported.

use serde::Serialize;

use super::error::CliError;
use super::listing::{self, Cell, Emphasis, Format, Record, TableStyle};
use super::probe_record::{ProbeRecord, probes};
use super::time::{clock, rfc3339};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::zone::Zone;

/// One request. Its fields and their order are a promise; unknown ones are left out.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRecord<'e> {
    id: &'e str,
    account: &'e str,
    resource_id: &'e str,
    cname: &'e str,
    /// `url`, `ignore_query`, `pattern`, `regex`, `host`, `tag` or `all`.
    kind: &'static str,
    /// The vendor's mode, where it offers a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'e str>,
    /// The targets as the vendor gets them.
    targets: &'e [String],
    /// `queued`, `sending`, `accepted`, `rejected`, `unknown`, `successful`, `failed` or
    /// `cancelled`.
    state: &'static str,
    /// The earliest time to send it.
    planned_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    /// `user@machine`, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    queued_by: Option<&'e str>,
    /// False for a queued request of somebody else's that is not sent before it is confirmed.
    confirmed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    probes: Vec<ProbeRecord>,
    #[serde(skip)]
    entry: &'e JournalEntry,
}

impl<'e> From<&'e JournalEntry> for RequestRecord<'e> {
    fn from(entry: &'e JournalEntry) -> Self {
        let request = &entry.request;
        Self {
            id: entry.id.as_str(),
            account: request.account.as_str(),
            resource_id: request.resource.as_str(),
            cname: &request.cname,
            kind: request.kind().word(),
            mode: request.mode.as_deref(),
            targets: request.payload.targets(),
            state: entry.state.word(),
            planned_at: rfc3339(entry.planned_at),
            sent_at: entry.sent_at.map(rfc3339),
            reason: entry.reason.as_deref(),
            ticket: entry.ticket.as_deref(),
            error: entry.error.as_deref(),
            verified: entry.verified,
            queued_by: entry.queued_by.as_deref(),
            confirmed: entry.confirmed,
            probes: probes(entry.verification.as_deref()),
            entry,
        }
    }
}

/// Prints requests as they are in the journal.
pub fn print(format: Format, style: TableStyle, entries: &[JournalEntry]) -> Result<(), CliError> {
    listing::print(format, style, entries.iter().map(RequestRecord::from))
}

/// Names the first target of a request, and counts the others.
pub fn targets_cell(targets: &[String]) -> Cell {
    match targets {
        [] => "whole resource".into(),
        [only] => only.as_str().into(),
        [first, ..] => format!("{first} and {} more", targets.len() - 1).into(),
    }
}

impl Record for RequestRecord<'_> {
    const CSV: &'static str = "id account resource_id cname kind targets state planned_at \
         sent_at reason ticket error verified queued_by confirmed";

    fn columns(&self, zone: Zone) -> Vec<(&'static str, Cell)> {
        let emphasis = match self.entry.state {
            JournalState::Queued | JournalState::Sending | JournalState::Accepted => Emphasis::Busy,
            JournalState::Successful if self.verified == Some(false) => Emphasis::Bad,
            JournalState::Successful => Emphasis::Good,
            JournalState::Rejected | JournalState::Unknown | JournalState::Failed => Emphasis::Bad,
            JournalState::Cancelled => Emphasis::Plain,
        };
        vec![
            ("STATE", Cell { text: self.entry.word().to_owned(), emphasis }),
            ("PLANNED", clock(self.entry.planned_at, zone).into()),
            ("ACCOUNT", self.account.into()),
            ("CNAME", self.cname.into()),
            ("KIND", self.kind.into()),
            ("ID", self.id.into()),
            ("TARGETS", targets_cell(self.targets)),
            ("ERROR", self.error.unwrap_or_default().into()),
        ]
    }
}
