//! The local store without work under way: what commands read from it.

use std::ops::ControlFlow;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::journal_commands;
use crate::domain::event::StoreError;
use crate::domain::filter::Predicate;
use crate::domain::ids::{AccountName, JournalId, ProviderName};
use crate::domain::journal::JournalEntry;
use crate::domain::operator::Operator;
use crate::domain::purge::PurgeDetail;
use crate::domain::query::Sort;
use crate::domain::resource::Resource;
use crate::store::{Access, Reader, Store, StoreFailure, salvage};

pub use crate::store::{Lost, Salvaged, SalvagedPart};

/// The local store. Every call blocks and has a connection of its own; errors name the file.
#[derive(Clone, Debug)]
pub struct LocalStore(pub(super) Store);

impl LocalStore {
    /// Opens the store for reading and writing; creates it where there is none.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Store::open(path, Access::ReadWrite).map(Self).map_err(|failure| error(path, &failure))
    }

    /// Returns the number of purges in the store of an earlier purgedeck, which are written anew
    /// when it is opened: some ten seconds for a million. `None` for any other file.
    pub fn purges_to_convert(path: &Path) -> Option<u64> {
        Store::purges_to_convert(path)
    }

    /// Opens the store for reading; `None` where there is none yet. One of an older purgedeck is
    /// brought up first, where it can be written.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, StoreError> {
        let opened = match Store::open(path, Access::ReadOnly) {
            Err(older @ StoreFailure::Older { .. }) => Store::open(path, Access::ReadWrite)
                .map_err(|failure| {
                    let kept = matches!(failure, StoreFailure::ReadOnly | StoreFailure::Denied);
                    if kept { older } else { failure }
                }),
            opened => opened,
        };
        match opened {
            Ok(store) => Ok(Some(Self(store))),
            Err(StoreFailure::Missing) => Ok(None),
            Err(failure) => Err(error(path, &failure)),
        }
    }

    /// Opens the store for reading and writing, or only for reading where it cannot be written:
    /// then the error says why.
    pub fn open_as_permitted(path: &Path) -> Result<(Self, Option<StoreError>), StoreError> {
        let failure = match Store::open(path, Access::ReadWrite) {
            Ok(store) => return Ok((Self(store), None)),
            Err(failure) => failure,
        };
        let error = error(path, &failure);
        if matches!(
            failure,
            StoreFailure::ReadOnly
                | StoreFailure::Denied
                | StoreFailure::Full
                | StoreFailure::Damaged { .. }
        ) && let Ok(store) = Store::open(path, Access::ReadOnly)
        {
            return Ok((Self(store), Some(error)));
        }
        Err(error)
    }

    /// Returns the path of its file.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes the operator by whom requests are queued and confirmed from now on.
    #[must_use]
    pub fn operated_by(self, operator: Operator) -> Self {
        Self(self.0.operated_by(operator))
    }

    /// Makes a new store at `to` of all that can be read of the store at `from`, which is left as
    /// it is.
    pub fn salvage(from: &Path, to: &Path, now: DateTime<Utc>) -> Result<Salvaged, StoreError> {
        salvage(from, to, now).map_err(|failure| of_copy(from, to, &failure))
    }

    /// Writes a copy of the store, which others may be writing into, as a new file. Refused if the
    /// store or the copy is damaged.
    pub fn back_up(&self, to: &Path) -> Result<(), StoreError> {
        self.0.back_up(to).map_err(|failure| of_copy(self.0.path(), to, &failure))
    }

    /// Visits the purges that a filter selects, newest first and at most `limit`, until the visitor
    /// stops. Memory does not grow with their number.
    pub fn purges(
        &self,
        predicate: &Predicate,
        limit: Option<u64>,
        visit: &mut dyn FnMut(PurgeDetail) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|reader| reader.export(predicate, Sort::NEWEST, limit, visit).map(drop))
    }

    /// Reads the names of the accounts with data in the store, and their providers.
    pub fn accounts(&self) -> Result<Vec<(AccountName, Option<ProviderName>)>, StoreError> {
        let accounts = self.read(Reader::accounts)?;
        Ok(accounts.into_iter().map(|account| (account.account, account.provider)).collect())
    }

    /// Reads the stored resources of accounts, one account after the other.
    pub fn resources<'n>(
        &self,
        accounts: impl IntoIterator<Item = &'n AccountName>,
    ) -> Result<Vec<Resource>, StoreError> {
        self.read(|reader| {
            let mut resources = Vec::new();
            for account in accounts {
                resources.extend(reader.resources(account)?.resources);
            }
            Ok(resources)
        })
    }

    /// Checks the whole file and every row; empty if it is sound.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        self.read(Reader::check)
    }

    /// Checks the journal, on which sending relies; an error if it is damaged.
    pub fn check_journal(&self) -> Result<(), StoreError> {
        self.read(Reader::check_journal)
    }

    /// Returns the error for a store that was found damaged, by anybody; it is read, not written.
    pub fn found_damaged(&self) -> Option<StoreError> {
        self.0.found_damaged().map(|failure| error(self.0.path(), &failure))
    }

    /// Lets the store be written again, after [`Self::check`] has found nothing.
    pub fn forget_damage(&self) -> Result<(), StoreError> {
        self.0.forget_damage().map_err(|failure| error(self.0.path(), &failure))
    }

    /// Reads the board as it was left, as text.
    pub fn board(&self) -> Result<Option<String>, StoreError> {
        self.read(Reader::board)
    }

    /// Reads from the journal, which all processes share, if the queue is paused.
    pub fn is_paused(&self) -> Result<bool, StoreError> {
        self.read(Reader::is_paused)
    }

    /// Reads the open requests of the journal, in the order of the queue.
    pub fn open_requests(&self) -> Result<Vec<JournalEntry>, StoreError> {
        self.read(Reader::journal_open)
    }

    /// Visits every request of the journal, newest first, until the visitor stops. Memory does not
    /// grow with their number.
    pub fn journal(
        &self,
        visit: &mut dyn FnMut(JournalEntry) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|reader| reader.journal(visit))
    }

    /// Reads the newest requests of the journal, as [`Engine::queue`](super::Engine::queue) does.
    pub fn newest_requests(&self) -> Result<Vec<JournalEntry>, StoreError> {
        self.read(journal_commands::newest)
    }

    /// Reads those of the requests that are in the journal.
    pub fn requests(&self, ids: &[JournalId]) -> Result<Vec<JournalEntry>, StoreError> {
        self.read(|reader| {
            ids.iter().filter_map(|id| reader.journal_entry(id).transpose()).collect()
        })
    }

    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreError> {
        let answer = self.0.reader().and_then(|reader| read(&reader));
        answer.map_err(|failure| error(self.0.path(), &failure))
    }
}

/// Words a failure of copying a store, with the file that it is about.
fn of_copy(from: &Path, to: &Path, failure: &StoreFailure) -> StoreError {
    let of_source = matches!(
        failure,
        StoreFailure::Corrupt
            | StoreFailure::Damaged { .. }
            | StoreFailure::Missing
            | StoreFailure::NotAStore
            | StoreFailure::Newer { .. }
            | StoreFailure::Older { .. }
    );
    error(if of_source { from } else { to }, failure)
}

/// Words a failure of the store, with its file.
pub(super) fn error(path: &Path, failure: &StoreFailure) -> StoreError {
    StoreError {
        words: format!("{}: {failure}", path.display()),
        advice: failure.advice().to_owned(),
    }
}
