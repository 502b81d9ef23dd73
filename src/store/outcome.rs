//! Values that every backend takes and returns beside those of the domain.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::edge::Verification;
use crate::domain::ids::{AccountName, JournalId, ProviderName, PurgeId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::resource::Resource;

/// The access to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything; a missing store is created.
    ReadWrite,
    /// Reading only: nothing is created or changed, except SQLite's own lock files beside a store
    /// on a writable disk.
    ReadOnly,
}

/// Counts and time range of the purges that a write added or changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Number of purges that were not known before.
    pub new: u64,
    /// Number of known purges that changed.
    pub changed: u64,
    /// Earliest time of creation among them, before or after the change; `None` if nothing changed.
    pub from: Option<DateTime<Utc>>,
    /// Latest time of creation among them, likewise; inclusive.
    pub until: Option<DateTime<Utc>>,
}

impl Recorded {
    /// Adds the counts and joins the time ranges of two writes.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut both =
            Self { new: self.new + other.new, changed: self.changed + other.changed, ..self };
        for instant in [other.from, other.until].into_iter().flatten() {
            both.extend_to(instant);
        }
        both
    }

    /// Extends the time range so that it holds this instant.
    pub(super) fn extend_to(&mut self, instant: DateTime<Utc>) {
        self.from = Some(self.from.map_or(instant, |from| from.min(instant)));
        self.until = Some(self.until.map_or(instant, |until| until.max(instant)));
    }
}

/// Purges that were removed because they are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Their number.
    pub purges: u64,
    /// The accounts in whose history they stood.
    pub accounts: BTreeSet<AccountName>,
    /// Earliest time of creation among them.
    pub from: Option<DateTime<Utc>>,
    /// Latest time of creation among them.
    pub until: Option<DateTime<Utc>>,
    /// There may be more to remove.
    pub has_more: bool,
}

/// The size of a store and the times of its history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreFacts {
    /// Size of the file, with its free pages.
    pub bytes: u64,
    /// Size of the free pages.
    pub free_bytes: u64,
    /// The file gives free pages back to the disk while it is used.
    pub gives_back: bool,
    /// Number of purges.
    pub purges: u64,
    /// Time of the oldest purge.
    pub oldest: Option<DateTime<Utc>>,
    /// Time of the newest purge.
    pub newest: Option<DateTime<Utc>>,
    /// Number of the journal's requests.
    pub requests: u64,
    /// The instant before which no history is kept; `None` if all is.
    pub kept_from: Option<DateTime<Utc>>,
    /// Number of purges from before that: unfinished ones, and those not removed yet.
    pub older: u64,
}

/// Values that are stored with a journal step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepDetails {
    /// Time at which the request goes out, is answered or is given up.
    pub at: DateTime<Utc>,
    /// The error in words. `None` clears an earlier error, except when the request is
    /// cancelled: then the earlier error is the reason.
    pub error: Option<String>,
    /// The vendor's id of the purge; `None` keeps a known one.
    pub purge: Option<PurgeId>,
    /// Earliest time to send; `None` keeps the planned one.
    pub planned_at: Option<DateTime<Utc>>,
    /// The vendor's clock minus ours; `None` keeps a known one.
    pub ahead: Option<TimeDelta>,
    /// Time at which the request went out to which this is the answer: the step is refused if it
    /// went out again since. `None` for any.
    pub sent_at: Option<DateTime<Utc>>,
}

impl StepDetails {
    /// Creates details that hold nothing but the time of the step.
    pub fn at(at: DateTime<Utc>) -> Self {
        Self { at, error: None, purge: None, planned_at: None, ahead: None, sent_at: None }
    }
}

/// Result of moving a journal entry to another state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a refused step was not taken"]
pub enum StepOutcome {
    /// The step is on the disk; the entry as it is now.
    Done(Box<JournalEntry>),
    /// The step was not taken: the entry is in another state (another purgedeck may have moved
    /// it), or the step is not allowed.
    Refused {
        /// The state of the entry; `None` if there is no such entry.
        found: Option<JournalState>,
    },
}

/// Result of matching a journal entry with a purge of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a refused match was not made"]
pub enum MatchOutcome {
    /// The match was made; the entry as it is now.
    Linked(Box<JournalEntry>),
    /// Another entry of the account is already matched with that purge.
    Taken(JournalId),
    /// The journal has no such entry.
    Missing,
}

/// Result of asking for the right to verify an entry: of several purgedecks on one store, one
/// probes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "without the lease, nothing may be probed"]
pub enum VerificationLease {
    /// The caller holds it from now on; with the probes so far.
    Acquired(Verification),
    /// Another purgedeck holds it.
    HeldElsewhere,
    /// Nobody needs it any more: the verification is settled, or there is no such entry.
    Settled,
}

/// An account with data in the store, configured or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAccount {
    /// Its name.
    pub account: AccountName,
    /// Its provider; `None` if neither a purge nor a resource of it was ever stored. The later
    /// provider, if the name was given to another provider's account.
    pub provider: Option<ProviderName>,
    /// When its newest history was last read without an error.
    pub synced_at: Option<DateTime<Utc>>,
    /// When its resources were last read.
    pub resources_at: Option<DateTime<Utc>>,
}

/// An account's resources as they were last read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredResources {
    /// The resources, in the order in which they were saved.
    pub resources: Vec<Resource>,
    /// When they were read; `None` if never.
    pub at: Option<DateTime<Utc>>,
}
