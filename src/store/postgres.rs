//! The backend of a team: a database on a PostgreSQL server.
//!
//! # How a query is answered
//!
//! A purge is one row, its key is its time. Names (accounts, cnames, people, vendors' words) are
//! numbers in it: which of them a filter selects is decided here, by the same rule as everywhere,
//! and the server compares numbers. Windows, counts and facets are read from one index that has all
//! filterable columns. Targets stand in one text, one a line, under a trigram index of the server's
//! own (`pg_trgm`), which also finds what a filter by text selects. The purges are not parted by
//! month: their identity is unique over all of time, which no part could see to, and what is not
//! kept goes a thousand at a time.
//!
//! # Who writes
//!
//! A transaction takes the lock of its part of the store, history or journal, so that what it reads
//! first stays true. Duties are advisory locks of the writer's connection; it alone takes the step
//! to `sending`, so whoever has lost the connection has lost the right to send. Where the
//! connection is lost at the end of a write, the server is asked what became of it.
//!
//! # Connections
//!
//! The writer's connection stays open and hears what others do; those that read are closed when
//! nobody has used them for a minute. An idle dashboard holds one connection.
//!
//! # Order of the files
//!
//! Each file imports only those before it: `error`, `text`, `server`, `live`, `news`, `session`,
//! `schema`, `dictionary`, `sql`, `reader`, `writer`, `lease`. What is read: `kept`, `coverage`,
//! `journal_rows`, `journal_reads`, `line_test`, `compiled_filter`, `order`, `rows`, `refused`,
//! `purges`, `recent`, `window`, `summary`, `account_state`, `facts`, `check`, `server_facts`. What
//! is written: `dictionary_writer`, `accounts`, `purge_keys`, `record`, `authors`, `journal`,
//! `verification`, `attempt_rows`, `attempts`, `retention`, `own`, `copy`; then `open`.

mod account_state;
mod accounts;
mod attempt_rows;
mod attempts;
mod authors;
mod check;
mod compiled_filter;
mod copy;
mod coverage;
mod dictionary;
mod dictionary_writer;
mod error;
mod facts;
mod journal;
mod journal_reads;
mod journal_rows;
mod kept;
mod lease;
mod line_test;
mod live;
mod news;
mod open;
mod order;
mod own;
mod purge_keys;
mod purges;
mod reader;
mod recent;
mod record;
mod refused;
mod retention;
mod rows;
mod schema;
mod server;
mod server_facts;
mod session;
mod sql;
mod summary;
#[cfg(test)]
mod tests;
mod text;
mod verification;
mod window;
mod writer;

pub(super) use open::PostgresStore;
pub(super) use reader::{PostgresInterrupt, PostgresReader};
pub use server::{PasswordSource, ServerAccess};
pub(super) use writer::PostgresWriter;
