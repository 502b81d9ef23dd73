//! Rows that are copied from one store into another, beside those that have calls of their own.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::activity::Attempt;
use crate::domain::ids::PurgeId;
use crate::domain::journal::{JournalEntry, JournalState};

/// An entry of the journal with all its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedEntry {
    /// Its number in the journal that it was read from, in the order of queueing.
    pub number: i64,
    /// The entry.
    pub entry: JournalEntry,
    /// Its steps, oldest first.
    pub steps: Vec<CopiedStep>,
}

/// A step of a journal entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedStep {
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// The state before; `None` for the first step.
    pub from: Option<JournalState>,
    /// The state after.
    pub to: JournalState,
    /// The error that it was taken with.
    pub error: Option<String>,
}

/// An entry of a vendor's activity log with what was found out about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedAttempt {
    /// The entry.
    pub attempt: Attempt,
    /// The name of its author.
    pub by: Option<String>,
    /// The purge that it made.
    pub purge: Option<PurgeId>,
}

/// The server of a store, as a connection finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFacts {
    /// Version of the server, such as `15.14`.
    pub version: String,
    /// Schema version of the store.
    pub schema: i64,
    /// The role that the connection has.
    pub role: String,
    /// True if that role may write the store.
    pub may_write: bool,
    /// True if the connection is encrypted.
    pub is_encrypted: bool,
    /// True if the server is reached over a socket of this machine.
    pub is_local: bool,
    /// The server's clock.
    pub now: DateTime<Utc>,
    /// The duties that are held.
    pub duties: Vec<HeldDuty>,
}

/// A duty that one of the purgedecks on a store has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldDuty {
    /// Its name, such as `send production`.
    pub name: String,
    /// The operator who has it.
    pub who: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl ServerFacts {
    /// Returns the server's clock minus ours.
    pub fn clock_ahead(&self, ours: DateTime<Utc>) -> TimeDelta {
        self.now - ours
    }
}
