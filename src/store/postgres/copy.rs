//! Reading and restoring what a copy of a store has beside its purges.

use tokio_postgres::Row;

use super::coverage;
use super::journal_rows::{self, optional_text};
use super::live::Live;
use super::reader::PostgresReader;
use super::writer::{PostgresWriter, StorePart};
use super::{kept, text};
use crate::domain::activity::{Attempt, Author};
use crate::domain::coverage::Coverage;
use crate::domain::ids::{AccountName, PurgeId, ResourceId};
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;
use crate::store::copied::{CopiedAttempt, CopiedEntry, CopiedStep};
use crate::store::failure::StoreFailure;
use crate::store::{json, times};

impl PostgresReader {
    /// Returns the journal's entries with numbers after this one, the oldest first.
    pub(in crate::store) fn copied_entries(
        &self,
        after: i64,
        most: u32,
    ) -> Result<Vec<CopiedEntry>, StoreFailure> {
        self.answer(|snapshot| {
            let find = format!(
                "SELECT {}, seq FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2",
                journal_rows::COLUMNS
            );
            let mut entries = Vec::new();
            for row in snapshot.query(&find, &[&after, &i64::from(most)])? {
                let number = row.try_get("seq")?;
                let entry = journal_rows::entry(&row)?;
                entries.push(CopiedEntry { number, entry, steps: Vec::new() });
            }
            let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
                return Ok(entries);
            };
            let find = "SELECT entry, at, from_state, to_state, error FROM journal_step
                        WHERE entry BETWEEN $1 AND $2 ORDER BY seq";
            for row in snapshot.query(find, &[&first.number, &last.number])? {
                let number: i64 = row.try_get(0)?;
                if let Ok(place) = entries.binary_search_by_key(&number, |entry| entry.number)
                    && let Some(entry) = entries.get_mut(place)
                {
                    entry.steps.push(step(&row)?);
                }
            }
            Ok(entries)
        })
    }

    /// Returns entries of an account's activity log with ids after this one, in their order.
    pub(in crate::store) fn copied_attempts(
        &self,
        account: &AccountName,
        after: &str,
        most: u32,
    ) -> Result<Vec<CopiedAttempt>, StoreFailure> {
        let account = text::stored(account.as_str());
        let after = text::stored(after);
        self.answer(|snapshot| {
            let find = "SELECT id, at, resource, kind, targets, user_id, token, address, status,
                               author, purge
                        FROM attempt WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3";
            let rows = snapshot.query(find, &[&&*account, &&*after, &i64::from(most)])?;
            rows.iter().map(attempt).collect()
        })
    }
}

fn step(row: &Row) -> Result<CopiedStep, StoreFailure> {
    let state = |word: &str| JournalState::from_word(word).ok_or(StoreFailure::Corrupt);
    let from: Option<&str> = row.try_get(2)?;
    Ok(CopiedStep {
        at: times::instant(row.try_get(1)?),
        from: from.map(state).transpose()?,
        to: state(row.try_get(3)?)?,
        error: optional_text(row, 4)?,
    })
}

fn attempt(row: &Row) -> Result<CopiedAttempt, StoreFailure> {
    let kind: Option<&str> = row.try_get(3)?;
    let kind_of = |word: &str| Kind::EVERY.into_iter().find(|kind| kind.word() == word);
    let status: i32 = row.try_get(8)?;
    Ok(CopiedAttempt {
        attempt: Attempt {
            id: text::restored(row.try_get(0)?),
            at: times::instant(row.try_get(1)?),
            resource: ResourceId::from(text::restored(row.try_get(2)?)),
            kind: kind.map(|word| kind_of(word).ok_or(StoreFailure::Corrupt)).transpose()?,
            targets: json::from_text(row.try_get(4)?)?,
            author: Author { user: optional_text(row, 5)?, token: optional_text(row, 6)? },
            address: optional_text(row, 7)?,
            status: u16::try_from(status).map_err(|_| StoreFailure::Corrupt)?,
        },
        by: optional_text(row, 9)?,
        purge: optional_text(row, 10)?.map(PurgeId::from),
    })
}

impl PostgresWriter {
    /// Adds entries of another store's journal with their steps, in this order; those that are here
    /// stay as they are, and none that may be sent is added. Returns the number of those added.
    pub(in crate::store) fn restore_entries(
        &mut self,
        entries: &[CopiedEntry],
    ) -> Result<u64, StoreFailure> {
        self.write(StorePart::Journal, |transaction| {
            let mut added = 0;
            for copied in entries.iter().filter(|copied| !copied.entry.may_be_sent()) {
                added += u64::from(restore(transaction.live, copied)?);
            }
            Ok(added)
        })
    }

    /// Adds entries of an account's activity log and the time ranges for which it was read; those
    /// that are here stay as they are. Returns the number of those added.
    pub(in crate::store) fn restore_attempts(
        &mut self,
        account: &AccountName,
        attempts: &[CopiedAttempt],
        read: &Coverage,
    ) -> Result<u64, StoreFailure> {
        self.write(StorePart::History, |transaction| {
            let live = &mut *transaction.live;
            let mut added = 0;
            for copied in attempts {
                added += restore_attempt(live, account, copied)?;
            }
            let mut known = coverage::read(live, coverage::ACTIVITY_LOG, account)?;
            let before = known.clone();
            read.ranges().iter().for_each(|(from, until)| known.add(*from, *until));
            if known != before {
                coverage::replace(live, coverage::ACTIVITY_LOG, account, &known)?;
            }
            Ok(added)
        })
    }
}

/// Adds an entry, and returns true unless it is here.
fn restore(live: &mut Live, copied: &CopiedEntry) -> Result<bool, StoreFailure> {
    const INSERT: &str = "INSERT INTO journal
            (id, account, resource, request, state, queued_at, planned_at, sent_at, answered_at,
             reason, ticket, error, purge, verified, ahead, queued_by, place)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                 (SELECT coalesce(max(place), 0) + 1 FROM journal))
         ON CONFLICT (id) DO NOTHING RETURNING seq";
    let entry = &copied.entry;
    let stored = |text: &str| text::stored(text).into_owned();
    let optional = |text: &Option<String>| text.as_deref().map(stored);
    let row = live.optional_row(
        INSERT,
        &[
            &stored(entry.id.as_str()),
            &stored(entry.request.account.as_str()),
            &stored(entry.request.resource.as_str()),
            &json::to_text(&entry.request)?,
            &entry.state.word(),
            &times::micros(entry.queued_at),
            &times::micros(entry.planned_at),
            &entry.sent_at.map(times::micros),
            &entry.answered_at.map(times::micros),
            &optional(&entry.reason),
            &optional(&entry.ticket),
            &optional(&entry.error),
            &entry.purge.as_ref().map(|purge| stored(purge.as_str())),
            &entry.verified,
            &entry.ahead.and_then(|ahead| ahead.num_microseconds()),
            &optional(&entry.queued_by),
        ],
    )?;
    let Some(row) = row else { return Ok(false) };
    live.written += 1;
    let number: i64 = row.try_get(0)?;
    let insert = "INSERT INTO journal_step (entry, at, from_state, to_state, error)
                  VALUES ($1, $2, $3, $4, $5)";
    for step in &copied.steps {
        let (from, to) = (step.from.map(JournalState::word), step.to.word());
        let error = optional(&step.error);
        live.execute(insert, &[&number, &times::micros(step.at), &from, &to, &error])?;
    }
    if let Some(verification) = &entry.verification {
        let insert = "INSERT INTO verification (entry, held_until, settled, value)
                      VALUES ($1, 0, $2, $3)";
        let value = json::to_text(verification)?;
        live.execute(insert, &[&number, &verification.settled, &value])?;
    }
    if entry.noticed {
        kept::set(live, &journal_rows::noticed(&entry.id), "true")?;
    }
    Ok(true)
}

fn restore_attempt(
    live: &mut Live,
    account: &AccountName,
    copied: &CopiedAttempt,
) -> Result<u64, StoreFailure> {
    const INSERT: &str = "INSERT INTO attempt (account, id, at, resource, kind, targets, user_id,
                                               token, address, status, author, purge)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    let CopiedAttempt { attempt, by, purge } = copied;
    let stored = |text: &str| text::stored(text).into_owned();
    let optional = |text: &Option<String>| text.as_deref().map(stored);
    live.execute(
        INSERT,
        &[
            &stored(account.as_str()),
            &stored(&attempt.id),
            &times::micros(attempt.at),
            &stored(attempt.resource.as_str()),
            &attempt.kind.map(Kind::word),
            &json::to_text(&attempt.targets)?,
            &optional(&attempt.author.user),
            &optional(&attempt.author.token),
            &optional(&attempt.address),
            &i32::from(attempt.status),
            &optional(by),
            &purge.as_ref().map(|purge| stored(purge.as_str())),
        ],
    )
}
