//! Reads from the vendors the history that a filter selects, and reports which accounts are
//! incomplete.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use chrono::{DateTime, TimeDelta, Utc};

use super::Engine;
use super::clock::delta;
use crate::domain::coverage::Coverage;
use crate::domain::event::{AccountStatus, Event, StoreError, Unread};
use crate::domain::failure::Failure;
use crate::domain::filter::Predicate;
use crate::domain::ids::AccountName;
use crate::domain::query::Sort;

/// An account's history counts as complete from this much later than its vendor's reach, which
/// moves on while the history is read.
const SLACK: TimeDelta = TimeDelta::hours(1);
/// Largest doubt about a vendor's clock, up to which lists are read.
const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(3);
/// Largest limit for which the sync ends early, as soon as the newest rows are there.
const SMALL_LIMIT: u64 = 10_000;

/// The result of [`Engine::sync`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// The number of accounts that were read.
    pub accounts: usize,
    /// The accounts that failed.
    pub failures: Vec<(AccountName, Failure)>,
    /// The accounts whose history is incomplete for the range of the filter.
    pub incomplete: Vec<AccountName>,
}

impl Engine {
    /// Waits until the history that a filter selects was read, as far as its vendors keep it; with
    /// a limit, only until the newest rows of that number are certain, be it without their targets
    /// where those are asked for one purge after the other.
    pub async fn sync(
        &self,
        predicate: &Predicate,
        limit: Option<u64>,
    ) -> Result<SyncReport, StoreError> {
        let accounts = self.0.safety.accounts().into_iter();
        let selected =
            accounts.filter(|account| predicate.may_select(&account.name, &account.provider));
        let mut sync = HistorySync {
            engine: self,
            predicate,
            limit: limit.filter(|limit| *limit <= SMALL_LIMIT),
            started: self.0.clock.now(),
            statuses: selected.map(|account| (account.name, None)).collect(),
        };
        let mut events = self.subscribe();
        while !sync.is_complete().await? {
            match events.recv().await {
                Some(Event::Account { account, status }) => {
                    if let Some(known) = sync.statuses.get_mut(&account) {
                        *known = Some(status);
                    }
                }
                Some(_) => {}
                // The engine was shut down: what was read until then counts.
                None => break,
            }
        }
        sync.report().await
    }
}

impl Engine {
    /// Reads an account's resources from its vendor and stores them.
    pub async fn resources(
        &self,
        account: &AccountName,
    ) -> Result<Result<(), Failure>, StoreError> {
        let Some(connection) = self.0.connections.get(account) else {
            return Ok(Ok(()));
        };
        let resources = match connection.provider.resources().await {
            Ok(resources) => resources,
            Err(failure) => return Ok(Err(failure)),
        };
        let (name, now) = (account.clone(), self.0.clock.now());
        let saved =
            self.0.writer.call(move |store| store.writer()?.save_resources(&name, &resources, now));
        saved.await.map(Ok)
    }
}

struct HistorySync<'s> {
    engine: &'s Engine,
    predicate: &'s Predicate,
    limit: Option<u64>,
    started: DateTime<Utc>,
    /// The accounts and their status; `None` before the first event.
    statuses: BTreeMap<AccountName, Option<AccountStatus>>,
}

impl HistorySync<'_> {
    async fn is_complete(&self) -> Result<bool, StoreError> {
        let statuses = || self.statuses.iter();
        let ready = statuses().all(|(_, status)| {
            status.as_ref().is_some_and(|status| {
                has_ended(status)
                    || status.named && status.synced_at.is_some_and(|at| at >= self.started)
                    // Who reads it for all does not get on.
                    || status.read_by.is_some() && status.unread == Unread::Later
            })
        });
        if !ready {
            return Ok(false);
        }
        let reads_targets = |(_, status): (&AccountName, &Option<AccountStatus>)| {
            status.as_ref().is_some_and(|status| status.reads_targets && !has_ended(status))
        };
        if self.limit.is_none() && statuses().any(reads_targets) {
            return Ok(false);
        }
        // An account that reads nothing any more brings nothing new.
        let reading: Vec<&AccountName> = statuses()
            .filter(|(_, status)| status.as_ref().is_some_and(is_reading))
            .map(|(name, _)| name)
            .collect();
        if reading.is_empty() {
            return Ok(true);
        }
        let coverages = self.coverages().await?;
        let covered = |name: &&AccountName| {
            coverages.get(*name).is_some_and(|coverage| self.is_covered(name, coverage))
        };
        let fresh = |name: &&AccountName| {
            coverages.get(*name).is_some_and(|coverage| self.are_lists_fresh(name, coverage))
        };
        let read = reading.iter().all(fresh);
        Ok(read && (reading.iter().all(covered) || self.has_enough(&coverages).await?))
    }

    async fn coverages(&self) -> Result<BTreeMap<AccountName, Coverage>, StoreError> {
        let names: Vec<AccountName> = self.statuses.keys().cloned().collect();
        let read = self.engine.0.windows.ask(move |reader| {
            names.iter().map(|name| Ok((name.clone(), reader.coverage(name)?))).collect()
        });
        read.await
    }

    /// Length of the history that the account's vendor keeps; `None` for all time.
    fn reach(&self, name: &AccountName) -> Option<TimeDelta> {
        let reach = self.engine.0.connections.get(name)?.limits.borrow().history.reach?;
        TimeDelta::from_std(reach).ok()
    }

    /// True if the account's history is complete for the part of the range that its vendor
    /// keeps.
    fn is_covered(&self, name: &AccountName, coverage: &Coverage) -> bool {
        let Some(newest) = coverage.ranges().last().map(|range| range.1) else {
            return false;
        };
        let kept = self.reach(name).map(|reach| self.started - reach + SLACK);
        let Some(from) = self.predicate.from.max(kept).max(self.engine.0.floor.get()) else {
            return false;
        };
        let until = self.predicate.until.map_or(newest, |until| until.min(newest));
        coverage.missing(from, until).is_empty()
    }

    /// True if every list of the account was read since the start, as far as the range needs it,
    /// or its history is no list for each resource. The account counts as read with the first.
    fn are_lists_fresh(&self, name: &AccountName, coverage: &Coverage) -> bool {
        let Some(connection) = self.engine.0.connections.get(name) else {
            return true;
        };
        let rule = &connection.limits.borrow().history;
        if !rule.per_resource {
            return true;
        }
        let ahead = connection.provider.clock_ahead().unwrap_or_default();
        let settled = self.started + ahead - delta(rule.settle) - CLOCK_SLACK;
        let wanted = self.predicate.until.map_or(settled, |until| until.min(settled));
        coverage.ranges().last().is_some_and(|(_, newest)| *newest >= wanted)
    }

    /// True if the newest rows of the limit are in a range that every account covers.
    async fn has_enough(
        &self,
        coverages: &BTreeMap<AccountName, Coverage>,
    ) -> Result<bool, StoreError> {
        let Some(limit) = self.limit else {
            return Ok(false);
        };
        let mut predicate = self.predicate.clone();
        for (name, status) in &self.statuses {
            if status.as_ref().is_some_and(has_ended) {
                continue;
            }
            let ranges = coverages.get(name).map(Coverage::ranges);
            let Some(newest) = ranges.and_then(|ranges| ranges.last()) else {
                return Ok(false);
            };
            predicate.from = predicate.from.max(Some(newest.0));
        }
        let count = self.engine.0.windows.ask(move |reader| {
            reader.export(&predicate, Sort::NEWEST, Some(limit), &mut |_| ControlFlow::Continue(()))
        });
        Ok(count.await? == limit)
    }

    async fn report(self) -> Result<SyncReport, StoreError> {
        let coverages = self.coverages().await?;
        let enough = self.has_enough(&coverages).await?;
        let mut report = SyncReport { accounts: self.statuses.len(), ..SyncReport::default() };
        for (name, status) in &self.statuses {
            let Some(status) = status else {
                continue;
            };
            let covered =
                || coverages.get(name).is_some_and(|coverage| self.is_covered(name, coverage));
            if let Some(failure) = &status.failure {
                report.failures.push((name.clone(), failure.clone()));
            } else if status.not_written.is_some()
                || !enough && status.unread != Unread::Nothing
                || !enough && self.reach(name).is_some() && !covered()
            {
                report.incomplete.push(name.clone());
            }
        }
        Ok(report)
    }
}

/// True if the account's vendor is being asked, or is asked again as soon as the pace allows.
fn is_reading(status: &AccountStatus) -> bool {
    !has_ended(status) && (status.asking_since.is_some() || status.unread == Unread::Soon)
}

/// True if nothing more is to be expected of the account: its vendor failed, or the store
/// cannot keep what it reports.
fn has_ended(status: &AccountStatus) -> bool {
    status.failure.is_some() || status.not_written.is_some()
}
