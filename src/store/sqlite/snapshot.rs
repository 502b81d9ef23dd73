//! One snapshot of the store, and purges read by key.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::chunks::ChunkCache;
use super::dictionary::Dictionary;
use super::journal_rows::OF_PURGE;
use super::segment::{Columns, SegmentEntry};
use super::tuning::Tuning;
use super::{checksum, codes, journal_rows, targets, times};
use crate::domain::ids::{PurgeId, PurgeKey, ResourceId};
use crate::domain::purge::{Purge, PurgeDetail, PurgeRow, SentHere, Target};
use crate::store::failure::StoreFailure;

/// Most characters of the first target in a row of a list.
const FIRST_TARGET_CHARS: usize = 200;

/// The columns of `purge` that [`segment_entry`] reads.
pub(super) const ENTRY_COLUMNS: &str = "key, nudge, account, resource, cname, \"by\", kind, status";

/// One snapshot of the store with its dictionary: every query is answered from one.
#[derive(Clone, Copy)]
pub(super) struct Snapshot<'a> {
    /// The connection, inside a transaction.
    pub(super) connection: &'a Connection,
    pub(super) dictionary: &'a Dictionary,
    /// The chunks that were read last.
    pub(super) chunks: &'a ChunkCache,
    pub(super) tuning: &'a Tuning,
}

/// Reads [`ENTRY_COLUMNS`].
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
            "SELECT {ENTRY_COLUMNS}, targets, raw_status, id FROM purge WHERE key = ?1"
        ))?;
        let mut rows = find.query([key])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let entry = segment_entry(row)?;
        let columns = entry.columns;
        let (account, provider) = self.dictionary.account(columns.account)?.clone();
        let id: String = row.get(10)?;
        let sent: Option<Option<bool>> = self
            .connection
            .prepare_cached(&format!(
                "SELECT verified FROM journal {OF_PURGE} ORDER BY seq DESC LIMIT 1"
            ))?
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
            raw_status: self.dictionary.word(row.get(9)?)?.to_owned(),
            created: times::instant(entry.created()),
            target_count: row.get(8)?,
            first_target: self.first_target(key)?,
            by: self.dictionary.optional_word(columns.by)?.map(str::to_owned),
        }))
    }

    /// Reads the start of a purge's first target; empty if there is none.
    fn first_target(&self, key: i64) -> Result<String, StoreFailure> {
        let chunk = self.chunks.chunk_of(self.connection, key)?;
        let index = chunk.index_of(key).ok_or(StoreFailure::Corrupt)?;
        let first = chunk.targets(index).next();
        let first = first.map_or(Ok(String::new()), |target| chunk.text(index, target))?;
        Ok(first.chars().take(FIRST_TARGET_CHARS).collect())
    }

    /// Reads the targets of a purge.
    pub(super) fn targets(&self, key: i64) -> Result<Vec<Target>, StoreFailure> {
        let chunk = self.chunks.chunk_of(self.connection, key)?;
        let index = chunk.index_of(key).ok_or(StoreFailure::Corrupt)?;
        chunk.targets(index).map(|it| Ok(Target::new(chunk.text(index, it)?))).collect()
    }

    /// Reads one purge in full; one with another checksum than its own is damage.
    pub(super) fn purge(&self, key: i64) -> Result<Option<Purge>, StoreFailure> {
        self.purge_with(key, || self.targets(key))
    }

    /// Reads one purge whose targets, without their statuses, are told.
    pub(super) fn purge_with(
        &self,
        key: i64,
        targets: impl FnOnce() -> Result<Vec<Target>, StoreFailure>,
    ) -> Result<Option<Purge>, StoreFailure> {
        let mut find = self.connection.prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS}, targets, raw_status, id, raw_kind, completed, raw_created,
                    fates, checksum
             FROM purge WHERE key = ?1"
        ))?;
        let mut rows = find.query([key])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let entry = segment_entry(row)?;
        let columns = entry.columns;
        let digits: Option<String> = row.get(14)?;
        let targets = targets::with_statuses(targets()?, row.get(8)?, digits.as_deref())?;
        let (account, provider) = self.dictionary.account(columns.account)?.clone();
        let purge = Purge {
            account,
            provider,
            id: PurgeId::from(row.get::<_, String>(10)?),
            resource: ResourceId::new(self.dictionary.word(columns.resource)?),
            cname: self.dictionary.word(columns.cname)?.to_owned(),
            kind: codes::to_kind(columns.kind)?,
            raw_kind: self.dictionary.word(row.get(11)?)?.to_owned(),
            status: codes::to_status(columns.status)?,
            raw_status: self.dictionary.word(row.get(9)?)?.to_owned(),
            created: times::instant(entry.created()),
            raw_created: row.get(13)?,
            completed: row.get::<_, Option<i64>>(12)?.map(times::instant),
            targets,
            by: self.dictionary.optional_word(columns.by)?.map(str::to_owned),
        };
        checksum::verify(row.get(15)?, checksum::of_purge(&purge))?;
        Ok(Some(purge))
    }

    /// Reads one purge with what the journal adds, but without refused attempts.
    pub(super) fn detail(&self, key: i64) -> Result<Option<PurgeDetail>, StoreFailure> {
        let Some(purge) = self.purge(key)? else {
            return Ok(None);
        };
        let mut find = self.connection.prepare_cached(&format!(
            "SELECT coalesce(sent_at, queued_at), reason, ticket, verified,
                    (SELECT value FROM verification WHERE entry = journal.seq)
             FROM journal {OF_PURGE} ORDER BY seq DESC LIMIT 1"
        ))?;
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
}
