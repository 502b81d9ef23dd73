//! Recent purges by anybody: they consume the vendors' rate limits.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::compiled_filter::CompiledFilter;
use super::journal_rows;
use super::snapshot::Snapshot;
use super::times::{self, ALL_TIME, Direction};
use crate::domain::budget::RecentPurge;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::money::MonthUse;
use crate::store::failure::StoreFailure;

impl Snapshot<'_> {
    /// Returns purges of these resources since an instant, newest first: those of the history, and
    /// the journal's sent entries that the history does not have yet.
    pub(super) fn recent(
        &self,
        resources: &[(AccountName, ResourceId)],
        since: DateTime<Utc>,
    ) -> Result<Vec<RecentPurge>, StoreFailure> {
        let mut recent = self.recent_history(resources, since)?;
        recent.extend(self.recent_entries(resources, since)?);
        recent.sort_by_key(|purge| Reverse(purge.spent.at));
        Ok(recent)
    }

    fn recent_history(
        &self,
        resources: &[(AccountName, ResourceId)],
        since: DateTime<Utc>,
    ) -> Result<Vec<RecentPurge>, StoreFailure> {
        let mut owners: HashMap<&str, Vec<&AccountName>> = HashMap::new();
        for (account, resource) in resources {
            owners.entry(resource.as_str()).or_default().push(account);
        }
        let mut ids = HashSet::new();
        for (resource_id, text) in self.dictionary.words() {
            let Some(owners) = owners.get(text) else {
                continue;
            };
            for (account_id, account) in self.dictionary.accounts() {
                if owners.contains(&&account.0) {
                    ids.insert((account_id, resource_id));
                }
            }
        }
        let filter = CompiledFilter::all().for_resources(ids).since(times::micros(since));
        let mut recent = Vec::new();
        self.scan(&filter, ALL_TIME, Direction::Descending, &mut |entry| {
            let detail = self.detail(entry.key)?.ok_or(StoreFailure::Corrupt)?;
            recent.push(RecentPurge::of_purge(detail.purge, detail.sent.is_some()));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(recent)
    }

    fn recent_entries(
        &self,
        resources: &[(AccountName, ResourceId)],
        since: DateTime<Utc>,
    ) -> Result<Vec<RecentPurge>, StoreFailure> {
        let mut entries = journal_rows::select(self.connection, SENT, [times::micros(since)])?;
        entries.retain(|entry| {
            let request = &entry.request;
            resources.iter().any(|(account, resource)| {
                request.account == *account && request.resource == *resource
            })
        });
        Ok(entries.iter().map(RecentPurge::of_entry).collect())
    }

    /// Returns the targets of an account's purges since a month began: those of the history, and
    /// the journal's sent entries that the history does not have yet.
    pub(super) fn month_use(
        &self,
        account: &AccountName,
        month: DateTime<Utc>,
    ) -> Result<MonthUse, StoreFailure> {
        let since = times::micros(month);
        // A key is never earlier than its purge's time.
        let mut count = self.connection.prepare_cached(
            "SELECT coalesce(sum(max(targets, 1)), 0), coalesce(max(kind = 0 AND targets = 0), 0)
             FROM purge
             WHERE key >= ?1 AND key - nudge >= ?1
               AND account IN (SELECT id FROM account WHERE name = ?2)",
        )?;
        let (targets, is_least): (i64, bool) = count
            .query_row(params![since, account.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let sent = journal_rows::select(self.connection, SENT, [since])?;
        let sent = sent.iter().filter(|entry| entry.request.account == *account);
        let sent = sent.map(|entry| entry.request.payload.targets().len().max(1) as u64);
        let targets = targets.unsigned_abs() + sent.sum::<u64>();
        Ok(MonthUse { month, targets, is_least })
    }
}

/// The journal's sent entries since an instant that the history does not have yet.
const SENT: &str = "WHERE sent_at >= ?1 AND state NOT IN ('queued', 'rejected', 'cancelled')
       AND (purge IS NULL OR NOT EXISTS (
           SELECT 1 FROM purge p JOIN account a ON a.id = p.account
           WHERE p.id = journal.purge AND a.name = journal.account))
       AND (purge IS NULL OR instr(purge, ',') = 0 OR NOT EXISTS (
           SELECT 1 FROM json_each(
               '[' || replace(json_quote(journal.purge), ',', '\",\"') || ']') one
           CROSS JOIN purge p ON p.id = one.value JOIN account a ON a.id = p.account
           WHERE a.name = journal.account))";
