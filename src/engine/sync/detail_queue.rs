//! The bare purges of an account whose targets are to be asked for: first those that the panes
//! show, then the newest of the store.
//!
//! The store says which are bare, some at a time, so that the queue stays small however many there
//! are. A purge that the vendor does not know any more, or whose answers fail again and again,
//! rests for a while.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::backoff::Backoff;
use crate::domain::failure::{Cause, Failure};
use crate::domain::filter::{Clause, Pattern, Predicate, Test};
use crate::domain::ids::{AccountName, PurgeId};
use crate::domain::query::{Anchor, Sort, Window, WindowQuery};
use crate::domain::sort::RowPlace;

/// The most purges that wait because a pane shows them.
const MAX_SHOWN: usize = 500;
/// Number of rows that the store is asked for at once.
const ROWS: u32 = 100;
/// The most purges that rest.
const MAX_RESTING: usize = 1_000;
/// Number of failures of one purge after which it rests longer.
const TRIES: u32 = 3;
/// The first rest of such a purge, doubled each time, and the longest, which is also that of a
/// purge that the vendor does not know.
const REST: Duration = Duration::from_hours(1);
const REST_LONGEST: Duration = Duration::from_hours(24);

/// The purges to ask for.
#[derive(Debug)]
pub(super) struct DetailQueue {
    shown: VecDeque<PurgeId>,
    newest: VecDeque<PurgeId>,
    asked: HashSet<PurgeId>,
    resting: HashMap<PurgeId, Rest>,
    /// The rows that the store was not asked for yet; `None`: it has no more.
    search: Option<Search>,
    /// No row from before is looked for.
    since: DateTime<Utc>,
    /// Nothing is asked for before.
    not_before: Instant,
    backoff: Backoff,
    /// The last question beside those for lists was one for a detail.
    pub(super) had_turn: bool,
}

/// A walk through the bare rows of the store, newest first.
#[derive(Clone, Debug)]
struct Search {
    after: Option<RowPlace<'static>>,
}

/// The rest of a purge whose detail failed.
#[derive(Clone, Copy, Debug)]
struct Rest {
    until: Instant,
    failures: u32,
}

impl DetailQueue {
    /// Makes a queue that has all of the store's rows still to look through.
    pub(super) fn new() -> Self {
        Self {
            shown: VecDeque::new(),
            newest: VecDeque::new(),
            asked: HashSet::new(),
            resting: HashMap::new(),
            search: Some(Search { after: None }),
            since: DateTime::<Utc>::MIN_UTC,
            not_before: Instant::now(),
            backoff: Backoff::new(fastrand::Rng::new()),
            had_turn: false,
        }
    }

    /// Puts purges that a pane shows before all others.
    pub(super) fn show(&mut self, ids: &[PurgeId]) {
        let now = Instant::now();
        let wanted: Vec<PurgeId> = ids.iter().filter(|id| self.may_ask(id, now)).cloned().collect();
        let is_new: HashSet<&PurgeId> = wanted.iter().collect();
        self.shown.retain(|id| !is_new.contains(id));
        for id in wanted.into_iter().rev() {
            self.shown.push_front(id);
        }
        self.shown.truncate(MAX_SHOWN);
    }

    /// Notes that bare purges came that were created since an instant.
    pub(super) fn look_since(&mut self, since: DateTime<Utc>) {
        // What was found and not asked for yet is found again, behind what is newer.
        let is_over = self.search.is_none() && self.newest.is_empty();
        self.newest.clear();
        self.since = if is_over { since } else { self.since.min(since) };
        self.search = Some(Search { after: None });
    }

    /// True if purges are asked for, or will be without anything happening before; false while the
    /// vendor fails.
    pub(super) fn is_at_work(&self) -> bool {
        let waits = !self.shown.is_empty() || !self.newest.is_empty() || self.search.is_some();
        !self.asked.is_empty() || (waits && self.not_before <= Instant::now())
    }

    /// Returns the time to go on; `None` where there is nothing to do.
    pub(super) fn next_at(&self) -> Option<Instant> {
        let waits = !self.shown.is_empty() || !self.newest.is_empty() || self.search.is_some();
        let rested = || self.rested().map(|(_, rest)| rest.until).min();
        let at = if waits { Some(self.not_before) } else { rested() };
        at.map(|at| at.max(self.not_before))
    }

    /// Takes the next purge out of the queue.
    pub(super) fn pop(&mut self) -> Option<PurgeId> {
        let now = Instant::now();
        while let Some(id) = self.shown.pop_front().or_else(|| self.newest.pop_front()) {
            if self.may_ask(&id, now) {
                return Some(id);
            }
        }
        if self.search.is_some() {
            return None;
        }
        let next = self.rested().min_by_key(|(_, rest)| rest.until);
        next.filter(|(_, rest)| rest.until <= now).map(|(id, _)| id.clone())
    }

    /// Returns the question for more rows of the store; `None` where it has no more.
    pub(super) fn search(&self, account: &AccountName) -> Option<WindowQuery> {
        let search = self.search.as_ref()?;
        let name = account.as_str().to_ascii_lowercase();
        let tests = [Test::Account(vec![Pattern::Is(name)]), Test::Kind(vec![None])];
        let clauses = tests.map(|test| Clause { negated: false, test }).to_vec();
        let from = Some(self.since).filter(|since| *since > DateTime::<Utc>::MIN_UTC);
        Some(WindowQuery {
            predicate: Arc::new(Predicate { from, until: None, clauses }),
            sort: Sort::NEWEST,
            anchor: search.after.clone().map_or(Anchor::Start, Anchor::After),
            limit: ROWS,
        })
    }

    /// Takes the rows that were searched for.
    pub(super) fn found(&mut self, window: &Window) {
        let now = Instant::now();
        let bare = window.rows.iter().filter(|row| row.is_bare());
        let ids: Vec<PurgeId> =
            bare.filter(|row| self.may_ask(&row.id, now)).map(|row| row.id.clone()).collect();
        self.newest.extend(ids);
        let last = window.rows.last().filter(|_| window.more_after);
        self.search = last.map(|last| Search { after: Some(Sort::NEWEST.place(last)) });
    }

    /// Notes that a purge is asked for.
    pub(super) fn ask(&mut self, id: PurgeId) {
        self.had_turn = true;
        self.asked.insert(id);
    }

    /// Notes that a purge needs no question: it is not bare, or gone.
    pub(super) fn forget(&mut self, id: &PurgeId) {
        self.resting.remove(id);
    }

    /// Notes that a purge was answered.
    pub(super) fn answered(&mut self, id: &PurgeId) {
        self.asked.remove(id);
        self.resting.remove(id);
        self.backoff.succeeded();
    }

    /// Notes that an answer told nothing of a purge: it rests.
    pub(super) fn told_nothing(&mut self, id: &PurgeId) {
        self.asked.remove(id);
        self.rest(id, self.failures_with_one_more(id), REST_LONGEST);
    }

    /// Notes that a question was not answered well.
    pub(super) fn failed(&mut self, id: &PurgeId, failure: &Failure) {
        if failure.is_about_the_question() {
            return self.told_nothing(id);
        }
        self.asked.remove(id);
        if let Cause::RateLimited { retry_after } = failure.cause {
            // The pace of all questions is slower from now on.
            let pause = retry_after.map(|_| self.backoff.failed(failure)).unwrap_or_default();
            self.not_before = self.not_before.max(Instant::now() + pause);
            self.shown.push_front(id.clone());
            return;
        }
        let pause = self.backoff.failed(failure);
        self.not_before = self.not_before.max(Instant::now() + pause);
        let failures = self.failures_with_one_more(id);
        let long = failures
            .checked_sub(TRIES)
            .map(|more| REST.saturating_mul(2_u32.saturating_pow(more.min(10))).min(REST_LONGEST));
        self.rest(id, failures, long.unwrap_or(pause));
    }

    /// Notes that what was answered is not stored: the store is looked through again.
    pub(super) fn not_stored(&mut self) {
        self.look_since(DateTime::<Utc>::MIN_UTC);
    }

    /// The purges that are asked for again after their rest.
    fn rested(&self) -> impl Iterator<Item = (&PurgeId, &Rest)> {
        self.resting.iter().filter(|(id, _)| !self.asked.contains(*id))
    }

    fn may_ask(&self, id: &PurgeId, now: Instant) -> bool {
        let rests = self.resting.get(id).is_some_and(|rest| rest.until > now);
        !rests && !self.asked.contains(id)
    }

    fn failures_with_one_more(&self, id: &PurgeId) -> u32 {
        self.resting.get(id).map_or(0, |rest| rest.failures).saturating_add(1)
    }

    fn rest(&mut self, id: &PurgeId, failures: u32, pause: Duration) {
        if self.resting.len() >= MAX_RESTING && !self.resting.contains_key(id) {
            let first = self.resting.iter().min_by_key(|(_, rest)| rest.until);
            if let Some(first) = first.map(|(id, _)| id.clone()) {
                self.resting.remove(&first);
            }
        }
        self.resting.insert(id.clone(), Rest { until: Instant::now() + pause, failures });
    }
}
