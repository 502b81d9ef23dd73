//! Reads the history of an account's vendor into the store and keeps it up to date.
//!
//! Each account has a sync of its own: a vendor that is slow, fails or answers nonsense delays no
//! other account. A sync sends one request at a time. News come first, then purges that are not
//! finished, then resources and limits, which change slowly, then older history. When nothing is
//! due it sleeps on one timer.

mod attribution;
mod backoff;
mod list_strategy;
mod offset_scan;
mod range_scan;
mod range_strategy;
mod schedule;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::attribution::{Attribution, AttributionStep};
use self::list_strategy::{ACTIVE_FOR, ListStrategy};
use self::range_strategy::{RangeStrategy, Step};
use self::schedule::{SyncSchedule, Task};
use super::account_client::{AccountClient, SyncError};
use super::clock::{JumpWatch, delta};
use super::messages::{SenderMsg, SyncMsg};
use super::poll::{Poll, PollPolicy, PollSet, Unfinished};
use crate::domain::activity::Names;
use crate::domain::coverage::Coverage;
use crate::domain::event::{AccountStatus, Event, Level, StoreError};
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::limits::{HistoryRule, Limits, Reading};
use crate::domain::resource::Resource;
use crate::domain::text::escape_control;
use crate::providers::HistoryRequest;
use crate::store::{Reader, StoreFailure};

pub(super) use self::range_scan::RangeScan;

/// Largest number of pages to poll one purge where the vendor cannot look it up.
const POLL_PAGES: usize = 20;

/// Bounds of the timeout of the activity log, which is otherwise the time until news are due.
const MIN_ACTIVITY_WAIT: Duration = Duration::from_secs(2);
const MAX_ACTIVITY_WAIT: Duration = Duration::from_secs(20);

/// The strategy by which an account's history is read.
#[derive(Debug)]
enum History {
    Ranges(Box<RangeStrategy>),
    Lists(Box<ListStrategy>),
}

impl History {
    fn new(rule: &HistoryRule, coverage: Coverage, refresh: Duration) -> Self {
        if rule.per_resource || rule.reading == Reading::Pages {
            Self::Lists(Box::new(ListStrategy::new(rule.clone(), refresh)))
        } else {
            Self::Ranges(Box::new(RangeStrategy::new(rule.clone(), coverage)))
        }
    }

    fn older(&self) -> Option<(u64, Option<u64>)> {
        match self {
            Self::Ranges(ranges) => ranges.older(),
            Self::Lists(lists) => lists.older(),
        }
    }
}

/// Keeps one account up to date.
#[derive(Debug)]
pub(super) struct AccountSync {
    client: AccountClient,
    inbox: mpsc::UnboundedReceiver<SyncMsg>,
    limits: watch::Sender<Arc<Limits>>,
    resources: Arc<Vec<Resource>>,
    history: History,
    polls: PollSet,
    policy: PollPolicy,
    schedule: SyncSchedule,
    /// Reads the authors of purges, where the vendor has an activity log.
    attribution: Option<Attribution>,
    status: AccountStatus,
    published: AccountStatus,
    reported: Option<StoreError>,
    jumps: JumpWatch,
    /// Tasks that were tried to their end at least once.
    tried: BTreeSet<Task>,
}

/// The stored state of an account from which its sync starts.
#[derive(Clone, Debug, Default)]
pub(super) struct SavedState {
    pub(super) coverage: Coverage,
    /// The ranges for which the vendor's activity log was read.
    pub(super) activity: Coverage,
    pub(super) synced_at: Option<DateTime<Utc>>,
    pub(super) resources: Arc<Vec<Resource>>,
    pub(super) active: Vec<(ResourceId, DateTime<Utc>)>,
}

impl SavedState {
    /// Reads it from the store.
    pub(super) fn read(
        reader: &Reader,
        account: &AccountName,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreFailure> {
        let seen = reader.accounts()?;
        let resources = reader.resources(account)?.resources;
        let all: Vec<_> =
            resources.iter().map(|resource| (account.clone(), resource.id.clone())).collect();
        let recent = reader.recent(&all, now - ACTIVE_FOR)?.into_iter();
        Ok(Self {
            coverage: reader.coverage(account)?,
            activity: reader.attempt_coverage(account)?,
            synced_at: seen
                .into_iter()
                .find(|seen| seen.account == *account)
                .and_then(|seen| seen.synced_at),
            resources: Arc::new(resources),
            active: recent.map(|recent| (recent.spent.resource, recent.spent.at)).collect(),
        })
    }

    /// Returns the account's status before the first request.
    pub(super) fn status(&self) -> AccountStatus {
        AccountStatus { synced_at: self.synced_at, ..AccountStatus::default() }
    }
}

impl AccountSync {
    /// Makes a sync that continues from the stored state.
    pub(super) fn new(
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
        let mut history = History::new(&known.history, saved.coverage.clone(), refresh);
        if let History::Lists(lists) = &mut history {
            lists.resources(&saved.resources, None);
            for (resource, at) in &saved.active {
                lists.mark_active(resource, *at);
            }
        }
        let schedule = SyncSchedule::new(refresh, matches!(history, History::Lists(_)));
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
            attribution,
            reported: None,
            jumps,
            tried: BTreeSet::new(),
        }
    }

    /// Works until `stop`.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = self.count_unfinished() => {}
        }
        loop {
            let (task, at) = self.next();
            self.status.asking_since = (at <= Instant::now())
                .then(|| self.status.asking_since.unwrap_or_else(|| self.client.clock.now()));
            self.status.next_at = Some(self.instant(self.news_at().max(at)));
            self.publish_status();
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Some(message) = self.inbox.recv() => {
                    self.receive(&message);
                    continue;
                }
                () = tokio::time::sleep_until(at) => {}
            }
            if let Some(by) = self.jumps.jumped() {
                let (account, seconds) = (&self.client.account, by.num_seconds());
                tracing::info!(%account, seconds, "the clock moved");
                self.receive(&SyncMsg::Refresh);
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = self.perform(task) => {}
            }
        }
    }

    fn receive(&mut self, message: &SyncMsg) {
        let now = self.client.vendor_now();
        match message {
            SyncMsg::Refresh => {
                self.schedule.refresh();
                if let Some(attribution) = &mut self.attribution {
                    attribution.refresh();
                }
                if let History::Lists(lists) = &mut self.history {
                    lists.refresh(now);
                }
            }
            SyncMsg::Sent(resource) => {
                self.schedule.hurry();
                if !self.limits.borrow().quotas.is_empty() {
                    self.schedule.limits_at = Instant::now();
                }
                if let History::Lists(lists) = &mut self.history {
                    lists.mark_active(resource, now);
                }
            }
        }
    }

    /// Returns the next task and its time.
    fn next(&self) -> (Task, Instant) {
        let mut due = vec![
            (self.news_at(), Task::News),
            (self.schedule.resources_at, Task::Resources),
            (self.schedule.limits_at, Task::Limits),
        ];
        if let Some(at) = self.polls.next_at() {
            let wait = (at - self.client.vendor_now()).to_std().unwrap_or_default();
            due.push((Instant::now() + wait, Task::Follow));
        }
        if let History::Ranges(ranges) = &self.history
            && self.schedule.had_news
        {
            due.push((ranges.older_at(), Task::Older));
        }
        if let Some(attribution) = &self.attribution
            && self.schedule.had_news
        {
            due.push((attribution.news_at(), Task::Attribution));
            due.push((attribution.older_at(), Task::OlderAttribution));
        }
        self.schedule.first(due)
    }

    fn news_at(&self) -> Instant {
        match &self.history {
            History::Ranges(ranges) if ranges.is_reading_news() => Instant::now(),
            History::Ranges(_) => self.schedule.news_at(),
            History::Lists(lists) => {
                let next = lists
                    .next_at()
                    .unwrap_or_else(|| self.schedule.resources_at + Duration::from_secs(1));
                self.schedule.hurry_at().map_or(next, |hurry| next.min(hurry))
            }
        }
    }

    async fn perform(&mut self, task: Task) {
        let done = match task {
            Task::News => self.read_news().await,
            Task::Older => self.read_older().await,
            Task::Follow => self.follow().await,
            Task::Resources => self.read_resources().await,
            Task::Limits => self.read_limits().await,
            Task::Attribution | Task::OlderAttribution => self.read_attribution(task).await,
        };
        self.status.older = self.history.older();
        if done.is_err() || task != Task::News || !self.is_reading_news() {
            self.tried.insert(task);
        }
        self.status.initial_sync_done = [Task::News, Task::Resources, Task::Limits]
            .iter()
            .all(|task| self.tried.contains(task));
        match done {
            Ok(()) => {
                self.schedule.succeeded(task);
                self.reported = None;
                self.status.not_written = None;
                match task {
                    Task::News | Task::Follow | Task::Older => self.status.failure = None,
                    Task::Resources | Task::Limits | Task::Attribution | Task::OlderAttribution => {
                    }
                }
            }
            Err(SyncError::Vendor(failure)) => self.failed(task, failure),
            Err(SyncError::Store(error)) => self.not_written(error),
        }
        let reads = self.attribution.as_ref().is_some_and(Attribution::is_reading_news);
        self.status.named =
            self.attribution.is_none() || (self.tried.contains(&Task::Attribution) && !reads);
    }

    /// Returns whether a reading of news has begun and not ended.
    fn is_reading_news(&self) -> bool {
        matches!(&self.history, History::Ranges(ranges) if ranges.is_reading_news())
    }

    async fn read_news(&mut self) -> Result<(), SyncError> {
        let step = match &mut self.history {
            History::Ranges(ranges) => ranges.read_news(&self.client).await?,
            History::Lists(lists) => {
                if self.schedule.start_hurry_round() {
                    lists.refresh(self.client.vendor_now());
                }
                lists.read(&self.client).await?
            }
        };
        if step.over || matches!(self.history, History::Lists(_)) {
            let now = self.client.clock.now();
            self.status.synced_at = Some(now);
            self.schedule.news_read();
            // Where there is no sender, everything is being stopped.
            let _ = self.client.sender.send(SenderMsg::NewsRead);
            let account = self.client.account.clone();
            self.client
                .writer
                .call(move |store| store.writer()?.mark_synced(&account, now))
                .await
                .map_err(SyncError::Store)?;
        }
        if step.changed
            && let Some(attribution) = &mut self.attribution
        {
            attribution.purges_came();
        }
        self.finish_step(step).await;
        Ok(())
    }

    async fn read_attribution(&mut self, task: Task) -> Result<(), SyncError> {
        let now = Instant::now();
        // In any case, news are read when they are due, or little later.
        let until = self.news_at().clamp(now + MIN_ACTIVITY_WAIT, now + MAX_ACTIVITY_WAIT);
        let Some(attribution) = &mut self.attribution else {
            return Ok(());
        };
        let told = if task == Task::OlderAttribution {
            attribution.read_older(&self.client, until).await?
        } else {
            attribution.read_news(&self.client, until).await?
        };
        self.client.changed(&told.recorded);
        if let Some(words) = self.refusals(&told) {
            self.client.events.notice(Level::Info, Some(&self.client.account), words);
        }
        Ok(())
    }

    /// Words the purges that the vendor refused to others: the last one and the number of the rest.
    fn refusals(&self, told: &AttributionStep) -> Option<String> {
        let last = told.refused.iter().max_by_key(|refused| refused.at)?;
        let on = self.resources.iter().find(|resource| resource.id == last.resource);
        let on = on.map_or(last.resource.as_str(), |resource| resource.cname.as_str());
        let by = last.by.as_deref().unwrap_or("somebody");
        let words = format!(
            "The vendor refused a purge of {} by {} ({}, {}).",
            escape_control(on, 80),
            escape_control(by, 60),
            last.status,
            last.why()
        );
        Some(match told.refused.len() {
            1 => words,
            many => format!("{words} And {} more.", many - 1),
        })
    }

    async fn read_older(&mut self) -> Result<(), SyncError> {
        if let History::Ranges(ranges) = &mut self.history {
            let step = ranges.read_older(&self.client).await?;
            self.finish_step(step).await;
        }
        Ok(())
    }

    async fn finish_step(&mut self, step: Step) {
        if let Some((from, until)) = step.incomplete {
            self.client.events.notice(
                Level::Warning,
                Some(&self.client.account),
                format!(
                    "The vendor holds back a part of its history between {from} and {until}: more \
                     was purged in that time than it tells at once. The list is not complete there."
                ),
            );
        }
        if step.changed {
            self.count_unfinished().await;
        }
    }

    async fn count_unfinished(&mut self) {
        let now = self.client.vendor_now();
        let (account, since) = (self.client.account.clone(), now - self.policy.reach());
        let unfinished =
            self.client.writer.call(move |store| store.reader.unfinished(&account, since)).await;
        match unfinished {
            Ok(purges) => {
                let purges = purges.into_iter().map(Unfinished::from).collect();
                self.polls.update(purges, &self.policy, now);
                self.status.unfinished = self.polls.len() as u32;
            }
            Err(error) => self.not_written(error),
        }
    }

    async fn follow(&mut self) -> Result<(), SyncError> {
        let now = self.client.vendor_now();
        for poll in self.polls.due(&self.policy, now) {
            // Noted first: a poll that fails must not be repeated at once.
            self.polls.polled(&poll.ids, now);
            self.poll(&poll).await?;
        }
        self.polls.give_up(&self.policy, now);
        self.count_unfinished().await;
        Ok(())
    }

    async fn poll(&mut self, poll: &Poll) -> Result<(), SyncError> {
        let rule = self.limits.borrow().history.clone();
        let mut offset = 0;
        let mut scan = RangeScan::new(&rule, &[poll.range_to_ask(&rule)], false);
        for _ in 0..POLL_PAGES {
            let mut ask = match &self.history {
                History::Ranges(_) => match scan.ask() {
                    Some(ask) => ask,
                    None => break,
                },
                History::Lists(_) => HistoryRequest { offset, ..HistoryRequest::default() },
            };
            poll.narrow(&mut ask);
            let told = match self.client.ask(&ask, &rule).await {
                Ok(told) => told,
                // Only this request failed; the others are still made.
                Err(failure) if failure.is_about_the_question() => break,
                Err(failure) => return Err(SyncError::Vendor(failure)),
            };
            scan.answer(&told.page, told.edge);
            offset += told.page.records;
            let last = told.page.complete || told.page.records == 0;
            let found =
                poll.ids.iter().all(|id| told.page.purges.iter().any(|purge| purge.id == *id));
            self.client.write(told.page.purges, None).await.map_err(SyncError::Store)?;
            if found || (last && matches!(self.history, History::Lists(_))) {
                break;
            }
        }
        Ok(())
    }

    async fn read_resources(&mut self) -> Result<(), SyncError> {
        let (asked_at, doubt) = (self.client.vendor_now(), self.client.doubt());
        let resources = self.client.provider.resources().await.map_err(SyncError::Vendor)?;
        if let History::Lists(lists) = &mut self.history {
            lists.resources(&resources, Some(asked_at - doubt));
        }
        if *self.resources != resources {
            self.resources = Arc::new(resources);
            let (saved, account) = (Arc::clone(&self.resources), self.client.account.clone());
            let now = self.client.clock.now();
            self.client.events.publish(Event::Resources {
                account: account.clone(),
                resources: Arc::clone(&self.resources),
            });
            self.client
                .writer
                .call(move |store| store.writer()?.save_resources(&account, &saved, now))
                .await
                .map_err(SyncError::Store)?;
        }
        Ok(())
    }

    async fn read_limits(&mut self) -> Result<(), SyncError> {
        let limits = match self.client.provider.live_limits().await {
            Ok(limits) => Arc::new(limits),
            Err(failure) if failure.cause == Cause::Unsupported => return Ok(()),
            Err(failure) => return Err(SyncError::Vendor(failure)),
        };
        if **self.limits.borrow() != *limits {
            self.policy = PollPolicy::of(&limits);
            if let History::Ranges(ranges) = &mut self.history {
                ranges.rule(&limits.history);
            }
            self.limits.send_replace(Arc::clone(&limits));
            // Requests that wait for room may have it now. Where there is no sender, everything is
            // being stopped.
            let _ = self.client.sender.send(SenderMsg::Limits);
            self.client
                .events
                .publish(Event::Limits { account: self.client.account.clone(), limits });
        }
        Ok(())
    }

    fn failed(&mut self, task: Task, failure: Failure) {
        let account = &self.client.account;
        tracing::warn!(%account, ?task, %failure, "the vendor did not answer well");
        let needed = match (&self.history, task) {
            (_, Task::News | Task::Follow) | (History::Lists(_), Task::Resources) => true,
            (
                _,
                Task::Older
                | Task::Resources
                | Task::Limits
                | Task::Attribution
                | Task::OlderAttribution,
            ) => false,
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
        if task == Task::Older
            && let History::Ranges(ranges) = &mut self.history
        {
            ranges.put_off(wait);
        }
        if needed {
            self.status.failure = Some(failure);
        }
    }

    /// Reports once that the store fails; the task is tried again later.
    fn not_written(&mut self, error: StoreError) {
        self.schedule.not_written();
        self.status.not_written = Some(error.clone());
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
