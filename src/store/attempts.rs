//! Who asked for purges, as vendors' activity logs tell it: kept, and joined to the history.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::names::Naming;
use super::rows::{self, View};
use super::sieve::Sieve;
use super::strip::Stroke;
use super::strips::{self, Direction};
use super::writer::{Care, Recorded, Writer, unwritable};
use super::{StoreFailure, times};
use crate::domain::activity::{Attempt, Author, Names, Refused};
use crate::domain::coverage::Coverage;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::matching::{APART, attribute};
use crate::domain::purge::Purge;

/// So many attempts are joined to purges at a time, so that memory stays bounded.
const SLICE: usize = 500;
/// How near to a purge a refused attempt on the same resource must be to be told with it, in microseconds.
const NEAR: i64 = 15 * 60 * 1_000_000;
/// The most refused attempts that are told with a purge.
const MOST_REFUSED: u32 = 8;
/// How far the time at which we noted an answer may be from the vendor's time of the request, in microseconds.
const SAME_REQUEST: i64 = 30 * 1_000_000;

impl Writer {
    /// Keeps what an account's activity log told; what was told before stays as it is. Returns the attempts that are new
    /// here, were refused, and were not sent by this store's journal.
    pub fn take_attempts(
        &mut self,
        account: &AccountName,
        attempts: &[Attempt],
        names: &Names,
    ) -> Result<Vec<Refused>, StoreFailure> {
        if attempts.is_empty() {
            return Ok(Vec::new());
        }
        self.write(Care::Process, |connection, _| {
            let mut refused = Vec::new();
            for attempt in attempts {
                let told = shown(attempt, names);
                if keep(connection, account, attempt, told.by.as_deref())?
                    && attempt.is_refused()
                    && !is_ours(connection, account, attempt)?
                {
                    refused.push(told);
                }
            }
            Ok(refused)
        })
    }

    /// Joins what is known of an account's activity in a time, inclusive, to its history, and notes that the log was read
    /// for it, but for what came after `settled`. Returns which purges are told otherwise now.
    pub fn join_attempts(
        &mut self,
        account: &AccountName,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        settled: DateTime<Utc>,
        names: &Names,
    ) -> Result<Recorded, StoreFailure> {
        self.write(Care::Process, |connection, naming| {
            let recorded = join(connection, naming, account, (from, until), names)?;
            let mut coverage = coverage(connection, account)?;
            coverage.add(from, settled);
            connection
                .prepare_cached("DELETE FROM attempt_coverage WHERE account = ?1")?
                .execute([account.as_str()])?;
            let mut insert = connection.prepare_cached(
                "INSERT INTO attempt_coverage (account, from_at, until_at) VALUES (?1, ?2, ?3)",
            )?;
            for (from, until) in coverage.ranges() {
                let range = (times::micros(*from), times::micros(*until));
                insert.execute((account.as_str(), range.0, range.1))?;
            }
            Ok(recorded)
        })
    }

    /// Takes to new names for an account's people and tokens, also for purges that they made long ago. Where the names
    /// are those of the last time, nothing is done.
    pub fn rename_authors(
        &mut self,
        account: &AccountName,
        names: &Names,
    ) -> Result<Recorded, StoreFailure> {
        let listed: Vec<_> = names.iter().collect();
        let listed = serde_json::to_string(&listed).map_err(|error| unwritable(&error))?;
        let place = format!("names of {account}");
        let known: Option<String> = self
            .connection_to_read()
            .prepare_cached("SELECT value FROM kept WHERE name = ?1")?
            .query_row([&place], |row| row.get(0))
            .optional()?;
        if known.as_ref() == Some(&listed) {
            return Ok(Recorded::default());
        }
        self.write(Care::Process, |connection, naming| {
            connection
                .execute("REPLACE INTO kept (name, value) VALUES (?1, ?2)", (&place, &listed))?;
            rename(connection, naming, account, names)
        })
    }
}

impl View<'_> {
    /// For which times an account's activity log was read.
    pub(super) fn attempt_coverage(self, account: &AccountName) -> Result<Coverage, StoreFailure> {
        coverage(self.connection, account)
    }

    /// The refused attempts on a purge's resource around its time, oldest first.
    pub(super) fn refused_near(self, purge: &Purge) -> Result<Vec<Refused>, StoreFailure> {
        let at = times::micros(purge.created);
        let mut find = self.connection.prepare_cached(
            "SELECT at, \"by\", resource, kind, targets, status FROM attempt
             WHERE account = ?1 AND resource = ?2 AND at BETWEEN ?3 AND ?4 AND status BETWEEN 400 AND 499
             ORDER BY abs(at - ?5) LIMIT ?6",
        )?;
        let mut rows = find.query((
            purge.account.as_str(),
            purge.resource.as_str(),
            at.saturating_sub(NEAR),
            at.saturating_add(NEAR),
            at,
            MOST_REFUSED,
        ))?;
        let mut refused = Vec::new();
        while let Some(row) = rows.next()? {
            refused.push(refusal(row)?);
        }
        refused.sort_by_key(|refused| refused.at);
        Ok(refused)
    }
}

fn refusal(row: &Row<'_>) -> Result<Refused, StoreFailure> {
    let targets = targets(row, 4)?;
    Ok(Refused {
        at: times::instant(row.get(0)?),
        by: row.get(1)?,
        resource: ResourceId::from(row.get::<_, String>(2)?),
        kind: kind(row, 3)?,
        target_count: targets.len() as u32,
        first_target: targets.into_iter().next().unwrap_or_default(),
        status: row.get(5)?,
    })
}

fn shown(attempt: &Attempt, names: &Names) -> Refused {
    Refused {
        at: attempt.at,
        by: names.of(&attempt.author),
        resource: attempt.resource.clone(),
        kind: attempt.kind,
        target_count: attempt.targets.len() as u32,
        first_target: attempt.targets.first().cloned().unwrap_or_default(),
        status: attempt.status,
    }
}

fn kind(row: &Row<'_>, column: usize) -> Result<Option<Kind>, StoreFailure> {
    let word: Option<String> = row.get(column)?;
    word.map(|word| {
        Kind::EVERY.into_iter().find(|kind| kind.word() == word).ok_or(StoreFailure::Corrupt)
    })
    .transpose()
}

fn targets(row: &Row<'_>, column: usize) -> Result<Vec<String>, StoreFailure> {
    let text = row.get_ref(column)?;
    let text = text.as_str().map_err(rusqlite::Error::from)?;
    serde_json::from_str(text).map_err(|_| StoreFailure::Corrupt)
}

/// Keeps an attempt. Whether it is new.
fn keep(
    connection: &Connection,
    account: &AccountName,
    attempt: &Attempt,
    by: Option<&str>,
) -> Result<bool, StoreFailure> {
    let targets = serde_json::to_string(&attempt.targets).map_err(|error| unwritable(&error))?;
    let written = connection
        .prepare_cached(
            "INSERT INTO attempt (account, id, at, resource, kind, targets, user, token, address, status, \"by\")
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
        )?
        .execute(rusqlite::params![
            account.as_str(),
            attempt.id,
            times::micros(attempt.at),
            attempt.resource.as_str(),
            attempt.kind.map(Kind::word),
            targets,
            attempt.author.user,
            attempt.author.token,
            attempt.address,
            attempt.status,
            by,
        ])?;
    Ok(written > 0)
}

/// Whether an attempt is one of our journal's own.
fn is_ours(
    connection: &Connection,
    account: &AccountName,
    attempt: &Attempt,
) -> Result<bool, StoreFailure> {
    let at = times::micros(attempt.at);
    let mut find = connection.prepare_cached(
        "SELECT 1 FROM journal_step s JOIN journal j ON j.seq = s.entry
         WHERE j.account = ?1 AND j.resource = ?2 AND s.from_state = 'sending' AND s.at BETWEEN ?3 AND ?4",
    )?;
    Ok(find.exists((
        account.as_str(),
        attempt.resource.as_str(),
        at - SAME_REQUEST,
        at + SAME_REQUEST,
    ))?)
}

fn coverage(connection: &Connection, account: &AccountName) -> Result<Coverage, StoreFailure> {
    let mut find = connection.prepare_cached(
        "SELECT from_at, until_at FROM attempt_coverage WHERE account = ?1 ORDER BY from_at",
    )?;
    let mut coverage = Coverage::default();
    let mut rows = find.query([account.as_str()])?;
    while let Some(row) = rows.next()? {
        coverage.add(times::instant(row.get(0)?), times::instant(row.get(1)?));
    }
    Ok(coverage)
}

fn join(
    connection: &Connection,
    naming: &mut Naming,
    account: &AccountName,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    names: &Names,
) -> Result<Recorded, StoreFailure> {
    let free = free_attempts(connection, account, from, until)?;
    let mut changes = Changes::default();
    for slice in free.chunks(SLICE) {
        let (Some(first), Some(last)) = (slice.first(), slice.last()) else {
            continue;
        };
        let range = (first.at - APART, last.at + APART);
        let purges = free_purges(connection, naming, account, range)?;
        let known: Vec<Purge> = purges.iter().map(|(_, purge)| purge.clone()).collect();
        for (attempt, purge) in attribute(account, slice, &known) {
            let (Some(attempt), Some((stroke, purge))) = (slice.get(attempt), purges.get(purge))
            else {
                continue;
            };
            // What was asked for stands with the purge now.
            connection
                .prepare_cached(
                    "UPDATE attempt SET purge = ?3, targets = '[]' WHERE account = ?1 AND id = ?2",
                )?
                .execute((account.as_str(), &attempt.id, purge.id.as_str()))?;
            let by = names.of(&attempt.author);
            changes.name(connection, naming, *stroke, by.as_deref())?;
        }
    }
    changes.finish(connection)
}

/// The accepted attempts of a time, inclusive, that belong to no purge yet, oldest first.
fn free_attempts(
    connection: &Connection,
    account: &AccountName,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Attempt>, StoreFailure> {
    let mut find = connection.prepare_cached(
        "SELECT id, at, resource, kind, targets, user, token, address, status FROM attempt
         WHERE account = ?1 AND at BETWEEN ?2 AND ?3 AND purge IS NULL AND status BETWEEN 200 AND 299
         ORDER BY at, id",
    )?;
    let mut rows = find.query((account.as_str(), times::micros(from), times::micros(until)))?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        attempts.push(Attempt {
            id: row.get(0)?,
            at: times::instant(row.get(1)?),
            resource: ResourceId::from(row.get::<_, String>(2)?),
            kind: kind(row, 3)?,
            targets: targets(row, 4)?,
            author: Author { user: row.get(5)?, token: row.get(6)? },
            address: row.get(7)?,
            status: row.get(8)?,
        });
    }
    Ok(attempts)
}

/// The purges of a time, inclusive, that no attempt was found for yet.
fn free_purges(
    connection: &Connection,
    naming: &Naming,
    account: &AccountName,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<(Stroke, Purge)>, StoreFailure> {
    let mut taken = connection.prepare_cached(
        "SELECT purge FROM attempt WHERE account = ?1 AND at BETWEEN ?2 AND ?3 AND purge IS NOT NULL",
    )?;
    let (first, last) = (times::micros(from), times::micros(until));
    let apart = APART.num_microseconds().unwrap_or_default();
    let taken: HashSet<String> = taken
        .query_map((account.as_str(), first - apart, last + apart), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let view = View { connection, names: naming.names() };
    let sieve = Sieve::all().of_account(naming.names(), account);
    let mut purges = Vec::new();
    let mut keys = Vec::new();
    // A key is its purge's time or, where several share one, a little later.
    let end = last.saturating_add(view.most_nudged()?).saturating_add(1);
    view.scan(&sieve, (first, end), Direction::Rising, &mut |stroke| {
        keys.push(stroke);
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    for stroke in keys {
        let purge = view.purge(stroke.key)?.ok_or(StoreFailure::Corrupt)?;
        if !taken.contains(purge.id.as_str()) {
            purges.push((stroke, purge));
        }
    }
    Ok(purges)
}

fn rename(
    connection: &Connection,
    naming: &mut Naming,
    account: &AccountName,
    names: &Names,
) -> Result<Recorded, StoreFailure> {
    let mut find =
        connection.prepare_cached("SELECT DISTINCT user, token FROM attempt WHERE account = ?1")?;
    let people: Vec<Author> = find
        .query_map([account.as_str()], |row| Ok(Author { user: row.get(0)?, token: row.get(1)? }))?
        .collect::<Result<_, _>>()?;
    let mut changes = Changes::default();
    for author in people {
        let by = names.of(&author);
        let mut find = connection.prepare_cached(
            "SELECT p.key, p.nudge, p.account, p.resource, p.cname, p.\"by\", p.kind, p.status
             FROM attempt a JOIN account n ON n.name = a.account JOIN purge p ON p.id = a.purge AND p.account = n.id
             WHERE a.account = ?1 AND a.user IS ?2 AND a.token IS ?3 AND a.\"by\" IS NOT ?4",
        )?;
        let mut rows = find.query((account.as_str(), &author.user, &author.token, &by))?;
        let mut strokes = Vec::new();
        while let Some(row) = rows.next()? {
            strokes.push(rows::stroke(row)?);
        }
        for stroke in strokes {
            changes.name(connection, naming, stroke, by.as_deref())?;
        }
        connection
            .prepare_cached(
                "UPDATE attempt SET \"by\" = ?4 WHERE account = ?1 AND user IS ?2 AND token IS ?3",
            )?
            .execute((account.as_str(), &author.user, &author.token, &by))?;
    }
    changes.finish(connection)
}

/// Purges whose author is told otherwise.
#[derive(Debug, Default)]
struct Changes {
    strokes: Vec<(i64, Option<Stroke>)>,
    recorded: Recorded,
}

impl Changes {
    fn name(
        &mut self,
        connection: &Connection,
        naming: &mut Naming,
        mut stroke: Stroke,
        by: Option<&str>,
    ) -> Result<(), StoreFailure> {
        let by = by.map_or(Ok(0), |by| naming.word(connection, by))?;
        if stroke.traits.by == by {
            return Ok(());
        }
        stroke.traits.by = by;
        connection
            .prepare_cached("UPDATE purge SET \"by\" = ?2 WHERE key = ?1")?
            .execute((stroke.key, by))?;
        self.strokes.push((stroke.key, Some(stroke)));
        self.recorded.changed += 1;
        self.recorded.touch(times::instant(stroke.created()));
        Ok(())
    }

    fn finish(mut self, connection: &Connection) -> Result<Recorded, StoreFailure> {
        self.strokes.sort_by_key(|change| change.0);
        self.strokes.dedup_by_key(|change| change.0);
        strips::change(connection, &self.strokes)?;
        Ok(self.recorded)
    }
}
