//! The dictionaries in memory: accounts and words by their row numbers. Their rows are only ever added, so what was read
//! once stays true.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;

use super::StoreFailure;
use crate::domain::ids::{AccountName, ProviderName};

/// What the rows of `account` and `word` say. Number 0 is no row: it stands for nothing.
#[derive(Debug, Default)]
pub(super) struct Names {
    words: Vec<Arc<str>>,
    accounts: Vec<(AccountName, ProviderName)>,
}

impl Names {
    /// Reads what has been added since.
    pub(super) fn refresh(&mut self, connection: &Connection) -> Result<(), StoreFailure> {
        let mut words =
            connection.prepare_cached("SELECT id, text FROM word WHERE id > ?1 ORDER BY id")?;
        let mut rows = words.query([self.words.len() as i64])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? != self.words.len() as i64 + 1 {
                return Err(StoreFailure::Corrupt);
            }
            self.words.push(Arc::from(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?));
        }
        let mut accounts = connection
            .prepare_cached("SELECT id, name, provider FROM account WHERE id > ?1 ORDER BY id")?;
        let mut rows = accounts.query([self.accounts.len() as i64])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? != self.accounts.len() as i64 + 1 {
                return Err(StoreFailure::Corrupt);
            }
            let (name, provider): (String, String) = (row.get(1)?, row.get(2)?);
            self.accounts.push((name.into(), provider.into()));
        }
        Ok(())
    }

    /// A word; empty for nothing.
    pub(super) fn word(&self, id: u32) -> Result<&str, StoreFailure> {
        match (id as usize).checked_sub(1) {
            None => Ok(""),
            Some(place) => self.words.get(place).map(|word| &**word).ok_or(StoreFailure::Corrupt),
        }
    }

    /// A word; `None` for nothing.
    pub(super) fn optional_word(&self, id: u32) -> Result<Option<&str>, StoreFailure> {
        (id > 0).then(|| self.word(id)).transpose()
    }

    /// An account and its provider.
    pub(super) fn account(&self, id: u32) -> Result<&(AccountName, ProviderName), StoreFailure> {
        (id as usize)
            .checked_sub(1)
            .and_then(|place| self.accounts.get(place))
            .ok_or(StoreFailure::Corrupt)
    }

    /// All words with their numbers.
    pub(super) fn words(&self) -> impl Iterator<Item = (u32, &str)> {
        (1..).zip(self.words.iter().map(|word| &**word))
    }

    /// All accounts with their numbers.
    pub(super) fn accounts(&self) -> impl Iterator<Item = (u32, &(AccountName, ProviderName))> {
        (1..).zip(&self.accounts)
    }
}

/// The dictionaries of the writer, who also looks up the other way and adds what is missing.
#[derive(Debug, Default)]
pub(super) struct Naming {
    names: Names,
    words: HashMap<Arc<str>, u32>,
    accounts: HashMap<(AccountName, ProviderName), u32>,
}

impl Naming {
    /// Reads what has been added since, here or by another process. Only ever inside the transaction that goes on to write:
    /// then nobody else can add.
    pub(super) fn refresh(&mut self, connection: &Connection) -> Result<(), StoreFailure> {
        self.names.refresh(connection)?;
        for (id, word) in (1..).zip(&self.names.words).skip(self.words.len()) {
            self.words.insert(Arc::clone(word), id);
        }
        for (id, account) in (1..).zip(&self.names.accounts).skip(self.accounts.len()) {
            self.accounts.insert(account.clone(), id);
        }
        Ok(())
    }

    /// The dictionaries the one way.
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// The number of a word, which is added where it is new.
    pub(super) fn word(
        &mut self,
        connection: &Connection,
        text: &str,
    ) -> Result<u32, StoreFailure> {
        if let Some(id) = self.words.get(text) {
            return Ok(*id);
        }
        let id = self.names.words.len() as u32 + 1;
        connection
            .prepare_cached("INSERT INTO word (id, text) VALUES (?1, ?2)")?
            .execute((id, text))?;
        let text: Arc<str> = Arc::from(text);
        self.names.words.push(Arc::clone(&text));
        self.words.insert(text, id);
        Ok(id)
    }

    /// The number of an account, which is added where it is new. A name that another provider's account had before starts
    /// again: nothing is known to be complete for it.
    pub(super) fn account(
        &mut self,
        connection: &Connection,
        name: &AccountName,
        provider: &ProviderName,
    ) -> Result<u32, StoreFailure> {
        let account = (name.clone(), provider.clone());
        if let Some(id) = self.accounts.get(&account) {
            return Ok(*id);
        }
        if self.names.accounts.iter().any(|known| known.0 == *name) {
            for forget in [
                "DELETE FROM coverage WHERE account = ?1",
                "DELETE FROM sync WHERE account = ?1",
                "DELETE FROM attempt WHERE account = ?1",
                "DELETE FROM attempt_coverage WHERE account = ?1",
            ] {
                connection.execute(forget, [name.as_str()])?;
            }
        }
        let id = self.names.accounts.len() as u32 + 1;
        connection.execute(
            "INSERT INTO account (id, name, provider) VALUES (?1, ?2, ?3)",
            (id, name.as_str(), provider.as_str()),
        )?;
        self.names.accounts.push(account.clone());
        self.accounts.insert(account, id);
        Ok(id)
    }
}
