//! Authors of purges, changed in rows and segments.

use rusqlite::OptionalExtension as _;

use super::segment::{Change, SegmentEntry};
use super::snapshot::{ENTRY_COLUMNS, segment_entry};
use super::writer::WriteTransaction;
use super::{segments, times};
use crate::domain::ids::{AccountName, PurgeId};
use crate::store::failure::StoreFailure;
use crate::store::outcome::Recorded;

/// Purges with a new author.
#[derive(Debug, Default)]
pub(super) struct AuthorChanges {
    changes: Vec<Change>,
    recorded: Recorded,
}

impl AuthorChanges {
    pub(super) fn add(
        &mut self,
        transaction: &mut WriteTransaction<'_>,
        mut entry: SegmentEntry,
        by: Option<&str>,
    ) -> Result<(), StoreFailure> {
        let by = by.map_or(Ok(0), |by| transaction.word_id(by))?;
        if entry.columns.by == by {
            return Ok(());
        }
        entry.columns.by = by;
        transaction
            .connection
            .prepare_cached("UPDATE purge SET \"by\" = ?2 WHERE key = ?1")?
            .execute((entry.key, by))?;
        self.changes.push((entry.key, Some(entry)));
        self.recorded.changed += 1;
        self.recorded.extend_to(times::instant(entry.created()));
        Ok(())
    }

    pub(super) fn finish(
        mut self,
        transaction: &WriteTransaction<'_>,
    ) -> Result<Recorded, StoreFailure> {
        self.changes.sort_by_key(|change| change.0);
        self.changes.dedup_by_key(|change| change.0);
        let longest = transaction.tuning.segment_length;
        segments::update(transaction.connection, longest, &self.changes)?;
        Ok(self.recorded)
    }
}

/// Gives a purge an author, if it is in the history and has none.
pub(super) fn name_unknown(
    transaction: &mut WriteTransaction<'_>,
    account: &AccountName,
    purge: &PurgeId,
    by: &str,
) -> Result<(), StoreFailure> {
    // Of two accounts that had the name, the one that has it now.
    let found = transaction
        .connection
        .prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS} FROM purge
             WHERE id = ?1 AND account IN (SELECT id FROM account WHERE name = ?2)
             ORDER BY account DESC LIMIT 1"
        ))?
        .query_row((purge.as_str(), account.as_str()), |row| Ok(segment_entry(row)))
        .optional()?
        .transpose()?;
    if let Some(entry) = found.filter(|entry| entry.columns.by == 0) {
        let mut changes = AuthorChanges::default();
        changes.add(transaction, entry, Some(by))?;
        changes.finish(transaction)?;
    }
    Ok(())
}
