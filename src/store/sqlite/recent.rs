//! Recent purges by anybody: they consume the vendors' rate limits.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::compiled_filter::CompiledFilter;
use super::journal_rows;
use super::snapshot::Snapshot;
use super::times::{self, ALL_TIME, Direction};
use crate::domain::budget::{Consumption, RecentPurge, RecentState};
use crate::domain::ids::{AccountName, ResourceId};
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
            let purge = detail.purge;
            // An unknown kind consumes an unknown limit.
            if let Some(kind) = purge.kind {
                recent.push(RecentPurge {
                    spent: Consumption {
                        account: purge.account,
                        resource: purge.resource,
                        kind,
                        at: purge.created,
                        targets: purge.targets.len() as u32,
                        sent_here: detail.sent.is_some(),
                    },
                    targets: purge.targets.into_iter().map(|target| target.text).collect(),
                    state: RecentState::of_purge(purge.status),
                    by: purge.by,
                });
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(recent)
    }

    fn recent_entries(
        &self,
        resources: &[(AccountName, ResourceId)],
        since: DateTime<Utc>,
    ) -> Result<Vec<RecentPurge>, StoreFailure> {
        let mut entries = journal_rows::select(
            self.connection,
            "WHERE sent_at >= ?1 AND state NOT IN ('queued', 'rejected', 'cancelled')
               AND (purge IS NULL OR NOT EXISTS (
                   SELECT 1 FROM purge p JOIN account a ON a.id = p.account
                   WHERE p.id = journal.purge AND a.name = journal.account))",
            [times::micros(since)],
        )?;
        entries.retain(|entry| {
            let request = &entry.request;
            resources.iter().any(|(account, resource)| {
                request.account == *account && request.resource == *resource
            })
        });
        let recent = entries.into_iter().map(|entry| {
            let request = entry.request;
            let targets = request.payload.targets().to_vec();
            RecentPurge {
                spent: Consumption {
                    kind: request.kind(),
                    account: request.account,
                    resource: request.resource,
                    at: entry.sent_at.unwrap_or(entry.queued_at),
                    targets: targets.len() as u32,
                    sent_here: true,
                },
                targets,
                state: RecentState::of_entry(entry.state),
                by: None,
            }
        });
        Ok(recent.collect())
    }
}
