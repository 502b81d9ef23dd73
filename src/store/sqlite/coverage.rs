//! Time ranges for which something of an account was read completely.

use rusqlite::Connection;

use super::times;
use crate::domain::coverage::Coverage;
use crate::domain::ids::AccountName;
use crate::store::failure::StoreFailure;

/// Table of the ranges for which an account's history is complete.
pub(super) const HISTORY: &str = "coverage";

/// Table of the ranges for which an account's activity log was read.
pub(super) const ACTIVITY_LOG: &str = "attempt_coverage";

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
