//! Time ranges for which something of an account was read completely, and the instant before which
//! no history is kept.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};

use super::times;
use crate::domain::coverage::Coverage;
use crate::domain::ids::AccountName;
use crate::store::failure::StoreFailure;

/// Table of the ranges for which an account's history is complete.
pub(super) const HISTORY: &str = "coverage";

/// Table of the ranges for which an account's activity log was read.
pub(super) const ACTIVITY_LOG: &str = "attempt_coverage";

/// Name in `number` of the instant before which no history is kept.
const KEPT_FROM: &str = "kept_from";

/// Returns the instant before which no history is kept; `None` if all is.
pub(super) fn kept_from(connection: &Connection) -> Result<Option<DateTime<Utc>>, StoreFailure> {
    let mut find = connection.prepare_cached("SELECT value FROM number WHERE name = ?1")?;
    let found: Option<i64> = find.query_row([KEPT_FROM], |row| row.get(0)).optional()?;
    Ok(found.map(times::instant))
}

/// Stores the instant before which no history is kept.
pub(super) fn set_kept_from(
    connection: &Connection,
    from: Option<DateTime<Utc>>,
) -> Result<(), StoreFailure> {
    if kept_from(connection)? == from {
        return Ok(());
    }
    match from {
        Some(from) => connection.execute(
            "REPLACE INTO number (name, value) VALUES (?1, ?2)",
            (KEPT_FROM, times::micros(from)),
        )?,
        None => connection.execute("DELETE FROM number WHERE name = ?1", [KEPT_FROM])?,
    };
    Ok(())
}

/// Cuts the ranges of all accounts at an instant.
pub(super) fn cut(
    connection: &Connection,
    table: &str,
    from: DateTime<Utc>,
) -> Result<(), StoreFailure> {
    let accounts = connection
        .prepare(&format!("SELECT DISTINCT account FROM {table} WHERE from_at < ?1"))?
        .query_map([times::micros(from)], |row| row.get(0))?
        .collect::<Result<Vec<String>, _>>()?;
    for account in accounts.into_iter().map(AccountName::from) {
        let cut = read(connection, table, &account)?.since(from);
        replace(connection, table, &account, &cut)?;
    }
    Ok(())
}

pub(super) fn read(
    connection: &Connection,
    table: &str,
    account: &AccountName,
) -> Result<Coverage, StoreFailure> {
    let mut find = connection.prepare_cached(&format!(
        "SELECT from_at, until_at FROM {table} WHERE account = ?1 ORDER BY from_at"
    ))?;
    let ranges = find.query_map([account.as_str()], |row| {
        Ok((times::instant(row.get(0)?), times::instant(row.get(1)?)))
    })?;
    Ok(ranges.collect::<Result<Coverage, _>>()?)
}

pub(super) fn replace(
    connection: &Connection,
    table: &str,
    account: &AccountName,
    coverage: &Coverage,
) -> Result<(), StoreFailure> {
    connection
        .prepare_cached(&format!("DELETE FROM {table} WHERE account = ?1"))?
        .execute([account.as_str()])?;
    let mut insert = connection.prepare_cached(&format!(
        "INSERT INTO {table} (account, from_at, until_at) VALUES (?1, ?2, ?3)"
    ))?;
    for (from, until) in coverage.ranges() {
        insert.execute((account.as_str(), times::micros(*from), times::micros(*until)))?;
    }
    Ok(())
}
