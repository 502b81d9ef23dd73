//! Writing the journal of what we sent and will send: every request once, every step durable before
//! it counts.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};

use super::checksum::EntryText;
use super::journal_rows::OF_PURGE;
use super::writer::{Durability, SqliteWriter};
use super::{authors, journal_rows, json, kept, times};
use crate::domain::bad_news::BadEnd;
use crate::domain::ids::{JournalId, PurgeId};
use crate::domain::journal::{JournalEntry, JournalState, NewEntry};
use crate::store::failure::StoreFailure;
use crate::store::journal_rules::{apply_step, delay_until, exchange_places, in_order, may_step};
use crate::store::outcome::{MatchOutcome, StepDetails, StepOutcome};

impl SqliteWriter {
    /// Writes requests into the journal as queued, all of them or none. They are on the disk when
    /// this returns.
    pub(in crate::store) fn enqueue(
        &mut self,
        entries: &[NewEntry],
        now: DateTime<Utc>,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(Durability::PowerLoss, |transaction| {
            let connection = transaction.connection;
            let mut insert = connection.prepare_cached(
                "INSERT INTO journal (id, account, resource, request, state, queued_at, planned_at,
                                      reason, ticket, checksum, queued_by, confirmation)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, operator(), confirm(?1, ?4))",
            )?;
            let mut queued = Vec::with_capacity(entries.len());
            for entry in entries {
                let id = JournalId::from(uuid::Uuid::now_v7().to_string());
                let request = json::to_text(&entry.request)?;
                let text = EntryText {
                    id: id.as_str(),
                    request: &request,
                    queued_at: now,
                    reason: entry.reason.as_deref(),
                    ticket: entry.ticket.as_deref(),
                };
                insert.execute(rusqlite::params![
                    id.as_str(),
                    entry.request.account.as_str(),
                    entry.request.resource.as_str(),
                    request,
                    JournalState::Queued.word(),
                    times::micros(now),
                    times::micros(entry.planned_at),
                    entry.reason,
                    entry.ticket,
                    text.checksum(),
                ])?;
                connection
                    .prepare_cached("UPDATE journal SET place = seq WHERE id = ?1")?
                    .execute([id.as_str()])?;
                log_step(connection, &id, None, JournalState::Queued, now, None)?;
                queued.push(journal_rows::by_id(connection, &id)?.ok_or(StoreFailure::Corrupt)?);
            }
            Ok(queued)
        })
    }

    /// Sends queued requests in this order: they exchange their places in the queue and their
    /// times. Requests that are not queued any more are skipped. Returns those that moved.
    pub(in crate::store) fn reorder(
        &mut self,
        ids: &[JournalId],
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(Durability::PowerLoss, |transaction| {
            let connection = transaction.connection;
            let mut entries = Vec::with_capacity(ids.len());
            for id in ids {
                entries.extend(journal_rows::by_id(connection, id)?);
            }
            let moved = exchange_places(in_order(entries, ids));
            let mut update = connection
                .prepare_cached("UPDATE journal SET place = ?2, planned_at = ?3 WHERE id = ?1")?;
            for entry in &moved {
                update.execute((
                    entry.id.as_str(),
                    entry.place,
                    times::micros(entry.planned_at),
                ))?;
            }
            Ok(moved)
        })
    }

    /// Pauses or resumes the queue. While it is paused, [`SqliteWriter::step`] moves nothing to
    /// `sending`, whoever asks.
    ///
    /// On resuming, requests whose time has passed get new times: all requests of a resource are
    /// delayed alike, so that the spaces between them stay. Returns those that were delayed.
    pub(in crate::store) fn pause(
        &mut self,
        paused: bool,
        now: DateTime<Utc>,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(Durability::PowerLoss, |transaction| {
            if paused {
                kept::set(transaction.connection, journal_rows::PAUSED, "true")?;
            } else if kept::remove(transaction.connection, journal_rows::PAUSED)? {
                return delay_overdue(transaction.connection, now);
            }
            Ok(Vec::new())
        })
    }

    /// Confirms queued requests that others queued, as this operator's word. Requests that are not
    /// queued any more, or are confirmed, are skipped. Returns those that changed.
    pub(in crate::store) fn confirm(
        &mut self,
        ids: &[JournalId],
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(Durability::PowerLoss, |transaction| {
            let connection = transaction.connection;
            let mut confirmed = Vec::new();
            for id in ids {
                let found = journal_rows::by_id(connection, id)?;
                if found.is_some_and(|entry| entry.is_unconfirmed()) {
                    confirm(connection, id)?;
                    confirmed.extend(journal_rows::by_id(connection, id)?);
                }
            }
            Ok(confirmed)
        })
    }

    /// Moves an entry to another state, if it is in the state that the caller expects and
    /// [`JournalState::may_become`] allows it. The step is on the disk when this returns. While the
    /// queue is paused, nothing becomes `sending`; nor does what this operator did not confirm. To
    /// send an entry of unknown outcome again confirms it.
    pub(in crate::store) fn step(
        &mut self,
        id: &JournalId,
        from: JournalState,
        to: JournalState,
        details: &StepDetails,
    ) -> Result<StepOutcome, StoreFailure> {
        self.write(Durability::PowerLoss, |transaction| {
            let connection = transaction.connection;
            let Some(mut entry) = journal_rows::by_id(connection, id)? else {
                return Ok(StepOutcome::Refused { found: None });
            };
            let is_held = to == JournalState::Sending && journal_rows::is_paused(connection)?;
            if is_held || !may_step(&entry, from, to, details) {
                return Ok(StepOutcome::Refused { found: Some(entry.state) });
            }
            apply_step(&mut entry, to, details);
            kept::remove(connection, &journal_rows::noticed(id))?;
            connection
                .prepare_cached(
                    "UPDATE journal SET state = ?2, error = ?3, purge = ?4, planned_at = ?5,
                                        ahead = ?6, sent_at = ?7, answered_at = ?8
                     WHERE id = ?1",
                )?
                .execute((
                    id.as_str(),
                    to.word(),
                    entry.error,
                    entry.purge.as_ref().map(PurgeId::as_str),
                    times::micros(entry.planned_at),
                    entry.ahead.and_then(|ahead| ahead.num_microseconds()),
                    entry.sent_at.map(times::micros),
                    entry.answered_at.map(times::micros),
                ))?;
            match (from, to) {
                (JournalState::Unknown, JournalState::Queued) => confirm(connection, id)?,
                (_, JournalState::Queued | JournalState::Sending | JournalState::Cancelled) => {}
                // What was sent once is not sent again because somebody sets it back.
                (_, _) => {
                    connection
                        .prepare_cached("UPDATE journal SET confirmation = NULL WHERE id = ?1")?
                        .execute([id.as_str()])?;
                }
            }
            log_step(connection, id, Some(from), to, details.at, details.error.as_deref())?;
            let entry = journal_rows::by_id(connection, id)?.ok_or(StoreFailure::Corrupt)?;
            Ok(StepOutcome::Done(Box::new(entry)))
        })
    }

    /// Notes that the operator knows of the bad ends of these entries. Returns the entries that
    /// changed.
    pub(in crate::store) fn notice_bad_ends(
        &mut self,
        ids: &[JournalId],
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(Durability::ProgramCrash, |transaction| {
            let connection = transaction.connection;
            let mut noticed = Vec::new();
            for id in ids {
                let found = journal_rows::by_id(connection, id)?;
                let unknown = found.filter(|it| !it.noticed && BadEnd::of(it).is_some());
                if let Some(entry) = unknown {
                    kept::set(connection, &journal_rows::noticed(id), "true")?;
                    noticed.push(JournalEntry { noticed: true, ..entry });
                }
            }
            Ok(noticed)
        })
    }

    /// Links an entry with the purge that it became in the account's history: that purge counts as
    /// sent from here from now on, and, where nobody is known to have asked for it, as asked for by
    /// who queued the entry.
    pub(in crate::store) fn match_purge(
        &mut self,
        id: &JournalId,
        purge: &PurgeId,
    ) -> Result<MatchOutcome, StoreFailure> {
        self.write(Durability::PowerLoss, |transaction| {
            let connection = transaction.connection;
            let Some(entry) = journal_rows::by_id(connection, id)? else {
                return Ok(MatchOutcome::Missing);
            };
            let other: Option<String> = connection
                .prepare_cached(&format!("SELECT id FROM journal {OF_PURGE} AND id <> ?3"))?
                .query_row([purge.as_str(), entry.request.account.as_str(), id.as_str()], |row| {
                    row.get(0)
                })
                .optional()?;
            if let Some(other) = other {
                return Ok(MatchOutcome::Taken(other.into()));
            }
            let linked = entry.purge.clone().filter(|known| known.covers(purge));
            if linked.is_none() {
                connection
                    .prepare_cached("UPDATE journal SET purge = ?2 WHERE id = ?1")?
                    .execute([id.as_str(), purge.as_str()])?;
            }
            if let Some(by) = &entry.queued_by {
                authors::name_unknown(transaction, &entry.request.account, purge, by)?;
            }
            let entry = JournalEntry { purge: linked.or(Some(purge.clone())), ..entry };
            Ok(MatchOutcome::Linked(Box::new(entry)))
        })
    }
}

fn confirm(connection: &Connection, id: &JournalId) -> Result<(), StoreFailure> {
    connection
        .prepare_cached("UPDATE journal SET confirmation = confirm(id, request) WHERE id = ?1")?
        .execute([id.as_str()])?;
    Ok(())
}

fn log_step(
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

/// Delays all queued entries of each resource whose earliest time has passed, so that it is now.
fn delay_overdue(
    connection: &Connection,
    now: DateTime<Utc>,
) -> Result<Vec<JournalEntry>, StoreFailure> {
    let mut queued = journal_rows::select(
        connection,
        "WHERE state = 'queued' AND (account, resource) IN
           (SELECT account, resource FROM journal WHERE state = 'queued'
            GROUP BY 1, 2 HAVING min(planned_at) < ?1)
         ORDER BY place",
        [times::micros(now)],
    )?;
    delay_until(now, &mut queued);
    let mut update =
        connection.prepare_cached("UPDATE journal SET planned_at = ?2 WHERE id = ?1")?;
    for entry in &queued {
        update.execute((entry.id.as_str(), times::micros(entry.planned_at)))?;
    }
    Ok(queued)
}
