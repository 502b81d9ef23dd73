//! The store without work under way: what commands read from it.

mod place;

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
use crate::domain::store_address::StoreAddress;
use crate::store::{Access, Reader, Store, StoreFailure, salvage};

pub(super) use self::place::error;

pub use self::place::StorePlace;
pub use crate::store::{Lost, Salvaged, SalvagedPart};

/// The store. Every call blocks and has a connection of its own; errors name its place.
#[derive(Clone, Debug)]
pub struct LocalStore(pub(super) Store);

impl LocalStore {
    /// Opens the store for reading and writing; creates it where there is none.
    pub fn open(place: &StorePlace) -> Result<Self, StoreError> {
        Ok(Self(place.open(Access::ReadWrite)?))
    }

    /// Returns the number of purges in the store of an earlier purgedeck, which are written anew
    /// when it is opened: some ten seconds for a million. `None` for any other file.
    pub fn purges_to_convert(path: &Path) -> Option<u64> {
        Store::purges_to_convert(path)
    }

    /// Opens the store for reading; `None` where there is no file yet. One of an older purgedeck is
    /// brought up first, where it can be written.
    pub fn open_existing(place: &StorePlace) -> Result<Option<Self>, StoreError> {
        let older = match place.open(Access::ReadOnly) {
            Ok(store) => return Ok(Some(Self(store))),
            Err(failed) => failed,
        };
        if older.failure == StoreFailure::Missing {
            return Ok(None);
        }
        if !matches!(older.failure, StoreFailure::Older { .. }) {
            return Err(older.into());
        }
        match place.open(Access::ReadWrite) {
            Ok(store) => Ok(Some(Self(store))),
            Err(failed) if may_be_readable(&failed.failure) => Err(older.into()),
            Err(failed) => Err(failed.into()),
        }
    }

    /// Opens the store for reading and writing, or only for reading where it cannot be written:
    /// then the error says why.
    pub fn open_as_permitted(place: &StorePlace) -> Result<(Self, Option<StoreError>), StoreError> {
        let failed = match place.open(Access::ReadWrite) {
            Ok(store) => return Ok((Self(store), None)),
            Err(failed) => failed,
        };
        if may_be_readable(&failed.failure)
            && let Ok(store) = place.open(Access::ReadOnly)
        {
            return Ok((Self(store), Some(failed.into())));
        }
        Err(failed.into())
    }

    /// Returns its place.
    pub fn address(&self) -> &StoreAddress {
        self.0.address()
    }

    /// Words a failure, with its place.
    pub(super) fn failed(&self, failure: &StoreFailure) -> StoreError {
        error(self.address(), failure)
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
        self.0.back_up(to).map_err(|failure| match self.address() {
            StoreAddress::File(from) => of_copy(from, to, &failure),
            StoreAddress::Server(_) => self.failed(&failure),
        })
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
        self.0.found_damaged().map(|failure| self.failed(&failure))
    }

    /// Lets the store be written again, after [`Self::check`] has found nothing.
    pub fn forget_damage(&self) -> Result<(), StoreError> {
        self.0.forget_damage().map_err(|failure| self.failed(&failure))
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
        answer.map_err(|failure| self.failed(&failure))
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
    error(&if of_source { from } else { to }.to_owned().into(), failure)
}

/// True for a failure of opening a store for writing after which it may still be read.
fn may_be_readable(failure: &StoreFailure) -> bool {
    matches!(
        failure,
        StoreFailure::ReadOnly
            | StoreFailure::Denied
            | StoreFailure::Full
            | StoreFailure::Damaged { .. }
            | StoreFailure::Refused(_)
    )
}
