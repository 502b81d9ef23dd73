//! Recent purges by anybody, which is what uses a vendor's windows up.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::rows::View;
use super::sieve::Sieve;
use super::strips::Direction;
use super::{StoreFailure, journal, times};
use crate::domain::budget::{Consumption, RecentPurge};
use crate::domain::ids::{AccountName, ResourceId};

impl View<'_> {
    /// Purges of these resources since an instant, newest first: out of the history, and those entries of the journal
    /// that went out and whose purge the history does not have.
    pub(super) fn recent(
        self,
        resources: &[(AccountName, ResourceId)],
        since: DateTime<Utc>,
    ) -> Result<Vec<RecentPurge>, StoreFailure> {
        let mut recent = history(self, resources, since)?;
        recent.extend(journal_entries(self, resources, since)?);
        recent.sort_by_key(|purge| Reverse(purge.spent.at));
        Ok(recent)
    }
}

fn history(
    view: View<'_>,
    resources: &[(AccountName, ResourceId)],
    since: DateTime<Utc>,
) -> Result<Vec<RecentPurge>, StoreFailure> {
    let mut asked: HashMap<&str, Vec<&AccountName>> = HashMap::new();
    for (account, resource) in resources {
        asked.entry(resource.as_str()).or_default().push(account);
    }
    let mut places = HashSet::new();
    for (word, text) in view.names.words() {
        let Some(owners) = asked.get(text) else {
            continue;
        };
        for (account, known) in view.names.accounts() {
            if owners.contains(&&known.0) {
                places.insert((account, word));
            }
        }
    }
    let sieve = Sieve::all().of_places(places).since(times::micros(since));
    let mut recent = Vec::new();
    view.scan(&sieve, times::EVER, Direction::Falling, &mut |stroke| {
        let detail = view.detail(stroke.key)?.ok_or(StoreFailure::Corrupt)?;
        let purge = detail.purge;
        // A kind that we do not know uses up a window that we do not know.
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
                unfinished: purge.status.is_unfinished(),
                by: purge.by,
            });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(recent)
}

fn journal_entries(
    view: View<'_>,
    resources: &[(AccountName, ResourceId)],
    since: DateTime<Utc>,
) -> Result<Vec<RecentPurge>, StoreFailure> {
    let entries = journal::select(
        view.connection,
        "WHERE sent_at >= ?1 AND state NOT IN ('queued', 'rejected', 'cancelled')
           AND (purge IS NULL OR NOT EXISTS (
               SELECT 1 FROM purge p JOIN account a ON a.id = p.account
               WHERE p.id = journal.purge AND a.name = journal.account))",
        [times::micros(since)],
    )?;
    let asked = entries.into_iter().filter(|entry| {
        resources.iter().any(|(account, resource)| {
            entry.request.account == *account && entry.request.resource == *resource
        })
    });
    Ok(asked
        .map(|entry| {
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
                unfinished: entry.state.is_open(),
                by: None,
            }
        })
        .collect())
}
