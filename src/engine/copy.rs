//! Copies a store into another one, a file or on a server, beside what that has already.
//!
//! Entries that are in both stay as they are in the target, so that a copy can be broken off and
//! begun again.
//! Requests that wait to be sent are never copied: of two stores, both would send them.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::local_store::LocalStore;
use crate::domain::coverage::Coverage;
use crate::domain::event::StoreError;
use crate::domain::filter::Predicate;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::purge::Purge;
use crate::domain::query::Sort;
use crate::store::{Reader, Recorded, StoreFailure, StoredAccount, Writer};

/// Purges to record at a time.
const BATCH: usize = 10_000;

/// Entries of the journal or of an activity log to copy at a time.
const PAGE: u32 = 500;

/// The result of [`LocalStore::copy_to`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Purges that were read.
    pub purges: u64,
    /// Purges among them that the target did not have.
    pub new_purges: u64,
    /// Purges from before the instant from which on the target keeps history.
    pub unkept: u64,
    /// Requests of the journal that were read.
    pub requests: u64,
    /// Requests among them that the target did not have.
    pub new_requests: u64,
}

/// The reason why a store is not copied, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// So many requests wait to be sent, or are on their way.
    #[error("{0} requests wait to be sent or are on their way")]
    Waiting(usize),
    /// One of the stores cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The time for which an account's history is complete in the source, read before its purges.
struct Completeness {
    account: StoredAccount,
    history: Coverage,
    activity_log: Coverage,
    whole_lists: BTreeSet<ResourceId>,
}

impl LocalStore {
    /// Adds all that this store has to another one, which must be open for writing: history, the
    /// record of requests, resources; neither drafts nor the board. `step` is called with the
    /// number of purges so far.
    pub fn copy_to(&self, to: &Self, step: impl FnMut(u64)) -> Result<Copied, CopyError> {
        if let Some(damage) = self.found_damaged() {
            return Err(damage.into());
        }
        self.read(Reader::check_pages)?;
        to.read(Reader::check_pages)?;
        let waiting = self.read(Reader::journal_open)?;
        let waiting = waiting.iter().filter(|entry| entry.may_be_sent()).count();
        if waiting > 0 {
            return Err(CopyError::Waiting(waiting));
        }
        let of_source = |failure| self.failed(&failure);
        let of_target = |failure| to.failed(&failure);
        let mut copy = StoreCopy {
            source: self.0.reader().map_err(of_source)?,
            target: to.0.reader().map_err(of_target)?,
            writer: to.0.writer().map_err(of_target)?,
            of_source: &of_source,
            of_target: &of_target,
        };
        copy.run(step)
    }
}

/// A copy under way.
struct StoreCopy<'c> {
    source: Reader,
    target: Reader,
    writer: Writer,
    of_source: &'c dyn Fn(StoreFailure) -> StoreError,
    of_target: &'c dyn Fn(StoreFailure) -> StoreError,
}

impl StoreCopy<'_> {
    fn run(&mut self, step: impl FnMut(u64)) -> Result<Copied, CopyError> {
        let kept_from = self.agree_on_start()?;
        let accounts = self.read_completeness()?;
        let mut copied = self.copy_purges(kept_from, step)?;
        // What the source has removed meanwhile is not complete.
        let removed = self.source.kept_from().map_err(self.of_source)?;
        for account in &accounts {
            self.copy_account(account, kept_from.max(removed))?;
        }
        self.copy_journal(&mut copied)?;
        Ok(copied)
    }

    /// Has a target without history keep it from where the source does. Returns the instant from
    /// which on the target keeps history.
    fn agree_on_start(&mut self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let from = self.source.kept_from().map_err(self.of_source)?;
        let there = self.target.facts().map_err(self.of_target)?;
        if there.kept_from.is_none() && there.purges == 0 && from.is_some() {
            return self.writer.keep_from(from).map_err(self.of_target);
        }
        Ok(there.kept_from)
    }

    fn read_completeness(&self) -> Result<Vec<Completeness>, StoreError> {
        let read = || {
            let accounts = self.source.accounts()?.into_iter();
            accounts
                .map(|account| {
                    Ok(Completeness {
                        history: self.source.coverage(&account.account)?,
                        activity_log: self.source.attempt_coverage(&account.account)?,
                        whole_lists: self.source.whole_lists(&account.account)?,
                        account,
                    })
                })
                .collect::<Result<Vec<_>, StoreFailure>>()
        };
        read().map_err(self.of_source)
    }

    fn copy_purges(
        &mut self,
        kept_from: Option<DateTime<Utc>>,
        mut step: impl FnMut(u64),
    ) -> Result<Copied, StoreError> {
        let mut copied = Copied::default();
        let mut import = self.writer.import().map_err(self.of_target)?;
        let mut batch: Vec<Purge> = Vec::with_capacity(BATCH);
        let mut stored = Ok(Recorded::default());
        // A time that could not be read stays the one that replaced it.
        let seen_at = DateTime::<Utc>::MAX_UTC;
        let visited =
            self.source.export(&Predicate::default(), Sort::OLDEST, None, &mut |detail| {
                copied.purges += 1;
                if kept_from.is_some_and(|from| detail.purge.created < from) {
                    copied.unkept += 1;
                    return ControlFlow::Continue(());
                }
                batch.push(detail.purge);
                if batch.len() < BATCH {
                    return ControlFlow::Continue(());
                }
                stored = import.record(&batch, seen_at);
                batch.clear();
                step(copied.purges);
                if stored.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        stored.map_err(self.of_target)?;
        visited.map_err(self.of_source)?;
        import.record(&batch, seen_at).map_err(self.of_target)?;
        copied.new_purges = import.finish().map_err(self.of_target)?.new;
        Ok(copied)
    }

    /// Copies what is known of an account beside its purges, which are stored.
    fn copy_account(
        &mut self,
        of: &Completeness,
        kept_from: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let name = &of.account.account;
        let resources = self.source.resources(name).map_err(self.of_source)?;
        let known = self.target.resources(name).map_err(self.of_target)?;
        if let Some(at) = resources.at.filter(|at| known.at.is_none_or(|known| known < *at)) {
            let saved = self.writer.save_resources(name, &resources.resources, at);
            saved.map_err(self.of_target)?;
        }
        let history = kept_from.map_or_else(|| of.history.clone(), |from| of.history.since(from));
        self.copy_coverage(name, &history, &of.whole_lists).map_err(self.of_target)?;
        let accounts = self.target.accounts().map_err(self.of_target)?;
        let synced = accounts.iter().find(|account| account.account == *name);
        let synced = synced.and_then(|account| account.synced_at);
        if let Some(at) = of.account.synced_at.filter(|at| synced.is_none_or(|known| known < *at)) {
            self.writer.mark_synced(name, at).map_err(self.of_target)?;
        }
        self.copy_activity_log(name, &of.activity_log)
    }

    fn copy_coverage(
        &mut self,
        account: &AccountName,
        history: &Coverage,
        whole_lists: &BTreeSet<ResourceId>,
    ) -> Result<(), StoreFailure> {
        let known = self.target.coverage(account)?;
        let is_new = |range: &&(DateTime<Utc>, DateTime<Utc>)| !known.contains(range.0, range.1);
        let missing: Vec<_> = history.ranges().iter().filter(is_new).collect();
        if missing.is_empty() {
            return Ok(());
        }
        // Complete in both is what was read to its end for both.
        let known_lists = self.target.whole_lists(account)?;
        let lists = if known.ranges().is_empty() {
            whole_lists.clone()
        } else {
            whole_lists.intersection(&known_lists).cloned().collect()
        };
        if lists != known_lists {
            self.writer.save_whole_lists(account, &lists)?;
        }
        missing
            .into_iter()
            .try_for_each(|(from, until)| self.writer.add_coverage(account, *from, *until))
    }

    fn copy_activity_log(
        &mut self,
        account: &AccountName,
        read: &Coverage,
    ) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            let page = self.source.copied_attempts(account, &after, PAGE);
            let page = page.map_err(self.of_source)?;
            let is_last = page.len() < PAGE as usize;
            // It is complete once all of it is there.
            let read = if is_last { read.clone() } else { Coverage::default() };
            if !page.is_empty() || !read.ranges().is_empty() {
                let added = self.writer.restore_attempts(account, &page, &read);
                added.map_err(self.of_target)?;
            }
            match page.into_iter().next_back() {
                Some(last) if !is_last => after = last.attempt.id,
                Some(_) | None => return Ok(()),
            }
        }
    }

    fn copy_journal(&mut self, copied: &mut Copied) -> Result<(), CopyError> {
        let mut after = 0;
        loop {
            let page = self.source.copied_entries(after, PAGE).map_err(self.of_source)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.number;
            copied.new_requests += self.writer.restore_entries(&page).map_err(self.of_target)?;
            copied.requests += page.len() as u64;
            // They were queued while this ran.
            let waiting = page.iter().filter(|copied| copied.entry.may_be_sent()).count();
            if waiting > 0 {
                return Err(CopyError::Waiting(waiting));
            }
        }
    }
}
