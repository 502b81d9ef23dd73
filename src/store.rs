//! The history and the journal of sent purges: one store, many readers, one writer at a time.
//!
//! Every call blocks; a caller that must not wait makes it on a thread of its own. Nothing here
//! calls a vendor or reads a clock: instants are parameters.
//!
//! # Backends
//!
//! The types that are defined here belong to no backend; nothing above knows which one it has. A
//! backend lives in a folder of its own and has four parts (`contract.rs`):
//!
//! - the read half, [`Reader`]: windows, summaries, details, export, accounts and the journal, each
//!   answered from one snapshot; a read can be cancelled with an [`Interrupt`];
//! - the write half, [`Writer`]: history, coverage, resources, drafts, the activity log and the
//!   journal. Every call is one transaction, and the journal is on the disk before it returns;
//! - the change feed: `data_version` of both halves is a number that changes when anybody else
//!   changes what queries or the journal's readers read; the board, drafts and the times of syncs
//!   are neither. A server also tells [`StoreNews`] at once;
//! - leases: of all purgedecks on the store, one sends for an account, one reads its history and
//!   one removes old history ([`Duty`], [`Writer::lease`]). [`Writer::lease_verification`] lets one
//!   probe an entry, and [`Writer::step`] moves an entry only from the state that the caller
//!   expects, so that of two senders one sends.
//!
//! [`sqlite`] is the embedded default: one file, no set-up. [`postgres`] serves a team. The same
//! tests hold both.
//!
//! A store that is found damaged is read as far as it can be, and not written any more, by nobody,
//! until [`Reader::check`] finds nothing or another store is in its place.

mod codes;
mod contract;
mod copied;
mod failure;
mod journal_rules;
mod json;
mod known_targets;
mod lease;
mod news;
mod outcome;
mod postgres;
mod sighting;
mod sqlite;
mod targets;
#[cfg(test)]
mod tests;
mod times;

pub use contract::{Import, Interrupt, Reader, Store, Writer};
pub use copied::{CopiedAttempt, CopiedEntry, CopiedStep, HeldDuty, ServerFacts};
pub use failure::StoreFailure;
pub use lease::{Duty, Lease};
pub use news::StoreNews;
pub use outcome::{
    Access, MatchOutcome, Recorded, Removed, StepDetails, StepOutcome, StoreFacts, StoredAccount,
    StoredResources, VerificationLease,
};
pub use postgres::{PasswordSource, ServerAccess};
pub use sqlite::{Lost, Salvaged, SalvagedPart, Tuning, salvage};
