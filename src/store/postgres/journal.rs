//! Writing the journal of what we sent and will send: every request once, every step durable before
//! it counts.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::journal_rows::{self, COLUMNS};
use super::writer::{PostgresWriter, ServerTransaction, StorePart};
use super::{authors, kept, lease, text};
use crate::domain::bad_news::BadEnd;
use crate::domain::ids::{JournalId, PurgeId};
use crate::domain::journal::{JournalEntry, JournalState, NewEntry};
use crate::store::failure::StoreFailure;
use crate::store::journal_rules::{apply_step, delay_until, exchange_places, in_order, may_step};
use crate::store::lease::Duty;
use crate::store::outcome::{MatchOutcome, StepDetails, StepOutcome};
use crate::store::{json, times};

/// Adds entries, in their order. Their places are not known yet.
const ADD: &str = "
    INSERT INTO journal (id, account, resource, request, state, queued_at, planned_at, reason,
                         ticket, place, queued_by)
    SELECT id, account, resource, request, $1, $2, planned_at, reason, ticket, 0, $3
    FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[],
                $10::text[])
         WITH ORDINALITY AS new (id, account, resource, request, planned_at, reason, ticket, number)
    ORDER BY number";

/// Puts new entries at the end of the queue, and logs that they were queued.
const PLACE: &str = "
    WITH placed AS (UPDATE journal SET place = seq WHERE id = ANY($1) RETURNING seq)
    INSERT INTO journal_step (entry, at, to_state) SELECT seq, $2, $3 FROM placed ORDER BY seq";

/// Gives entries other places and times.
const MOVE: &str = "
    UPDATE journal SET place = new.place, planned_at = new.planned_at
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS new (id, place, planned_at)
    WHERE journal.id = new.id";

impl PostgresWriter {
    /// Writes requests into the journal as queued, all of them or none. They are on the disk when
    /// this returns.
    pub(in crate::store) fn enqueue(
        &mut self,
        entries: &[NewEntry],
        now: DateTime<Utc>,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        let new_id = |_: &NewEntry| uuid::Uuid::now_v7().to_string();
        let ids: Vec<String> = entries.iter().map(new_id).collect();
        let requests = entries.iter().map(|entry| &entry.request);
        let accounts: Vec<_> =
            requests.clone().map(|request| text::stored(request.account.as_str())).collect();
        let resources: Vec<_> =
            requests.clone().map(|request| text::stored(request.resource.as_str())).collect();
        let requests = requests.map(json::to_text).collect::<Result<Vec<_>, _>>()?;
        let planned_at: Vec<_> =
            entries.iter().map(|entry| times::micros(entry.planned_at)).collect();
        let reasons: Vec<_> = entries.iter().map(|entry| optional(entry.reason.as_ref())).collect();
        let tickets: Vec<_> = entries.iter().map(|entry| optional(entry.ticket.as_ref())).collect();
        self.write(StorePart::Journal, |transaction| {
            let (queued, now) = (JournalState::Queued.word(), times::micros(now));
            let by = text::stored(transaction.operator.name()).into_owned();
            transaction.execute(
                ADD,
                &[
                    &queued,
                    &now,
                    &by,
                    &ids,
                    &accounts,
                    &resources,
                    &requests,
                    &planned_at,
                    &reasons,
                    &tickets,
                ],
            )?;
            transaction.execute(PLACE, &[&ids, &now, &queued])?;
            journal_rows::select(transaction.live, "WHERE id = ANY($1) ORDER BY seq", &[&ids])
        })
    }

    /// Sends queued requests in this order: they exchange their places in the queue and their
    /// times. Requests that are not queued any more are skipped. Returns those that moved.
    pub(in crate::store) fn reorder(
        &mut self,
        ids: &[JournalId],
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(StorePart::Journal, |transaction| {
            let entries = entries(transaction, ids)?;
            let moved = exchange_places(in_order(entries, ids));
            move_entries(transaction, &moved)?;
            Ok(moved)
        })
    }

    /// Pauses or resumes the queue. While it is paused, [`PostgresWriter::step`] moves nothing to
    /// `sending`, whoever asks.
    ///
    /// On resuming, requests whose time has passed get new times: all requests of a resource are
    /// delayed alike, so that the spaces between them stay. Returns those that were delayed.
    pub(in crate::store) fn pause(
        &mut self,
        paused: bool,
        now: DateTime<Utc>,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(StorePart::Journal, |transaction| {
            if paused {
                kept::set(transaction.live, journal_rows::PAUSED, "true")?;
            } else if kept::remove(transaction.live, journal_rows::PAUSED)? {
                return delay_overdue(transaction, now);
            }
            Ok(Vec::new())
        })
    }

    /// Confirms nothing: whoever may write into a team's journal is an operator of the team, so
    /// what is queued is confirmed.
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "another backend may fail")]
    pub(in crate::store) fn confirm(
        &mut self,
        _: &[JournalId],
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        Ok(Vec::new())
    }

    /// Moves an entry to another state, if it is in the state that the caller expects and
    /// [`JournalState::may_become`] allows it. The step is on the disk when this returns. While the
    /// queue is paused, nothing becomes `sending`; nor while this connection does not hold the
    /// account's [`Duty::Send`].
    pub(in crate::store) fn step(
        &mut self,
        id: &JournalId,
        from: JournalState,
        to: JournalState,
        details: &StepDetails,
    ) -> Result<StepOutcome, StoreFailure> {
        let mut lost = None;
        let stepped = self.write(StorePart::Journal, |transaction| {
            let Some(mut entry) = journal_rows::by_id(transaction.live, id)? else {
                return Ok(StepOutcome::Refused { found: None });
            };
            let is_held = to == JournalState::Sending && journal_rows::is_paused(transaction.live)?;
            if is_held || !may_step(&entry, from, to, details) {
                return Ok(StepOutcome::Refused { found: Some(entry.state) });
            }
            let duty = Duty::Send(entry.request.account.clone());
            let is_sender = to != JournalState::Sending
                || transaction.duties.contains(&duty) && lease::is_ours(transaction.live, &duty)?;
            if !is_sender {
                lost = Some(duty);
                return Err(StoreFailure::LeaseLost);
            }
            apply_step(&mut entry, to, details);
            let entry = write_step(transaction, &entry, (from, to), details)?;
            Ok(StepOutcome::Done(Box::new(entry)))
        });
        // It is asked for again, whoever has it.
        if let Some(duty) = lost {
            self.duties.remove(&duty);
        }
        stepped
    }

    /// Notes that the operators know of the bad ends of these entries. Returns the entries that
    /// changed.
    pub(in crate::store) fn notice_bad_ends(
        &mut self,
        ids: &[JournalId],
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.write(StorePart::Journal, |transaction| {
            let mut found = entries(transaction, ids)?;
            let mut noticed = Vec::new();
            for id in ids {
                let unknown =
                    |it: &JournalEntry| it.id == *id && !it.noticed && BadEnd::of(it).is_some();
                if let Some(entry) = found.iter_mut().find(|it| unknown(it)) {
                    entry.noticed = true;
                    noticed.push(entry.clone());
                }
            }
            if !noticed.is_empty() {
                let names = noticed.iter().map(|entry| journal_rows::noticed(&entry.id));
                let names: Vec<_> = names.map(|name| text::stored(&name).into_owned()).collect();
                let note = "INSERT INTO kept (name, value)
                            SELECT name, 'true' FROM unnest($1::text[]) AS new (name)
                            ON CONFLICT DO NOTHING";
                transaction.execute(note, &[&names])?;
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
        let mut unnamed = None;
        let matched = self.write(StorePart::Journal, |transaction| {
            let Some(entry) = journal_rows::by_id(transaction.live, id)? else {
                return Ok(MatchOutcome::Missing);
            };
            let stored = (text::stored(id.as_str()), text::stored(purge.as_str()));
            let account = text::stored(entry.request.account.as_str());
            let other = "SELECT id FROM journal WHERE account = $2 AND id <> $3
                           AND (purge = $1 OR purge LIKE '%,%'
                                AND $1 = ANY(string_to_array(purge, ',')))
                         ORDER BY seq + 0 LIMIT 1";
            if let Some(row) = transaction.optional_row(other, &[&stored.1, &account, &stored.0])? {
                return Ok(MatchOutcome::Taken(text::restored(row.try_get(0)?).into()));
            }
            let linked = entry.purge.clone().filter(|known| known.covers(purge));
            if linked.is_none() {
                let link = "UPDATE journal SET purge = $2 WHERE id = $1";
                transaction.execute(link, &[&stored.0, &stored.1])?;
            }
            if let Some(by) = &entry.queued_by
                && authors::is_unknown(transaction, &entry.request.account, purge)?
            {
                unnamed = Some((entry.request.account.clone(), by.clone()));
            }
            let entry = JournalEntry { purge: linked.or(Some(purge.clone())), ..entry };
            Ok(MatchOutcome::Linked(Box::new(entry)))
        })?;
        // Apart from the journal, of which nobody should wait for a long write of the history.
        if let Some((account, by)) = unnamed {
            self.write(StorePart::History, |transaction| {
                authors::name_unknown(transaction, &account, purge, &by)
            })?;
        }
        Ok(matched)
    }
}

fn optional(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| text::stored(text))
}

/// Returns those of some entries that there are, in any order.
fn entries(
    transaction: &mut ServerTransaction<'_>,
    ids: &[JournalId],
) -> Result<Vec<JournalEntry>, StoreFailure> {
    let ids: Vec<_> = ids.iter().map(|id| text::stored(id.as_str())).collect();
    journal_rows::select(transaction.live, "WHERE id = ANY($1)", &[&ids])
}

/// Stores the places and times of entries.
fn move_entries(
    transaction: &mut ServerTransaction<'_>,
    entries: &[JournalEntry],
) -> Result<(), StoreFailure> {
    if entries.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = entries.iter().map(|entry| text::stored(entry.id.as_str())).collect();
    let places: Vec<i64> = entries.iter().map(|entry| entry.place).collect();
    let times: Vec<i64> = entries.iter().map(|entry| times::micros(entry.planned_at)).collect();
    transaction.execute(MOVE, &[&ids, &places, &times]).map(drop)
}

/// Stores what a step changed, and logs it. Returns the entry as it is now.
fn write_step(
    transaction: &mut ServerTransaction<'_>,
    entry: &JournalEntry,
    (from, to): (JournalState, JournalState),
    details: &StepDetails,
) -> Result<JournalEntry, StoreFailure> {
    let step = format!(
        "WITH news AS (DELETE FROM kept WHERE name = $12),
              stepped AS (UPDATE journal SET state = $2, error = $3, purge = $4, planned_at = $5,
                                             ahead = $6, sent_at = $7, answered_at = $8
                          WHERE id = $1 RETURNING *),
              logged AS (INSERT INTO journal_step (entry, at, from_state, to_state, error)
                         SELECT seq, $9, $10, $2, $11 FROM stepped)
         SELECT {COLUMNS} FROM stepped AS journal"
    );
    let stepped = transaction.optional_row(
        &step,
        &[
            &text::stored(entry.id.as_str()),
            &to.word(),
            &optional(entry.error.as_ref()),
            &entry.purge.as_ref().map(|purge| text::stored(purge.as_str())),
            &times::micros(entry.planned_at),
            &entry.ahead.and_then(|ahead| ahead.num_microseconds()),
            &entry.sent_at.map(times::micros),
            &entry.answered_at.map(times::micros),
            &times::micros(details.at),
            &from.word(),
            &optional(details.error.as_ref()),
            &text::stored(&journal_rows::noticed(&entry.id)),
        ],
    )?;
    let stepped = stepped.ok_or(StoreFailure::Corrupt)?;
    transaction.live.written += 1;
    // The row was read as it was before.
    Ok(JournalEntry { noticed: false, ..journal_rows::entry(&stepped)? })
}

/// Delays all queued entries of each resource whose earliest time has passed, so that it is now.
fn delay_overdue(
    transaction: &mut ServerTransaction<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<JournalEntry>, StoreFailure> {
    let mut queued = journal_rows::select(
        transaction.live,
        "WHERE state = 'queued' AND (account, resource) IN
           (SELECT account, resource FROM journal WHERE state = 'queued'
            GROUP BY 1, 2 HAVING min(planned_at) < $1)
         ORDER BY place",
        &[&times::micros(now)],
    )?;
    delay_until(now, &mut queued);
    move_entries(transaction, &queued)?;
    Ok(queued)
}
