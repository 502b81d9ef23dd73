//! The local history and the journal of sent purges: one store, many readers, one writer at a time.
//!
//! Every call blocks; a caller that must not wait makes it on a thread of its own. Nothing here
//! calls a vendor or reads a clock: instants are parameters.
//!
//! # Backends
//!
//! The types that are defined here belong to no backend. A backend lives in a folder of its own and
//! has four parts:
//!
//! - the read half, [`Reader`]: windows, summaries, details, export, accounts and the journal, each
//!   answered from one snapshot; a read can be cancelled with an [`Interrupt`];
//! - the write half, [`Writer`]: history, coverage, resources, drafts, the activity log and the
//!   journal. Every call is one transaction, and the journal is on the disk before it returns;
//! - the change feed: `data_version` of both halves is a number that changes when anybody else
//!   changes what queries or the journal's readers read; the board, drafts and the times of syncs
//!   are neither;
//! - leases: [`Writer::lease_verification`] lets one purgedeck of several probe an entry, and
//!   [`Writer::step`] moves an entry only from the state that the caller expects, so that of two
//!   senders one sends.
//!
//! [`sqlite`] is the embedded default: one file, no set-up. The same tests hold every backend.
//!
//! A store that is found damaged is read as far as it can be, and not written any more, by nobody,
//! until [`Reader::check`] finds nothing or another store is in its place.

mod failure;
mod outcome;
mod sqlite;

pub use failure::StoreFailure;
pub use outcome::{
    Access, MatchOutcome, Recorded, Removed, StepDetails, StepOutcome, StoreFacts, StoredAccount,
    StoredResources, VerificationLease,
};
pub use sqlite::{
    Import, Interrupt, Lost, Reader, Salvaged, SalvagedPart, Store, Tuning, Writer, salvage,
};
