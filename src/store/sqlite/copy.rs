//! Reading and restoring what a copy of a store has beside its purges.

use rusqlite::{Connection, OptionalExtension as _};

use super::checksum::EntryText;
use super::reader::SqliteReader;
use super::writer::{Durability, SqliteWriter};
use super::{attempt_rows, coverage, journal_rows, kept};
use crate::domain::activity::{Attempt, Author};
use crate::domain::coverage::Coverage;
use crate::domain::ids::{AccountName, PurgeId, ResourceId};
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;
use crate::store::copied::{CopiedAttempt, CopiedEntry, CopiedStep, ServerFacts};
use crate::store::failure::StoreFailure;
use crate::store::{json, times};

impl SqliteReader {
    /// Returns the journal's entries with numbers after this one, the oldest first.
    pub(in crate::store) fn copied_entries(
        &self,
        after: i64,
        most: u32,
    ) -> Result<Vec<CopiedEntry>, StoreFailure> {
        self.read(|snapshot| {
            let connection = snapshot.connection;
            let mut find = connection
                .prepare_cached("SELECT seq FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
            let numbers = find.query_map((after, most), |row| row.get(0))?;
            let numbers = numbers.collect::<Result<Vec<i64>, _>>()?;
            numbers
                .into_iter()
                .map(|number| {
                    let found = journal_rows::select(connection, "WHERE seq = ?1", [number])?;
                    let entry = found.into_iter().next().ok_or(StoreFailure::Corrupt)?;
                    Ok(CopiedEntry { number, entry, steps: steps(connection, number)? })
                })
                .collect()
        })
    }

    /// Returns entries of an account's activity log with ids after this one, in their order.
    pub(in crate::store) fn copied_attempts(
        &self,
        account: &AccountName,
        after: &str,
        most: u32,
    ) -> Result<Vec<CopiedAttempt>, StoreFailure> {
        self.read(|snapshot| {
            let connection = snapshot.connection;
            let mut find = connection.prepare_cached(
                "SELECT id, at, resource, kind, targets, user, token, address, status, \"by\", purge
                 FROM attempt WHERE account = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
            )?;
            let mut rows = find.query((account.as_str(), after, most))?;
            let mut attempts = Vec::new();
            while let Some(row) = rows.next()? {
                attempts.push(CopiedAttempt {
                    attempt: Attempt {
                        id: row.get(0)?,
                        at: times::instant(row.get(1)?),
                        resource: ResourceId::from(row.get::<_, String>(2)?),
                        kind: attempt_rows::kind(row, 3)?,
                        targets: attempt_rows::targets(row, 4)?,
                        author: Author { user: row.get(5)?, token: row.get(6)? },
                        address: row.get(7)?,
                        status: row.get(8)?,
                    },
                    by: row.get(9)?,
                    purge: row.get::<_, Option<String>>(10)?.map(PurgeId::from),
                });
            }
            Ok(attempts)
        })
    }

    /// Returns nothing: there is no server.
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "another backend's call")]
    pub(in crate::store) fn server(&self) -> Result<Option<ServerFacts>, StoreFailure> {
        Ok(None)
    }
}

fn steps(connection: &Connection, entry: i64) -> Result<Vec<CopiedStep>, StoreFailure> {
    let mut find = connection.prepare_cached(
        "SELECT at, from_state, to_state, error FROM journal_step WHERE entry = ?1 ORDER BY seq",
    )?;
    let mut rows = find.query([entry])?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let from: Option<String> = row.get(1)?;
        let state = |word: &str| JournalState::from_word(word).ok_or(StoreFailure::Corrupt);
        steps.push(CopiedStep {
            at: times::instant(row.get(0)?),
            from: from.as_deref().map(state).transpose()?,
            to: state(row.get_ref(2)?.as_str()?)?,
            error: row.get(3)?,
        });
    }
    Ok(steps)
}

impl SqliteWriter {
    /// Adds entries of another store's journal with their steps, in this order; those that are here
    /// stay as they are, and none that may be sent is added. Returns the number of those added.
    pub(in crate::store) fn restore_entries(
        &mut self,
        entries: &[CopiedEntry],
    ) -> Result<u64, StoreFailure> {
        self.write(Durability::PowerLoss, |transaction| {
            let mut added = 0;
            for copied in entries.iter().filter(|copied| !copied.entry.may_be_sent()) {
                added += u64::from(restore(transaction.connection, copied)?);
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
        self.write(Durability::ProgramCrash, |transaction| {
            let connection = transaction.connection;
            let mut insert = connection.prepare_cached(
                "INSERT INTO attempt (account, id, at, resource, kind, targets, user, token,
                                      address, status, \"by\", purge)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT DO NOTHING",
            )?;
            let mut added = 0;
            for CopiedAttempt { attempt, by, purge } in attempts {
                let written = insert.execute(rusqlite::params![
                    account.as_str(),
                    attempt.id,
                    times::micros(attempt.at),
                    attempt.resource.as_str(),
                    attempt.kind.map(Kind::word),
                    json::to_text(&attempt.targets)?,
                    attempt.author.user,
                    attempt.author.token,
                    attempt.address,
                    attempt.status,
                    by,
                    purge.as_ref().map(PurgeId::as_str),
                ])?;
                added += written as u64;
            }
            let mut known = coverage::read(connection, coverage::ACTIVITY_LOG, account)?;
            let before = known.clone();
            read.ranges().iter().for_each(|(from, until)| known.add(*from, *until));
            if known != before {
                coverage::replace(connection, coverage::ACTIVITY_LOG, account, &known)?;
            }
            Ok(added)
        })
    }
}

/// Adds an entry, and returns true unless it is here.
fn restore(connection: &Connection, copied: &CopiedEntry) -> Result<bool, StoreFailure> {
    let entry = &copied.entry;
    let known: Option<i64> = connection
        .prepare_cached("SELECT seq FROM journal WHERE id = ?1")?
        .query_row([entry.id.as_str()], |row| row.get(0))
        .optional()?;
    if known.is_some() {
        return Ok(false);
    }
    let request = json::to_text(&entry.request)?;
    let text = EntryText {
        id: entry.id.as_str(),
        request: &request,
        queued_at: entry.queued_at,
        reason: entry.reason.as_deref(),
        ticket: entry.ticket.as_deref(),
    };
    connection
        .prepare_cached(
            "INSERT INTO journal (id, account, resource, request, state, queued_at, planned_at,
                                  sent_at, answered_at, reason, ticket, error, purge, verified,
                                  ahead, queued_by, checksum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        )?
        .execute(rusqlite::params![
            entry.id.as_str(),
            entry.request.account.as_str(),
            entry.request.resource.as_str(),
            request,
            entry.state.word(),
            times::micros(entry.queued_at),
            times::micros(entry.planned_at),
            entry.sent_at.map(times::micros),
            entry.answered_at.map(times::micros),
            entry.reason,
            entry.ticket,
            entry.error,
            entry.purge.as_ref().map(PurgeId::as_str),
            entry.verified,
            entry.ahead.and_then(|ahead| ahead.num_microseconds()),
            entry.queued_by,
            text.checksum(),
        ])?;
    let number = connection.last_insert_rowid();
    connection
        .prepare_cached("UPDATE journal SET place = seq WHERE seq = ?1")?
        .execute([number])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO journal_step (entry, at, from_state, to_state, error)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for step in &copied.steps {
        let from = step.from.map(JournalState::word);
        insert.execute((number, times::micros(step.at), from, step.to.word(), &step.error))?;
    }
    if let Some(verification) = &entry.verification {
        connection
            .prepare_cached(
                "INSERT INTO verification (entry, held_until, settled, value)
                 VALUES (?1, 0, ?2, ?3)",
            )?
            .execute((number, verification.settled, json::to_text(verification)?))?;
    }
    if entry.noticed {
        kept::set(connection, &journal_rows::noticed(&entry.id), "true")?;
    }
    Ok(true)
}
