//! Messages that a store which many share sends unasked.

use chrono::{DateTime, Utc};

use super::failure::StoreFailure;
use crate::domain::ids::AccountName;

/// Something that happened to the store, in another purgedeck or on the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreNews {
    /// Another purgedeck changed something that queries or the journal's readers read.
    Changed,
    /// Another purgedeck wants an account's news to be read now, of whoever reads them.
    RefreshWanted(AccountName),
    /// Another purgedeck has read an account's newest history without an error.
    Synced(AccountName, DateTime<Utc>),
    /// The connection was lost: leases are gone, and nothing is told before the next call of the
    /// writer has made another one.
    Lost(StoreFailure),
}
