//! Writing the state of an account: coverage, resources, time of the last sync.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::writer::{Durability, SqliteWriter};
use super::{coverage, json, kept, times};
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::resource::Resource;
use crate::store::failure::StoreFailure;

impl SqliteWriter {
    /// Adds a half-open range of time for which an account's history is complete.
    pub(in crate::store) fn add_coverage(
        &mut self,
        account: &AccountName,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        self.write(Durability::ProgramCrash, |transaction| {
            let old = coverage::read(transaction.connection, coverage::HISTORY, account)?;
            let mut coverage = old.clone();
            coverage.add(from, until);
            if coverage == old {
                return Ok(());
            }
            // That the newest history is known up to now is no news to anybody.
            transaction.is_counted = !coverage.is_newer(&old);
            coverage::replace(transaction.connection, coverage::HISTORY, account, &coverage)
        })
    }

    /// Replaces the resources of an account whose lists were read to their end.
    pub(in crate::store) fn save_whole_lists(
        &mut self,
        account: &AccountName,
        whole: &BTreeSet<ResourceId>,
    ) -> Result<(), StoreFailure> {
        let whole = json::to_text(whole)?;
        self.write(Durability::ProgramCrash, |transaction| {
            transaction.is_counted = false;
            kept::set(transaction.connection, &kept::whole_lists(account), &whole)
        })
    }

    /// Replaces an account's resources, in this order.
    pub(in crate::store) fn save_resources(
        &mut self,
        account: &AccountName,
        resources: &[Resource],
        at: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        self.write(Durability::ProgramCrash, |transaction| {
            let connection = transaction.connection;
            for resource in resources {
                transaction.dictionary.account_id(connection, account, &resource.provider)?;
            }
            connection.execute("DELETE FROM resource WHERE account = ?1", [account.as_str()])?;
            let mut insert = connection.prepare_cached(
                "REPLACE INTO resource (account, id, place, value) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (place, resource) in (0_i64..).zip(resources) {
                let value = json::to_text(resource)?;
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

    /// Stores when an account's newest history was last read without an error.
    pub(in crate::store) fn mark_synced(
        &mut self,
        account: &AccountName,
        at: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        self.write(Durability::ProgramCrash, |transaction| {
            transaction.is_counted = false;
            transaction.connection.execute(
                "INSERT INTO sync (account, synced_at) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET
                 synced_at = max(ifnull(synced_at, excluded.synced_at), excluded.synced_at)",
                (account.as_str(), times::micros(at)),
            )?;
            Ok(())
        })
    }
}
