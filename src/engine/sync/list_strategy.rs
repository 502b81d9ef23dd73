//! Keeps an account's history complete where each resource has a list of its own that is read page
//! by page.
//!
//! The order of such a list is not documented, and it cannot be narrowed by time. A resource with
//! recent purges is read with every refresh, the others in turn, all of them within a fixed number
//! of requests a minute: many resources make the turn longer, never the vendor's load heavier. A
//! list that did not grow costs one request.
//!
//! A list that shows the newest first is complete as soon as it was read back into the time for
//! which it was complete before, so that no start reads again what the store holds completely.
//!
//! Lists that were never read to their end get every second request, so that news do not keep the
//! history from becoming complete; those that were never requested come first, since the vendor's
//! counts show how much is left.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::offset_scan::{OffsetScan, ScanState};
use super::range_scan::Range;
use super::saved_state::{ACTIVE_FOR, SavedState};
use super::schedule::SyncSchedule;
use super::strategy::{HistoryStrategy, Pages, Step};
use crate::domain::event::Unread;
use crate::domain::ids::ResourceId;
use crate::domain::limits::HistoryRule;
use crate::domain::resource::{Resource, ResourceState};
use crate::engine::account_client::{AccountClient, SyncError};
use crate::engine::clock::delta;
use crate::providers::{HistoryPage, HistoryRequest};

/// Requests a minute, in the long run.
const QUESTIONS: u32 = 40;
/// The same while there is a list that was never read to its end.
const QUESTIONS_AT_FIRST: u32 = 120;
/// Largest number of requests at once.
const BURST: u32 = 20;
/// Pause before reading again a list that could not be read to its end, or that the vendor does not
/// have.
const LATER: Duration = Duration::from_mins(10);

/// The lists of an account's resources.
#[derive(Debug)]
pub(super) struct ListStrategy {
    rule: HistoryRule,
    refresh: Duration,
    lists: BTreeMap<ResourceId, List>,
    allowance: Allowance,
    /// The last request was for a list that was never read to its end, if there was one.
    firsts: bool,
    /// The time, by the vendor's clock, up to which all resources are known.
    known_until: Option<DateTime<Utc>>,
    oldest: Option<DateTime<Utc>>,
    covered: Option<DateTime<Utc>>,
    /// The lists that are stored as read to their end.
    saved: BTreeSet<ResourceId>,
}

#[derive(Debug)]
struct List {
    cname: String,
    scan: OffsetScan,
    /// The time to read it.
    due: Instant,
    /// The time of its newest purge, by the vendor's clock.
    newest: Option<DateTime<Utc>>,
    /// The time up to which it is complete.
    complete: Option<DateTime<Utc>>,
    /// The vendor has no such list.
    gone: bool,
    reached: Reached,
    /// It was not complete before this run.
    is_first: bool,
    /// The oldest purge of the current pass, while each was older than those before it.
    descended_to: Option<DateTime<Utc>>,
    read: u64,
    total: Option<u64>,
}

/// The farthest that a list was read since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    /// It was not requested.
    Nothing,
    /// It was requested.
    Page,
    /// It was read to its end, or back to what was known.
    End,
}

impl List {
    fn was_asked(&self) -> bool {
        self.reached > Reached::Nothing
    }

    fn is_active(&self, now: DateTime<Utc>) -> bool {
        self.newest.is_some_and(|newest| now - newest < ACTIVE_FOR)
    }

    /// True if the list exists and was never read to its end.
    fn is_new(&self) -> bool {
        !self.gone && self.complete.is_none()
    }

    /// Returns when it is read, if it exists and was not read to its end since the start, or is
    /// being read.
    fn unread(&self, now: Instant) -> Unread {
        let is_read = self.reached == Reached::End && !self.is_new() && !self.scan.has_begun();
        if self.gone || is_read {
            Unread::Nothing
        } else if self.due <= now {
            Unread::Soon
        } else {
            Unread::Later
        }
    }

    /// Makes a list of a resource that is complete up to an instant; `None`: nothing is known of
    /// it.
    fn new(cname: &str, complete: Option<DateTime<Utc>>) -> Self {
        Self {
            cname: cname.to_owned(),
            scan: OffsetScan::default(),
            due: Instant::now(),
            newest: None,
            complete,
            gone: false,
            reached: Reached::Nothing,
            is_first: complete.is_none(),
            descended_to: None,
            read: 0,
            total: None,
        }
    }

    /// Follows the order of a page from this offset. Returns true if the list shows the newest
    /// first and the page goes back into the time for which the list is complete already.
    fn descends_into_known(&mut self, offset: u64, page: &HistoryPage) -> bool {
        let times = || page.purges.iter().map(|purge| purge.created);
        let before = if offset == 0 { times().next() } else { self.descended_to };
        let is_falling = times().is_sorted_by(|newer, older| newer >= older)
            && times().next() <= before
            // Of a single instant no order can be told.
            && (offset > 0 || times().next() > times().next_back());
        self.descended_to = times().next_back().filter(|_| is_falling);
        self.descended_to.is_some_and(|oldest| self.complete.is_some_and(|until| oldest < until))
    }
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
        let listed = saved.resources.iter().filter(|it| it.state != ResourceState::Deleted);
        let mut strategy = Self {
            rule,
            refresh,
            lists: listed
                .map(|it| {
                    let is_whole = saved.whole_lists.contains(&it.id);
                    (it.id.clone(), List::new(&it.cname, until.filter(|_| is_whole)))
                })
                .collect(),
            saved: saved.whole_lists.clone(),
            allowance: Allowance::new(),
            firsts: false,
            known_until: None,
            oldest: known.map(|(from, _)| from),
            covered: until,
        };
        for (resource, at) in &saved.active {
            strategy.mark_active(resource, *at);
        }
        strategy
    }

    /// Reads one page of the list that has waited longest: by turns of those with recent purges and
    /// of those that were never read to their end.
    async fn read(&mut self, client: &AccountClient) -> Result<Step, SyncError> {
        let (now, vendor_now) = (Instant::now(), client.vendor_now());
        let turn = self.turn();
        let waits = |list: &List| (list.is_new() || !list.was_asked()) && list.due <= now;
        let at_first = self.lists.values().any(waits);
        self.firsts = !self.firsts;
        let firsts = self.firsts;
        let next =
            self.lists.iter_mut().filter(|(_, list)| list.due <= now).min_by_key(|(_, list)| {
                let turn = if firsts {
                    (!list.is_new(), list.was_asked())
                } else {
                    (!list.is_active(vendor_now), false)
                };
                (turn, list.due)
            });
        let Some((resource, list)) = next else {
            return Ok(Step::default());
        };
        self.allowance.take(at_first);
        list.reached = list.reached.max(Reached::Page);
        let ask = HistoryRequest {
            resource: Some((resource.clone(), list.cname.clone())),
            offset: list.scan.offset(),
            ..HistoryRequest::default()
        };
        let response = match client.ask(&ask, &self.rule).await {
            Ok(response) => response,
            Err(failure) => {
                list.scan = OffsetScan::default();
                list.due = now + LATER;
                if failure.is_about_the_question() {
                    list.gone = true;
                    return Ok(Step::default());
                }
                return Err(SyncError::Vendor(failure));
            }
        };
        list.gone = false;
        list.read = list.read.max(ask.offset + response.page.records);
        list.total = response.page.total;
        let purges = &response.page.purges;
        let created = || purges.iter().map(|purge| purge.created);
        list.newest = list.newest.max(created().max());
        self.oldest = self.oldest.into_iter().chain(created()).min();
        let is_known = list.descends_into_known(ask.offset, &response.page);
        let state = list.scan.answer(&response.page);
        let is_fresh = |at| list.complete.is_none_or(|until| at >= until);
        let (fresh, older): (Vec<_>, Vec<_>) =
            response.page.purges.into_iter().partition(|purge| is_fresh(purge.created));
        let fresh = client.write(fresh, Vec::new()).await.map_err(SyncError::Store)?;
        let older = client.write(older, Vec::new()).await.map_err(SyncError::Store)?;
        if older.new > 0 {
            // It holds older purges that were not in the store: it was never complete.
            (list.complete, list.is_first) = (None, true);
        }
        let is_known = is_known && list.complete.is_some();
        if is_known && state != ScanState::Complete {
            list.scan.start_again();
        }
        match if is_known { ScanState::Complete } else { state } {
            ScanState::More => {}
            ScanState::Complete => {
                list.reached = Reached::End;
                list.complete = list.complete.max(Some(response.settled_until));
                let active = list.is_active(vendor_now);
                list.due = now + if active { self.refresh } else { turn };
            }
            ScanState::Incomplete => list.due = now + LATER,
        }
        if let Some((from, until)) = self.newly_covered(vendor_now) {
            client.write(Vec::new(), vec![(from, until)]).await.map_err(SyncError::Store)?;
            self.covered = Some(until);
            self.save_whole_lists(client).await?;
        } else if older.new > 0 {
            self.save_whole_lists(client).await?;
        }
        let changed = [fresh, older].iter().any(|it| it.new + it.changed > 0);
        Ok(Step { changed, ..Step::default() })
    }

    /// Stores which lists were read to their end, for the next start: what is covered speaks of
    /// these, and of no list that came later and is still being read.
    async fn save_whole_lists(&mut self, client: &AccountClient) -> Result<(), SyncError> {
        let whole = self.lists.iter().filter(|(_, list)| list.complete.is_some());
        let whole: BTreeSet<ResourceId> = whole.map(|(id, _)| id.clone()).collect();
        if whole != self.saved {
            client.save_whole_lists(whole.clone()).await.map_err(SyncError::Store)?;
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
    fn newly_covered(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
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
            let list =
                before.remove(&resource.id).unwrap_or_else(|| List::new(&resource.cname, None));
            self.lists.insert(resource.id.clone(), list);
        }
    }

    /// Its list is read with every refresh for a while.
    fn mark_active(&mut self, resource: &ResourceId, at: DateTime<Utc>) {
        if let Some(list) = self.lists.get_mut(resource) {
            list.newest = list.newest.max(Some(at));
        }
    }

    /// Only the lists with recent purges become due.
    fn refresh(&mut self, now: DateTime<Utc>) {
        for list in self.lists.values_mut() {
            if list.is_active(now) {
                list.due = Instant::now();
            }
        }
    }

    fn news_at(&self, schedule: &SyncSchedule) -> Instant {
        let due = self.lists.values().map(|list| list.due).min();
        let next = match due {
            Some(due) => due.max(self.allowance.free_at()),
            None => schedule.resources_at + Duration::from_secs(1),
        };
        schedule.hurry_at().map_or(next, |hurry| next.min(hurry))
    }

    fn unread(&self) -> Unread {
        let now = Instant::now();
        self.lists.values().map(|list| list.unread(now)).max().unwrap_or_default()
    }

    async fn read_news(
        &mut self,
        client: &AccountClient,
        schedule: &mut SyncSchedule,
    ) -> Result<Step, SyncError> {
        if schedule.start_hurry_round() {
            self.refresh(client.vendor_now());
        }
        // Each list goes on by itself: the news never wait for its next page.
        Ok(Step { over: true, ..self.read(client).await? })
    }

    /// All lists together that were not complete before, until each was read to its end once.
    fn older(&self) -> Option<(u64, Option<u64>)> {
        if !self.lists.values().any(List::is_new) {
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

/// Limits requests to a number a minute, with bursts.
#[derive(Debug)]
struct Allowance {
    /// The time at which the full burst is available again.
    full_at: Instant,
}

const EACH: Duration = Duration::from_millis(60_000 / QUESTIONS as u64);
const EACH_AT_FIRST: Duration = Duration::from_millis(60_000 / QUESTIONS_AT_FIRST as u64);

impl Allowance {
    fn new() -> Self {
        Self { full_at: Instant::now() }
    }

    fn take(&mut self, at_first: bool) {
        let each = if at_first { EACH_AT_FIRST } else { EACH };
        self.full_at = self.full_at.max(Instant::now()) + each;
    }

    /// Returns the time at which a request is allowed.
    fn free_at(&self) -> Instant {
        self.full_at.checked_sub(EACH * (BURST - 1)).unwrap_or(self.full_at)
    }
}
