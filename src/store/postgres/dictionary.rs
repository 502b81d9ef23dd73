//! The tables `account` and `word` in memory. Their rows are only ever added, so what was read once
//! stays true as long as the connection does.

use std::collections::HashMap;
use std::sync::Arc;

use tokio_postgres::Row;

use super::live::Live;
use super::text;
use crate::domain::ids::{AccountName, ProviderName};
use crate::store::failure::StoreFailure;

/// Asks how many rows there are.
pub(super) const SIZES: &str = "SELECT (SELECT coalesce(max(id), 0) FROM word),
                                       (SELECT coalesce(max(id), 0) FROM account)";

/// Accounts and words by their ids, and their ids. Ids start at 1; id 0 means none.
#[derive(Debug, Default)]
pub(super) struct ServerDictionary {
    words: Vec<Arc<str>>,
    accounts: Vec<(AccountName, ProviderName)>,
    word_ids: HashMap<Arc<str>, i32>,
}

impl ServerDictionary {
    /// Reads the rows that were added since the last call, where an answer to [`SIZES`] says that
    /// there are any.
    pub(super) fn refresh(&mut self, live: &mut Live, sizes: &Row) -> Result<(), StoreFailure> {
        let (words, accounts): (i32, i32) = (sizes.try_get(0)?, sizes.try_get(1)?);
        if words as usize > self.words.len() {
            let newer = "SELECT id, text FROM word WHERE id > $1 ORDER BY id";
            for row in live.query(newer, &[&(self.words.len() as i32)])? {
                self.add_word(row.try_get(0)?, text::restored(row.try_get(1)?))?;
            }
        }
        if accounts as usize > self.accounts.len() {
            let newer = "SELECT id, name, provider FROM account WHERE id > $1 ORDER BY id";
            for row in live.query(newer, &[&(self.accounts.len() as i32)])? {
                let restored = |column| row.try_get(column).map(text::restored);
                let account = (restored(1)?.into(), restored(2)?.into());
                self.add_account(row.try_get(0)?, account)?;
            }
        }
        Ok(())
    }

    /// Takes a word that has the next id.
    pub(super) fn add_word(&mut self, id: i32, word: String) -> Result<(), StoreFailure> {
        if id as usize != self.words.len() + 1 {
            return Err(StoreFailure::Corrupt);
        }
        let word: Arc<str> = word.into();
        self.word_ids.insert(Arc::clone(&word), id);
        self.words.push(word);
        Ok(())
    }

    /// Takes an account that has the next id.
    pub(super) fn add_account(
        &mut self,
        id: i32,
        account: (AccountName, ProviderName),
    ) -> Result<(), StoreFailure> {
        if id as usize != self.accounts.len() + 1 {
            return Err(StoreFailure::Corrupt);
        }
        self.accounts.push(account);
        Ok(())
    }

    /// Returns a word; empty for id 0.
    pub(super) fn word(&self, id: i32) -> Result<&str, StoreFailure> {
        Ok(self.optional_word(id)?.unwrap_or_default())
    }

    /// Returns a word; `None` for id 0.
    pub(super) fn optional_word(&self, id: i32) -> Result<Option<&str>, StoreFailure> {
        (id as usize)
            .checked_sub(1)
            .map(|index| self.words.get(index).map(|word| &**word).ok_or(StoreFailure::Corrupt))
            .transpose()
    }

    /// Returns the id of a word, if it has one.
    pub(super) fn word_id(&self, word: &str) -> Option<i32> {
        self.word_ids.get(word).copied()
    }

    /// Returns an account's name and provider.
    pub(super) fn account(&self, id: i32) -> Result<&(AccountName, ProviderName), StoreFailure> {
        let index = (id as usize).checked_sub(1);
        index.and_then(|index| self.accounts.get(index)).ok_or(StoreFailure::Corrupt)
    }

    /// Returns all words with their ids.
    pub(super) fn words(&self) -> impl Iterator<Item = (i32, &str)> {
        (1..).zip(self.words.iter().map(|word| &**word))
    }

    /// Returns all accounts with their ids.
    pub(super) fn accounts(&self) -> impl Iterator<Item = (i32, &(AccountName, ProviderName))> {
        (1..).zip(&self.accounts)
    }
}
