//! The state of accounts: coverage, resources, times of syncs; and what this machine keeps itself,
//! drafts and the board.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::reader::PostgresReader;
use super::{coverage, kept, text};
use crate::domain::coverage::Coverage;
use crate::domain::draft::KeptDraft;
use crate::domain::ids::{AccountName, ResourceId};
use crate::store::failure::StoreFailure;
use crate::store::outcome::{StoredAccount, StoredResources};
use crate::store::{json, times};

impl PostgresReader {
    /// Returns the time ranges for which an account's local history is complete.
    pub(in crate::store) fn coverage(
        &self,
        account: &AccountName,
    ) -> Result<Coverage, StoreFailure> {
        self.answer(|snapshot| coverage::read(snapshot.live, coverage::HISTORY, account))
    }

    /// Returns the time ranges for which an account's activity log was read.
    pub(in crate::store) fn attempt_coverage(
        &self,
        account: &AccountName,
    ) -> Result<Coverage, StoreFailure> {
        self.answer(|snapshot| coverage::read(snapshot.live, coverage::ACTIVITY_LOG, account))
    }

    /// Returns the instant before which no history is kept; `None` if all is.
    pub(in crate::store) fn kept_from(&self) -> Result<Option<DateTime<Utc>>, StoreFailure> {
        self.answer(|snapshot| coverage::kept_from(snapshot.live))
    }

    /// Returns the resources of an account whose lists had been read to their end when its coverage
    /// was stored.
    pub(in crate::store) fn whole_lists(
        &self,
        account: &AccountName,
    ) -> Result<BTreeSet<ResourceId>, StoreFailure> {
        let whole =
            self.answer(|snapshot| kept::get(snapshot.live, &kept::whole_lists(account)))?;
        whole.map_or_else(|| Ok(BTreeSet::new()), |text| json::from_text(&text))
    }

    /// Returns an account's resources as they were last read.
    pub(in crate::store) fn resources(
        &self,
        account: &AccountName,
    ) -> Result<StoredResources, StoreFailure> {
        let account = text::stored(account.as_str());
        self.answer(|snapshot| {
            let find = "SELECT value FROM resource WHERE account = $1 ORDER BY place";
            let found = snapshot.query(find, &[&&*account])?;
            let resources = found.iter().map(|row| json::from_text(row.try_get(0)?));
            let resources = resources.collect::<Result<_, _>>()?;
            let find = "SELECT resources_at FROM sync WHERE account = $1";
            let at = snapshot.optional_row(find, &[&&*account])?;
            let at: Option<i64> = at.map_or(Ok(None), |row| row.try_get(0))?;
            Ok(StoredResources { resources, at: at.map(times::instant) })
        })
    }

    /// Returns every account with data in the store, by name.
    pub(in crate::store) fn accounts(&self) -> Result<Vec<StoredAccount>, StoreFailure> {
        self.answer(|snapshot| {
            let mut accounts = BTreeMap::new();
            let unknown = |account: &AccountName| StoredAccount {
                account: account.clone(),
                provider: None,
                synced_at: None,
                resources_at: None,
            };
            for (_, (name, provider)) in snapshot.dictionary.accounts() {
                let account = accounts.entry(name.clone()).or_insert_with_key(unknown);
                account.provider = Some(provider.clone());
            }
            let find = "SELECT account, synced_at, resources_at FROM sync";
            for row in snapshot.query(find, &[])? {
                let name = AccountName::from(text::restored(row.try_get(0)?));
                let account = accounts.entry(name).or_insert_with_key(unknown);
                account.synced_at = row.try_get::<_, Option<i64>>(1)?.map(times::instant);
                account.resources_at = row.try_get::<_, Option<i64>>(2)?.map(times::instant);
            }
            Ok(accounts.into_values().collect())
        })
    }

    /// Returns the saved drafts, the one that was changed last first.
    pub(in crate::store) fn drafts(&self) -> Result<Vec<KeptDraft>, StoreFailure> {
        self.own.as_ref().map_or_else(|| Ok(Vec::new()), |own| own.reader()?.drafts())
    }

    /// Returns the board as it was left, as text.
    pub(in crate::store) fn board(&self) -> Result<Option<String>, StoreFailure> {
        self.own.as_ref().map_or_else(|| Ok(None), |own| own.reader()?.board())
    }
}
