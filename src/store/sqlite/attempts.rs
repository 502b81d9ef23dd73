//! Writing the vendors' activity logs, which name the authors of purges, and attributing purges to
//! their authors.

use std::collections::HashSet;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::authors::AuthorChanges;
use super::compiled_filter::CompiledFilter;
use super::segment::SegmentEntry;
use super::snapshot::segment_entry;
use super::times::Direction;
use super::writer::{Durability, SqliteWriter, WriteTransaction};
use super::{attempt_rows, coverage, json, kept, times};
use crate::domain::activity::{Attempt, Author, Names, Refused};
use crate::domain::ids::AccountName;
use crate::domain::kind::Kind;
use crate::domain::matching::{APART, attribute};
use crate::domain::purge::Purge;
use crate::store::failure::StoreFailure;
use crate::store::outcome::Recorded;

/// Attempts to attribute at a time, so that memory stays bounded.
const BATCH: usize = 500;

/// Longest time between our record of a request and the vendor's, in microseconds.
const SAME_REQUEST_MICROS: i64 = 30 * 1_000_000;

impl SqliteWriter {
    /// Records entries of an account's activity log; known ones stay as they are. Returns the new
    /// attempts that were refused and were not sent by this store's journal.
    pub(in crate::store) fn record_attempts(
        &mut self,
        account: &AccountName,
        attempts: &[Attempt],
        names: &Names,
    ) -> Result<Vec<Refused>, StoreFailure> {
        if attempts.is_empty() {
            return Ok(Vec::new());
        }
        self.write(Durability::ProgramCrash, |transaction| {
            let connection = transaction.connection;
            let mut refused = Vec::new();
            for attempt in attempts {
                let by = names.of(&attempt.author);
                if insert(connection, account, attempt, by.as_deref())?
                    && attempt.is_refused()
                    && !is_ours(connection, account, attempt)?
                {
                    refused.push(Refused {
                        at: attempt.at,
                        by,
                        resource: attempt.resource.clone(),
                        kind: attempt.kind,
                        target_count: attempt.targets.len() as u32,
                        first_target: attempt.targets.first().cloned().unwrap_or_default(),
                        status: attempt.status,
                    });
                }
            }
            Ok(refused)
        })
    }

    /// Attributes an account's purges of a time range, ends included, to the authors that its
    /// activity log names, and stores that the log was read for this range up to `settled`. Returns
    /// the purges that changed.
    pub(in crate::store) fn attribute_attempts(
        &mut self,
        account: &AccountName,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        settled: DateTime<Utc>,
        names: &Names,
    ) -> Result<Recorded, StoreFailure> {
        self.write(Durability::ProgramCrash, |transaction| {
            let recorded = attribute_purges(transaction, account, (from, until), names)?;
            let connection = transaction.connection;
            let mut coverage = coverage::read(connection, coverage::ACTIVITY_LOG, account)?;
            coverage.add(from, settled);
            coverage::replace(connection, coverage::ACTIVITY_LOG, account, &coverage)?;
            transaction.is_counted = recorded.new + recorded.changed > 0;
            Ok(recorded)
        })
    }

    /// Applies the names of an account's people and tokens to all their purges, old ones too. Does
    /// nothing if the names are those of the last time.
    pub(in crate::store) fn rename_authors(
        &mut self,
        account: &AccountName,
        names: &Names,
    ) -> Result<Recorded, StoreFailure> {
        let listed = json::to_text(&names.iter().collect::<Vec<_>>())?;
        let key = format!("names of {account}");
        if self.read(|connection| kept::get(connection, &key))?.as_ref() == Some(&listed) {
            return Ok(Recorded::default());
        }
        self.write(Durability::ProgramCrash, |transaction| {
            kept::set(transaction.connection, &key, &listed)?;
            rename(transaction, account, names)
        })
    }
}

/// Inserts an attempt and returns whether it is new.
fn insert(
    connection: &Connection,
    account: &AccountName,
    attempt: &Attempt,
    by: Option<&str>,
) -> Result<bool, StoreFailure> {
    let written = connection
        .prepare_cached(
            "INSERT INTO attempt (account, id, at, resource, kind, targets, user, token, address,
                                  status, \"by\")
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
        )?
        .execute(rusqlite::params![
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
        ])?;
    Ok(written > 0)
}

/// True if the attempt was sent from the journal.
fn is_ours(
    connection: &Connection,
    account: &AccountName,
    attempt: &Attempt,
) -> Result<bool, StoreFailure> {
    let at = times::micros(attempt.at);
    let mut find = connection.prepare_cached(
        "SELECT 1 FROM journal_step s JOIN journal j ON j.seq = s.entry
         WHERE j.account = ?1 AND j.resource = ?2 AND s.from_state = 'sending'
           AND s.at BETWEEN ?3 AND ?4",
    )?;
    Ok(find.exists((
        account.as_str(),
        attempt.resource.as_str(),
        at - SAME_REQUEST_MICROS,
        at + SAME_REQUEST_MICROS,
    ))?)
}

fn attribute_purges(
    transaction: &mut WriteTransaction<'_>,
    account: &AccountName,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    names: &Names,
) -> Result<Recorded, StoreFailure> {
    let attempts = attempt_rows::unattributed(transaction.connection, account, from, until)?;
    let mut changes = AuthorChanges::default();
    for batch in attempts.chunks(BATCH) {
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else {
            continue;
        };
        let range = (first.at - APART, last.at + APART);
        let purges = unattributed_purges(transaction, account, range)?;
        let known: Vec<Purge> = purges.iter().map(|(_, purge)| purge.clone()).collect();
        for (attempt, purge) in attribute(account, batch, &known) {
            let (Some(attempt), Some((entry, purge))) = (batch.get(attempt), purges.get(purge))
            else {
                continue;
            };
            // The purge has the targets, so they need not be stored twice.
            transaction
                .connection
                .prepare_cached(
                    "UPDATE attempt SET purge = ?3, targets = '[]' WHERE account = ?1 AND id = ?2",
                )?
                .execute((account.as_str(), &attempt.id, purge.id.as_str()))?;
            changes.add(transaction, *entry, names.of(&attempt.author).as_deref())?;
        }
    }
    changes.finish(transaction)
}

/// Returns the purges of a time range, ends included, for which no attempt was found yet.
fn unattributed_purges(
    transaction: &WriteTransaction<'_>,
    account: &AccountName,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<(SegmentEntry, Purge)>, StoreFailure> {
    let (first, last) = (times::micros(from), times::micros(until));
    let apart = APART.num_microseconds().unwrap_or_default();
    let attributed: HashSet<String> = transaction
        .connection
        .prepare_cached(
            "SELECT purge FROM attempt
             WHERE account = ?1 AND at BETWEEN ?2 AND ?3 AND purge IS NOT NULL",
        )?
        .query_map((account.as_str(), first - apart, last + apart), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let snapshot = transaction.snapshot();
    let filter = CompiledFilter::all().for_account(snapshot.dictionary, account);
    // A key may be later than its purge's time.
    let end = last.saturating_add(snapshot.max_key_offset()?).saturating_add(1);
    let mut purges = Vec::new();
    snapshot.scan(&filter, (first, end), Direction::Ascending, &mut |entry| {
        let purge = snapshot.purge(entry.key)?.ok_or(StoreFailure::Corrupt)?;
        if !attributed.contains(purge.id.as_str()) {
            purges.push((entry, purge));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(purges)
}

fn rename(
    transaction: &mut WriteTransaction<'_>,
    account: &AccountName,
    names: &Names,
) -> Result<Recorded, StoreFailure> {
    let connection = transaction.connection;
    let authors: Vec<Author> = connection
        .prepare_cached("SELECT DISTINCT user, token FROM attempt WHERE account = ?1")?
        .query_map([account.as_str()], |row| Ok(Author { user: row.get(0)?, token: row.get(1)? }))?
        .collect::<Result<_, _>>()?;
    let mut changes = AuthorChanges::default();
    for author in authors {
        let by = names.of(&author);
        let parameters = (account.as_str(), &author.user, &author.token, &by);
        let mut find = connection.prepare_cached(
            "SELECT p.key, p.nudge, p.account, p.resource, p.cname, p.\"by\", p.kind, p.status
             FROM attempt a JOIN account n ON n.name = a.account
               JOIN purge p ON p.id = a.purge AND p.account = n.id
             WHERE a.account = ?1 AND a.user IS ?2 AND a.token IS ?3 AND a.\"by\" IS NOT ?4",
        )?;
        let mut rows = find.query(parameters)?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(segment_entry(row)?);
        }
        for entry in entries {
            changes.add(transaction, entry, by.as_deref())?;
        }
        connection
            .prepare_cached(
                "UPDATE attempt SET \"by\" = ?4 WHERE account = ?1 AND user IS ?2 AND token IS ?3",
            )?
            .execute(parameters)?;
    }
    changes.finish(transaction)
}
