//! Reading rows of the journal.

use std::ops::ControlFlow;

use chrono::TimeDelta;
use rusqlite::{Connection, Row};

use super::checksum::{self, EntryText};
use super::{json, kept, times};
use crate::domain::edge::Verification;
use crate::domain::ids::{JournalId, PurgeId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::store::failure::StoreFailure;

/// Name in `kept` that is there while the queue is paused.
pub(super) const PAUSED: &str = "paused";

/// Returns the name in `kept` that is there once the operator knows that an entry went wrong.
pub(super) fn noticed(id: &JournalId) -> String {
    format!("noticed {id}")
}

/// Selects the entries of a purge (`?1`) of an account (`?2`), also those that name several. The
/// second part has an index of its own, of those few.
pub(super) const OF_PURGE: &str = "WHERE seq IN (
    SELECT seq FROM journal WHERE purge = ?1 AND account = ?2
    UNION ALL
    SELECT seq FROM journal WHERE account = ?2 AND instr(purge, ',') > 0
       AND instr(',' || purge || ',', ',' || ?1 || ',') > 0)";

/// The columns that [`entry`] reads.
const COLUMNS: &str = "id, request, state, queued_at, planned_at, sent_at, answered_at, reason, \
                       ticket, error, purge, verified, place, ahead, \
                       (SELECT value FROM verification WHERE entry = journal.seq), \
                       EXISTS (SELECT 1 FROM kept WHERE name = 'noticed ' || journal.id), \
                       queued_by, \
                       state <> 'queued' OR confirmed(id, request, confirmation), checksum";

pub(super) fn by_id(
    connection: &Connection,
    id: &JournalId,
) -> Result<Option<JournalEntry>, StoreFailure> {
    let found = select(connection, "WHERE id = ?1", [id.as_str()])?;
    Ok(found.into_iter().next())
}

/// Returns the entries of a SELECT that ends in this.
pub(super) fn select(
    connection: &Connection,
    rest: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<JournalEntry>, StoreFailure> {
    let mut entries = Vec::new();
    visit(connection, rest, parameters, &mut |entry| {
        entries.push(entry);
        ControlFlow::Continue(())
    })?;
    Ok(entries)
}

/// Visits the entries of a SELECT that ends in this, until the visitor stops.
pub(super) fn visit(
    connection: &Connection,
    rest: &str,
    parameters: impl rusqlite::Params,
    visit: &mut dyn FnMut(JournalEntry) -> ControlFlow<()>,
) -> Result<(), StoreFailure> {
    let mut find = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM journal {rest}"))?;
    let mut rows = find.query(parameters)?;
    while let Some(row) = rows.next()? {
        if visit(entry(row)?).is_break() {
            break;
        }
    }
    Ok(())
}

fn entry(row: &Row<'_>) -> Result<JournalEntry, StoreFailure> {
    let state = row.get_ref(2)?.as_str()?;
    let text = EntryText {
        id: row.get_ref(0)?.as_str()?,
        request: row.get_ref(1)?.as_str()?,
        queued_at: times::instant(row.get(3)?),
        reason: row.get_ref(7)?.as_str_or_null()?,
        ticket: row.get_ref(8)?.as_str_or_null()?,
    };
    checksum::verify(row.get(18)?, text.checksum())?;
    let instant = |column| row.get::<_, Option<i64>>(column).map(|at| at.map(times::instant));
    Ok(JournalEntry {
        id: row.get::<_, String>(0)?.into(),
        request: json::from_text(row.get_ref(1)?.as_str()?)?,
        state: JournalState::from_word(state).ok_or(StoreFailure::Corrupt)?,
        queued_at: times::instant(row.get(3)?),
        planned_at: times::instant(row.get(4)?),
        sent_at: instant(5)?,
        answered_at: instant(6)?,
        reason: row.get(7)?,
        ticket: row.get(8)?,
        error: row.get(9)?,
        purge: row.get::<_, Option<String>>(10)?.map(PurgeId::from),
        verified: row.get(11)?,
        place: row.get(12)?,
        ahead: row.get::<_, Option<i64>>(13)?.map(TimeDelta::microseconds),
        verification: verification(row.get(14)?),
        noticed: row.get(15)?,
        queued_by: row.get(16)?,
        confirmed: row.get(17)?,
    })
}

/// Reads a stored verification; `None` also if another purgedeck wrote it in a form that this one
/// does not know: then the edge is probed again.
pub(super) fn verification(value: Option<String>) -> Option<Box<Verification>> {
    json::from_text(&value?).ok()
}

pub(super) fn is_paused(connection: &Connection) -> Result<bool, StoreFailure> {
    Ok(kept::get(connection, PAUSED)?.is_some())
}
