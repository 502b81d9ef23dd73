//! Reading entries of the vendors' activity logs that belong to no purge yet.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::journal_rows::optional_text;
use super::live::Live;
use super::{refused, text};
use crate::domain::activity::{Attempt, Author};
use crate::domain::ids::{AccountName, ResourceId};
use crate::store::failure::StoreFailure;
use crate::store::{json, times};

/// Returns the accepted attempts of a time range, ends included, that belong to no purge yet,
/// oldest first.
pub(super) fn unattributed(
    live: &mut Live,
    account: &AccountName,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Attempt>, StoreFailure> {
    let find =
        "SELECT id, at, resource, kind, targets, user_id, token, address, status FROM attempt
                WHERE account = $1 AND at BETWEEN $2 AND $3 AND purge IS NULL
                  AND status BETWEEN 200 AND 299
                ORDER BY at, id";
    let account = text::stored(account.as_str());
    let rows = live.query(find, &[&account, &times::micros(from), &times::micros(until)])?;
    let attempt = |row: &Row| {
        Ok(Attempt {
            id: text::restored(row.try_get(0)?),
            at: times::instant(row.try_get(1)?),
            resource: ResourceId::from(text::restored(row.try_get(2)?)),
            kind: refused::kind(optional_text(row, 3)?)?,
            targets: targets(row, 4)?,
            author: Author { user: optional_text(row, 5)?, token: optional_text(row, 6)? },
            address: optional_text(row, 7)?,
            status: status(row, 8)?,
        })
    };
    rows.iter().map(attempt).collect()
}

fn status(row: &Row, column: usize) -> Result<u16, StoreFailure> {
    u16::try_from(row.try_get::<_, i32>(column)?).map_err(|_| StoreFailure::Corrupt)
}

fn targets(row: &Row, column: usize) -> Result<Vec<String>, StoreFailure> {
    json::from_text(row.try_get(column)?)
}
