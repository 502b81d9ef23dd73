//! A request of the journal in the form in which it is exported.

use serde::Serialize;

use super::listing::{Cell, Record, Tone, clock};
use super::probes::{ProbeRecord, probes};
use super::record::stamp;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::zone::Zone;

/// One request. Its fields and their order are a promise; what is not known is left out.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRecord<'e> {
    /// Our id of it.
    pub id: &'e str,
    /// The account.
    pub account: &'e str,
    /// The vendor's id of the resource.
    pub resource_id: &'e str,
    /// The resource's cname.
    pub cname: &'e str,
    /// `url`, `pattern` or `all`.
    pub kind: &'static str,
    /// The entries as the vendor gets them.
    pub targets: &'e [String],
    /// `queued`, `sending`, `accepted`, `rejected`, `unknown`, `successful`, `failed` or `cancelled`.
    pub state: &'static str,
    /// The earliest time for it.
    pub planned_at: String,
    /// When it went out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'e str>,
    /// The operator's ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<&'e str>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'e str>,
    /// Whether the edge was seen to serve it fresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// What the edge showed after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<ProbeRecord>,
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
            targets: request.payload.targets(),
            state: entry.state.word(),
            planned_at: stamp(entry.planned_at),
            sent_at: entry.sent_at.map(stamp),
            reason: entry.reason.as_deref(),
            ticket: entry.ticket.as_deref(),
            error: entry.error.as_deref(),
            verified: entry.verified,
            probes: probes(entry.verification.as_deref()),
            entry,
        }
    }
}

/// The entries of a request as a cell of a table.
pub fn targets_cell(targets: &[String]) -> Cell {
    match targets {
        [] => "everything".into(),
        [only] => only.as_str().into(),
        [first, ..] => format!("{first} and {} more", targets.len() - 1).into(),
    }
}

impl Record for RequestRecord<'_> {
    const TABLE: &'static [&'static str] =
        &["STATE", "PLANNED", "ACCOUNT", "CNAME", "KIND", "ID", "TARGETS", "ERROR"];
    const CSV: &'static [&'static str] = &[
        "id",
        "account",
        "resource_id",
        "cname",
        "kind",
        "targets",
        "state",
        "planned_at",
        "sent_at",
        "reason",
        "ticket",
        "error",
        "verified",
    ];

    fn table(&self, zone: Zone) -> Vec<Cell> {
        vec![
            Cell {
                text: self.entry.word().to_owned(),
                tone: match self.entry.state {
                    JournalState::Successful if self.verified == Some(false) => Tone::Bad,
                    JournalState::Queued | JournalState::Sending | JournalState::Accepted => {
                        Tone::Busy
                    }
                    JournalState::Successful => Tone::Good,
                    JournalState::Rejected | JournalState::Unknown | JournalState::Failed => {
                        Tone::Bad
                    }
                    JournalState::Cancelled => Tone::Plain,
                },
            },
            clock(self.entry.planned_at, zone).into(),
            self.account.into(),
            self.cname.into(),
            self.kind.into(),
            self.id.into(),
            targets_cell(self.targets),
            self.error.unwrap_or_default().into(),
        ]
    }

    fn csv(&self) -> Vec<String> {
        let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
        vec![
            self.id.to_owned(),
            self.account.to_owned(),
            self.resource_id.to_owned(),
            self.cname.to_owned(),
            self.kind.to_owned(),
            self.targets.join("\n"),
            self.state.to_owned(),
            self.planned_at.clone(),
            optional(self.sent_at.as_deref()),
            optional(self.reason),
            optional(self.ticket),
            optional(self.error),
            self.verified.map_or_else(String::new, |word| word.to_string()),
        ]
    }
}
