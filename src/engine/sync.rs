//! Reads the history of an account's vendor into the store and keeps it up to date.
//!
//! Each account has a sync of its own: a vendor that is slow, fails or answers nonsense delays no
//! other account. News come first, then purges that are not finished: one request at a time. Older
//! history, and the lists of resources where a vendor has one for each, are read beside them, with
//! as many requests at once as the vendor's limits allow, so that they delay none of them; and one
//! request for resources or limits, which change slowly. When nothing is due the sync sleeps on one
//! timer.

mod account_task;
mod allowance;
mod attribution;
mod backoff;
mod detail_queue;
mod details;
mod duty;
mod history;
mod list_strategy;
mod lost;
mod offset_scan;
mod on_their_way;
mod pace;
mod paged_scan;
mod polling;
mod range_scan;
mod range_strategy;
mod resource_list;
mod saved_state;
mod schedule;
mod seen_records;
mod strategy;
mod upkeep;
mod waiting;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::attribution::Attribution;
use self::detail_queue::DetailQueue;
use self::list_strategy::ListStrategy;
use self::on_their_way::{OnTheirWay, joined};
use self::pace::Pace;
use self::range_strategy::RangeStrategy;
use self::schedule::{SyncSchedule, Task};
use self::strategy::HistoryStrategy;
use super::account_client::{AccountClient, SyncError};
use super::clock::{JumpWatch, delta};
use super::messages::SyncMsg;
use super::poll::{PollPolicy, PollSet};
use crate::domain::activity::Names;
use crate::domain::event::{AccountStatus, Event, Level, StoreError};
use crate::domain::failure::Failure;
use crate::domain::limits::{HistoryRule, Limits, Reading};
use crate::domain::resource::Resource;

/// Age up to which purges may have come with the news that the sender reads before it sends.
const SENT_WITHIN: TimeDelta = TimeDelta::days(2);

pub(super) use self::account_task::AccountTask;
pub(super) use self::duty::SyncDuties;
pub(super) use self::range_scan::RangeScan;
use self::saved_state::SavedState;

/// Returns the strategy by which a vendor with this rule is read; it continues from the stored
/// state.
fn strategy(rule: &HistoryRule, saved: &SavedState, refresh: Duration) -> Box<dyn HistoryStrategy> {
    if rule.per_resource || matches!(rule.reading, Reading::Pages | Reading::NewestFirst) {
        Box::new(ListStrategy::new(rule.clone(), saved, refresh))
    } else {
        Box::new(RangeStrategy::new(rule.clone(), saved.coverage.clone()))
    }
}

/// Keeps one account up to date.
#[derive(Debug)]
struct AccountSync {
    client: AccountClient,
    inbox: mpsc::UnboundedReceiver<SyncMsg>,
    limits: watch::Sender<Arc<Limits>>,
    resources: Arc<Vec<Resource>>,
    history: Box<dyn HistoryStrategy>,
    polls: PollSet,
    policy: PollPolicy,
    schedule: SyncSchedule,
    details: DetailQueue,
    pace: Pace,
    /// Reads the authors of purges, where the vendor has an activity log.
    attribution: Option<Attribution>,
    status: AccountStatus,
    published: AccountStatus,
    reported: Option<StoreError>,
    jumps: JumpWatch,
    /// Tasks that were tried to their end at least once.
    tried: BTreeSet<Task>,
    /// The end of what was complete at the start.
    read_until: Option<DateTime<Utc>>,
}

impl AccountSync {
    /// Makes a sync that continues from the stored state.
    fn new(
        client: AccountClient,
        inbox: mpsc::UnboundedReceiver<SyncMsg>,
        limits: watch::Sender<Arc<Limits>>,
        saved: SavedState,
        refresh: Duration,
        names: Names,
    ) -> Self {
        let rule = client.provider.activity_log();
        let attribution = rule.map(|rule| Attribution::new(rule, names, saved.activity.clone()));
        let known = Arc::clone(&limits.borrow());
        let history = strategy(&known.history, &saved, refresh);
        let schedule = SyncSchedule::new(refresh, history.needs_resources());
        let jumps = client.clock.watch();
        Self {
            policy: PollPolicy::of(&known),
            status: saved.status(),
            published: saved.status(),
            resources: saved.resources,
            client,
            inbox,
            limits,
            history,
            polls: PollSet::default(),
            schedule,
            details: DetailQueue::new(),
            pace: Pace::new(),
            attribution,
            reported: None,
            jumps,
            tried: BTreeSet::new(),
            read_until: saved.coverage.ranges().last().map(|range| range.1),
        }
    }

    /// Works until `stop`; returns the inbox and the status of the account, of which nothing is
    /// asked any more.
    async fn run(
        mut self,
        stop: CancellationToken,
    ) -> (mpsc::UnboundedReceiver<SyncMsg>, AccountStatus) {
        let mut on_their_way = OnTheirWay::default();
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = self.work(&mut on_their_way) => {}
        }
        on_their_way.shutdown().await;
        let status = AccountStatus {
            asking_since: None,
            next_at: None,
            reads_targets: false,
            ..self.status
        };
        (self.inbox, status)
    }

    /// Works without an end.
    async fn work(&mut self, on_their_way: &mut OnTheirWay) {
        self.count_unfinished().await;
        self.tell_lost();
        loop {
            let (task, at) = self.next(on_their_way);
            let is_due = at <= Instant::now() && task != Task::Details;
            let asks = is_due || !on_their_way.is_empty() || self.is_held_back();
            self.status.asking_since =
                asks.then(|| self.status.asking_since.unwrap_or_else(|| self.client.clock.now()));
            self.status.unread = self.history.unread();
            self.status.reads_targets = self.reads_targets();
            let news_at = self.history.news_at(&self.schedule);
            let next_at = news_at.or_else(|| self.history.questions_at(&self.schedule));
            self.status.next_at = Some(self.instant(next_at.map_or(at, |next| next.max(at))));
            self.publish_status();
            tokio::select! {
                biased;
                Some(message) = self.inbox.recv() => {
                    self.receive(&message);
                    continue;
                }
                () = tokio::time::sleep_until(at) => {}
                Some(answer) = on_their_way.history.join_next() => {
                    self.take_older(answer, on_their_way).await;
                    continue;
                }
                Some(answer) = on_their_way.details.join_next() => {
                    self.take_details(answer, on_their_way).await;
                    continue;
                }
                Some(answer) = on_their_way.lookups.join_next() => {
                    if let Some(answer) = joined(answer) {
                        self.take_lookup(answer).await;
                    }
                    continue;
                }
            }
            if let Some(by) = self.jumps.jumped() {
                let (account, seconds) = (&self.client.account, by.num_seconds());
                tracing::info!(%account, seconds, "the clock moved");
                self.receive(&SyncMsg::Refresh);
            }
            match task {
                Task::Older => self.ask_older(on_their_way),
                Task::Details => self.ask_detail(on_their_way).await,
                Task::Resources | Task::Limits => self.look_up(task, on_their_way),
                Task::News | Task::Follow | Task::Attribution | Task::OlderAttribution => {
                    self.perform(task).await;
                }
            }
        }
    }

    fn receive(&mut self, message: &SyncMsg) {
        let now = self.client.vendor_now();
        match message {
            SyncMsg::Refresh | SyncMsg::Wanted => {
                self.schedule.refresh();
                if *message == SyncMsg::Wanted {
                    self.schedule.hurry();
                }
                if let Some(attribution) = &mut self.attribution {
                    attribution.refresh();
                }
                self.history.refresh(now);
            }
            SyncMsg::Sent(resource) => {
                self.schedule.hurry();
                if !self.limits.borrow().quotas.is_empty() {
                    self.schedule.limits_at = Instant::now();
                }
                self.history.mark_active(resource, now);
                // The sender reads news as well.
                self.details.look_since(now - SENT_WITHIN);
            }
            SyncMsg::Shown(ids) => self.details.show(ids),
            // Nobody else reads this account.
            SyncMsg::Synced(_) | SyncMsg::StoreChanged => {}
        }
    }

    /// Returns the next task and its time.
    fn next(&self, on_their_way: &OnTheirWay) -> (Task, Instant) {
        let mut due = Vec::new();
        due.extend(self.history.news_at(&self.schedule).map(|at| (at, Task::News)));
        if on_their_way.lookups.is_empty() {
            due.push((self.schedule.resources_at, Task::Resources));
            due.push((self.schedule.limits_at, Task::Limits));
        }
        if let Some(at) = self.polls.next_at() {
            let wait = (at - self.client.vendor_now()).to_std().unwrap_or_default();
            due.push((Instant::now() + wait, Task::Follow));
        }
        let older_at = self.older_at(on_their_way.counted());
        due.extend(older_at.map(|at| (at, Task::Older)));
        due.extend(self.details_at(on_their_way, older_at).map(|at| (at, Task::Details)));
        let on_their_way = on_their_way.history.len();
        if let Some(attribution) = &self.attribution
            && self.schedule.had_news
        {
            due.push((attribution.news_at(), Task::Attribution));
            if !self.reads_older(on_their_way) {
                due.push((attribution.older_at(), Task::OlderAttribution));
            }
        }
        self.schedule.first(due)
    }

    async fn perform(&mut self, task: Task) {
        let begun_at = Instant::now();
        let done = match task {
            Task::News => self.read_news().await,
            // Their answers are taken as they come.
            Task::Older | Task::Details | Task::Resources | Task::Limits => return,
            Task::Follow => self.follow().await,
            Task::Attribution | Task::OlderAttribution => self.read_attribution(task).await,
        };
        self.finish(task, begun_at, done);
    }

    /// Takes the end of a task into account.
    fn finish(&mut self, task: Task, begun_at: Instant, done: Result<(), SyncError>) {
        self.status.older = self.history.older();
        if done.is_err() || task != Task::News || !self.history.is_reading_news() {
            self.note_tried(task);
        }
        match done {
            Ok(()) => self.succeeded(task, begun_at),
            Err(SyncError::Vendor(failure)) => self.failed(task, failure),
            Err(SyncError::Store(error)) => self.not_written(error),
        }
        let reads = self.attribution.as_ref().is_some_and(Attribution::is_reading_news);
        self.status.named =
            self.attribution.is_none() || (self.tried.contains(&Task::Attribution) && !reads);
    }

    fn note_tried(&mut self, task: Task) {
        self.tried.insert(task);
        self.status.initial_sync_done = [Task::News, Task::Resources, Task::Limits]
            .iter()
            .all(|task| self.tried.contains(task));
    }

    fn succeeded(&mut self, task: Task, begun_at: Instant) {
        self.schedule.succeeded(task, begun_at);
        self.reported = None;
        self.status.not_written = None;
        match task {
            Task::News | Task::Follow | Task::Older => self.status.failure = None,
            Task::Resources
            | Task::Limits
            | Task::Details
            | Task::Attribution
            | Task::OlderAttribution => {}
        }
    }

    fn failed(&mut self, task: Task, failure: Failure) {
        let account = &self.client.account;
        tracing::warn!(%account, ?task, %failure, "the vendor did not answer well");
        let needed = match task {
            Task::News | Task::Follow => true,
            Task::Resources => self.history.needs_resources(),
            Task::Older => self.history.reads_news_at_once(),
            Task::Limits | Task::Details | Task::Attribution | Task::OlderAttribution => false,
        };
        let wait = self.schedule.failed(task, needed, &failure);
        if matches!(task, Task::Attribution | Task::OlderAttribution)
            && let Some(attribution) = &mut self.attribution
            && attribution.failed(&failure, wait)
        {
            self.client.events.notice(
                Level::Info,
                Some(&self.client.account),
                format!(
                    "Who purged is not known: the vendor's activity log cannot be read. {failure}"
                ),
            );
        }
        if task == Task::Older {
            self.history.put_off(wait);
        }
        if needed {
            self.status.failure = Some(failure);
        }
    }

    /// Reports once that the store fails; the task is tried again later.
    fn not_written(&mut self, error: StoreError) {
        self.schedule.not_written();
        self.status.not_written = Some(Box::new(error.clone()));
        self.publish_status();
        if self.reported.as_ref() != Some(&error) {
            self.client.events.notice(Level::Error, Some(&self.client.account), error.to_string());
            self.reported = Some(error);
        }
    }

    fn instant(&self, at: Instant) -> DateTime<Utc> {
        let wait = at.saturating_duration_since(Instant::now());
        self.client.clock.now() + delta(wait)
    }

    fn publish_status(&mut self) {
        // A time of the next request that moved by less than a second is not published.
        let second = |status: &AccountStatus| status.next_at.map(|at| at.timestamp());
        let same_time = second(&self.status) == second(&self.published);
        if same_time {
            self.status.next_at = self.published.next_at;
        }
        if self.status != self.published {
            self.published = self.status.clone();
            self.client.events.publish(Event::Account {
                account: self.client.account.clone(),
                status: self.status.clone(),
            });
        }
    }
}
