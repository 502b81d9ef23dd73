//! Reading rows of the journal.

use chrono::TimeDelta;
use tokio_postgres::Row;

use super::live::{Live, Parameters};
use super::{kept, text};
use crate::domain::edge::Verification;
use crate::domain::ids::{JournalId, PurgeId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::store::failure::StoreFailure;
use crate::store::{json, times};

/// Name in `kept` that is there while the queue is paused.
pub(super) const PAUSED: &str = "paused";

/// Returns the name in `kept` that is there once the operators know that an entry went wrong.
pub(super) fn noticed(id: &JournalId) -> String {
    format!("noticed {id}")
}

/// The columns that [`entry`] reads.
pub(super) const COLUMNS: &str = "id, request, state, queued_at, planned_at, sent_at, \
     answered_at, reason, ticket, error, purge, verified, place, ahead, \
     (SELECT value FROM verification WHERE entry = journal.seq), \
     EXISTS (SELECT 1 FROM kept WHERE name = 'noticed ' || journal.id), queued_by";

/// Returns an entry.
pub(super) fn by_id(live: &mut Live, id: &JournalId) -> Result<Option<JournalEntry>, StoreFailure> {
    let found = select(live, "WHERE id = $1", &[&&*text::stored(id.as_str())])?;
    Ok(found.into_iter().next())
}

/// Returns the entries of a SELECT that ends in this.
pub(super) fn select(
    live: &mut Live,
    rest: &str,
    parameters: Parameters<'_>,
) -> Result<Vec<JournalEntry>, StoreFailure> {
    let rows = live.query(&format!("SELECT {COLUMNS} FROM journal {rest}"), parameters)?;
    rows.iter().map(entry).collect()
}

/// Reads a row of [`COLUMNS`]. Whoever may write into a team's journal is an operator of the team:
/// each request is confirmed by being there.
pub(super) fn entry(row: &Row) -> Result<JournalEntry, StoreFailure> {
    let state: &str = row.try_get(2)?;
    let instant = |column| row.try_get::<_, Option<i64>>(column).map(|at| at.map(times::instant));
    let words = |column| optional_text(row, column);
    Ok(JournalEntry {
        id: text::restored(row.try_get(0)?).into(),
        request: json::from_text(row.try_get(1)?)?,
        state: JournalState::from_word(state).ok_or(StoreFailure::Corrupt)?,
        queued_at: times::instant(row.try_get(3)?),
        planned_at: times::instant(row.try_get(4)?),
        sent_at: instant(5)?,
        answered_at: instant(6)?,
        reason: words(7)?,
        ticket: words(8)?,
        error: words(9)?,
        purge: words(10)?.map(PurgeId::from),
        verified: row.try_get(11)?,
        place: row.try_get(12)?,
        ahead: row.try_get::<_, Option<i64>>(13)?.map(TimeDelta::microseconds),
        verification: verification(row.try_get(14)?),
        noticed: row.try_get(15)?,
        queued_by: words(16)?,
        confirmed: true,
    })
}

/// Reads a text that may be none.
pub(super) fn optional_text(row: &Row, column: usize) -> Result<Option<String>, StoreFailure> {
    Ok(row.try_get::<_, Option<String>>(column)?.map(text::restored))
}

/// Reads a stored verification; `None` also if another purgedeck wrote it in a form that this one
/// does not know: then the edge is probed again.
pub(super) fn verification(value: Option<&str>) -> Option<Box<Verification>> {
    json::from_text(value?).ok()
}

/// True if the queue is paused.
pub(super) fn is_paused(live: &mut Live) -> Result<bool, StoreFailure> {
    Ok(kept::get(live, PAUSED)?.is_some())
}
