//! The embedded backend: one SQLite file.
//!
//! # How a query is answered
//!
//! A purge's key is its time, so a window of history is a range of keys. Each purge is stored
//! twice: in full as a row of `purge` (its targets after the first in `tail`), and as an entry of a
//! [segment]: the filterable columns of some thousand purges side by side in one blob. A filter by
//! column reads segments, newest first, and reads rows only for what is shown; a million purges are
//! some ten megabytes of segments, so even counting all of them is quick and exact. A filter by
//! text asks the [trigram index](trigram_index) which short ranges of time may hold a match, and
//! reads only those rows. The order of another column than time takes [a pass](sorted) over the
//! selection.
//!
//! # Order of the files
//!
//! Each file imports only those before it: `error`, `json`, `codes`, `times`, `checksum`,
//! `targets`, `tuning`, `schema`, `confirmation`, `marker`, `change_count`, `dictionary`, `kept`,
//! `coverage`, `segment`, `trigram_index`, `compiled_filter`;
//! `journal_rows`, `attempt_rows`, `snapshot`, `segments`, `scan`; `sorted`, `window`, `summary`,
//! `recent`, `reader`, `page_uses`, `check`; `writer`, and what it writes: `accounts`, `record`, `journal`,
//! `verification`, `attempts`; `open`, `backup`; `row_walk`, `salvage`.
//!
//! # Damage
//!
//! Whoever meets a [`StoreFailure::Corrupt`](super::StoreFailure::Corrupt) puts a [marker] beside
//! the file. While it is there, no purgedeck writes into the store: the writer refuses every
//! transaction, also the one that a request must have made before it is sent. A [`check`] that
//! finds nothing lifts it. A bit that flipped in a row is met by its [`checksum`] when the row is
//! read in full, and in a segment by that at its end. [`salvage()`] makes a new store of what can
//! be read.

mod accounts;
mod attempt_rows;
mod attempts;
mod backup;
mod change_count;
mod check;
mod checksum;
mod codes;
mod compiled_filter;
mod confirmation;
mod coverage;
mod dictionary;
mod error;
mod journal;
mod journal_rows;
mod json;
mod kept;
mod marker;
mod open;
mod page_uses;
mod reader;
mod recent;
mod record;
mod row_walk;
mod salvage;
mod scan;
mod schema;
mod segment;
mod segments;
mod snapshot;
mod sorted;
mod summary;
mod targets;
#[cfg(test)]
mod tests;
mod times;
mod trigram_index;
mod tuning;
mod verification;
mod window;
mod writer;

pub use open::Store;
pub use reader::{Interrupt, Reader};
pub use record::Import;
pub use salvage::{Lost, Salvaged, SalvagedPart, salvage};
pub use tuning::Tuning;
pub use writer::Writer;
