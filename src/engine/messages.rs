//! Messages between the parts of the engine that work on their own: the sender and the accounts' syncs.

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
    /// An account's news were read, with or without success: a chance to see what others did to the store.
    NewsRead,
}

/// A message to the sync of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SyncMsg {
    /// The operator wants news now.
    Refresh,
    /// A purge of this resource was sent: its news are wanted soon, and what is left of quotas has changed.
    Sent(ResourceId),
}
