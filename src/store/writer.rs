//! The one who writes.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use super::grams::Collector;
use super::names::Naming;
use super::{StoreFailure, open, record, rows::View, schema, times};
use crate::domain::draft::Draft;
use crate::domain::ids::AccountName;
use crate::domain::purge::Purge;
use crate::domain::resource::Resource;

/// The page cache while a history is imported, in KiB.
const IMPORT_CACHE: i64 = -65_536;

/// The page cache otherwise, in KiB.
const CACHE: i64 = -4096;

/// So many new purges in an import make it worth the while to put the index of texts in order.
const MUCH: u64 = if cfg!(test) { 100 } else { 10_000 };

/// So many pages of that index are merged in one step.
const MERGED: i64 = 2000;

/// The connection that writes. Every call is one transaction: all of it is in the store afterwards, or nothing.
///
/// History, coverage and resources can be read from the vendors again, so their transactions are safe against a crash of
/// the program but the last of them may be lost when the machine itself goes down (`synchronous = NORMAL`). What we sent
/// exists nowhere else: the journal's and the draft's transactions are on the disk before the call returns
/// (`synchronous = FULL`), and all earlier ones with them.
pub struct Writer {
    connection: Connection,
    naming: Naming,
    collector: Option<Collector>,
    care: Option<Care>,
}

/// How sure a transaction must be before it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Care {
    /// It survives a crash of the program.
    Process,
    /// It survives a loss of power.
    Machine,
}

/// What taking purges in came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// How many purges were not known before.
    pub new: u64,
    /// How many known purges are told otherwise now.
    pub changed: u64,
    /// The earliest time of creation among those, or the one that a purge had before; `None` where nothing changed.
    pub from: Option<DateTime<Utc>>,
    /// The latest one, likewise; inclusive.
    pub until: Option<DateTime<Utc>>,
}

impl Recorded {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut both =
            Self { new: self.new + other.new, changed: self.changed + other.changed, ..self };
        for instant in [other.from, other.until].into_iter().flatten() {
            both.touch(instant);
        }
        both
    }

    pub(super) fn touch(&mut self, instant: DateTime<Utc>) {
        self.from = Some(self.from.map_or(instant, |from| from.min(instant)));
        self.until = Some(self.until.map_or(instant, |until| until.max(instant)));
    }
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, naming: Naming::default(), collector: None, care: None }
    }

    /// Takes purges into the history: new ones are added, known ones are merged with what is known of them. The order of
    /// purges and of calls does not matter, and neither does taking the same in again, which writes nothing.
    ///
    /// `seen_at` is when the vendor told of them; it stands in for a time of creation that could not be read.
    pub fn record(
        &mut self,
        purges: &[Purge],
        seen_at: DateTime<Utc>,
    ) -> Result<Recorded, StoreFailure> {
        if purges.is_empty() {
            return Ok(Recorded::default());
        }
        let mut collector = self.collector.take().unwrap_or_else(Collector::new);
        let recorded = self.write(Care::Process, |connection, naming| {
            record::take_in(connection, naming, &mut collector, purges, seen_at)
        });
        self.collector = recorded.is_ok().then_some(collector);
        recorded
    }

    /// Begins taking in a large history. Batches of some ten thousand purges, roughly in the order of time, go fastest.
    pub fn import(&mut self) -> Result<Import<'_>, StoreFailure> {
        self.connection.pragma_update(None, "cache_size", IMPORT_CACHE)?;
        Ok(Import { writer: self, recorded: Recorded::default() })
    }

    /// Notes that an account's history is complete from the first instant until just before the second.
    pub fn cover(
        &mut self,
        account: &AccountName,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        self.write(Care::Process, |connection, naming| {
            let view = View { connection, names: naming.names() };
            let old = view.coverage(account)?;
            let mut coverage = old.clone();
            coverage.add(from, until);
            if coverage == old {
                return Ok(());
            }
            connection
                .prepare_cached("DELETE FROM coverage WHERE account = ?1")?
                .execute([account.as_str()])?;
            let mut insert = connection.prepare_cached(
                "INSERT INTO coverage (account, from_at, until_at) VALUES (?1, ?2, ?3)",
            )?;
            for (from, until) in coverage.ranges() {
                insert.execute((account.as_str(), times::micros(*from), times::micros(*until)))?;
            }
            Ok(())
        })
    }

    /// Keeps an account's resources, in this order, instead of those of before.
    pub fn save_resources(
        &mut self,
        account: &AccountName,
        resources: &[Resource],
        at: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        self.write(Care::Process, |connection, naming| {
            for resource in resources {
                naming.account(connection, account, &resource.provider)?;
            }
            connection.execute("DELETE FROM resource WHERE account = ?1", [account.as_str()])?;
            let mut insert = connection.prepare_cached(
                "REPLACE INTO resource (account, id, place, value) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (place, resource) in (0_i64..).zip(resources) {
                let value = serde_json::to_string(resource).map_err(|error| unwritable(&error))?;
                insert.execute((account.as_str(), resource.id.as_str(), place, value))?;
            }
            connection.execute(
                "INSERT INTO sync (account, resources_at) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET resources_at = excluded.resources_at",
                (account.as_str(), times::micros(at)),
            )?;
            Ok(())
        })
    }

    /// Notes that an account's newest history was read without a fault at this instant.
    pub fn synced(&mut self, account: &AccountName, at: DateTime<Utc>) -> Result<(), StoreFailure> {
        self.write(Care::Process, |connection, _| {
            connection.execute(
                "INSERT INTO sync (account, synced_at) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET synced_at = max(ifnull(synced_at, excluded.synced_at), excluded.synced_at)",
                (account.as_str(), times::micros(at)),
            )?;
            Ok(())
        })
    }

    /// Keeps the draft for the next start; `None`: there is none any more.
    pub fn keep_draft(&mut self, draft: Option<&Draft>) -> Result<(), StoreFailure> {
        self.write(Care::Machine, |connection, _| {
            match draft {
                Some(draft) => {
                    let value = serde_json::to_string(draft).map_err(|error| unwritable(&error))?;
                    connection
                        .execute("REPLACE INTO kept (name, value) VALUES ('draft', ?1)", [value])?;
                }
                None => {
                    connection.execute("DELETE FROM kept WHERE name = 'draft'", [])?;
                }
            }
            Ok(())
        })
    }

    /// The draft that was kept; `None` also where a different purgedeck wrote it in words that this one does not read.
    pub fn kept_draft(&self) -> Result<Option<Draft>, StoreFailure> {
        kept_draft(&self.connection)
    }

    /// A number that changes when anybody but this writer changes the store, in this process or another.
    pub fn data_version(&self) -> Result<i64, StoreFailure> {
        let version = self.connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        Ok(version)
    }

    /// The connection, for a question.
    pub(super) fn connection_to_read(&self) -> &Connection {
        &self.connection
    }

    /// The connection, to make it run into walls.
    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Does something in one transaction.
    pub(super) fn write<T>(
        &mut self,
        care: Care,
        work: impl FnOnce(&Connection, &mut Naming) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        if self.care != Some(care) {
            let synchronous = match care {
                Care::Process => "normal",
                Care::Machine => "full",
            };
            self.connection.pragma_update(None, "synchronous", synchronous)?;
            self.care = Some(care);
        }
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // A newer purgedeck may have brought the file up while we ran.
        if open::form(&transaction)? != Some(schema::FORM) {
            return Err(StoreFailure::NotAStore);
        }
        let done = self
            .naming
            .refresh(&transaction)
            .and_then(|()| work(&transaction, &mut self.naming))
            .and_then(|done| {
                transaction.commit()?;
                Ok(done)
            });
        if done.is_err() {
            // It may know rows that were taken back.
            self.naming = Naming::default();
        }
        done
    }
}

/// A large history on its way in.
pub struct Import<'w> {
    writer: &'w mut Writer,
    recorded: Recorded,
}

impl Import<'_> {
    /// Takes a batch in, as [`Writer::record`] does; it is in the store when this returns.
    pub fn take(
        &mut self,
        purges: &[Purge],
        seen_at: DateTime<Utc>,
    ) -> Result<Recorded, StoreFailure> {
        let recorded = self.writer.record(purges, seen_at)?;
        self.recorded = self.recorded.and(recorded);
        Ok(recorded)
    }

    /// Puts the index of texts in order where much was new, and tells what all batches came to.
    pub fn finish(self) -> Result<Recorded, StoreFailure> {
        if self.recorded.new >= MUCH {
            let mut pages = -MERGED;
            // In steps, so that nobody waits long for the lock; what a step leaves is no fault, only slower to search.
            while self.writer.write(Care::Process, |connection, _| {
                let before = connection.total_changes();
                connection
                    .prepare_cached("INSERT INTO gram (gram, rank) VALUES ('merge', ?1)")?
                    .execute([pages])?;
                // The question itself counts as one change.
                Ok(connection.total_changes() - before > 1)
            })? {
                pages = MERGED;
            }
        }
        Ok(self.recorded)
    }
}

impl Drop for Import<'_> {
    fn drop(&mut self) {
        // A larger cache than wanted is no fault worth telling.
        let _ = self.writer.connection.pragma_update(None, "cache_size", CACHE);
    }
}

pub(super) fn kept_draft(connection: &Connection) -> Result<Option<Draft>, StoreFailure> {
    let value: Option<String> = connection
        .query_row("SELECT value FROM kept WHERE name = 'draft'", [], |row| row.get(0))
        .optional()?;
    Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
}

pub(super) fn unwritable(error: &serde_json::Error) -> StoreFailure {
    StoreFailure::Io(error.to_string())
}
