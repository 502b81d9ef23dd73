//! One snapshot of the store, and purges read by key.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::dictionary::Dictionary;
use super::segment::{Columns, SegmentEntry};
use super::tuning::Tuning;
use super::{checksum, codes, journal_rows, targets, times};
use crate::domain::ids::{PurgeId, PurgeKey, ResourceId};
use crate::domain::purge::{Purge, PurgeDetail, PurgeRow, SentHere};
use crate::store::failure::StoreFailure;

/// Most characters of the first target in a row of a list.
const FIRST_TARGET_CHARS: usize = 200;

/// The columns of `purge` that [`segment_entry`] reads, and two after them.
pub(super) const ENTRY_COLUMNS: &str =
    "key, nudge, account, resource, cname, \"by\", kind, status, targets, head";

/// One snapshot of the store with its dictionary: every query is answered from one.
#[derive(Clone, Copy)]
pub(super) struct Snapshot<'a> {
    /// The connection, inside a transaction.
    pub(super) connection: &'a Connection,
    pub(super) dictionary: &'a Dictionary,
    pub(super) tuning: &'a Tuning,
}

/// Reads the first eight of [`ENTRY_COLUMNS`].
pub(super) fn segment_entry(row: &Row<'_>) -> Result<SegmentEntry, StoreFailure> {
    Ok(SegmentEntry {
        key: row.get(0)?,
        key_offset: row.get(1)?,
        columns: Columns {
            account: row.get(2)?,
            resource: row.get(3)?,
            cname: row.get(4)?,
            by: row.get(5)?,
            kind: row.get(6)?,
            status: row.get(7)?,
        },
    })
}

impl Snapshot<'_> {
    /// Reads one purge as a row of a list.
    pub(super) fn row(&self, key: i64) -> Result<Option<PurgeRow>, StoreFailure> {
        let mut find = self.connection.prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS}, raw_status, id FROM purge WHERE key = ?1"
        ))?;
        let mut rows = find.query([key])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let entry = segment_entry(row)?;
        let columns = entry.columns;
        let (account, provider) = self.dictionary.account(columns.account)?.clone();
        let id: String = row.get(11)?;
        let sent: Option<Option<bool>> = self
            .connection
            .prepare_cached(
                "SELECT verified FROM journal WHERE purge = ?1 AND account = ?2
                 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row([&id, account.as_str()], |row| row.get(0))
            .optional()?;
        Ok(Some(PurgeRow {
            key: PurgeKey(entry.key),
            sent_here: sent.is_some(),
            verified: sent.flatten(),
            account,
            provider,
            id: PurgeId::from(id),
            cname: self.dictionary.word(columns.cname)?.to_owned(),
            kind: codes::to_kind(columns.kind)?,
            status: codes::to_status(columns.status)?,
            raw_status: self.dictionary.word(row.get(10)?)?.to_owned(),
            created: times::instant(entry.created()),
            target_count: row.get(8)?,
            first_target: row.get_ref(9)?.as_str()?.chars().take(FIRST_TARGET_CHARS).collect(),
            by: self.dictionary.optional_word(columns.by)?.map(str::to_owned),
        }))
    }

    /// Reads one purge in full; one with another checksum than its own is damage.
    pub(super) fn purge(&self, key: i64) -> Result<Option<Purge>, StoreFailure> {
        let mut find = self.connection.prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS}, raw_status, id, raw_kind, completed, raw_created, fates,
                    checksum
             FROM purge WHERE key = ?1"
        ))?;
        let mut rows = find.query([key])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let entry = segment_entry(row)?;
        let columns = entry.columns;
        let count: u32 = row.get(8)?;
        let rest = if count > 1 { self.rest_of_targets(key)? } else { None };
        let status_digits: Option<String> = row.get(15)?;
        let (account, provider) = self.dictionary.account(columns.account)?.clone();
        let purge = Purge {
            account,
            provider,
            id: PurgeId::from(row.get::<_, String>(11)?),
            resource: ResourceId::new(self.dictionary.word(columns.resource)?),
            cname: self.dictionary.word(columns.cname)?.to_owned(),
            kind: codes::to_kind(columns.kind)?,
            raw_kind: self.dictionary.word(row.get(12)?)?.to_owned(),
            status: codes::to_status(columns.status)?,
            raw_status: self.dictionary.word(row.get(10)?)?.to_owned(),
            created: times::instant(entry.created()),
            raw_created: row.get(14)?,
            completed: row.get::<_, Option<i64>>(13)?.map(times::instant),
            targets: targets::restore(
                count,
                row.get(9)?,
                rest.as_deref(),
                status_digits.as_deref(),
            )?,
            by: self.dictionary.optional_word(columns.by)?.map(str::to_owned),
        };
        checksum::verify(row.get(16)?, checksum::of_purge(&purge))?;
        Ok(Some(purge))
    }

    /// Reads one purge with what the journal adds, but without refused attempts.
    pub(super) fn detail(&self, key: i64) -> Result<Option<PurgeDetail>, StoreFailure> {
        let Some(purge) = self.purge(key)? else {
            return Ok(None);
        };
        let mut find = self.connection.prepare_cached(
            "SELECT coalesce(sent_at, queued_at), reason, ticket, verified,
                    (SELECT value FROM verification WHERE entry = journal.seq)
             FROM journal WHERE purge = ?1 AND account = ?2 ORDER BY seq DESC LIMIT 1",
        )?;
        let sent = find.query_row([purge.id.as_str(), purge.account.as_str()], |row| {
            Ok(SentHere {
                sent_at: times::instant(row.get(0)?),
                reason: row.get(1)?,
                ticket: row.get(2)?,
                verified: row.get(3)?,
                verification: journal_rows::verification(row.get(4)?),
            })
        });
        let sent = sent.optional()?;
        Ok(Some(PurgeDetail { key: PurgeKey(key), purge, sent, refused: Vec::new() }))
    }

    /// Reads the targets after the first, as [`targets::join_rest`] wrote them.
    fn rest_of_targets(&self, key: i64) -> Result<Option<String>, StoreFailure> {
        let mut find = self.connection.prepare_cached("SELECT text FROM tail WHERE key = ?1")?;
        Ok(find.query_row([key], |row| row.get(0)).optional()?)
    }
}
