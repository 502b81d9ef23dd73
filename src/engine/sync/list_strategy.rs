//! Keeps an account's history complete where each resource has a list of its own that is read page
//! by page.
//!
//! The order of such a list is often not documented, and it cannot be narrowed by time. Several
//! lists are read at once, within the pace that the vendor's limits allow: first the first page of
//! each, which holds its news, then the rest of those that were never read to their end, list by
//! list. A list that fails is left alone for a while and keeps no other from being read.
//!
//! A resource with recent purges is read with every refresh, the others in turn, all of them within
//! a fixed number of questions a minute ([`Allowance`]): many resources make the turn longer, never
//! the vendor's load heavier. A list that did not grow costs one question.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::allowance::{Allowance, QUESTIONS};
use super::range_scan::{Range, ScanPlace};
use super::resource_list::{Intervals, ReadingState, ResourceList};
use super::saved_state::SavedState;
use super::schedule::SyncSchedule;
use super::strategy::{HistoryAnswer, HistoryQuestion, HistoryStrategy, Pages, Stored, Taken};
use crate::domain::event::{StoreError, Unread};
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::ResourceId;
use crate::domain::limits::{HistoryRule, Reading};
use crate::domain::resource::{Resource, ResourceState};
use crate::engine::account_client::AccountClient;
use crate::engine::clock::delta;
use crate::providers::HistoryRequest;

/// Number of lists that fail one after the other, with no good answer between them, from which on
/// it is the vendor that fails.
const FAILING_LISTS: usize = 3;
/// Pause before looking again for resources where there are none.
const NO_LISTS: Duration = Duration::from_secs(1);

/// The lists of an account's resources.
#[derive(Debug)]
pub(super) struct ListStrategy {
    rule: HistoryRule,
    refresh: Duration,
    lists: BTreeMap<ResourceId, ResourceList>,
    allowance: Allowance,
    /// The lists that failed since the last good answer.
    failing: BTreeSet<ResourceId>,
    /// The lists of the answers that are being stored, with the number of their reading.
    storing: Vec<(ResourceId, u64, ReadingState)>,
    /// The time, by the vendor's clock, up to which all resources are known.
    known_until: Option<DateTime<Utc>>,
    oldest: Option<DateTime<Utc>>,
    covered: Option<DateTime<Utc>>,
    /// The lists that are stored as read to their end.
    saved: BTreeSet<ResourceId>,
}

impl ListStrategy {
    /// Makes a strategy for the stored resources; those with recent purges are active.
    pub(super) fn new(rule: HistoryRule, saved: &SavedState, refresh: Duration) -> Self {
        // More than one range has a gap that nothing tells the place of in a list.
        let known = match saved.coverage.ranges() {
            [range] => Some(*range),
            _ => None,
        };
        let until = known.map(|(_, until)| until);
        let newest_first = rule.reading == Reading::NewestFirst;
        let new = |cname: &str, complete| ResourceList::new(cname, complete, newest_first);
        let listed = saved.resources.iter().filter(|it| it.state != ResourceState::Deleted);
        let mut strategy = Self {
            rule,
            refresh,
            lists: listed
                .map(|it| {
                    let is_whole = saved.whole_lists.contains(&it.id);
                    (it.id.clone(), new(&it.cname, until.filter(|_| is_whole)))
                })
                .collect(),
            saved: saved.whole_lists.clone(),
            allowance: Allowance::new(),
            failing: BTreeSet::new(),
            storing: Vec::new(),
            known_until: None,
            oldest: known.map(|(from, _)| from),
            covered: until,
        };
        for (resource, at) in &saved.active {
            strategy.mark_active(resource, *at);
        }
        strategy
    }

    /// Takes one answer into account, except that its purges are not stored yet.
    fn take_answer(&mut self, answer: HistoryAnswer, taken: &mut Taken) {
        let HistoryAnswer { question, result, .. } = answer;
        let HistoryRequest { resource, offset, .. } = question.request;
        let Some((resource, _)) = resource else { return };
        let is_answered = result.as_ref().err().is_none_or(Failure::is_about_the_question);
        if is_answered {
            self.failing.clear();
            taken.news |= offset == 0;
        }
        // A late answer to a reading that was given up, or of a resource that is no more.
        let list = self.lists.get_mut(&resource).filter(|list| list.number == question.scan);
        let Some(list) = list else {
            taken.purges.extend(result.into_iter().flat_map(|response| response.page.purges));
            return;
        };
        match result {
            Ok(response) => {
                let state = list.take(offset, &response.page, response.settled_until);
                let created = response.page.purges.iter().map(|purge| purge.created);
                self.oldest = self.oldest.into_iter().chain(created).min();
                let is_fresh = |at| list.complete.is_none_or(|until| at >= until);
                let (fresh, known): (Vec<_>, Vec<_>) =
                    response.page.purges.into_iter().partition(|purge| is_fresh(purge.created));
                taken.purges.extend(fresh);
                if !known.is_empty() {
                    taken.known.push((resource.clone(), known));
                }
                self.storing.push((resource, list.number, state));
            }
            // A list without its later pages is not gone.
            Err(failure) if failure.is_about_the_question() && offset == 0 => list.refused(),
            Err(failure) => {
                list.lost(offset);
                if is_about_one_list(&failure) {
                    list.failed(&failure);
                    self.failing.insert(resource);
                }
                let most = FAILING_LISTS.min(self.lists.len());
                taken.fails |= !is_about_one_list(&failure) || self.failing.len() >= most;
            }
        }
    }

    /// Stores which lists were read to their end, for the next start: what is covered speaks of
    /// these, and of no list that came later and is still being read.
    async fn save_whole_lists(&mut self, client: &AccountClient) -> Result<(), StoreError> {
        let whole = self.lists.iter().filter(|(_, list)| list.complete.is_some());
        let whole: BTreeSet<ResourceId> = whole.map(|(id, _)| id.clone()).collect();
        if whole != self.saved {
            client.save_whole_lists(whole.clone()).await?;
            self.saved = whole;
        }
        Ok(())
    }

    /// Returns the time to read every list once.
    fn turn(&self) -> Duration {
        let lists = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        let turn = Duration::from_mins(1).saturating_mul(lists) / QUESTIONS;
        turn.max(self.refresh)
    }

    /// Returns the range that all lists together make complete, where it is larger than before.
    /// Lists hold everything that the vendor has; where it does not say how far that goes back, it
    /// is as far as its oldest purge.
    fn newly_covered(&self, now: DateTime<Utc>) -> Option<Range> {
        let mut until = self.known_until?;
        for list in self.lists.values().filter(|list| !list.gone) {
            until = until.min(list.complete?);
        }
        let from = match self.rule.reach {
            Some(reach) => now - delta(reach),
            None => self.oldest?,
        };
        let grown = self.covered.is_none_or(|covered| until > covered);
        (grown && from < until).then_some((from, until))
    }
}

#[async_trait]
impl HistoryStrategy for ListStrategy {
    fn needs_resources(&self) -> bool {
        true
    }

    /// A deleted resource has no list.
    fn set_resources(&mut self, resources: &[Resource], until: Option<DateTime<Utc>>) {
        self.known_until = until.or(self.known_until);
        let mut before = std::mem::take(&mut self.lists);
        for resource in resources {
            if resource.state == ResourceState::Deleted {
                continue;
            }
            let newest_first = self.rule.reading == Reading::NewestFirst;
            let new = || ResourceList::new(&resource.cname, None, newest_first);
            let list = before.remove(&resource.id).unwrap_or_else(new);
            self.lists.insert(resource.id.clone(), list);
        }
        self.failing.retain(|resource| self.lists.contains_key(resource));
    }

    /// Its list is read with every refresh for a while.
    fn mark_active(&mut self, resource: &ResourceId, at: DateTime<Utc>) {
        if let Some(list) = self.lists.get_mut(resource) {
            list.newest = list.newest.max(Some(at));
        }
    }

    /// Only the lists with recent purges become due, and those that failed.
    fn refresh(&mut self, now: DateTime<Utc>) {
        for list in self.lists.values_mut() {
            if list.is_active(now) || list.fails() {
                list.due = Instant::now();
            }
        }
    }

    /// Due only where there is no list: then there is nothing to read.
    fn news_at(&self, schedule: &SyncSchedule) -> Option<Instant> {
        let at = || match self.known_until {
            Some(_) => schedule.news_at(),
            None => schedule.resources_at + NO_LISTS,
        };
        self.lists.is_empty().then(at)
    }

    fn unread(&self) -> Unread {
        let now = Instant::now();
        self.lists.values().map(|list| list.unread(now)).max().unwrap_or_default()
    }

    fn reads_news_at_once(&self) -> bool {
        true
    }

    fn questions_at(&self, schedule: &SyncSchedule) -> Option<Instant> {
        let free_at = self.allowance.free_at();
        let lists = self.lists.values().filter(|list| list.can_ask());
        let due = lists
            .map(|list| if list.is_first_reading() { list.due } else { list.due.max(free_at) });
        let hurry = schedule.hurry_at().filter(|_| !self.lists.is_empty());
        due.chain(hurry).min()
    }

    /// First pages before others, of lists that were not asked for since the start or have recent
    /// purges before others; then in the order in which they became due.
    fn ask(
        &mut self,
        client: &AccountClient,
        schedule: &mut SyncSchedule,
    ) -> Option<HistoryQuestion> {
        let (now, vendor_now) = (Instant::now(), client.vendor_now());
        if schedule.start_hurry_round() {
            self.refresh(vendor_now);
        }
        let is_free = self.allowance.free_at() <= now;
        let may_ask = |list: &ResourceList| {
            list.due <= now && list.can_ask() && (is_free || list.is_first_reading())
        };
        let rank = |list: &ResourceList| {
            (list.has_begun(), list.was_asked() && !list.is_active(vendor_now), list.due)
        };
        let lists = self.lists.iter_mut().filter(|(_, list)| may_ask(list));
        let (resource, list) = lists.min_by_key(|(_, list)| rank(list))?;
        if !list.is_first_reading() {
            self.allowance.take();
        }
        let offset = list.ask(client.floor.get())?;
        let request = HistoryRequest {
            resource: Some((resource.clone(), list.cname.clone())),
            offset,
            ..HistoryRequest::default()
        };
        Some(HistoryQuestion { scan: list.number, place: ScanPlace::of_list(offset), request })
    }

    fn take(&mut self, answers: Vec<HistoryAnswer>) -> Taken {
        let mut taken = Taken::default();
        for answer in answers {
            self.take_answer(answer, &mut taken);
        }
        taken
    }

    async fn stored(
        &mut self,
        client: &AccountClient,
        stored: Option<&Stored>,
    ) -> Result<(), StoreError> {
        let every =
            Intervals { refresh: self.refresh, turn: self.turn(), now: client.vendor_now() };
        for (resource, number, state) in std::mem::take(&mut self.storing) {
            let list = self.lists.get_mut(&resource).filter(|list| list.number == number);
            match (list, stored) {
                (Some(list), Some(stored)) => {
                    list.stored(state, stored.incomplete.contains(&resource), every);
                }
                // Nothing of a page that was not stored counts as seen.
                (Some(list), None) => list.start_over(),
                (None, _) => {}
            }
        }
        let Some(stored) = stored else { return Ok(()) };
        if let Some((from, until)) = self.newly_covered(every.now) {
            client.write(Vec::new(), vec![(from, until)]).await?;
            self.covered = Some(until);
            self.save_whole_lists(client).await?;
        } else if !stored.incomplete.is_empty() {
            self.save_whole_lists(client).await?;
        }
        Ok(())
    }

    /// All lists together that were not complete before, until each was read to its end once.
    fn older(&self) -> Option<(u64, Option<u64>)> {
        if !self.lists.values().any(ResourceList::is_new) {
            return None;
        }
        let counted = self.lists.values().filter(|list| !list.gone && list.is_first);
        let total = counted.clone().map(|list| list.total).sum();
        Some((counted.map(|list| list.read).sum(), total))
    }

    fn pages(&self, _rule: &HistoryRule, _range: Range) -> Pages {
        Pages::Offset(Some(0))
    }
}

/// True for a failure that other lists need not share.
fn is_about_one_list(failure: &Failure) -> bool {
    let may_be = matches!(
        failure.cause,
        Cause::VendorError | Cause::BadAnswer | Cause::Lost | Cause::Forbidden
    );
    may_be || failure.is_about_the_question()
}
