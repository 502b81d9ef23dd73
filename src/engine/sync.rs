//! Bringing what an account's vendor knows into the store, and keeping it there up to date.
//!
//! One keeper for each account, each on its own: a vendor that is slow, fails or rambles keeps nobody waiting but itself.
//! A keeper asks one question at a time. News come first, then purges that are not finished, then what changes slowly
//! (resources, limits), then what is older. When nothing is due it sleeps on one timer.

mod agenda;
mod by_lists;
mod by_ranges;
mod pace;
mod passes;
mod ranges;
mod who;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::agenda::{Agenda, Task};
use self::by_lists::{ByLists, LIVELY};
use self::by_ranges::{ByRanges, Step};
use self::who::{Told, Who};
use super::account_client::{AccountClient, SyncError};
use super::clock::{JumpWatch, delta};
use super::follow::{Look, Looks, Patience, Unfinished};
use super::messages::{SenderMsg, SyncMsg};
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

pub(super) use self::ranges::Walk;

/// How many pages a look at one purge may take where the vendor cannot look it up.
const LOOK_PAGES: usize = 20;

/// How long the activity log is waited for: until news are due, within these bounds.
const WHO_LEAST: Duration = Duration::from_secs(2);
const WHO_MOST: Duration = Duration::from_secs(20);

/// How an account's history is read.
#[derive(Debug)]
enum History {
    Ranges(Box<ByRanges>),
    Lists(Box<ByLists>),
}

impl History {
    fn new(rule: &HistoryRule, coverage: Coverage, refresh: Duration) -> Self {
        if rule.per_resource || rule.reading == Reading::Pages {
            Self::Lists(Box::new(ByLists::new(rule.clone(), refresh)))
        } else {
            Self::Ranges(Box::new(ByRanges::new(rule.clone(), coverage)))
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
pub(super) struct Keeper {
    client: AccountClient,
    inbox: mpsc::UnboundedReceiver<SyncMsg>,
    limits: watch::Sender<Arc<Limits>>,
    resources: Arc<Vec<Resource>>,
    history: History,
    looks: Looks,
    patience: Patience,
    agenda: Agenda,
    /// Who asked for purges, where the vendor tells.
    who: Option<Who>,
    status: AccountStatus,
    posted: AccountStatus,
    named: Option<StoreError>,
    jumps: JumpWatch,
    /// What was tried to its end at least once.
    tried: BTreeSet<Task>,
}

/// What the store knows of an account when its keeper starts.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    pub(super) coverage: Coverage,
    /// For which times the vendor's activity log was read.
    pub(super) activity: Coverage,
    pub(super) synced_at: Option<DateTime<Utc>>,
    pub(super) resources: Arc<Vec<Resource>>,
    pub(super) lively: Vec<(ResourceId, DateTime<Utc>)>,
}

impl Kept {
    /// Reads it.
    pub(super) fn read(
        reader: &Reader,
        account: &AccountName,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreFailure> {
        let seen = reader.accounts()?;
        let resources = reader.resources(account)?.resources;
        let all: Vec<_> =
            resources.iter().map(|resource| (account.clone(), resource.id.clone())).collect();
        let recent = reader.recent(&all, now - LIVELY)?.into_iter();
        Ok(Self {
            coverage: reader.coverage(account)?,
            activity: reader.attempt_coverage(account)?,
            synced_at: seen
                .into_iter()
                .find(|seen| seen.account == *account)
                .and_then(|seen| seen.synced_at),
            resources: Arc::new(resources),
            lively: recent.map(|recent| (recent.spent.resource, recent.spent.at)).collect(),
        })
    }

    /// How the account stands before anything was asked.
    pub(super) fn status(&self) -> AccountStatus {
        AccountStatus { synced_at: self.synced_at, ..AccountStatus::default() }
    }
}

impl Keeper {
    /// A keeper that goes on from what the store knows.
    pub(super) fn new(
        client: AccountClient,
        inbox: mpsc::UnboundedReceiver<SyncMsg>,
        limits: watch::Sender<Arc<Limits>>,
        kept: Kept,
        refresh: Duration,
        names: Names,
    ) -> Self {
        let rule = client.provider.activity_log();
        let who = rule.map(|rule| Who::new(rule, names, kept.activity.clone()));
        let known = Arc::clone(&limits.borrow());
        let mut history = History::new(&known.history, kept.coverage.clone(), refresh);
        if let History::Lists(lists) = &mut history {
            lists.resources(&kept.resources, None);
            for (resource, at) in &kept.lively {
                lists.is_lively(resource, *at);
            }
        }
        let agenda = Agenda::new(refresh, matches!(history, History::Lists(_)));
        let jumps = client.clock.watch();
        Self {
            patience: Patience::of(&known),
            status: kept.status(),
            posted: kept.status(),
            resources: kept.resources,
            client,
            inbox,
            limits,
            history,
            looks: Looks::default(),
            agenda,
            who,
            named: None,
            jumps,
            tried: BTreeSet::new(),
        }
    }

    /// Works until `stop`.
    pub(super) async fn keep(mut self, stop: CancellationToken) {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = self.count_unfinished() => {}
        }
        loop {
            let (task, at) = self.next();
            self.status.asking = at <= Instant::now();
            self.status.next_at = Some(self.instant(self.news_at().max(at)));
            self.post();
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Some(word) = self.inbox.recv() => {
                    self.hear(&word);
                    continue;
                }
                () = tokio::time::sleep_until(at) => {}
            }
            if let Some(by) = self.jumps.jumped() {
                tracing::info!(account = %self.client.account, seconds = by.num_seconds(), "the clock moved");
                self.hear(&SyncMsg::Refresh);
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = self.perform(task) => {}
            }
        }
    }

    fn hear(&mut self, word: &SyncMsg) {
        let now = self.client.vendor_now();
        match word {
            SyncMsg::Refresh => {
                self.agenda.refresh();
                if let Some(who) = &mut self.who {
                    who.refresh();
                }
                if let History::Lists(lists) = &mut self.history {
                    lists.refresh(now);
                }
            }
            SyncMsg::Sent(resource) => {
                self.agenda.hurry();
                if !self.limits.borrow().quotas.is_empty() {
                    self.agenda.limits_at = Instant::now();
                }
                if let History::Lists(lists) = &mut self.history {
                    lists.is_lively(resource, now);
                }
            }
        }
    }

    /// What is to be done next, and when.
    fn next(&self) -> (Task, Instant) {
        let mut due = vec![
            (self.news_at(), Task::News),
            (self.agenda.resources_at, Task::Resources),
            (self.agenda.limits_at, Task::Limits),
        ];
        if let Some(at) = self.looks.next_at() {
            let wait = (at - self.client.vendor_now()).to_std().unwrap_or_default();
            due.push((Instant::now() + wait, Task::Follow));
        }
        if let History::Ranges(ranges) = &self.history
            && self.agenda.had_news
        {
            due.push((ranges.older_at(), Task::Older));
        }
        if let Some(who) = &self.who
            && self.agenda.had_news
        {
            due.push((who.news_at(), Task::Who));
            due.push((who.older_at(), Task::WhoBefore));
        }
        self.agenda.first(due)
    }

    fn news_at(&self) -> Instant {
        match &self.history {
            History::Ranges(ranges) if ranges.is_reading_news() => Instant::now(),
            History::Ranges(_) => self.agenda.news_at(),
            History::Lists(lists) => {
                let next = lists
                    .next_at()
                    .unwrap_or_else(|| self.agenda.resources_at + Duration::from_secs(1));
                self.agenda.hurry_at().map_or(next, |hurry| next.min(hurry))
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
            Task::Who | Task::WhoBefore => self.read_who(task).await,
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
                self.agenda.succeeded(task);
                self.named = None;
                self.status.not_written = None;
                match task {
                    Task::News | Task::Follow | Task::Older => self.status.failure = None,
                    Task::Resources | Task::Limits | Task::Who | Task::WhoBefore => {}
                }
            }
            Err(SyncError::Vendor(failure)) => self.failed(task, failure),
            Err(SyncError::Store(trouble)) => self.not_written(trouble),
        }
        let reads = self.who.as_ref().is_some_and(Who::is_reading_news);
        self.status.named = self.who.is_none() || (self.tried.contains(&Task::Who) && !reads);
    }

    /// Whether news are half read.
    fn is_reading_news(&self) -> bool {
        matches!(&self.history, History::Ranges(ranges) if ranges.is_reading_news())
    }

    async fn read_news(&mut self) -> Result<(), SyncError> {
        let step = match &mut self.history {
            History::Ranges(ranges) => ranges.read_news(&self.client).await?,
            History::Lists(lists) => {
                if self.agenda.start_hurry_round() {
                    lists.refresh(self.client.vendor_now());
                }
                lists.read(&self.client).await?
            }
        };
        if step.over || matches!(self.history, History::Lists(_)) {
            let now = self.client.clock.now();
            self.status.synced_at = Some(now);
            self.agenda.news_read();
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
            && let Some(who) = &mut self.who
        {
            who.purges_came();
        }
        self.took(step).await;
        Ok(())
    }

    async fn read_who(&mut self, task: Task) -> Result<(), SyncError> {
        let now = Instant::now();
        // Whatever comes of it, news are read when they are due, or hardly later.
        let until = self.news_at().clamp(now + WHO_LEAST, now + WHO_MOST);
        let Some(who) = &mut self.who else {
            return Ok(());
        };
        let told = if task == Task::WhoBefore {
            who.read_older(&self.client, until).await?
        } else {
            who.read_news(&self.client, until).await?
        };
        self.client.changed(&told.recorded);
        if let Some(words) = self.refusals(&told) {
            self.client.events.notice(Level::Info, Some(&self.client.account), words);
        }
        Ok(())
    }

    /// What the vendor refused to others, in words; the last one of several.
    fn refusals(&self, told: &Told) -> Option<String> {
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
            self.took(step).await;
        }
        Ok(())
    }

    async fn took(&mut self, step: Step) {
        if let Some((from, until)) = step.torn {
            self.client.events.notice(
                Level::Warning,
                Some(&self.client.account),
                format!(
                    "The vendor holds back a part of its history between {from} and {until}: more was purged in that \
                     time than it tells at once. The list is not complete there."
                ),
            );
        }
        if step.changed {
            self.count_unfinished().await;
        }
    }

    async fn count_unfinished(&mut self) {
        let now = self.client.vendor_now();
        let (account, since) = (self.client.account.clone(), now - self.patience.reach());
        let unfinished =
            self.client.writer.call(move |store| store.reader.unfinished(&account, since)).await;
        match unfinished {
            Ok(purges) => {
                let purges = purges.into_iter().map(Unfinished::from).collect();
                self.looks.update(purges, &self.patience, now);
                self.status.unfinished = self.looks.len() as u32;
            }
            Err(trouble) => self.not_written(trouble),
        }
    }

    async fn follow(&mut self) -> Result<(), SyncError> {
        let now = self.client.vendor_now();
        for look in self.looks.due(&self.patience, now) {
            // Noted first: a look that fails must not be the next thing to do again at once.
            self.looks.looked(&look.ids, now);
            self.look(&look).await?;
        }
        self.looks.give_up(&self.patience, now);
        self.count_unfinished().await;
        Ok(())
    }

    async fn look(&mut self, look: &Look) -> Result<(), SyncError> {
        let rule = self.limits.borrow().history.clone();
        let mut offset = 0;
        let mut walk = Walk::new(&rule, &[look.range_to_ask(&rule)], false);
        for _ in 0..LOOK_PAGES {
            let mut ask = match &self.history {
                History::Ranges(_) => match walk.ask() {
                    Some(ask) => ask,
                    None => break,
                },
                History::Lists(_) => HistoryRequest { offset, ..HistoryRequest::default() },
            };
            look.narrow(&mut ask);
            let told = match self.client.ask(&ask, &rule).await {
                Ok(told) => told,
                // This one question only: the others are put all the same.
                Err(failure) if failure.is_about_the_question() => break,
                Err(failure) => return Err(SyncError::Vendor(failure)),
            };
            walk.answer(&told.page, told.edge);
            offset += told.page.records;
            let last = told.page.complete || told.page.records == 0;
            let found =
                look.ids.iter().all(|id| told.page.purges.iter().any(|purge| purge.id == *id));
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
            let (kept, account) = (Arc::clone(&self.resources), self.client.account.clone());
            let now = self.client.clock.now();
            self.client.events.publish(Event::Resources {
                account: account.clone(),
                resources: Arc::clone(&self.resources),
            });
            self.client
                .writer
                .call(move |store| store.writer()?.save_resources(&account, &kept, now))
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
            self.patience = Patience::of(&limits);
            if let History::Ranges(ranges) = &mut self.history {
                ranges.rule(&limits.history);
            }
            self.limits.send_replace(Arc::clone(&limits));
            // What waits for room may have it now. Where there is no sender, everything is being stopped.
            let _ = self.client.sender.send(SenderMsg::Limits);
            self.client
                .events
                .publish(Event::Limits { account: self.client.account.clone(), limits });
        }
        Ok(())
    }

    fn failed(&mut self, task: Task, failure: Failure) {
        tracing::warn!(account = %self.client.account, ?task, %failure, "the vendor did not answer well");
        let needed = match (&self.history, task) {
            (_, Task::News | Task::Follow) | (History::Lists(_), Task::Resources) => true,
            (_, Task::Older | Task::Resources | Task::Limits | Task::Who | Task::WhoBefore) => {
                false
            }
        };
        let wait = self.agenda.failed(task, needed, &failure);
        if matches!(task, Task::Who | Task::WhoBefore)
            && let Some(who) = &mut self.who
            && who.failed(&failure, wait)
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

    /// The store takes nothing: said once, and tried again.
    fn not_written(&mut self, trouble: StoreError) {
        self.agenda.not_written();
        self.status.not_written = Some(trouble.clone());
        self.post();
        if self.named.as_ref() != Some(&trouble) {
            self.client.events.notice(
                Level::Error,
                Some(&self.client.account),
                trouble.to_string(),
            );
            self.named = Some(trouble);
        }
    }

    fn instant(&self, at: Instant) -> DateTime<Utc> {
        let wait = at.saturating_duration_since(Instant::now());
        self.client.clock.now() + delta(wait)
    }

    fn post(&mut self) {
        // A time of the next question that moved by less than a second is no news.
        let second = |status: &AccountStatus| status.next_at.map(|at| at.timestamp());
        let same_time = second(&self.status) == second(&self.posted);
        if same_time {
            self.status.next_at = self.posted.next_at;
        }
        if self.status != self.posted {
            self.posted = self.status.clone();
            self.client.events.publish(Event::Account {
                account: self.client.account.clone(),
                status: self.status.clone(),
            });
        }
    }
}
