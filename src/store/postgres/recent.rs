//! Recent purges by anybody: they consume the vendors' rate limits.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::compiled_filter::SqlFilter;
use super::reader::{PostgresReader, ServerSnapshot};
use super::{journal_rows, purges};
use crate::domain::budget::{Consumption, RecentPurge, RecentState};
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::journal::JournalEntry;
use crate::domain::purge::PurgeDetail;
use crate::domain::query::Sort;
use crate::store::failure::StoreFailure;
use crate::store::times;

/// The journal's sent entries since an instant that the history does not have yet.
const SENT: &str = "WHERE sent_at >= $1 AND state NOT IN ('queued', 'rejected', 'cancelled')
       AND (purge IS NULL OR NOT EXISTS (
           SELECT FROM purge p JOIN account a ON a.id = p.account
           WHERE p.id = journal.purge AND a.name = journal.account))";

impl PostgresReader {
    /// Returns purges of these resources since an instant, by anybody, newest first: those of the
    /// history, and the journal's sent entries that the history does not have yet.
    pub(in crate::store) fn recent(
        &self,
        resources: &[(AccountName, ResourceId)],
        since: DateTime<Utc>,
    ) -> Result<Vec<RecentPurge>, StoreFailure> {
        let resources: HashSet<(&str, &str)> =
            resources.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
        self.answer(|snapshot| {
            let mut recent = history(snapshot, &resources, since)?;
            let entries = journal_rows::select(snapshot.live, SENT, &[&times::micros(since)])?;
            let wanted = entries.into_iter().filter(|entry| {
                let request = &entry.request;
                resources.contains(&(request.account.as_str(), request.resource.as_str()))
            });
            recent.extend(wanted.map(of_entry));
            recent.sort_by_key(|purge| Reverse(purge.spent.at));
            Ok(recent)
        })
    }
}

fn history(
    snapshot: &mut ServerSnapshot<'_>,
    resources: &HashSet<(&str, &str)>,
    since: DateTime<Utc>,
) -> Result<Vec<RecentPurge>, StoreFailure> {
    let dictionary = snapshot.dictionary;
    let pairs = dictionary.accounts().flat_map(|(account_id, (account, _))| {
        let of_account = resources.iter().filter(move |it| it.0 == account.as_str());
        let ids = of_account.filter_map(|it| dictionary.word_id(it.1));
        ids.map(move |resource_id| (account_id, resource_id))
    });
    let filter = SqlFilter::all().for_resources(pairs).since(times::micros(since));
    let mut recent = Vec::new();
    purges::visit(snapshot, &filter, Sort::NEWEST, None, &mut |detail| {
        recent.extend(of_purge(detail));
        ControlFlow::Continue(())
    })?;
    Ok(recent)
}

/// Returns a purge as it consumes limits; one of an unknown kind consumes an unknown limit.
fn of_purge(detail: PurgeDetail) -> Option<RecentPurge> {
    let purge = detail.purge;
    Some(RecentPurge {
        spent: Consumption {
            kind: purge.kind?,
            account: purge.account,
            resource: purge.resource,
            at: purge.created,
            targets: purge.targets.len() as u32,
            sent_here: detail.sent.is_some(),
        },
        targets: purge.targets.into_iter().map(|target| target.text).collect(),
        state: RecentState::of_purge(purge.status),
        by: purge.by,
    })
}

fn of_entry(entry: JournalEntry) -> RecentPurge {
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
}
