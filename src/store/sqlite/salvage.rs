//! A new store of all that can be read of a damaged one, which is left as it is.
//!
//! The damaged file is copied first, and the copy is brought up to date and read: nothing touches
//! the file itself, not even SQLite's own log. What is taken over is written as if it came from a
//! vendor, so the new store is sound by its making; it is checked all the same.
//!
//! Two rules keep the new store honest. Coverage goes for every account of which purges were lost,
//! so that its history is read anew. And nothing is sent that may have been sent before: a request
//! is queued only if the log of steps proves that it is, and the queue is paused.

mod history;
mod journal;
mod tables;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags};

use super::backup::NewFile;
use super::marker::with_suffix;
use super::open::{SqliteStore, check_magic, create_new, migrate_unconverted};
use super::schema;
use super::tuning::Tuning;
use super::writer::{Durability, SqliteWriter};
use crate::domain::ids::AccountName;
use crate::store::failure::StoreFailure;
use crate::store::outcome::Access;

/// Result of salvaging a damaged store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// The parts of the store.
    pub parts: Vec<SalvagedPart>,
    /// Accounts whose history is read anew, since purges of them were lost.
    pub read_anew: BTreeSet<AccountName>,
    /// Number of requests that may have been sent or not: they are unknown now, not queued.
    pub held_back: u64,
    /// Number of requests that are queued; the queue is paused if there is one.
    pub queued: u64,
}

/// A part of a salvaged store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalvagedPart {
    /// Its rows, as a plural.
    pub name: &'static str,
    /// Number of rows that were taken over.
    pub taken: u64,
    /// The rows that were not.
    pub lost: Lost,
}

/// Rows that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// None.
    Nothing,
    /// So many.
    Rows(u64),
    /// Nobody knows how many.
    Unknown,
}

impl Lost {
    /// Returns the loss of a table with so many rows that are known to be missing.
    fn of(missing: u64, met_damage: bool) -> Self {
        match missing {
            0 if met_damage => Self::Unknown,
            0 => Self::Nothing,
            missing => Self::Rows(missing),
        }
    }
}

/// Makes a new store at `to` of all that can be read of the store at `from`. An error leaves no
/// file.
pub fn salvage(from: &Path, to: &Path, now: DateTime<Utc>) -> Result<Salvaged, StoreFailure> {
    salvage_with(from, to, now, Tuning::default())
}

/// Salvages as [`salvage`] does, with other thresholds.
pub(super) fn salvage_with(
    from: &Path,
    to: &Path,
    now: DateTime<Utc>,
    tuning: Tuning,
) -> Result<Salvaged, StoreFailure> {
    let (from, to) = (std::path::absolute(from)?, std::path::absolute(to)?);
    check_magic(&from)?;
    let file = NewFile::create(&to)?;
    let beside = to.parent().unwrap_or(&to);
    let folder = tempfile::Builder::new().prefix(".purgedeck-").tempdir_in(beside)?;
    let source = open_copy(&from, folder.path())?;
    let store = SqliteStore::open_with(&to, Access::ReadWrite, tuning)?;
    let mut writer = store.writer()?;
    let salvaged = take_over(&source, &mut writer, now)?;
    drop(writer);
    if let Some(first) = store.reader()?.check()?.first() {
        return Err(StoreFailure::Io(format!("what can be read of it makes no store: {first}")));
    }
    file.keep()?;
    Ok(salvaged)
}

/// Copies a store with its log and opens the copy for reading, with the newest schema, or
/// with the last one that had targets in its rows.
fn open_copy(from: &Path, folder: &Path) -> Result<Connection, StoreFailure> {
    let copy = folder.join("copy.db");
    for suffix in ["", "-wal"] {
        match fs::File::open(with_suffix(from, suffix)) {
            Ok(mut file) => {
                io::copy(&mut file, &mut create_new(&with_suffix(&copy, suffix))?)?;
            }
            // A store that was closed has no log.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !suffix.is_empty() => {}
            Err(error) => return Err(error.into()),
        }
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&copy, flags)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // A page whose cells make no sense is damage, not rows.
    connection.pragma_update(None, "cell_size_check", true)?;
    match schema::version(&connection)? {
        Some(schema::CONVERTED..) => {}
        // What cannot be read must not keep the rest from being read.
        Some(_) => migrate_unconverted(&mut connection)?,
        None => return Err(StoreFailure::Missing),
    }
    connection.pragma_update(None, "query_only", true)?;
    // Without the list of tables there is nothing to read.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn take_over(
    source: &Connection,
    writer: &mut SqliteWriter,
    now: DateTime<Utc>,
) -> Result<Salvaged, StoreFailure> {
    let dictionary = history::dictionary(source)?;
    writer.write(Durability::ProgramCrash, |transaction| {
        for (_, (name, provider)) in dictionary.accounts() {
            transaction.dictionary.account_id(transaction.connection, name, provider)?;
        }
        Ok(())
    })?;
    let history = history::take_over(source, &dictionary, writer)?;
    writer.write(Durability::PowerLoss, |transaction| {
        let target = transaction.connection;
        let rest = tables::take_over(source, target)?;
        let journal = journal::take_over(source, target, now)?;
        let read_anew = match history.lost_accounts {
            Some(accounts) => accounts,
            None => tables::covered_accounts(target)?,
        };
        for account in &read_anew {
            tables::forget_coverage(target, account)?;
        }
        let mut parts = vec![history.part];
        parts.extend(journal.parts);
        parts.extend(rest);
        let (held_back, queued) = (journal.held_back, journal.queued);
        Ok(Salvaged { parts, read_anew, held_back, queued })
    })
}
