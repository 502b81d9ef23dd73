//! The embedded backend: one SQLite file.
//!
//! # How a query is answered
//!
//! A purge's key is its time, so a window of history is a range of keys. A purge is a row of
//! `purge`, without its targets, and an entry of a [segment]: the filterable columns of some
//! thousand purges side by side in one blob. A filter by column reads segments, newest first, and
//! reads rows only for what is shown; a million purges are some ten megabytes of segments, so even
//! counting all of them is quick and exact.
//!
//! The targets of some hundred purges are a [chunk]: one blob in which each piece of text stands
//! once, so that a text is looked for without reading the targets. The rows, the segments and the
//! chunks each part the keys in their own way. A filter by text looks through the newest chunks,
//! then asks the [trigram index](trigram_index) which others may hold a match, and takes the
//! columns of what it finds from segments. The order of another column than time takes
//! [a pass](sorted) over the selection.
//!
//! # Order of the files
//!
//! Each file imports only those before it: `error`, `checksum`, `tuning`, `schema`, `confirmation`,
//! `marker`, `locks`, `change_count`, `dictionary`, `kept`, `coverage`, `segment`, `varint`,
//! `pieces`, `chunk`, `chunk_builder`, `chunks`, `trigram_index`, `compiled_filter`, `text_search`,
//! `search_thread`; `journal_rows`, `attempt_rows`, `snapshot`, `segments`, `chunk_index`, `scan`
//! and `text_scan`; `sorted`, `window`, `summary`, `recent`, `reader`, `export`, `page_uses`,
//! `check`; `writer`, and what it writes: `accounts`, `record`, `authors`, `journal`,
//! `verification`, `attempts`, `retention`, `lease`, `copy`; `conversion`, `open`, `compact`,
//! `backup`; `row_walk`, `salvage`.
//!
//! # Damage
//!
//! Whoever meets a [`StoreFailure::Corrupt`](super::StoreFailure::Corrupt) puts a [marker] beside
//! the file. While it is there, no purgedeck writes into the store: the writer refuses every
//! transaction, also the one that a request must have made before it is sent. A [`check`] that
//! finds nothing lifts it. A bit that flipped in a row is met by its [`checksum`] when the row is
//! read in full, and in a segment, a chunk or a block of the index by that at its end.
//! [`salvage()`] makes a new store of what can be read.

mod accounts;
mod attempt_rows;
mod attempts;
mod authors;
mod backup;
mod change_count;
mod check;
mod checksum;
mod chunk;
mod chunk_builder;
mod chunk_index;
mod chunks;
mod compact;
mod compiled_filter;
mod confirmation;
mod conversion;
mod copy;
mod coverage;
mod dictionary;
mod error;
mod export;
mod journal;
mod journal_rows;
mod kept;
mod lease;
mod locks;
mod marker;
mod open;
mod page_uses;
mod pieces;
mod reader;
mod recent;
mod record;
mod retention;
mod row_walk;
mod salvage;
mod scan;
mod schema;
mod search_thread;
mod segment;
mod segments;
mod snapshot;
mod sorted;
mod summary;
#[cfg(test)]
mod tests;
mod text_scan;
mod text_search;
mod trigram_index;
mod tuning;
mod varint;
mod verification;
mod window;
mod writer;

use super::{codes, json, targets, times};

pub use salvage::{Lost, Salvaged, SalvagedPart, salvage};
pub use tuning::Tuning;

pub(super) use confirmation::newcomer;
pub(super) use open::SqliteStore;
pub(super) use reader::{SqliteInterrupt, SqliteReader};
pub(super) use record::SqliteImport;
pub(super) use writer::SqliteWriter;
