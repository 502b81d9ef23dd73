//! A draft that is kept until it is sent or deleted, under a name of its own.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Draft;
use crate::domain::ids::{DraftId, Ticket};

/// A draft as it is kept: over closing compose, a crash, and a restart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDraft {
    /// Our own name for it.
    pub id: DraftId,
    /// When it was changed last.
    pub changed: DateTime<Utc>,
    /// Its contents.
    pub draft: Draft,
}

impl KeptDraft {
    /// Gives a draft a name that no other has, here or in another purgedeck on the store: it is
    /// made of the time and of a ticket.
    pub fn new(draft: Draft, ticket: Ticket, now: DateTime<Utc>) -> Self {
        let id = DraftId::new(format!("{}-{}", now.timestamp_micros(), ticket.0));
        Self { id, changed: now, draft }
    }
}
