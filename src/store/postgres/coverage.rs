//! Time ranges for which something of an account was read completely, and the instant before which
//! no history is kept.

use chrono::{DateTime, Utc};

use super::live::Live;
use super::text;
use crate::domain::coverage::Coverage;
use crate::domain::ids::AccountName;
use crate::store::failure::StoreFailure;
use crate::store::times;

/// Table of the ranges for which an account's history is complete.
pub(super) const HISTORY: &str = "coverage";

/// Table of the ranges for which an account's activity log was read.
pub(super) const ACTIVITY_LOG: &str = "attempt_coverage";

/// Name in `number` of the instant before which no history is kept.
const KEPT_FROM: &str = "kept_from";

/// Returns the instant before which no history is kept; `None` if all is.
pub(super) fn kept_from(live: &mut Live) -> Result<Option<DateTime<Utc>>, StoreFailure> {
    let found = live.optional_row("SELECT value FROM number WHERE name = $1", &[&KEPT_FROM])?;
    Ok(found.map(|row| row.try_get(0)).transpose()?.map(times::instant))
}

/// Stores the instant before which no history is kept.
pub(super) fn set_kept_from(
    live: &mut Live,
    from: Option<DateTime<Utc>>,
) -> Result<(), StoreFailure> {
    if kept_from(live)? == from {
        return Ok(());
    }
    match from {
        Some(from) => {
            let set = "INSERT INTO number (name, value) VALUES ($1, $2)
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            live.execute(set, &[&KEPT_FROM, &times::micros(from)])?
        }
        None => live.execute("DELETE FROM number WHERE name = $1", &[&KEPT_FROM])?,
    };
    Ok(())
}

/// Cuts the ranges of all accounts at an instant.
pub(super) fn cut(live: &mut Live, table: &str, from: DateTime<Utc>) -> Result<(), StoreFailure> {
    let early = format!("SELECT DISTINCT account FROM {table} WHERE from_at < $1");
    for row in live.query(&early, &[&times::micros(from)])? {
        let account = AccountName::from(text::restored(row.try_get(0)?));
        let cut = read(live, table, &account)?.since(from);
        replace(live, table, &account, &cut)?;
    }
    Ok(())
}

/// Returns the ranges of an account.
pub(super) fn read(
    live: &mut Live,
    table: &str,
    account: &AccountName,
) -> Result<Coverage, StoreFailure> {
    let find = format!("SELECT from_at, until_at FROM {table} WHERE account = $1 ORDER BY from_at");
    let ranges = live.query(&find, &[&&*text::stored(account.as_str())])?;
    let range = |row: &tokio_postgres::Row| -> Result<_, StoreFailure> {
        Ok((times::instant(row.try_get(0)?), times::instant(row.try_get(1)?)))
    };
    ranges.iter().map(range).collect()
}

/// Replaces the ranges of an account.
pub(super) fn replace(
    live: &mut Live,
    table: &str,
    account: &AccountName,
    coverage: &Coverage,
) -> Result<(), StoreFailure> {
    let account = text::stored(account.as_str());
    live.execute(&format!("DELETE FROM {table} WHERE account = $1"), &[&&*account])?;
    let insert = format!("INSERT INTO {table} (account, from_at, until_at) VALUES ($1, $2, $3)");
    for (from, until) in coverage.ranges() {
        live.execute(&insert, &[&&*account, &times::micros(*from), &times::micros(*until)])?;
    }
    Ok(())
}
