//! Recent purges by anybody: they consume the vendors' rate limits.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::compiled_filter::SqlFilter;
use super::reader::{PostgresReader, ServerSnapshot};
use super::{journal_rows, purges};
use crate::domain::budget::RecentPurge;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::money::MonthUse;
use crate::domain::query::Sort;
use crate::store::failure::StoreFailure;
use crate::store::times;

/// The journal's sent entries since an instant that the history does not have yet.
const SENT: &str = "WHERE sent_at >= $1 AND state NOT IN ('queued', 'rejected', 'cancelled')
       AND (purge IS NULL OR NOT EXISTS (
           SELECT FROM purge p JOIN account a ON a.id = p.account
           WHERE p.id = ANY(journal.purge || string_to_array(journal.purge, ','))
             AND a.name = journal.account))";

/// The targets of an account's purges since an instant, and whether some of them are not known. A
/// key is never earlier than its purge's time.
const COUNT: &str = "SELECT coalesce(sum(greatest(targets, 1)), 0)::bigint,
       coalesce(bool_or(kind = 0 AND targets = 0), false)
   FROM purge
   WHERE key >= $1 AND created >= $1 AND account IN (SELECT id FROM account WHERE name = $2)";

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
            recent.extend(wanted.map(|entry| RecentPurge::of_entry(&entry)));
            recent.sort_by_key(|purge| Reverse(purge.spent.at));
            Ok(recent)
        })
    }

    /// Returns the targets of an account's purges since a month began: those of the history, and
    /// the journal's sent entries that the history does not have yet.
    pub(in crate::store) fn month_use(
        &self,
        account: &AccountName,
        month: DateTime<Utc>,
    ) -> Result<MonthUse, StoreFailure> {
        let since = times::micros(month);
        self.answer(|snapshot| {
            let counted = snapshot.optional_row(COUNT, &[&since, &account.as_str()])?;
            let counted = counted.ok_or(StoreFailure::Corrupt)?;
            let (targets, is_least): (i64, bool) = (counted.try_get(0)?, counted.try_get(1)?);
            let sent = journal_rows::select(snapshot.live, SENT, &[&since])?;
            let sent = sent.iter().filter(|entry| entry.request.account == *account);
            let sent = sent.map(|entry| entry.request.payload.targets().len().max(1) as u64);
            let targets = targets.unsigned_abs() + sent.sum::<u64>();
            Ok(MonthUse { month, targets, is_least })
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
        recent.push(RecentPurge::of_purge(detail.purge, detail.sent.is_some()));
        ControlFlow::Continue(())
    })?;
    Ok(recent)
}
