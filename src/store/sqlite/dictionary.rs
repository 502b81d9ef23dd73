//! The tables `account` and `word` in memory. Their rows are only ever added, so what was read once
//! stays true.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::Connection;

use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::purge::Purge;
use crate::store::failure::StoreFailure;

/// Accounts and words by their row ids. Ids start at 1; id 0 means none.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    /// `None` for one that was lost in a damaged store.
    words: Vec<Option<Arc<str>>>,
    /// Likewise.
    accounts: Vec<Option<(AccountName, ProviderName)>>,
}

impl Dictionary {
    /// Reads the rows that were added since the last call.
    pub(super) fn refresh(&mut self, connection: &Connection) -> Result<(), StoreFailure> {
        let mut words =
            connection.prepare_cached("SELECT id, text FROM word WHERE id > ?1 ORDER BY id")?;
        let mut rows = words.query([self.words.len() as i64])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? != self.words.len() as i64 + 1 {
                return Err(StoreFailure::Corrupt);
            }
            self.words.push(Some(Arc::from(row.get_ref(1)?.as_str()?)));
        }
        let mut accounts = connection
            .prepare_cached("SELECT id, name, provider FROM account WHERE id > ?1 ORDER BY id")?;
        let mut rows = accounts.query([self.accounts.len() as i64])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? != self.accounts.len() as i64 + 1 {
                return Err(StoreFailure::Corrupt);
            }
            let (name, provider): (String, String) = (row.get(1)?, row.get(2)?);
            self.accounts.push(Some((name.into(), provider.into())));
        }
        Ok(())
    }

    /// Returns a word; empty for id 0.
    pub(super) fn word(&self, id: u32) -> Result<&str, StoreFailure> {
        Ok(self.optional_word(id)?.unwrap_or_default())
    }

    /// Returns a word; `None` for id 0.
    pub(super) fn optional_word(&self, id: u32) -> Result<Option<&str>, StoreFailure> {
        (id as usize)
            .checked_sub(1)
            .map(|index| self.words.get(index)?.as_deref())
            .map(|word| word.ok_or(StoreFailure::Corrupt))
            .transpose()
    }

    pub(super) fn account(&self, id: u32) -> Result<&(AccountName, ProviderName), StoreFailure> {
        let index = (id as usize).checked_sub(1);
        index.and_then(|index| self.accounts.get(index)?.as_ref()).ok_or(StoreFailure::Corrupt)
    }

    pub(super) fn words(&self) -> impl Iterator<Item = (u32, &str)> {
        let words = (1..).zip(&self.words);
        words.filter_map(|(id, word)| Some((id, word.as_deref()?)))
    }

    pub(super) fn accounts(&self) -> impl Iterator<Item = (u32, &(AccountName, ProviderName))> {
        let accounts = (1..).zip(&self.accounts);
        accounts.filter_map(|(id, account)| Some((id, account.as_ref()?)))
    }

    /// Creates a dictionary of those rows that could be read, by their ids.
    pub(super) fn of_rows(
        words: BTreeMap<u32, String>,
        accounts: BTreeMap<u32, (AccountName, ProviderName)>,
    ) -> Self {
        Self {
            words: by_id(words.into_iter().map(|(id, word)| (id, Arc::from(word)))),
            accounts: by_id(accounts.into_iter()),
        }
    }
}

/// Puts each row at the place of its id, in ascending order; ids start at 1.
fn by_id<T>(rows: impl Iterator<Item = (u32, T)>) -> Vec<Option<T>> {
    let mut placed = Vec::new();
    for (id, row) in rows {
        placed.resize_with((id as usize).saturating_sub(1), || None);
        placed.push(Some(row));
    }
    placed
}

/// The ids of a purge's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) resource: u32,
    pub(super) cname: u32,
    /// 0 for an unknown author.
    pub(super) by: u32,
    pub(super) raw_kind: u32,
    pub(super) raw_status: u32,
}

impl Words {
    /// Asks for the id of each word.
    fn of<E>(purge: &Purge, mut id: impl FnMut(&str) -> Result<u32, E>) -> Result<Self, E> {
        Ok(Self {
            resource: id(purge.resource.as_str())?,
            cname: id(&purge.cname)?,
            by: purge.by.as_deref().map_or(Ok(0), &mut id)?,
            raw_kind: id(&purge.raw_kind)?,
            raw_status: id(&purge.raw_status)?,
        })
    }
}

/// The writer's dictionary: it also finds ids by text and adds missing rows.
#[derive(Debug, Default)]
pub(super) struct DictionaryWriter {
    dictionary: Dictionary,
    words: HashMap<Arc<str>, u32, foldhash::fast::RandomState>,
    accounts: HashMap<AccountName, Vec<(ProviderName, u32)>, foldhash::fast::RandomState>,
    /// Number of accounts in it.
    known_accounts: usize,
}

impl DictionaryWriter {
    /// Reads the rows that were added since, by this process or another. Must be called inside the
    /// transaction that goes on to write: then nobody else can add rows.
    pub(super) fn refresh(&mut self, connection: &Connection) -> Result<(), StoreFailure> {
        self.dictionary.refresh(connection)?;
        for (id, word) in (1..).zip(&self.dictionary.words).skip(self.words.len()) {
            self.words.extend(word.clone().map(|word| (word, id)));
        }
        for (id, account) in (1..).zip(&self.dictionary.accounts).skip(self.known_accounts) {
            if let Some((name, provider)) = account.clone() {
                self.accounts.entry(name).or_default().push((provider, id));
            }
        }
        self.known_accounts = self.dictionary.accounts.len();
        Ok(())
    }

    pub(super) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// Returns the ids of a purge's words; `None` if one of them is new.
    pub(super) fn known_words(&self, purge: &Purge) -> Option<Words> {
        Words::of(purge, |text| self.words.get(text).copied().ok_or(())).ok()
    }

    /// Returns the ids of a purge's words, after adding those that are new.
    pub(super) fn words(
        &mut self,
        connection: &Connection,
        purge: &Purge,
    ) -> Result<Words, StoreFailure> {
        Words::of(purge, |text| self.word_id(connection, text))
    }

    /// Returns the id of a word, after adding it if it is new.
    pub(super) fn word_id(
        &mut self,
        connection: &Connection,
        text: &str,
    ) -> Result<u32, StoreFailure> {
        if let Some(id) = self.words.get(text) {
            return Ok(*id);
        }
        let id = self.dictionary.words.len() as u32 + 1;
        connection
            .prepare_cached("INSERT INTO word (id, text) VALUES (?1, ?2)")?
            .execute((id, text))?;
        let text: Arc<str> = Arc::from(text);
        self.dictionary.words.push(Some(Arc::clone(&text)));
        self.words.insert(text, id);
        Ok(id)
    }

    /// Returns the id of an account, after adding it if it is new. If another provider's account
    /// had its name before, all that is known of that name is forgotten, except its purges.
    pub(super) fn account_id(
        &mut self,
        connection: &Connection,
        name: &AccountName,
        provider: &ProviderName,
    ) -> Result<u32, StoreFailure> {
        let mut known = self.accounts.get(name).into_iter().flatten();
        if let Some((_, id)) = known.find(|known| known.0 == *provider) {
            return Ok(*id);
        }
        if self.dictionary.accounts().any(|(_, known)| known.0 == *name) {
            for table in ["coverage", "sync", "attempt", "attempt_coverage"] {
                let delete = format!("DELETE FROM {table} WHERE account = ?1");
                connection.execute(&delete, [name.as_str()])?;
            }
        }
        let id = self.dictionary.accounts.len() as u32 + 1;
        connection.execute(
            "INSERT INTO account (id, name, provider) VALUES (?1, ?2, ?3)",
            (id, name.as_str(), provider.as_str()),
        )?;
        self.dictionary.accounts.push(Some((name.clone(), provider.clone())));
        self.accounts.entry(name.clone()).or_default().push((provider.clone(), id));
        self.known_accounts += 1;
        Ok(id)
    }
}
