//! Recording purges in the history: each once, merged with what is known of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use rusqlite::{CachedStatement, OptionalExtension as _};

use super::chunks::TextChange;
use super::dictionary::Words;
use super::segment::{Columns, SegmentEntry};
use super::writer::{Durability, SqliteWriter, WriteTransaction};
use super::{checksum, chunk_index, chunks, codes, segments, targets, times};
use crate::domain::purge::{Purge, Target};
use crate::store::failure::StoreFailure;
use crate::store::outcome::Recorded;
use crate::store::sighting::normalized;

/// Purges to ingest before segments and chunks are written, so that memory stays bounded.
const BATCH: usize = 1 << 14;

/// Page cache during an import, in KiB; negative is how SQLite takes KiB.
const IMPORT_CACHE: i64 = -16_384;

/// Pages in the write-ahead log during an import before they are taken over into the file, which
/// waits for the disk.
const IMPORT_LOG_PAGES: i64 = 3072;

/// Blocks of the trigram index to make in one transaction, so that nobody waits long for the lock.
const BLOCKS_AT_ONCE: usize = 2;

impl SqliteWriter {
    /// Records purges in the history: new ones are added, known ones are merged. The order of
    /// purges and of calls does not matter; recording the same again writes nothing.
    ///
    /// `seen_at` is when the vendor reported them; it replaces a time of creation that could not be
    /// read.
    pub(in crate::store) fn record(
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
    pub(in crate::store) fn import(&mut self) -> Result<SqliteImport<'_>, StoreFailure> {
        let mut before = [("cache_size", IMPORT_CACHE), ("wal_autocheckpoint", IMPORT_LOG_PAGES)];
        for (name, value) in &mut before {
            let during = *value;
            *value = self.connection().pragma_query_value(None, name, |row| row.get(0))?;
            // One of them answers with its new value.
            self.connection().pragma(None, name, during, |_| Ok(()))?;
        }
        Ok(SqliteImport { writer: self, before, recorded: Recorded::default() })
    }
}

/// An import of a large history.
pub(in crate::store) struct SqliteImport<'w> {
    writer: &'w mut SqliteWriter,
    /// The connection's settings before the import.
    before: [(&'static str, i64); 2],
    recorded: Recorded,
}

impl SqliteImport<'_> {
    /// Records a batch, as [`SqliteWriter::record`] does; it is stored when this returns.
    pub(in crate::store) fn record(
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
    pub(in crate::store) fn finish(self) -> Result<Recorded, StoreFailure> {
        // A rest that is in no index is no error, only slower to search.
        while self.writer.write(Durability::ProgramCrash, |transaction| {
            transaction.is_counted = false;
            chunk_index::catch_up(transaction.connection, transaction.tuning, BLOCKS_AT_ONCE)
        })? {}
        Ok(self.recorded)
    }
}

impl Drop for SqliteImport<'_> {
    fn drop(&mut self) {
        for (name, value) in self.before {
            // A cache or a log that stays too large is not worth an error.
            let _ = self.writer.connection().pragma(None, name, value, |_| Ok(()));
        }
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
        let connection = transaction.connection;
        let mut ingest = Ingest {
            find: connection
                .prepare_cached("SELECT key FROM purge WHERE id = ?1 AND account = ?2")?,
            add: connection.prepare_cached(&write_row("INSERT", NO_CHANGE))?,
            transaction: &mut *transaction,
            recorded: &mut recorded,
            expects_new: false,
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

/// Ends the statement that adds a row: one of a purge that is in the store changes nothing.
const NO_CHANGE: &str = "ON CONFLICT (id, account) DO NOTHING";

/// Returns the statement that writes a row.
fn write_row(verb: &str, end: &str) -> String {
    format!(
        "{verb} INTO purge (key, nudge, account, resource, cname, \"by\", kind, status, targets,
                            raw_kind, raw_status, id, completed, raw_created, fates, checksum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) {end}"
    )
}

/// The changes of one batch.
struct Ingest<'a, 't, 'p> {
    /// Finds the key of a purge by its id and account.
    find: CachedStatement<'t>,
    /// Adds a row.
    add: CachedStatement<'t>,
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
    /// Set if the purge before was new. Then the next one most likely is: it is added without
    /// looking for it first.
    expects_new: bool,
}

impl<'p> Ingest<'_, '_, 'p> {
    fn add(&mut self, purge: &'p Purge, seen_at: DateTime<Utc>) -> Result<(), StoreFailure> {
        let seen = normalized(purge, seen_at);
        let connection = self.transaction.connection;
        let dictionary = &mut *self.transaction.dictionary;
        let account = dictionary.account_id(connection, &seen.account, &seen.provider)?;
        // A purge that is known must not leave new words behind.
        if self.expects_new
            && let Some(words) = dictionary.known_words(&seen)
            && let Some(key) = self.try_add(account, &seen, words)?
        {
            self.added(key, seen);
            return Ok(());
        }
        let identity = (seen.id.as_str(), account);
        let known: Option<i64> = self.find.query_row(identity, |row| row.get(0)).optional()?;
        self.expects_new = known.is_none();
        let Some(key) = known else {
            let words = self.transaction.dictionary.words(connection, &seen)?;
            let key = self.try_add(account, &seen, words)?.ok_or(StoreFailure::Corrupt)?;
            self.added(key, seen);
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
        let words = self.transaction.dictionary.words(connection, &merged)?;
        let new_key = if moved {
            self.try_add(account, &merged, words)?.ok_or(StoreFailure::Corrupt)?
        } else {
            let row = Row::of(account, &merged, words, key)?;
            let mut replace = connection.prepare_cached(&write_row("REPLACE", ""))?;
            row.write(&mut replace)?;
            self.changes.insert(key, Some(row.entry));
            key
        };
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

    /// Takes note of a new purge.
    fn added(&mut self, key: i64, seen: Cow<'p, Purge>) {
        self.recorded.new += 1;
        self.recorded.extend_to(seen.created);
        let targets = match seen {
            Cow::Borrowed(purge) => Cow::Borrowed(purge.targets.as_slice()),
            Cow::Owned(purge) => Cow::Owned(purge.targets),
        };
        self.texts.insert(key, Some(targets));
    }

    /// Adds a row at a free key, and returns the key; `None` if the purge has a row.
    fn try_add(
        &mut self,
        account: u32,
        purge: &Purge,
        words: Words,
    ) -> Result<Option<i64>, StoreFailure> {
        let key = self.free_key(times::micros(purge.created))?;
        let row = Row::of(account, purge, words, key)?;
        if row.write(&mut self.add)? == 0 {
            return Ok(None);
        }
        self.changes.insert(key, Some(row.entry));
        Ok(Some(key))
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

/// A purge as it is written, without its targets.
struct Row<'p> {
    purge: &'p Purge,
    words: Words,
    entry: SegmentEntry,
}

impl<'p> Row<'p> {
    fn of(account: u32, purge: &'p Purge, words: Words, key: i64) -> Result<Self, StoreFailure> {
        let key_offset = u32::try_from(key - times::micros(purge.created))
            .map_err(|_| StoreFailure::Io("too many purges at the same instant".to_owned()))?;
        let columns = Columns {
            account,
            resource: words.resource,
            cname: words.cname,
            by: words.by,
            kind: codes::of_kind(purge.kind),
            status: codes::of_status(purge.status),
        };
        Ok(Self { purge, words, entry: SegmentEntry { key, key_offset, columns } })
    }

    /// Writes the row with a statement of [`write_row`]. Returns the number of rows written.
    fn write(&self, statement: &mut CachedStatement<'_>) -> Result<usize, StoreFailure> {
        let Self { purge, words, entry } = self;
        Ok(statement.execute(rusqlite::params![
            entry.key,
            entry.key_offset,
            entry.columns.account,
            words.resource,
            words.cname,
            words.by,
            entry.columns.kind,
            entry.columns.status,
            purge.targets.len() as u32,
            words.raw_kind,
            words.raw_status,
            purge.id.as_str(),
            purge.completed.map(times::micros),
            purge.raw_created,
            targets::status_digits(&purge.targets),
            checksum::of_purge(purge),
        ])?)
    }
}

fn have_same_texts(one: &[Target], other: &[Target]) -> bool {
    let pairs = one.iter().zip(other);
    one.len() == other.len() && pairs.into_iter().all(|(one, other)| one.text == other.text)
}
