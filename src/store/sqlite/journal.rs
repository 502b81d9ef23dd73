//! Writing the journal of what we sent and will send: every request once, every step durable before
//! it counts.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension as _};

use super::checksum::EntryText;
use super::writer::{Durability, Writer};
use super::{journal_rows, json, kept, times};
use crate::domain::bad_news::BadEnd;
use crate::domain::ids::{AccountName, JournalId, PurgeId, ResourceId};
use crate::domain::journal::{JournalEntry, JournalState, NewEntry};
use crate::store::failure::StoreFailure;
use crate::store::outcome::{MatchOutcome, StepDetails, StepOutcome};

impl Writer {
    /// Writes requests into the journal as queued, all of them or none. They are on the disk when
    /// this returns.
    pub fn enqueue(
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
    pub fn reorder(&mut self, ids: &[JournalId]) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(Durability::PowerLoss, |transaction| {
            let connection = transaction.connection;
            let mut queued: Vec<JournalEntry> = Vec::with_capacity(ids.len());
            for id in ids {
                let found = journal_rows::by_id(connection, id)?;
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

    /// Pauses or resumes the queue. While it is paused, [`Writer::step`] moves nothing to
    /// `sending`, whoever asks.
    ///
    /// On resuming, requests whose time has passed get new times: all requests of a resource are
    /// delayed alike, so that the spaces between them stay. Returns those that were delayed.
    pub fn pause(
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
    pub fn confirm(&mut self, ids: &[JournalId]) -> Result<Vec<JournalEntry>, StoreFailure> {
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
    pub fn step(
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
            let is_held = to == JournalState::Sending
                && (entry.is_unconfirmed() || journal_rows::is_paused(connection)?);
            if entry.state != from || !from.may_become(to) || is_held {
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
    pub fn notice_bad_ends(
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
    /// sent from here from now on.
    pub fn match_purge(
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
                .prepare_cached(
                    "SELECT id FROM journal WHERE purge = ?1 AND account = ?2 AND id <> ?3",
                )?
                .query_row([purge.as_str(), entry.request.account.as_str(), id.as_str()], |row| {
                    row.get(0)
                })
                .optional()?;
            if let Some(other) = other {
                return Ok(MatchOutcome::Taken(other.into()));
            }
            connection
                .prepare_cached("UPDATE journal SET purge = ?2 WHERE id = ?1")?
                .execute([id.as_str(), purge.as_str()])?;
            let entry = JournalEntry { purge: Some(purge.clone()), ..entry };
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

/// Changes what a step changes, except the state.
fn apply_step(entry: &mut JournalEntry, to: JournalState, details: &StepDetails) {
    if to != JournalState::Cancelled || details.error.is_some() {
        entry.error.clone_from(&details.error);
    }
    if details.purge.is_some() {
        entry.purge.clone_from(&details.purge);
    }
    entry.planned_at = details.planned_at.unwrap_or(entry.planned_at);
    entry.ahead = details.ahead.or(entry.ahead);
    match (entry.state, to) {
        (_, JournalState::Sending) => {
            (entry.sent_at, entry.answered_at) = (Some(details.at), None);
        }
        // It waits as if it had never been sent; the log of steps tells that it was.
        (_, JournalState::Queued) => {
            (entry.sent_at, entry.ahead, entry.answered_at) = (None, None, None);
        }
        (JournalState::Queued | JournalState::Sending, _) => entry.answered_at = Some(details.at),
        // A later step is not an answer.
        (
            JournalState::Accepted
            | JournalState::Rejected
            | JournalState::Unknown
            | JournalState::Successful
            | JournalState::Failed
            | JournalState::Cancelled,
            _,
        ) => {}
    }
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
    let mut delays: HashMap<(AccountName, ResourceId), TimeDelta> = HashMap::new();
    let resource =
        |entry: &JournalEntry| (entry.request.account.clone(), entry.request.resource.clone());
    for entry in &queued {
        let delay = delays.entry(resource(entry)).or_default();
        *delay = (*delay).max(now - entry.planned_at);
    }
    let mut update =
        connection.prepare_cached("UPDATE journal SET planned_at = ?2 WHERE id = ?1")?;
    for entry in &mut queued {
        entry.planned_at += delays.get(&resource(entry)).copied().unwrap_or_default();
        update.execute((entry.id.as_str(), times::micros(entry.planned_at)))?;
    }
    Ok(queued)
}
