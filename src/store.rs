//! The local history and the journal, in SQLite. One owner for writes.
