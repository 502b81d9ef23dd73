//! The write half: its transactions, and the drafts. What else it writes is in `accounts`,
//! `record`, `journal`, `verification` and `attempts`.

use rusqlite::{Connection, TransactionBehavior};

use super::chunks::ChunkCache;
use super::dictionary::DictionaryWriter;
use super::locks::Locks;
use super::marker::DamageMarker;
use super::snapshot::Snapshot;
use super::tuning::Tuning;
use super::{change_count, kept, schema};
use crate::domain::draft::KeptDraft;
use crate::domain::ids::DraftId;
use crate::store::failure::StoreFailure;

/// The connection that writes. Every call is one transaction: all of it is stored, or nothing.
///
/// History, coverage and resources can be read from the vendors again: their transactions survive a
/// crash of the program, but the last of them may be lost when the machine fails
/// (`synchronous = NORMAL`). The record of what we sent exists nowhere else: transactions of the
/// journal and of drafts are on the disk before the call returns (`synchronous = FULL`), and all
/// earlier ones with them.
pub(in crate::store) struct SqliteWriter {
    connection: Connection,
    dictionary: DictionaryWriter,
    tuning: Tuning,
    marker: DamageMarker,
    pub(super) locks: Locks,
    /// The connection's setting; `None` before the first write.
    durability: Option<Durability>,
    /// Number of changes by this writer that were counted.
    own_changes: i64,
}

/// The failure that a transaction survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durability {
    /// A crash of the program.
    ProgramCrash,
    /// A loss of power.
    PowerLoss,
}

/// An open transaction that writes.
pub(super) struct WriteTransaction<'a> {
    pub(super) connection: &'a Connection,
    pub(super) dictionary: &'a mut DictionaryWriter,
    pub(super) tuning: &'a Tuning,
    pub(super) chunks: ChunkCache,
    /// Set unless nobody else on the store has to read anything again after it.
    pub(super) is_counted: bool,
}

impl WriteTransaction<'_> {
    pub(super) fn snapshot(&self) -> Snapshot<'_> {
        Snapshot {
            connection: self.connection,
            dictionary: self.dictionary.dictionary(),
            chunks: &self.chunks,
            tuning: self.tuning,
        }
    }

    /// Returns the dictionary id of a word, after adding it if it is new.
    pub(super) fn word_id(&mut self, text: &str) -> Result<u32, StoreFailure> {
        self.dictionary.word_id(self.connection, text)
    }
}

impl SqliteWriter {
    pub(super) fn new(
        connection: Connection,
        tuning: Tuning,
        marker: DamageMarker,
        locks: Locks,
    ) -> Self {
        Self {
            locks,
            connection,
            dictionary: DictionaryWriter::default(),
            tuning,
            marker,
            durability: None,
            own_changes: 0,
        }
    }

    /// Saves a draft under its name, in the place of what has that name.
    pub(in crate::store) fn save_draft(&mut self, kept: &KeptDraft) -> Result<(), StoreFailure> {
        self.write(Durability::PowerLoss, |it| {
            it.is_counted = false;
            kept::save_draft(it.connection, kept)
        })
    }

    /// Removes a draft, and returns whether there was one of this name.
    pub(in crate::store) fn remove_draft(&mut self, id: &DraftId) -> Result<bool, StoreFailure> {
        self.write(Durability::PowerLoss, |it| {
            it.is_counted = false;
            kept::remove_draft(it.connection, id)
        })
    }

    /// Saves the board, as text, for the next start.
    pub(in crate::store) fn save_board(&mut self, board: &str) -> Result<(), StoreFailure> {
        self.write(Durability::ProgramCrash, |transaction| {
            transaction.is_counted = false;
            kept::set(transaction.connection, kept::BOARD, board)
        })
    }

    /// Returns a number that changes when anybody but this writer, in this process or another,
    /// changes what queries or the journal's readers read. The board and drafts are neither.
    pub(in crate::store) fn data_version(&self) -> Result<i64, StoreFailure> {
        Ok(self.read(change_count::get)? - self.own_changes)
    }

    /// Reads outside of a transaction.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        self.marker.watch("reading it", read(&self.connection))
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// Runs some work in one transaction; refused if the store was found damaged.
    pub(super) fn write<T>(
        &mut self,
        durability: Durability,
        work: impl FnOnce(&mut WriteTransaction<'_>) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        let written = self.transact(durability, work);
        self.marker.watch("writing into it", written)
    }

    fn transact<T>(
        &mut self,
        durability: Durability,
        work: impl FnOnce(&mut WriteTransaction<'_>) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        if self.durability != Some(durability) {
            let synchronous = match durability {
                Durability::ProgramCrash => "normal",
                Durability::PowerLoss => "full",
            };
            self.connection.pragma_update(None, "synchronous", synchronous)?;
            self.durability = Some(durability);
        }
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        self.marker.check()?;
        // A newer purgedeck may have migrated the file in the meantime.
        if schema::version(&transaction)? != Some(schema::VERSION) {
            return Err(StoreFailure::NotAStore);
        }
        let before = transaction.total_changes();
        let done = self
            .dictionary
            .refresh(&transaction)
            .and_then(|()| {
                let mut open = WriteTransaction {
                    connection: &transaction,
                    dictionary: &mut self.dictionary,
                    tuning: &self.tuning,
                    chunks: ChunkCache::default(),
                    is_counted: true,
                };
                let done = work(&mut open)?;
                let counts = open.is_counted && transaction.total_changes() > before;
                Ok((done, counts))
            })
            .and_then(|(done, counts)| {
                if counts {
                    change_count::add(&transaction)?;
                }
                transaction.commit()?;
                self.own_changes += i64::from(counts);
                Ok(done)
            });
        if done.is_err() {
            // It may hold rows that were rolled back.
            self.dictionary = DictionaryWriter::default();
        }
        done
    }
}
