//! The journal of what we sent and will send: every request once, every step of it durable before it counts.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::writer::{Care, Writer, unwritable};
use super::{StoreFailure, times, verification};
use crate::domain::ids::{AccountName, JournalId, PurgeId, ResourceId};
use crate::domain::journal::NewEntry;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::payload::PurgeRequest;

/// What is noted with a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepDetails {
    /// When it happens: when the request goes out, is answered or given up.
    pub at: DateTime<Utc>,
    /// What went wrong, in words; clears what stood there where nothing did, but for a request that is taken back: what
    /// went wrong before is why.
    pub error: Option<String>,
    /// The vendor's id for the purge, where it is known now; one that was known before stays.
    pub purge: Option<PurgeId>,
    /// When it may go out at the earliest, where that changes.
    pub planned_at: Option<DateTime<Utc>>,
    /// The vendor's clock minus ours, where it is known now; one that was known before stays.
    pub ahead: Option<TimeDelta>,
}

impl StepDetails {
    /// A step of which nothing but its time is to be noted.
    pub fn at(at: DateTime<Utc>) -> Self {
        Self { at, error: None, purge: None, planned_at: None, ahead: None }
    }
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a step that was refused was not taken"]
pub enum Stepped {
    /// It was taken and is on the disk; the entry as it is now.
    Done(Box<JournalEntry>),
    /// It was not taken: the entry stands elsewhere (another purgedeck may have moved it), or no such step is allowed.
    Refused {
        /// Where the entry stands; `None` where there is none.
        found: Option<JournalState>,
    },
}

/// What became of a match between the journal and the history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a match that was refused was not made"]
pub enum Matched {
    /// It was made; the entry as it is now.
    Linked(Box<JournalEntry>),
    /// Another entry of the account is already that purge.
    Taken(JournalId),
    /// The journal has no such entry.
    Missing,
}

impl Writer {
    /// Writes requests into the journal as queued, all of them or none. They are on the disk when this returns.
    pub fn enqueue(
        &mut self,
        entries: &[NewEntry],
        now: DateTime<Utc>,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(Care::Machine, |connection, _| {
            let mut insert = connection.prepare_cached(
                "INSERT INTO journal (id, account, resource, request, state, queued_at, planned_at, reason, ticket)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            let mut queued = Vec::with_capacity(entries.len());
            for entry in entries {
                let id = JournalId::from(uuid::Uuid::now_v7().to_string());
                insert.execute(rusqlite::params![
                    id.as_str(),
                    entry.request.account.as_str(),
                    entry.request.resource.as_str(),
                    serde_json::to_string(&entry.request).map_err(|error| unwritable(&error))?,
                    JournalState::Queued.word(),
                    times::micros(now),
                    times::micros(entry.planned_at),
                    entry.reason,
                    entry.ticket,
                ])?;
                connection
                    .prepare_cached("UPDATE journal SET place = seq WHERE id = ?1")?
                    .execute([id.as_str()])?;
                log(connection, &id, None, JournalState::Queued, now, None)?;
                queued.push(by_id(connection, &id)?.ok_or(StoreFailure::Corrupt)?);
            }
            Ok(queued)
        })
    }

    /// Has requests that are queued go out in this order: they exchange their places in the queue and their times.
    /// Those that are not queued any more are passed over. Returns those that moved.
    pub fn reorder(&mut self, ids: &[JournalId]) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(Care::Machine, |connection, _| {
            let mut queued: Vec<JournalEntry> = Vec::with_capacity(ids.len());
            for id in ids {
                let found = by_id(connection, id)?;
                queued.extend(found.filter(|entry| {
                    entry.state == JournalState::Queued
                        && !queued.iter().any(|other| other.id == entry.id)
                }));
            }
            let mut slots: Vec<_> =
                queued.iter().map(|entry| (entry.place, entry.planned_at)).collect();
            slots.sort_unstable();
            let mut moved = Vec::new();
            for (mut entry, (place, planned_at)) in queued.into_iter().zip(slots) {
                if entry.place == place {
                    continue;
                }
                connection
                    .prepare_cached("UPDATE journal SET place = ?2, planned_at = ?3 WHERE id = ?1")?
                    .execute((entry.id.as_str(), place, times::micros(planned_at)))?;
                (entry.place, entry.planned_at) = (place, planned_at);
                moved.push(entry);
            }
            Ok(moved)
        })
    }

    /// Pauses the queue, or lets it go on: while it is paused, [`Writer::step`] lets nothing become `sending`, whoever asks.
    ///
    /// What goes on gets new times where the old ones have passed: of each resource all requests are put off alike, so that
    /// the spaces between them stay. Returns those that were.
    pub fn pause(
        &mut self,
        paused: bool,
        now: DateTime<Utc>,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(Care::Machine, |connection, _| {
            if paused {
                connection.execute(
                    "INSERT OR REPLACE INTO kept (name, value) VALUES ('paused', 'true')",
                    [],
                )?;
            } else {
                let went_on = connection.execute("DELETE FROM kept WHERE name = 'paused'", [])?;
                if went_on > 0 {
                    return put_off(connection, now);
                }
            }
            Ok(Vec::new())
        })
    }

    /// Moves an entry on, if it stands where the caller believes and [`JournalState::may_become`] allows it. It is on the
    /// disk when this returns. Nothing becomes `sending` while the queue is paused.
    pub fn step(
        &mut self,
        id: &JournalId,
        from: JournalState,
        to: JournalState,
        details: &StepDetails,
    ) -> Result<Stepped, StoreFailure> {
        self.write(Care::Machine, |connection, _| {
            let found = by_id(connection, id)?.map(|entry| entry.state);
            let held = to == JournalState::Sending && is_paused(connection)?;
            if found != Some(from) || !from.may_become(to) || held {
                return Ok(Stepped::Refused { found });
            }
            let at = times::micros(details.at);
            connection
                .prepare_cached(
                    "UPDATE journal SET state = ?2,
                                        error = CASE ?2 WHEN 'cancelled' THEN coalesce(?3, error) ELSE ?3 END,
                                        purge = coalesce(?4, purge),
                                        planned_at = coalesce(?5, planned_at), ahead = coalesce(?6, ahead)
                     WHERE id = ?1",
                )?
                .execute((
                    id.as_str(),
                    to.word(),
                    &details.error,
                    details.purge.as_ref().map(PurgeId::as_str),
                    details.planned_at.map(times::micros),
                    details.ahead.and_then(|ahead| ahead.num_microseconds()),
                ))?;
            for set in times_set_by(from, to) {
                connection.prepare_cached(set)?.execute((id.as_str(), at))?;
            }
            let error = details.error.as_deref();
            log(connection, id, Some(from), to, details.at, error)?;
            let entry = by_id(connection, id)?.ok_or(StoreFailure::Corrupt)?;
            Ok(Stepped::Done(Box::new(entry)))
        })
    }

    /// Notes which purge of the account's history an entry became: its row is from now on one that was sent from here.
    pub fn match_purge(
        &mut self,
        id: &JournalId,
        purge: &PurgeId,
    ) -> Result<Matched, StoreFailure> {
        self.write(Care::Machine, |connection, _| {
            let Some(entry) = by_id(connection, id)? else {
                return Ok(Matched::Missing);
            };
            let other: Option<String> = connection
                .prepare_cached(
                    "SELECT id FROM journal WHERE purge = ?1 AND account = ?2 AND id <> ?3",
                )?
                .query_row((purge.as_str(), entry.request.account.as_str(), id.as_str()), |row| {
                    row.get(0)
                })
                .optional()?;
            if let Some(other) = other {
                return Ok(Matched::Taken(other.into()));
            }
            connection
                .prepare_cached("UPDATE journal SET purge = ?2 WHERE id = ?1")?
                .execute((id.as_str(), purge.as_str()))?;
            Ok(Matched::Linked(Box::new(JournalEntry { purge: Some(purge.clone()), ..entry })))
        })
    }
}

/// What a step means for the times of sending and answer: statements that take the entry's id and the instant.
fn times_set_by(from: JournalState, to: JournalState) -> &'static [&'static str] {
    match (from, to) {
        (_, JournalState::Sending) => {
            &["UPDATE journal SET sent_at = ?2, answered_at = NULL WHERE id = ?1"]
        }
        // It waits again as if it had never gone out; the steps tell that it had.
        (_, JournalState::Queued) => &[
            "UPDATE journal SET sent_at = NULL, ahead = NULL, answered_at = NULL WHERE id = ?1 AND ?2 IS NOT NULL",
        ],
        (JournalState::Queued | JournalState::Sending, _) => {
            &["UPDATE journal SET answered_at = ?2 WHERE id = ?1"]
        }
        // What becomes of it later is no answer any more.
        (
            JournalState::Accepted
            | JournalState::Rejected
            | JournalState::Unknown
            | JournalState::Successful
            | JournalState::Failed
            | JournalState::Cancelled,
            _,
        ) => &[],
    }
}

fn log(
    connection: &Connection,
    id: &JournalId,
    from: Option<JournalState>,
    to: JournalState,
    at: DateTime<Utc>,
    error: Option<&str>,
) -> Result<(), StoreFailure> {
    connection
        .prepare_cached(
            "INSERT INTO journal_step (entry, at, from_state, to_state, error)
             SELECT seq, ?2, ?3, ?4, ?5 FROM journal WHERE id = ?1",
        )?
        .execute((
            id.as_str(),
            times::micros(at),
            from.map(JournalState::word),
            to.word(),
            error,
        ))?;
    Ok(())
}

/// The columns that [`entry`] reads.
pub(super) const COLUMNS: &str = "id, request, state, queued_at, planned_at, sent_at, answered_at, reason, ticket, error, \
                                  purge, verified, place, ahead, \
                                  (SELECT value FROM verification WHERE entry = journal.seq)";

/// Puts off what is queued so that no time has passed.
fn put_off(connection: &Connection, now: DateTime<Utc>) -> Result<Vec<JournalEntry>, StoreFailure> {
    let queued = "state = 'queued' AND (account, resource) IN
         (SELECT account, resource FROM journal WHERE state = 'queued' GROUP BY 1, 2 HAVING min(planned_at) < ?1)";
    let late = select(connection, &format!("WHERE {queued} ORDER BY place"), [times::micros(now)])?;
    let mut by: HashMap<(&AccountName, &ResourceId), TimeDelta> = HashMap::new();
    for entry in &late {
        let request = &entry.request;
        let passed = by.entry((&request.account, &request.resource)).or_insert(TimeDelta::zero());
        *passed = (*passed).max(now - entry.planned_at);
    }
    let mut update =
        connection.prepare_cached("UPDATE journal SET planned_at = ?2 WHERE id = ?1")?;
    let mut moved = Vec::with_capacity(late.len());
    for entry in &late {
        let request = &entry.request;
        let passed = by.get(&(&request.account, &request.resource)).copied();
        let planned_at = entry.planned_at + passed.unwrap_or_default();
        update.execute((entry.id.as_str(), times::micros(planned_at)))?;
        moved.push(JournalEntry { planned_at, ..entry.clone() });
    }
    Ok(moved)
}

/// An entry by its id.
pub(super) fn by_id(
    connection: &Connection,
    id: &JournalId,
) -> Result<Option<JournalEntry>, StoreFailure> {
    let found = select(connection, "WHERE id = ?1", [id.as_str()])?;
    Ok(found.into_iter().next())
}

/// Whether the queue is paused.
pub(super) fn is_paused(connection: &Connection) -> Result<bool, StoreFailure> {
    let paused =
        connection.prepare_cached("SELECT 1 FROM kept WHERE name = 'paused'")?.exists([])?;
    Ok(paused)
}

/// Entries by the rest of a SELECT.
pub(super) fn select(
    connection: &Connection,
    rest: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<JournalEntry>, StoreFailure> {
    let mut find = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM journal {rest}"))?;
    let mut rows = find.query(parameters)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(entry(row)?);
    }
    Ok(entries)
}

fn entry(row: &Row<'_>) -> Result<JournalEntry, StoreFailure> {
    let request = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
    let request: PurgeRequest = serde_json::from_str(request).map_err(|_| StoreFailure::Corrupt)?;
    let state = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
    let instant = |micros: Option<i64>| micros.map(times::instant);
    Ok(JournalEntry {
        id: row.get::<_, String>(0)?.into(),
        request,
        state: JournalState::from_word(state).ok_or(StoreFailure::Corrupt)?,
        queued_at: times::instant(row.get(3)?),
        planned_at: times::instant(row.get(4)?),
        sent_at: instant(row.get(5)?),
        answered_at: instant(row.get(6)?),
        reason: row.get(7)?,
        ticket: row.get(8)?,
        error: row.get(9)?,
        purge: row.get::<_, Option<String>>(10)?.map(PurgeId::from),
        verified: row.get(11)?,
        place: row.get(12)?,
        ahead: row.get::<_, Option<i64>>(13)?.map(TimeDelta::microseconds),
        verification: verification::read(row.get(14)?),
    })
}
