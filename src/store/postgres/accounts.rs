//! Writing the state of an account: coverage, resources, time of the last sync.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};

use super::news::Message;
use super::writer::{PostgresWriter, StorePart};
use super::{coverage, kept, text};
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::resource::Resource;
use crate::store::failure::StoreFailure;
use crate::store::{json, times};

impl PostgresWriter {
    /// Adds a half-open range of time for which an account's history is complete.
    pub(in crate::store) fn add_coverage(
        &mut self,
        account: &AccountName,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        self.write(StorePart::History, |transaction| {
            let old = coverage::read(transaction.live, coverage::HISTORY, account)?;
            let mut coverage = old.clone();
            // A colleague may keep less: what was removed is not complete.
            let from = coverage::kept_from(transaction.live)?.map_or(from, |kept| kept.max(from));
            if from < until {
                coverage.add(from, until);
            }
            if coverage == old {
                return Ok(());
            }
            // That the newest history is known up to now is no news to anybody.
            transaction.is_counted = !coverage.is_newer(&old);
            coverage::replace(transaction.live, coverage::HISTORY, account, &coverage)
        })
    }

    /// Replaces the resources of an account whose lists were read to their end.
    pub(in crate::store) fn save_whole_lists(
        &mut self,
        account: &AccountName,
        whole: &BTreeSet<ResourceId>,
    ) -> Result<(), StoreFailure> {
        let whole = json::to_text(whole)?;
        self.write(StorePart::History, |transaction| {
            transaction.is_counted = false;
            kept::set(transaction.live, &kept::whole_lists(account), &whole)
        })
    }

    /// Replaces an account's resources, in this order.
    pub(in crate::store) fn save_resources(
        &mut self,
        account: &AccountName,
        resources: &[Resource],
        at: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        // Of two with one id, the later one stands.
        let mut seen = HashSet::new();
        let mut rows: Vec<(i64, &Resource)> = (0..).zip(resources).collect();
        rows.reverse();
        rows.retain(|(_, resource)| seen.insert(text::stored(resource.id.as_str())));
        let places: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let ids: Vec<_> = rows.iter().map(|row| text::stored(row.1.id.as_str())).collect();
        let values = rows.iter().map(|row| json::to_text(row.1));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let name = text::stored(account.as_str());
        self.write(StorePart::History, |transaction| {
            transaction.refresh_dictionary()?;
            transaction.account_ids(resources.iter().map(|it| (account, &it.provider)))?;
            transaction.execute("DELETE FROM resource WHERE account = $1", &[&name])?;
            let add = "INSERT INTO resource (account, id, place, value)
                       SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[])";
            transaction.execute(add, &[&name, &ids, &places, &values])?;
            let note = "INSERT INTO sync (account, resources_at) VALUES ($1, $2)
                        ON CONFLICT (account) DO UPDATE SET resources_at = excluded.resources_at";
            transaction.execute(note, &[&name, &times::micros(at)]).map(drop)
        })
    }

    /// Stores when an account's newest history was last read without an error, and tells the
    /// others.
    pub(in crate::store) fn mark_synced(
        &mut self,
        account: &AccountName,
        at: DateTime<Utc>,
    ) -> Result<(), StoreFailure> {
        self.write(StorePart::History, |transaction| {
            transaction.is_counted = false;
            let note = "INSERT INTO sync (account, synced_at) VALUES ($1, $2)
                        ON CONFLICT (account) DO UPDATE
                        SET synced_at = greatest(sync.synced_at, excluded.synced_at)";
            let name = text::stored(account.as_str());
            transaction.execute(note, &[&name, &times::micros(at)])?;
            transaction.news.send(transaction.live, &Message::Synced(account, at))
        })
    }
}
