//! Messages between the tasks of the engine: the sender and the accounts' syncs.

use chrono::{DateTime, Utc};

use crate::domain::ids::{AccountName, PurgeId, ResourceId};

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
    /// An account's news were read, or another process told of a change: an occasion to read what
    /// other processes changed in the store.
    NewsRead,
    /// The connection to the store was lost and is there again: the leases are gone.
    StoreBack,
}

/// A message to the sync of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SyncMsg {
    /// The operator wants news now.
    Refresh,
    /// A purge of this resource was sent: its news are wanted soon, and the remaining quotas have
    /// changed.
    Sent(ResourceId),
    /// A pane shows these purges, whose targets are not known.
    Shown(Vec<PurgeId>),
    /// The operator of another purgedeck wants news now, or has sent a purge.
    Wanted,
    /// Another purgedeck has read the account's newest history.
    Synced(DateTime<Utc>),
    /// Another purgedeck changed something in the store.
    StoreChanged,
}
