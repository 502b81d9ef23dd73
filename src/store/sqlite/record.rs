//! Recording purges in the history: each once, merged with what is known of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use rusqlite::OptionalExtension as _;

use super::chunks::TextChange;
use super::segment::{Columns, SegmentEntry};
use super::writer::{Durability, WriteTransaction, Writer};
use super::{checksum, chunk_index, chunks, codes, segments, targets, times};
use crate::domain::purge::{Purge, Target};
use crate::store::failure::StoreFailure;
use crate::store::outcome::Recorded;

/// Purges to ingest before segments and chunks are written, so that memory stays bounded.
const BATCH: usize = 1 << 14;

/// Page cache during an import, in KiB; negative is how SQLite takes KiB.
const IMPORT_CACHE: i64 = -16_384;

/// Blocks of the trigram index to make in one transaction, so that nobody waits long for the lock.
const BLOCKS_AT_ONCE: usize = 2;

impl Writer {
    /// Records purges in the history: new ones are added, known ones are merged. The order of
    /// purges and of calls does not matter; recording the same again writes nothing.
    ///
    /// `seen_at` is when the vendor reported them; it replaces a time of creation that could not be
    /// read.
    pub fn record(
        &mut self,
        purges: &[Purge],
        seen_at: DateTime<Utc>,
    ) -> Result<Recorded, StoreFailure> {
        if purges.is_empty() {
            return Ok(Recorded::default());
        }
        self.write(Durability::ProgramCrash, |transaction| {
            let recorded = ingest(transaction, purges, seen_at)?;
            chunk_index::catch_up(transaction.connection, transaction.tuning, BLOCKS_AT_ONCE)?;
            Ok(recorded)
        })
    }

    /// Begins to import a large history. Batches of some ten thousand purges, roughly in the order
    /// of time, are fastest.
    pub fn import(&mut self) -> Result<Import<'_>, StoreFailure> {
        let cache = self.connection().pragma_query_value(None, "cache_size", |row| row.get(0))?;
        self.connection().pragma_update(None, "cache_size", IMPORT_CACHE)?;
        Ok(Import { writer: self, cache, recorded: Recorded::default() })
    }
}

/// An import of a large history.
pub struct Import<'w> {
    writer: &'w mut Writer,
    /// Page cache before the import, as SQLite tells it.
    cache: i64,
    recorded: Recorded,
}

impl Import<'_> {
    /// Records a batch, as [`Writer::record`] does; it is stored when this returns.
    pub fn record(
        &mut self,
        purges: &[Purge],
        seen_at: DateTime<Utc>,
    ) -> Result<Recorded, StoreFailure> {
        let recorded = self
            .writer
            .write(Durability::ProgramCrash, |transaction| ingest(transaction, purges, seen_at))?;
        self.recorded = self.recorded.and(recorded);
        Ok(recorded)
    }

    /// Adds what was recorded to the trigram index, and returns the sum of all batches.
    pub fn finish(self) -> Result<Recorded, StoreFailure> {
        // A rest that is in no index is no error, only slower to search.
        while self.writer.write(Durability::ProgramCrash, |transaction| {
            transaction.is_counted = false;
            chunk_index::catch_up(transaction.connection, transaction.tuning, BLOCKS_AT_ONCE)
        })? {}
        Ok(self.recorded)
    }
}

impl Drop for Import<'_> {
    fn drop(&mut self) {
        // A cache that stays too large is not worth an error.
        let _ = self.writer.connection().pragma_update(None, "cache_size", self.cache);
    }
}

fn ingest(
    transaction: &mut WriteTransaction<'_>,
    purges: &[Purge],
    seen_at: DateTime<Utc>,
) -> Result<Recorded, StoreFailure> {
    let mut recorded = Recorded::default();
    // In the order of time, so that neighboring rows, segments and chunks are written together.
    let mut sorted: Vec<&Purge> = purges.iter().collect();
    sorted.sort_by_key(|purge| purge.created);
    for batch in sorted.chunks(BATCH) {
        let newest: Option<i64> = transaction
            .connection
            .prepare_cached("SELECT max(key) FROM purge")?
            .query_row([], |row| row.get(0))?;
        let mut ingest = Ingest {
            transaction: &mut *transaction,
            recorded: &mut recorded,
            changes: BTreeMap::new(),
            texts: BTreeMap::new(),
            free_keys: HashMap::new(),
            newest: newest.unwrap_or(i64::MIN),
        };
        for purge in batch {
            ingest.add(purge, seen_at)?;
        }
        ingest.finish()?;
    }
    Ok(recorded)
}

/// The changes of one batch.
struct Ingest<'a, 't, 'p> {
    transaction: &'a mut WriteTransaction<'t>,
    recorded: &'a mut Recorded,
    /// For the segments, by key.
    changes: BTreeMap<i64, Option<SegmentEntry>>,
    /// For the chunks, by key.
    texts: BTreeMap<i64, Option<Cow<'p, [Target]>>>,
    /// For times that several purges share, the first key that may be free.
    free_keys: HashMap<i64, i64>,
    /// The greatest key so far: those behind it are free.
    newest: i64,
}

impl<'p> Ingest<'_, '_, 'p> {
    fn add(&mut self, purge: &'p Purge, seen_at: DateTime<Utc>) -> Result<(), StoreFailure> {
        let seen = normalized(purge, seen_at);
        let connection = self.transaction.connection;
        let account =
            self.transaction.dictionary.account_id(connection, &seen.account, &seen.provider)?;
        let known: Option<i64> = connection
            .prepare_cached("SELECT key FROM purge WHERE id = ?1 AND account = ?2")?
            .query_row((seen.id.as_str(), account), |row| row.get(0))
            .optional()?;
        let Some(key) = known else {
            let key = self.insert(account, &seen, None)?;
            self.recorded.new += 1;
            self.recorded.extend_to(seen.created);
            let targets = match seen {
                Cow::Borrowed(purge) => Cow::Borrowed(purge.targets.as_slice()),
                Cow::Owned(purge) => Cow::Owned(purge.targets),
            };
            self.texts.insert(key, Some(targets));
            return Ok(());
        };
        let old = self.known(key)?;
        if old == *seen {
            return Ok(());
        }
        let merged = old.clone().merge(seen.into_owned());
        if merged == old {
            return Ok(());
        }
        self.recorded.changed += 1;
        self.recorded.extend_to(old.created);
        self.recorded.extend_to(merged.created);
        let moved = old.created != merged.created;
        if moved {
            self.remove(key)?;
        }
        let new_key = self.insert(account, &merged, (!moved).then_some(key))?;
        if moved || !have_same_texts(&old.targets, &merged.targets) {
            self.texts.insert(new_key, Some(Cow::Owned(merged.targets)));
        }
        Ok(())
    }

    /// Reads a purge, with the targets that this batch may have given it.
    fn known(&self, key: i64) -> Result<Purge, StoreFailure> {
        let snapshot = self.transaction.snapshot();
        let known = snapshot.purge_with(key, || match self.texts.get(&key) {
            Some(Some(targets)) => Ok(targets.to_vec()),
            Some(None) | None => snapshot.targets(key),
        });
        known?.ok_or(StoreFailure::Corrupt)
    }

    /// Writes a purge over the one of this key or, without a key, at a free one. Returns the key.
    fn insert(
        &mut self,
        account: u32,
        purge: &Purge,
        key: Option<i64>,
    ) -> Result<i64, StoreFailure> {
        let created = times::micros(purge.created);
        let is_known = key.is_some();
        let key = match key {
            Some(key) => key,
            None => self.free_key(created)?,
        };
        let mut word_id = |text: &str| self.transaction.word_id(text);
        let columns = Columns {
            account,
            resource: word_id(purge.resource.as_str())?,
            cname: word_id(&purge.cname)?,
            by: purge.by.as_deref().map_or(Ok(0), &mut word_id)?,
            kind: codes::of_kind(purge.kind),
            status: codes::of_status(purge.status),
        };
        let (raw_kind, raw_status) = (word_id(&purge.raw_kind)?, word_id(&purge.raw_status)?);
        let key_offset = u32::try_from(key - created)
            .map_err(|_| StoreFailure::Io("too many purges at the same instant".to_owned()))?;
        // Replacing what is not there costs a journal of the statement.
        let verb = if is_known { "REPLACE" } else { "INSERT" };
        self.transaction
            .connection
            .prepare_cached(&format!(
                "{verb} INTO purge (key, nudge, account, resource, cname, \"by\", kind, status,
                                    targets, raw_kind, raw_status, id, completed, raw_created,
                                    fates, checksum)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
            ))?
            .execute(rusqlite::params![
                key,
                key_offset,
                columns.account,
                columns.resource,
                columns.cname,
                columns.by,
                columns.kind,
                columns.status,
                purge.targets.len() as u32,
                raw_kind,
                raw_status,
                purge.id.as_str(),
                purge.completed.map(times::micros),
                purge.raw_created,
                targets::status_digits(&purge.targets),
                checksum::of_purge(purge),
            ])?;
        self.changes.insert(key, Some(SegmentEntry { key, key_offset, columns }));
        Ok(key)
    }

    fn remove(&mut self, key: i64) -> Result<(), StoreFailure> {
        self.transaction
            .connection
            .prepare_cached("DELETE FROM purge WHERE key = ?1")?
            .execute([key])?;
        self.changes.insert(key, None);
        self.texts.insert(key, None);
        Ok(())
    }

    /// Returns the first free key at or after a time.
    fn free_key(&mut self, created: i64) -> Result<i64, StoreFailure> {
        if created > self.newest {
            self.newest = created;
            return Ok(created);
        }
        let mut free = self.free_keys.get(&created).copied().unwrap_or(created);
        let mut taken = self
            .transaction
            .connection
            .prepare_cached("SELECT key FROM purge WHERE key >= ?1 ORDER BY key")?;
        let mut rows = taken.query([free])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? != free {
                break;
            }
            free += 1;
        }
        if free != created {
            self.free_keys.insert(created, free);
        }
        self.newest = self.newest.max(free);
        Ok(free)
    }

    fn finish(self) -> Result<(), StoreFailure> {
        let changes: Vec<_> = self.changes.into_iter().collect();
        let texts: Vec<TextChange<'_>> = self.texts.into_iter().collect();
        let (connection, tuning) = (self.transaction.connection, self.transaction.tuning);
        segments::update(connection, tuning.segment_length, &changes)?;
        chunks::update(connection, tuning, &texts)?;
        self.transaction.chunks.clear();
        Ok(())
    }
}

fn have_same_texts(one: &[Target], other: &[Target]) -> bool {
    let pairs = one.iter().zip(other);
    one.len() == other.len() && pairs.into_iter().all(|(one, other)| one.text == other.text)
}

/// Returns a purge as it is stored: with times in whole microseconds, and created at `seen_at` at
/// the latest if the vendor's time could not be read.
fn normalized(purge: &Purge, seen_at: DateTime<Utc>) -> Cow<'_, Purge> {
    let whole = |instant: DateTime<Utc>| times::instant(times::micros(instant));
    let mut created = whole(purge.created);
    if purge.raw_created.is_some() {
        created = created.min(whole(seen_at));
    }
    let completed = purge.completed.map(whole);
    let has_target_status = purge.targets.iter().any(|target| target.status.is_some());
    if created == purge.created && completed == purge.completed && !has_target_status {
        return Cow::Borrowed(purge);
    }
    let purge = Purge { created, completed, ..purge.clone() };
    Cow::Owned(purge.settled())
}
