//! Reading rows of the vendors' activity logs.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row};

use super::{json, times};
use crate::domain::activity::{Attempt, Author, Refused};
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::purge::Purge;
use crate::store::failure::StoreFailure;

/// Longest time between a purge and a refused attempt that is shown with it, in microseconds.
const REFUSED_MICROS: i64 = 15 * 60 * 1_000_000;

/// Most refused attempts that are shown with a purge.
const MAX_REFUSED: u32 = 8;

/// Returns the refused attempts on a purge's resource around its time, oldest first.
pub(super) fn refused_near(
    connection: &Connection,
    purge: &Purge,
) -> Result<Vec<Refused>, StoreFailure> {
    let at = times::micros(purge.created);
    let mut find = connection.prepare_cached(
        "SELECT at, \"by\", resource, kind, targets, status FROM attempt
         WHERE account = ?1 AND resource = ?2 AND at BETWEEN ?3 AND ?4
           AND status BETWEEN 400 AND 499
         ORDER BY abs(at - ?5) LIMIT ?6",
    )?;
    let mut rows = find.query((
        purge.account.as_str(),
        purge.resource.as_str(),
        at.saturating_sub(REFUSED_MICROS),
        at.saturating_add(REFUSED_MICROS),
        at,
        MAX_REFUSED,
    ))?;
    let mut refused = Vec::new();
    while let Some(row) = rows.next()? {
        let targets = targets(row, 4)?;
        refused.push(Refused {
            at: times::instant(row.get(0)?),
            by: row.get(1)?,
            resource: ResourceId::from(row.get::<_, String>(2)?),
            kind: kind(row, 3)?,
            target_count: targets.len() as u32,
            first_target: targets.into_iter().next().unwrap_or_default(),
            status: row.get(5)?,
        });
    }
    refused.sort_by_key(|refused| refused.at);
    Ok(refused)
}

/// Returns the accepted attempts of a time range, ends included, that belong to no purge yet,
/// oldest first.
pub(super) fn unattributed(
    connection: &Connection,
    account: &AccountName,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Attempt>, StoreFailure> {
    let mut find = connection.prepare_cached(
        "SELECT id, at, resource, kind, targets, user, token, address, status FROM attempt
         WHERE account = ?1 AND at BETWEEN ?2 AND ?3 AND purge IS NULL
           AND status BETWEEN 200 AND 299
         ORDER BY at, id",
    )?;
    let mut rows = find.query((account.as_str(), times::micros(from), times::micros(until)))?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        attempts.push(Attempt {
            id: row.get(0)?,
            at: times::instant(row.get(1)?),
            resource: ResourceId::from(row.get::<_, String>(2)?),
            kind: kind(row, 3)?,
            targets: targets(row, 4)?,
            author: Author { user: row.get(5)?, token: row.get(6)? },
            address: row.get(7)?,
            status: row.get(8)?,
        });
    }
    Ok(attempts)
}

pub(super) fn kind(row: &Row<'_>, column: usize) -> Result<Option<Kind>, StoreFailure> {
    let word: Option<String> = row.get(column)?;
    let kind_of = |word: String| Kind::EVERY.into_iter().find(|kind| kind.word() == word);
    word.map(|word| kind_of(word).ok_or(StoreFailure::Corrupt)).transpose()
}

pub(super) fn targets(row: &Row<'_>, column: usize) -> Result<Vec<String>, StoreFailure> {
    json::from_text(row.get_ref(column)?.as_str()?)
}
