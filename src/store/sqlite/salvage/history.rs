//! The purges of a damaged store, and the accounts of those that were lost.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::tables::numbers;
use super::{Lost, SalvagedPart};
use crate::domain::ids::{AccountName, ProviderName};
use crate::store::failure::StoreFailure;
use crate::store::sqlite::chunks::ChunkCache;
use crate::store::sqlite::dictionary::Dictionary;
use crate::store::sqlite::row_walk::{KeyedTable, walk};
use crate::store::sqlite::segment::Segment;
use crate::store::sqlite::snapshot::Snapshot;
use crate::store::sqlite::times::ALL_TIME;
use crate::store::sqlite::writer::SqliteWriter;
use crate::store::sqlite::{conversion, schema};

/// Purges to record at a time.
const BATCH: usize = 10_000;

/// The history that was taken over.
pub(super) struct SalvagedHistory {
    pub(super) part: SalvagedPart,
    /// The accounts of which purges were lost; `None` if that may be any.
    pub(super) lost_accounts: Option<BTreeSet<AccountName>>,
}

/// Reads the accounts and words that can be read.
pub(super) fn dictionary(source: &Connection) -> Result<Dictionary, StoreFailure> {
    let keys = numbers(source)?;
    // Ids have no gaps: a greater one was never given.
    let id = |key: i64| {
        let id = u32::try_from(key).map_err(|_| StoreFailure::Corrupt)?;
        if key < keys.0 || keys.1 < key { Err(StoreFailure::Corrupt) } else { Ok(id) }
    };
    let mut words = BTreeMap::new();
    let table = KeyedTable { name: "word", key: "id", columns: "text", keys };
    walk(source, table, &mut |key, row| {
        words.insert(id(key)?, row.get::<_, String>(1)?);
        Ok(())
    })?;
    let mut accounts = BTreeMap::new();
    let table = KeyedTable { name: "account", key: "id", columns: "name, provider", keys };
    walk(source, table, &mut |key, row| {
        let (name, provider): (String, String) = (row.get(1)?, row.get(2)?);
        accounts.insert(id(key)?, (AccountName::from(name), ProviderName::from(provider)));
        Ok(())
    })?;
    Ok(Dictionary::of_rows(words, accounts))
}

/// Records all purges that can be read.
pub(super) fn take_over(
    source: &Connection,
    dictionary: &Dictionary,
    writer: &mut SqliteWriter,
) -> Result<SalvagedHistory, StoreFailure> {
    let tuning = *writer.tuning();
    let chunks = ChunkCache::default();
    let snapshot = Snapshot { connection: source, dictionary, chunks: &chunks, tuning: &tuning };
    let is_converted = schema::version(source)? >= Some(schema::CONVERTED);
    let targets_of = |key| {
        if is_converted { snapshot.targets(key) } else { conversion::old_targets(source, key) }
    };
    let mut import = writer.import()?;
    let (mut batch, mut taken) = (Vec::new(), HashSet::new());
    // A time that could not be read stays the one that replaced it.
    let seen_at = DateTime::<Utc>::MAX_UTC;
    let listed = listed(source)?;
    let keys = listed.keys();
    let table = KeyedTable { name: "purge", key: "key", columns: "id", keys };
    let walked = walk(source, table, &mut |key, _| {
        let purge = snapshot.purge_with(key, || targets_of(key))?;
        batch.push(purge.ok_or(StoreFailure::Corrupt)?);
        taken.insert(key);
        if batch.len() == BATCH {
            import.record(&batch, seen_at)?;
            batch.clear();
        }
        Ok(())
    })?;
    import.record(&batch, seen_at)?;
    import.finish()?;
    let is_damaged = walked.met_damage || walked.unreadable > 0;
    let (mut missing, mut accounts) = (0, BTreeSet::new());
    for (_, account) in listed.purges.iter().filter(|(key, _)| !taken.contains(key)) {
        missing += 1;
        accounts.insert(*account);
    }
    let named: Option<BTreeSet<AccountName>> = accounts
        .iter()
        .map(|id| dictionary.account(*id).ok().map(|(name, _)| name.clone()))
        .collect();
    let knows_all = listed.is_whole && missing >= walked.unreadable;
    let lost_accounts = match named {
        _ if !is_damaged && missing == 0 => Some(BTreeSet::new()),
        Some(named) if knows_all && missing > 0 => Some(named),
        Some(_) | None => None,
    };
    let lost = Lost::of(missing.max(walked.unreadable), walked.met_damage);
    let part = SalvagedPart { name: "purges", taken: taken.len() as u64, lost };
    Ok(SalvagedHistory { part, lost_accounts })
}

/// The purges that the segments list.
struct ListedPurges {
    /// The key and the account's id of each.
    purges: Vec<(i64, u32)>,
    /// Set if all segments could be read.
    is_whole: bool,
}

impl ListedPurges {
    /// Returns the first and the last key.
    fn keys(&self) -> (i64, i64) {
        let keys = || self.purges.iter().map(|(key, _)| *key);
        match (keys().min(), keys().max()) {
            (Some(first), Some(last)) if self.is_whole => (first, last),
            _ => ALL_TIME,
        }
    }
}

fn listed(source: &Connection) -> Result<ListedPurges, StoreFailure> {
    let mut purges = Vec::new();
    let table = KeyedTable { name: "strip", key: "start", columns: "body", keys: ALL_TIME };
    let walked = walk(source, table, &mut |_, row| {
        let segment = Segment::decode(row.get_ref(1)?.as_blob()?)?;
        purges.extend(segment.entries().map(|entry| (entry.key, entry.columns.account)));
        Ok(())
    })?;
    Ok(ListedPurges { purges, is_whole: !walked.met_damage && walked.unreadable == 0 })
}
