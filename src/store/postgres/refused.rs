//! Attempts of the vendors' activity logs that were refused, as they are shown with a purge.

use super::journal_rows::optional_text;
use super::reader::ServerSnapshot;
use super::text;
use crate::domain::activity::Refused;
use crate::domain::ids::ResourceId;
use crate::domain::kind::Kind;
use crate::domain::purge::Purge;
use crate::store::failure::StoreFailure;
use crate::store::{json, times};

/// Longest time between a purge and a refused attempt that is shown with it, in microseconds.
const REFUSED_MICROS: i64 = 15 * 60 * 1_000_000;

/// Most refused attempts that are shown with a purge.
const MAX_REFUSED: i64 = 8;

/// Returns the refused attempts on a purge's resource around its time, oldest first.
pub(super) fn near(
    snapshot: &mut ServerSnapshot<'_>,
    purge: &Purge,
) -> Result<Vec<Refused>, StoreFailure> {
    let at = times::micros(purge.created);
    let found = snapshot.query(
        "SELECT at, author, resource, kind, targets, status FROM attempt
         WHERE account = $1 AND resource = $2 AND at BETWEEN $3 AND $4
           AND status BETWEEN 400 AND 499
         ORDER BY abs(at - $5) LIMIT $6",
        &[
            &&*text::stored(purge.account.as_str()),
            &&*text::stored(purge.resource.as_str()),
            &at.saturating_sub(REFUSED_MICROS),
            &at.saturating_add(REFUSED_MICROS),
            &at,
            &MAX_REFUSED,
        ],
    )?;
    let mut refused = Vec::new();
    for row in &found {
        let targets: Vec<String> = json::from_text(row.try_get(4)?)?;
        let status: i32 = row.try_get(5)?;
        refused.push(Refused {
            at: times::instant(row.try_get(0)?),
            by: optional_text(row, 1)?,
            resource: ResourceId::from(text::restored(row.try_get(2)?)),
            kind: kind(optional_text(row, 3)?)?,
            target_count: targets.len() as u32,
            first_target: targets.into_iter().next().unwrap_or_default(),
            status: status.try_into().map_err(|_| StoreFailure::Corrupt)?,
        });
    }
    refused.sort_by_key(|refused| refused.at);
    Ok(refused)
}

/// Returns the kind of a stored word; another word is damage.
pub(super) fn kind(word: Option<String>) -> Result<Option<Kind>, StoreFailure> {
    let kind_of = |word: String| Kind::EVERY.into_iter().find(|kind| kind.word() == word);
    word.map(|word| kind_of(word).ok_or(StoreFailure::Corrupt)).transpose()
}
