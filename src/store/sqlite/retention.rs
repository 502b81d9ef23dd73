//! Removing the oldest history, in small transactions, and giving its space back.
//!
//! First the store is told from when on it keeps history, and the coverage is cut; only then rows
//! go. So whoever is killed in between leaves a store that claims to have nothing that it lacks,
//! and the next removal goes on. The journal is never touched, nor the purges by which its open
//! requests are settled. Unfinished purges stay, as long as they are, since they are followed.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension as _};

use super::reader::SqliteReader;
use super::snapshot::Snapshot;
use super::writer::{Durability, SqliteWriter, WriteTransaction};
use super::{chunk_index, chunks, codes, coverage, segments, times};
use crate::domain::status::Status;
use crate::store::failure::StoreFailure;
use crate::store::outcome::{Removed, StoreFacts};

/// Time before an open request in which its purge may stand in the history.
const BEFORE_REQUEST: TimeDelta = TimeDelta::days(1);

/// Pages to give back in one transaction.
const PAGES_AT_ONCE: i64 = 256;

impl SqliteReader {
    /// Returns the instant before which no history is kept; `None` if all is.
    pub(in crate::store) fn kept_from(&self) -> Result<Option<DateTime<Utc>>, StoreFailure> {
        self.direct(coverage::kept_from)
    }

    /// Returns the size of the store and the times of what is in it.
    pub(in crate::store) fn facts(&self) -> Result<StoreFacts, StoreFailure> {
        self.answer(|snapshot| facts(&snapshot))
    }

    /// Returns an instant before which so many of the oldest purges were created, or some more; the
    /// latest one if there are not so many behind it.
    pub(in crate::store) fn created_before(
        &self,
        purges: u64,
    ) -> Result<DateTime<Utc>, StoreFailure> {
        self.direct(|connection| {
            let mut find = connection.prepare("SELECT start, count FROM strip ORDER BY start")?;
            let mut rows = find.query([])?;
            let mut before = 0;
            while let Some(row) = rows.next()? {
                if before >= purges {
                    return Ok(times::instant(row.get(0)?));
                }
                before += row.get::<_, i64>(1)?.unsigned_abs();
            }
            Ok(DateTime::<Utc>::MAX_UTC)
        })
    }
}

impl SqliteWriter {
    /// Stores the instant before which no history is kept, and cuts the coverage there; `None` if
    /// all is kept. An instant that an open request needs history before is put earlier. Returns
    /// the instant as it is stored.
    pub(in crate::store) fn keep_from(
        &mut self,
        from: Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>, StoreFailure> {
        self.write(Durability::ProgramCrash, |transaction| {
            let connection = transaction.connection;
            let from = match (from, needed_from(connection)?) {
                (Some(from), Some(needed)) => Some(from.min(needed)),
                (from, _) => from,
            };
            coverage::set_kept_from(connection, from)?;
            if let Some(from) = from {
                for table in [coverage::HISTORY, coverage::ACTIVITY_LOG] {
                    coverage::cut(connection, table, from)?;
                }
            }
            Ok(from)
        })
    }

    /// Removes so many of the oldest purges and entries of activity logs at most that are from
    /// before the instant that [`SqliteWriter::keep_from`] stored.
    pub(in crate::store) fn remove_unkept(&mut self, most: usize) -> Result<Removed, StoreFailure> {
        self.write(Durability::ProgramCrash, |transaction| {
            let Some(from) = coverage::kept_from(transaction.connection)? else {
                return Ok(Removed::default());
            };
            let mut removed = remove_purges(transaction, times::micros(from), most)?;
            let attempts = transaction
                .connection
                .prepare_cached(
                    "DELETE FROM attempt WHERE (account, id) IN
                     (SELECT account, id FROM attempt WHERE at < ?1 LIMIT ?2)",
                )?
                .execute((times::micros(from), most as i64))?;
            removed.has_more |= attempts == most;
            if !removed.has_more {
                chunk_index::remove_unused(transaction.connection)?;
            }
            Ok(removed)
        })
    }

    /// Gives some free pages back to the disk, where the file can. Returns true if more may follow.
    pub(in crate::store) fn give_back(&mut self) -> Result<bool, StoreFailure> {
        let number = |name| {
            self.read(|connection| {
                Ok(connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0))?)
            })
        };
        if number("auto_vacuum")? != INCREMENTAL || number("freelist_count")? == 0 {
            return Ok(false);
        }
        self.write(Durability::ProgramCrash, |transaction| {
            transaction.is_counted = false;
            let vacuum = format!("PRAGMA incremental_vacuum({PAGES_AT_ONCE})");
            let mut pages = transaction.connection.prepare(&vacuum)?;
            let mut rows = pages.query([])?;
            // One row a page.
            while rows.next()?.is_some() {}
            Ok(true)
        })
    }
}

impl SqliteWriter {
    /// Moves what is in the write-ahead log into the file, as far as no reader needs it.
    pub(in crate::store) fn checkpoint(&mut self) -> Result<(), StoreFailure> {
        self.read(|connection| Ok(connection.pragma_query(None, "wal_checkpoint", |_| Ok(()))?))
    }
}

/// `auto_vacuum` of a file that gives pages back when it is asked to.
pub(super) const INCREMENTAL: i64 = 2;

/// Returns the earliest time of history by which an open request may have to be settled.
fn needed_from(connection: &Connection) -> Result<Option<DateTime<Utc>>, StoreFailure> {
    let oldest: Option<i64> = connection.query_row(
        "SELECT min(coalesce(sent_at, queued_at)) FROM journal
         WHERE state IN ('queued', 'sending', 'accepted', 'unknown')",
        [],
        |row| row.get(0),
    )?;
    Ok(oldest.map(|oldest| times::instant(oldest) - BEFORE_REQUEST))
}

/// Returns the codes of the statuses whose purges stay, for SQL.
fn unfinished() -> String {
    let codes = Status::EVERY.into_iter().filter(|status| status.is_unfinished());
    codes.map(|status| codes::of_status(status).to_string()).collect::<Vec<_>>().join(", ")
}

fn remove_purges(
    transaction: &WriteTransaction<'_>,
    from: i64,
    most: usize,
) -> Result<Removed, StoreFailure> {
    let connection = transaction.connection;
    // A key may be later than its purge's time.
    let until = from.saturating_add(transaction.snapshot().max_key_offset()?);
    let unkept = connection
        .prepare_cached(&format!(
            "SELECT key, key - nudge, account FROM purge
             WHERE key < ?1 AND key - nudge < ?2 AND status NOT IN ({})
             ORDER BY key LIMIT ?3",
            unfinished()
        ))?
        .query_map((until, from, most as i64), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<Vec<(i64, i64, u32)>, _>>()?;
    let mut delete = connection.prepare_cached("DELETE FROM purge WHERE key = ?1")?;
    for (key, ..) in &unkept {
        delete.execute([key])?;
    }
    let columns: Vec<_> = unkept.iter().map(|(key, ..)| (*key, None)).collect();
    segments::update(connection, transaction.tuning.segment_length, &columns)?;
    let targets: Vec<_> = unkept.iter().map(|(key, ..)| (*key, None)).collect();
    chunks::update(connection, transaction.tuning, &targets)?;
    let created = || unkept.iter().map(|(_, created, _)| times::instant(*created));
    let ids: BTreeSet<u32> = unkept.iter().map(|(.., account)| *account).collect();
    let dictionary = transaction.dictionary.dictionary();
    let names = ids.into_iter().map(|id| Ok(dictionary.account(id)?.0.clone()));
    let accounts = names.collect::<Result<_, StoreFailure>>()?;
    Ok(Removed {
        purges: unkept.len() as u64,
        from: created().min(),
        until: created().max(),
        accounts,
        has_more: unkept.len() == most,
    })
}

fn facts(snapshot: &Snapshot<'_>) -> Result<StoreFacts, StoreFailure> {
    let connection = snapshot.connection;
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let page = number("page_size")?.unsigned_abs();
    let pages = |name| number(name).map(|pages| pages.unsigned_abs() * page);
    let (bytes, free_bytes) = (pages("page_count")?, pages("freelist_count")?);
    let purges: i64 =
        connection.query_row("SELECT ifnull(sum(count), 0) FROM strip", [], |row| row.get(0))?;
    let created = |order: &str| -> Result<Option<DateTime<Utc>>, StoreFailure> {
        let newest = format!("SELECT key - nudge FROM purge ORDER BY key {order} LIMIT 1");
        let found: Option<i64> = connection.query_row(&newest, [], |row| row.get(0)).optional()?;
        Ok(found.map(times::instant))
    };
    let requests: i64 =
        connection.query_row("SELECT count(*) FROM journal", [], |row| row.get(0))?;
    let kept_from = coverage::kept_from(connection)?;
    let older = kept_from.map_or(Ok(0), |from| count_older(snapshot, times::micros(from)))?;
    Ok(StoreFacts {
        bytes,
        free_bytes,
        gives_back: number("auto_vacuum")? == INCREMENTAL,
        purges: purges.unsigned_abs(),
        oldest: created("ASC")?,
        newest: created("DESC")?,
        requests: requests.unsigned_abs(),
        kept_from,
        older,
    })
}

fn count_older(snapshot: &Snapshot<'_>, from: i64) -> Result<u64, StoreFailure> {
    let until = from.saturating_add(snapshot.max_key_offset()?);
    let count: i64 = snapshot.connection.query_row(
        "SELECT count(*) FROM purge WHERE key < ?1 AND key - nudge < ?2",
        (until, from),
        |row| row.get(0),
    )?;
    Ok(count.unsigned_abs())
}
