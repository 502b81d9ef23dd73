//! Removing the oldest history, in small transactions.
//!
//! First the store is told from when on it keeps history, and the coverage is cut; only then rows
//! go. So whoever is killed in between leaves a store that claims to have nothing that it lacks,
//! and the next removal goes on. The journal is never touched, nor the purges by which its open
//! requests are settled. Unfinished purges stay, as long as they are, since they are followed. The
//! server uses the space again by itself.

use chrono::{DateTime, TimeDelta, Utc};

use super::live::Live;
use super::writer::{PostgresWriter, ServerTransaction, StorePart};
use super::{coverage, purge_keys};
use crate::domain::status::Status;
use crate::store::failure::StoreFailure;
use crate::store::outcome::Removed;
use crate::store::{codes, times};

/// Time before an open request in which its purge may stand in the history.
const BEFORE_REQUEST: TimeDelta = TimeDelta::days(1);

/// Removes some purges that are not kept.
const REMOVE_PURGES: &str = "
    DELETE FROM purge WHERE key IN
      (SELECT key FROM purge WHERE key < $1 AND created < $2 AND status <> ALL($3)
       ORDER BY key LIMIT $4)
    RETURNING created, account";

/// Removes some entries of activity logs that are not kept, account by account as the index has
/// them.
const REMOVE_ATTEMPTS: &str = "
    WITH RECURSIVE logged (account) AS (
        (SELECT min(account) FROM attempt)
        UNION ALL
        SELECT (SELECT min(account) FROM attempt WHERE account > logged.account) FROM logged
        WHERE logged.account IS NOT NULL)
    DELETE FROM attempt WHERE (account, id) IN
      (SELECT old.account, old.id
       FROM logged CROSS JOIN LATERAL
            (SELECT account, id FROM attempt
             WHERE account = logged.account AND at < $1 ORDER BY at LIMIT $2) AS old
       LIMIT $2)";

impl PostgresWriter {
    /// Stores the instant before which no history is kept, and cuts the coverage there; `None` if
    /// all is kept. An instant that an open request needs history before is put earlier. Returns
    /// the instant as it is stored.
    pub(in crate::store) fn keep_from(
        &mut self,
        from: Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>, StoreFailure> {
        self.write(StorePart::History, |transaction| {
            let live = &mut *transaction.live;
            let from = match (from, needed_from(live)?) {
                (Some(from), Some(needed)) => Some(from.min(needed)),
                (from, _) => from,
            };
            coverage::set_kept_from(live, from)?;
            if let Some(from) = from {
                for table in [coverage::HISTORY, coverage::ACTIVITY_LOG] {
                    coverage::cut(live, table, from)?;
                }
            }
            Ok(from)
        })
    }

    /// Removes so many of the oldest purges and entries of activity logs at most that are from
    /// before the instant that [`PostgresWriter::keep_from`] stored.
    pub(in crate::store) fn remove_unkept(&mut self, most: usize) -> Result<Removed, StoreFailure> {
        self.write(StorePart::History, |transaction| {
            let Some(from) = coverage::kept_from(transaction.live)? else {
                return Ok(Removed::default());
            };
            transaction.refresh_dictionary()?;
            let from = times::micros(from);
            let mut removed = remove_purges(transaction, from, most)?;
            let attempts = transaction.execute(REMOVE_ATTEMPTS, &[&from, &(most as i64)])?;
            removed.has_more |= attempts == most as u64;
            Ok(removed)
        })
    }

    /// Gives nothing back: the server uses the space again.
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "another backend may fail")]
    pub(in crate::store) fn give_back(&mut self) -> Result<bool, StoreFailure> {
        Ok(false)
    }

    /// Does nothing: the server sees to its own log.
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "another backend may fail")]
    pub(in crate::store) fn checkpoint(&mut self) -> Result<(), StoreFailure> {
        Ok(())
    }
}

/// Returns the earliest time of history by which an open request may have to be settled.
fn needed_from(live: &mut Live) -> Result<Option<DateTime<Utc>>, StoreFailure> {
    let find = "SELECT min(coalesce(sent_at, queued_at)) FROM journal
                WHERE state IN ('queued', 'sending', 'accepted', 'unknown')";
    let oldest: Option<i64> = live.row(find, &[])?.try_get(0)?;
    Ok(oldest.map(|oldest| times::instant(oldest) - BEFORE_REQUEST))
}

fn remove_purges(
    transaction: &mut ServerTransaction<'_>,
    from: i64,
    most: usize,
) -> Result<Removed, StoreFailure> {
    // A key may be later than its purge's time.
    let until = from.saturating_add(purge_keys::longest_offset(transaction.live)?);
    let unfinished = Status::EVERY.into_iter().filter(|status| status.is_unfinished());
    let unfinished: Vec<i16> = unfinished.map(|status| codes::of_status(status).into()).collect();
    let rows = transaction.query(REMOVE_PURGES, &[&until, &from, &unfinished, &(most as i64)])?;
    transaction.live.written += rows.len() as u64;
    let mut removed =
        Removed { purges: rows.len() as u64, has_more: rows.len() == most, ..Removed::default() };
    for row in rows {
        let created = times::instant(row.try_get(0)?);
        removed.from = Some(removed.from.map_or(created, |from| from.min(created)));
        removed.until = Some(removed.until.map_or(created, |until| until.max(created)));
        removed.accounts.insert(transaction.dictionary.account(row.try_get(1)?)?.0.clone());
    }
    Ok(removed)
}
