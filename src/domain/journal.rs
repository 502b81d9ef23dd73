//! One request in the journal: what we sent or will send, and what came of it.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::edge::Verification;
use super::ids::{JournalId, PurgeId};
use super::payload::PurgeRequest;
use super::status::Status;
use super::words::words;

/// A request to be queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// The request.
    pub request: PurgeRequest,
    /// The earliest time to send it.
    pub planned_at: DateTime<Utc>,
    /// The operator's reason.
    pub reason: Option<String>,
    /// The operator's ticket.
    pub ticket: Option<String>,
}

impl NewEntry {
    /// Makes an entry without a reason and a ticket.
    pub fn new(request: PurgeRequest, planned_at: DateTime<Utc>) -> Self {
        Self { request, planned_at, reason: None, ticket: None }
    }
}

words! {
    /// The state of a request.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    JournalState {
        /// Waiting for its time or for room in the budget.
        Queued = "queued";
        /// On its way: written before the first byte goes out, so that a crash leaves a trace.
        Sending = "sending";
        /// The vendor took it.
        Accepted = "accepted";
        /// The vendor refused it, or it never went out; it had no effect.
        Rejected = "rejected";
        /// It went out and nobody knows whether it took effect. Never sent again by itself.
        Unknown = "unknown";
        /// The vendor says that it is done.
        Successful = "successful";
        /// The vendor says that it did not work.
        Failed = "failed";
        /// Taken back by the operator before it was sent.
        Cancelled = "cancelled";
    }
}

impl JournalState {
    /// Returns true if a state may follow this one: the journal refuses any other step.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Queued => matches!(next, Self::Sending | Self::Cancelled | Self::Rejected),
            Self::Sending => {
                matches!(next, Self::Queued | Self::Accepted | Self::Rejected | Self::Unknown)
            }
            Self::Accepted => matches!(next, Self::Successful | Self::Failed),
            Self::Unknown => matches!(
                next,
                Self::Accepted | Self::Successful | Self::Failed | Self::Rejected | Self::Queued
            ),
            // It was never sent, and goes back to its place in the queue.
            Self::Cancelled => next == Self::Queued,
            Self::Rejected | Self::Successful | Self::Failed => false,
        }
    }

    /// Returns true while something is still to come of it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Sending | Self::Accepted | Self::Unknown)
    }
}

impl fmt::Display for JournalState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl JournalEntry {
    /// True once no further probe of the edge can change the verdict.
    pub fn is_verification_settled(&self) -> bool {
        self.verification.as_ref().is_some_and(|seen| seen.settled)
    }

    /// True for a queued request that is not sent before this installation's operator confirms it:
    /// somebody else queued it.
    pub fn is_unconfirmed(&self) -> bool {
        self.state == JournalState::Queued && !self.confirmed
    }

    /// True for a queued request that may be sent.
    pub fn is_sendable(&self) -> bool {
        self.state == JournalState::Queued && self.confirmed
    }

    /// True if it waits to be sent, or is on its way.
    pub fn may_be_sent(&self) -> bool {
        matches!(self.state, JournalState::Queued | JournalState::Sending)
    }

    /// Names who queued it, for the operator.
    pub fn author(&self) -> &str {
        self.queued_by.as_deref().unwrap_or("an older purgedeck")
    }

    /// The word for where it stands: its state's, or what the edge showed since.
    pub fn word(&self) -> &'static str {
        match (self.state, self.verified) {
            (JournalState::Successful, Some(_)) => Status::Successful.label_seen(self.verified),
            (JournalState::Queued, _) if !self.confirmed => "unconfirmed",
            (state, _) => state.word(),
        }
    }
}

/// One request with its history so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Our id for it.
    pub id: JournalId,
    /// The request.
    pub request: PurgeRequest,
    /// Its state.
    pub state: JournalState,
    /// Its place in the queue: lower ones go first.
    pub place: i64,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// When it may go out at the earliest.
    pub planned_at: DateTime<Utc>,
    /// When it went out.
    pub sent_at: Option<DateTime<Utc>>,
    /// The vendor's clock minus ours when it went out, where it was known: ours may have been set
    /// since.
    pub ahead: Option<TimeDelta>,
    /// When it was answered, or given up.
    pub answered_at: Option<DateTime<Utc>>,
    /// Why, in the operator's words.
    pub reason: Option<String>,
    /// The operator's ticket.
    pub ticket: Option<String>,
    /// The last error, in words.
    pub error: Option<String>,
    /// The vendor's id for it, from its answer or found in its history.
    pub purge: Option<PurgeId>,
    /// The edge's freshness: `None` for not asked or unclear.
    pub verified: Option<bool>,
    /// The looks at the edge; `None` where there was none.
    pub verification: Option<Box<Verification>>,
    /// True if the operator has opened the queue since it went wrong.
    pub noticed: bool,
    /// The operator who queued it, such as `mia@deploy1`; `None` where an older version did.
    pub queued_by: Option<String>,
    /// False while it is queued and was not confirmed by this installation's operator: it is not
    /// sent then.
    pub confirmed: bool,
}
