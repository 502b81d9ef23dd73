//! Duties that one of all purgedecks on a store has at a time.

use crate::domain::ids::AccountName;

/// Work that only one purgedeck on a store may do at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Duty {
    /// Sending an account's queued requests.
    Send(AccountName),
    /// Reading an account's history from its vendor.
    Sync(AccountName),
    /// Removing old history.
    Upkeep,
}

/// Result of asking for a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "without the lease, nothing may be done"]
pub enum Lease {
    /// It is the caller's, until they release it or their connection or process ends.
    Held,
    /// Another purgedeck has it: whose, such as `mia@deploy1`, where the store knows.
    HeldBy(Option<String>),
}
