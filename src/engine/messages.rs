//! Messages between the tasks of the engine: the sender and the accounts' syncs.

use chrono::{DateTime, Utc};

use crate::domain::ids::{AccountName, ResourceId};

/// A message to the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SenderMsg {
    /// The journal was changed in this process.
    Journal,
    /// An account's history changed between two instants.
    History {
        /// The account.
        account: AccountName,
        /// The first instant that changed.
        from: DateTime<Utc>,
        /// The last instant that changed.
        until: DateTime<Utc>,
    },
    /// An account's limits changed.
    Limits,
    /// An account's news were read: an occasion to read what other processes changed in the store.
    NewsRead,
}

/// A message to the sync of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SyncMsg {
    /// The operator wants news now.
    Refresh,
    /// A purge of this resource was sent: its news are wanted soon, and the remaining quotas have
    /// changed.
    Sent(ResourceId),
}
