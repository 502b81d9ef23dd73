//! The local history and the journal of what we sent, in SQLite: one file, many readers, one owner for writes.
//!
//! Everything here blocks; whoever must not wait calls it from a thread of its own. Nothing here asks a vendor, and
//! nothing reads a clock: instants come in with the calls.
//!
//! # How a question is answered
//!
//! A purge's key is its time, so a window of history is a range of keys. Each purge is kept twice: in full as a row of
//! `purge` (its targets after the first in `tail`), and once more in a [strip](strip): some thousand purges' filterable
//! columns side by side in one blob. A filter by column reads strips, newest first, and touches rows only for what is shown;
//! a million purges are some ten megabytes of strips, so even counting all of them is quick and exact. A filter by text asks
//! the [index of letter triples](grams) which short stretches of time may hold a match, and reads only those rows.

mod attempts;
mod codes;
mod failure;
mod grams;
mod journal;
mod names;
mod open;
mod reader;
mod recent;
mod record;
mod rows;
mod scan;
mod schema;
mod sieve;
mod strip;
mod strips;
mod summary;
mod targets;
#[cfg(test)]
mod tests;
mod times;
mod verification;
mod window;
mod writer;

pub use failure::StoreFailure;
pub use journal::{Matched, StepDetails, Stepped};
pub use open::{Access, Store};
pub use reader::{AccountSeen, Interrupt, JournalStep, KnownResources, Reader};
pub use verification::Hold;
pub use writer::{Import, Recorded, Writer};
