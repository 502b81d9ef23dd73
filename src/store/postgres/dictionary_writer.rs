//! Adding accounts and words. Nobody else adds any while the history is written.

use std::collections::{HashMap, HashSet};

use super::text;
use super::writer::ServerTransaction;
use crate::domain::ids::{AccountName, ProviderName};
use crate::store::failure::StoreFailure;

impl ServerTransaction<'_> {
    /// Returns the ids of accounts, after adding those that are new. If another provider's account
    /// had a name before, all that is known of that name is forgotten, except its purges.
    pub(super) fn account_ids<'a>(
        &mut self,
        accounts: impl IntoIterator<Item = (&'a AccountName, &'a ProviderName)>,
    ) -> Result<Vec<i32>, StoreFailure> {
        let known = self.dictionary.accounts();
        let mut known: HashMap<(AccountName, ProviderName), i32> =
            known.map(|(id, account)| (account.clone(), id)).collect();
        let mut ids = Vec::new();
        // Neighbors are most often of one account.
        let mut last: Option<((&AccountName, &ProviderName), i32)> = None;
        for account in accounts {
            let id = match last {
                Some((same, id)) if same == account => id,
                Some(_) | None => {
                    let owned = (account.0.clone(), account.1.clone());
                    if let Some(id) = known.get(&owned) {
                        *id
                    } else {
                        let id = self.add_account(&owned)?;
                        known.insert(owned, id);
                        id
                    }
                }
            };
            last = Some((account, id));
            ids.push(id);
        }
        Ok(ids)
    }

    fn add_account(&mut self, account: &(AccountName, ProviderName)) -> Result<i32, StoreFailure> {
        let name = text::stored(account.0.as_str());
        if self.dictionary.accounts().any(|(_, known)| known.0 == account.0) {
            for table in ["coverage", "sync", "attempt", "attempt_coverage"] {
                self.execute(&format!("DELETE FROM {table} WHERE account = $1"), &[&name])?;
            }
        }
        self.keep_names()?;
        let id = self.dictionary.accounts().count() as i32 + 1;
        let add = "INSERT INTO account (id, name, provider) VALUES ($1, $2, $3)";
        self.execute(add, &[&id, &name, &text::stored(account.1.as_str())])?;
        self.dictionary.add_account(id, account.clone())?;
        Ok(id)
    }

    /// Has this transaction on the disk when it ends: others remember the ids of names, so none may
    /// be given again after a crash of the server.
    fn keep_names(&mut self) -> Result<(), StoreFailure> {
        self.live.batch("SET LOCAL synchronous_commit = on")
    }

    /// Returns the id of a word, after adding it if it is new.
    pub(super) fn word_id(&mut self, word: &str) -> Result<i32, StoreFailure> {
        let word = text::kept(word);
        self.add_words([&*word])?;
        self.dictionary.word_id(&word).ok_or(StoreFailure::Corrupt)
    }

    /// Adds the words that are new, as they come back.
    pub(super) fn add_words<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w str>,
    ) -> Result<(), StoreFailure> {
        let mut new = Vec::new();
        let mut seen = HashSet::new();
        for word in words {
            if self.dictionary.word_id(word).is_none() && seen.insert(word) {
                new.push(word);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        self.keep_names()?;
        let first = self.dictionary.words().count() as i32 + 1;
        let ids: Vec<i32> = (first..).take(new.len()).collect();
        let texts: Vec<_> = new.iter().map(|word| text::stored(word)).collect();
        let add = "INSERT INTO word (id, text) SELECT * FROM unnest($1::int[], $2::text[])";
        self.execute(add, &[&ids, &texts])?;
        for (id, word) in ids.into_iter().zip(new) {
            self.dictionary.add_word(id, word.to_owned())?;
        }
        Ok(())
    }
}
