//! Single values that are stored by name: the draft, the pause of the queue, authors' names.

use rusqlite::{Connection, OptionalExtension as _};

use super::json;
use crate::domain::draft::Draft;
use crate::store::failure::StoreFailure;

/// Name of the draft.
pub(super) const DRAFT: &str = "draft";

pub(super) fn get(connection: &Connection, name: &str) -> Result<Option<String>, StoreFailure> {
    let mut find = connection.prepare_cached("SELECT value FROM kept WHERE name = ?1")?;
    Ok(find.query_row([name], |row| row.get(0)).optional()?)
}

pub(super) fn set(connection: &Connection, name: &str, value: &str) -> Result<(), StoreFailure> {
    connection
        .prepare_cached("REPLACE INTO kept (name, value) VALUES (?1, ?2)")?
        .execute([name, value])?;
    Ok(())
}

/// Removes a value and returns whether there was one.
pub(super) fn remove(connection: &Connection, name: &str) -> Result<bool, StoreFailure> {
    let removed = connection.prepare_cached("DELETE FROM kept WHERE name = ?1")?.execute([name])?;
    Ok(removed > 0)
}

pub(super) fn draft(connection: &Connection) -> Result<Option<Draft>, StoreFailure> {
    Ok(get(connection, DRAFT)?.and_then(|value| json::from_text(&value).ok()))
}
