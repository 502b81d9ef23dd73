//! When a keeper does what: the times of its tasks, and the pauses that failures impose.

use std::time::Duration;

use tokio::time::Instant;

use super::backoff::Backoff;
use crate::domain::failure::{Cause, Failure};

/// How often resources and limits are read again.
const UPKEEP: Duration = Duration::from_hours(1);
/// How often resources are read where history is per resource: one that is not known has no history here.
const UPKEEP_OF_LISTS: Duration = Duration::from_mins(10);
/// The first pause before a purge that went out is looked for; doubled each time, up to the last.
const HURRY: Duration = Duration::from_secs(2);
const HURRY_LAST: Duration = Duration::from_secs(64);
/// How long to wait when the store takes nothing.
const STORE: Duration = Duration::from_secs(10);

/// What a keeper does, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    /// Read the newest history.
    News,
    /// Look at unfinished purges.
    Follow,
    /// Read what there is to purge.
    Resources,
    /// Read what the vendor accepts.
    Limits,
    /// Read who asked for the newest purges.
    Attribution,
    /// Read older history.
    Older,
    /// Read who asked for older purges.
    OlderAttribution,
}

/// The times of an account's tasks.
#[derive(Debug)]
pub(super) struct SyncSchedule {
    refresh: Duration,
    upkeep: Duration,
    news_at: Instant,
    /// Looks for a purge that just went out: the next one and the pause after it.
    hurry: Option<(Instant, Duration)>,
    pub(super) resources_at: Instant,
    pub(super) limits_at: Instant,
    /// Nothing is asked before.
    blocked: Option<Instant>,
    /// Whether the vendor itself said when to come back.
    rate_limited: bool,
    /// Whether news were read at least once.
    pub(super) had_news: bool,
    backoff: Backoff,
    resources_backoff: Backoff,
    limits_backoff: Backoff,
    older_backoff: Backoff,
    attribution_backoff: Backoff,
}

impl SyncSchedule {
    /// Everything is due now.
    pub(super) fn new(refresh: Duration, lists: bool) -> Self {
        let now = Instant::now();
        let backoff = || Backoff::new(fastrand::Rng::new());
        Self {
            refresh,
            upkeep: if lists { UPKEEP_OF_LISTS } else { UPKEEP },
            news_at: now,
            hurry: None,
            resources_at: now,
            limits_at: now,
            blocked: None,
            rate_limited: false,
            had_news: false,
            backoff: backoff(),
            resources_backoff: backoff(),
            limits_backoff: backoff(),
            older_backoff: backoff(),
            attribution_backoff: backoff(),
        }
    }

    /// The first of these tasks, and when it may be done; the more urgent one of those that are due.
    pub(super) fn first(&self, due: Vec<(Instant, Task)>) -> (Task, Instant) {
        let earliest = self.blocked.unwrap_or_else(Instant::now).max(Instant::now());
        due.into_iter()
            .map(|(at, task)| (at.max(earliest), task))
            .min()
            .map_or((Task::News, earliest), |(at, task)| (task, at))
    }

    /// When news are due.
    pub(super) fn news_at(&self) -> Instant {
        self.hurry.map_or(self.news_at, |(at, _)| at.min(self.news_at))
    }

    /// News were read.
    pub(super) fn news_read(&mut self) {
        self.had_news = true;
        self.news_at = Instant::now() + self.refresh;
        self.start_hurry_round();
    }

    /// When a purge that went out is looked for next.
    pub(super) fn hurry_at(&self) -> Option<Instant> {
        self.hurry.map(|(at, _)| at)
    }

    /// Whether it is time to look for a purge that went out; the next look comes later then.
    pub(super) fn start_hurry_round(&mut self) -> bool {
        let now = Instant::now();
        let Some((_, pause)) = self.hurry.filter(|(at, _)| *at <= now) else {
            return false;
        };
        self.hurry = (pause < HURRY_LAST).then(|| (now + pause * 2, pause * 2));
        true
    }

    /// A purge went out.
    pub(super) fn hurry(&mut self) {
        self.hurry = Some((Instant::now() + HURRY, HURRY));
    }

    /// Everything now, unless the vendor said when to come back.
    pub(super) fn refresh(&mut self) {
        let now = Instant::now();
        (self.news_at, self.resources_at, self.limits_at) = (now, now, now);
        if !self.rate_limited {
            self.blocked = None;
        }
    }

    /// A task was done.
    pub(super) fn succeeded(&mut self, task: Task) {
        let next = Instant::now() + self.upkeep;
        match task {
            Task::News | Task::Follow => self.backoff.succeeded(),
            Task::Resources => {
                self.resources_backoff.succeeded();
                self.resources_at = next;
            }
            Task::Limits => {
                self.limits_backoff.succeeded();
                self.limits_at = next;
            }
            Task::Older => self.older_backoff.succeeded(),
            Task::Attribution | Task::OlderAttribution => self.attribution_backoff.succeeded(),
        }
        if !matches!(task, Task::Attribution | Task::OlderAttribution) {
            self.blocked = None;
            self.rate_limited = false;
        }
    }

    /// A task failed. Where the account cannot do without it, or the vendor wants to be left alone, everything waits;
    /// else that task alone. Returns how long.
    pub(super) fn failed(&mut self, task: Task, needed: bool, failure: &Failure) -> Duration {
        let rate_limited = matches!(failure.cause, Cause::RateLimited { .. });
        let backoff = match task {
            Task::News | Task::Follow => &mut self.backoff,
            Task::Resources => &mut self.resources_backoff,
            Task::Limits => &mut self.limits_backoff,
            Task::Older => &mut self.older_backoff,
            Task::Attribution | Task::OlderAttribution => &mut self.attribution_backoff,
        };
        let wait = backoff.failed(failure);
        let again = Instant::now() + wait;
        match task {
            Task::Resources => self.resources_at = again,
            Task::Limits => self.limits_at = again,
            Task::News
            | Task::Follow
            | Task::Older
            | Task::Attribution
            | Task::OlderAttribution => {}
        }
        // Attribution purged is a kindness: it never keeps history from being read.
        let attribution = matches!(task, Task::Attribution | Task::OlderAttribution);
        if needed || (rate_limited && !attribution) {
            self.blocked = Some(again);
            self.rate_limited = rate_limited;
        }
        wait
    }

    /// The store took nothing.
    pub(super) fn not_written(&mut self) {
        self.blocked = Some(Instant::now() + STORE);
    }
}
