//! The size of the store, the times of what is in it, and the number of its changes.

use chrono::{DateTime, Utc};

use super::coverage;
use super::reader::{PostgresReader, ServerSnapshot};
use super::writer::CHANGES;
use crate::store::failure::StoreFailure;
use crate::store::outcome::StoreFacts;
use crate::store::times;

/// The size of all tables with their indexes, and the number of requests.
const SIZES: &str = "SELECT (SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint
                             FROM pg_class
                             WHERE relnamespace = 'purgedeck'::regnamespace AND relkind = 'r'),
                            (SELECT count(*) FROM purge), (SELECT count(*) FROM journal)";

/// The times of the oldest and the newest purge.
const TIMES: &str = "SELECT (SELECT created FROM purge ORDER BY key LIMIT 1),
                            (SELECT created FROM purge ORDER BY key DESC LIMIT 1)";

impl PostgresReader {
    /// Returns the size of the store and the times of what is in it. The server gives space back by
    /// itself.
    pub(in crate::store) fn facts(&self) -> Result<StoreFacts, StoreFailure> {
        self.answer(facts)
    }

    /// Returns an instant before which so many of the oldest purges were created, or some more; the
    /// latest one if there are not so many behind it.
    pub(in crate::store) fn created_before(
        &self,
        purges: u64,
    ) -> Result<DateTime<Utc>, StoreFailure> {
        let behind = i64::try_from(purges).unwrap_or(i64::MAX);
        self.answer(|snapshot| {
            // A key is never earlier than its purge's time.
            let find = "SELECT key FROM purge ORDER BY key OFFSET $1 LIMIT 1";
            let found = snapshot.optional_row(find, &[&behind])?;
            Ok(match found {
                Some(row) => times::instant(row.try_get(0)?),
                None => DateTime::<Utc>::MAX_UTC,
            })
        })
    }

    /// Returns a number that changes when anybody, in this process or another, changes what
    /// queries or the journal's readers read. The board and drafts are neither.
    pub(in crate::store) fn data_version(&self) -> Result<i64, StoreFailure> {
        self.answer(|snapshot| Ok(snapshot.live.row(CHANGES, &[])?.try_get(0)?))
    }
}

fn facts(snapshot: &mut ServerSnapshot<'_>) -> Result<StoreFacts, StoreFailure> {
    let sizes = snapshot.live.row(SIZES, &[])?;
    let count = |column| sizes.try_get::<_, i64>(column).map(i64::unsigned_abs);
    let times = snapshot.live.row(TIMES, &[])?;
    let time = |column| times.try_get::<_, Option<i64>>(column).map(|at| at.map(times::instant));
    let kept_from = coverage::kept_from(snapshot.live)?;
    let older = match kept_from {
        Some(from) => {
            let count = "SELECT count(*) FROM purge WHERE created < $1";
            let older = snapshot.live.row(count, &[&times::micros(from)])?;
            older.try_get::<_, i64>(0)?.unsigned_abs()
        }
        None => 0,
    };
    Ok(StoreFacts {
        bytes: count(0)?,
        free_bytes: 0,
        gives_back: false,
        purges: count(1)?,
        oldest: time(0)?,
        newest: time(1)?,
        requests: count(2)?,
        kept_from,
        older,
    })
}
