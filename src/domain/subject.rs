//! Subjects of a verification.

use super::ids::{JournalId, PurgeKey};

/// The purge or request whose URLs the edge is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A purge of the history, by anybody.
    Purge(PurgeKey),
    /// A request of our journal.
    Request(JournalId),
}
