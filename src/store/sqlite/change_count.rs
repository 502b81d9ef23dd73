//! The number of writes that changed something that queries or the journal's readers read. It is
//! what others on the store look at: the board, drafts and times of syncs do not count.

use rusqlite::{Connection, OptionalExtension as _};

use crate::store::failure::StoreFailure;

/// Its name among the store's numbers.
const CHANGES: &str = "changes";

/// Returns the number; 0 in a store of an earlier version.
pub(super) fn get(connection: &Connection) -> Result<i64, StoreFailure> {
    let mut find = connection.prepare_cached("SELECT value FROM number WHERE name = ?1")?;
    Ok(find.query_row([CHANGES], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Adds one.
pub(super) fn add(connection: &Connection) -> Result<(), StoreFailure> {
    connection
        .prepare_cached(
            "INSERT INTO number (name, value) VALUES (?1, 1)
             ON CONFLICT DO UPDATE SET value = value + 1",
        )?
        .execute([CHANGES])?;
    Ok(())
}
