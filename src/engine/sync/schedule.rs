//! Schedules the tasks of a sync, with the pauses that failures impose.

use std::time::Duration;

use tokio::time::Instant;

use super::backoff::Backoff;
use crate::domain::failure::{Cause, Failure};

/// Interval of reading resources and limits.
const UPKEEP: Duration = Duration::from_hours(1);
/// Interval of reading resources where history is per resource: an unknown one has no history here.
const UPKEEP_OF_LISTS: Duration = Duration::from_mins(10);
/// First pause before looking for a purge that was sent; doubled each time, up to the last.
const HURRY: Duration = Duration::from_secs(2);
const HURRY_LAST: Duration = Duration::from_secs(64);
/// Pause after a failure of the store.
const STORE: Duration = Duration::from_secs(10);

/// The tasks of a sync, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    /// Read the newest history.
    News,
    /// Poll unfinished purges.
    Follow,
    /// Ask for the targets of a purge. It waits for no answer.
    Details,
    /// Ask for older history, and for lists of resources. It waits for no answer.
    Older,
    /// Read the resources.
    Resources,
    /// Read the limits.
    Limits,
    /// Read the authors of the newest purges.
    Attribution,
    /// Read the authors of older purges.
    OlderAttribution,
}

/// The times of an account's tasks.
#[derive(Debug)]
pub(super) struct SyncSchedule {
    refresh: Duration,
    upkeep: Duration,
    news_at: Instant,
    /// The next reading of news for a purge that was just sent, and the pause before it.
    hurry: Option<(Instant, Duration)>,
    pub(super) resources_at: Instant,
    pub(super) limits_at: Instant,
    /// No request is made before.
    blocked: Option<Instant>,
    /// The vendor answered "too many requests".
    rate_limited: bool,
    /// The last failure that made anything wait.
    failed_at: Option<Instant>,
    /// News were read at least once.
    pub(super) had_news: bool,
    backoff: Backoff,
    resources_backoff: Backoff,
    limits_backoff: Backoff,
    older_backoff: Backoff,
    attribution_backoff: Backoff,
}

impl SyncSchedule {
    /// Makes a schedule by which everything is due now.
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
            failed_at: None,
            had_news: false,
            backoff: backoff(),
            resources_backoff: backoff(),
            limits_backoff: backoff(),
            older_backoff: backoff(),
            attribution_backoff: backoff(),
        }
    }

    /// Returns the first of these tasks and its time; of those that are due, the most urgent one.
    /// Answers have to come first if there is none.
    pub(super) fn first(&self, due: Vec<(Instant, Task)>) -> (Task, Instant) {
        let earliest = self.blocked.unwrap_or_else(Instant::now).max(Instant::now());
        due.into_iter()
            .map(|(at, task)| (at.max(earliest), task))
            .min()
            .map_or((Task::Resources, earliest + UPKEEP), |(at, task)| (task, at))
    }

    /// Returns the time when news are due.
    pub(super) fn news_at(&self) -> Instant {
        self.hurry.map_or(self.news_at, |(at, _)| at.min(self.news_at))
    }

    /// Notes that news were read.
    pub(super) fn news_read(&mut self) {
        self.had_news = true;
        self.news_at = Instant::now() + self.refresh;
        self.start_hurry_round();
    }

    /// Returns the time of the next reading of news for a purge that was sent.
    pub(super) fn hurry_at(&self) -> Option<Instant> {
        self.hurry.map(|(at, _)| at)
    }

    /// Begins the next look for a purge that was sent, if it is time for one, and schedules the one
    /// after it. Returns true if it began.
    pub(super) fn start_hurry_round(&mut self) -> bool {
        let now = Instant::now();
        let Some((_, pause)) = self.hurry.filter(|(at, _)| *at <= now) else {
            return false;
        };
        self.hurry = (pause < HURRY_LAST).then(|| (now + pause * 2, pause * 2));
        true
    }

    /// Schedules readings of news for a purge that was sent.
    pub(super) fn hurry(&mut self) {
        self.hurry = Some((Instant::now() + HURRY, HURRY));
    }

    /// Makes everything due now, unless the vendor answered "too many requests".
    pub(super) fn refresh(&mut self) {
        let now = Instant::now();
        (self.news_at, self.resources_at, self.limits_at) = (now, now, now);
        if !self.rate_limited {
            self.blocked = None;
        }
    }

    /// True while no request may be made.
    pub(super) fn is_blocked(&self) -> bool {
        self.blocked.is_some_and(|until| until > Instant::now())
    }

    /// True for a question that was asked after the last failure: only its answer tells more than
    /// the failure did.
    pub(super) fn is_after_failure(&self, asked_at: Instant) -> bool {
        self.failed_at.is_none_or(|failed_at| asked_at > failed_at)
    }

    /// Notes that a task succeeded that was begun at an instant.
    pub(super) fn succeeded(&mut self, task: Task, begun_at: Instant) {
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
            // Its pauses are its queue's own.
            Task::Details => {}
            Task::Attribution | Task::OlderAttribution => self.attribution_backoff.succeeded(),
        }
        if !matches!(task, Task::Attribution | Task::OlderAttribution)
            && self.is_after_failure(begun_at)
        {
            self.blocked = None;
            self.rate_limited = false;
        }
    }

    /// Notes that a task failed. Where the task is `needed`, or the vendor limits the rate, all
    /// tasks wait; else only this one. Returns the pause.
    pub(super) fn failed(&mut self, task: Task, needed: bool, failure: &Failure) -> Duration {
        let rate_limited = matches!(failure.cause, Cause::RateLimited { .. });
        let backoff = match task {
            Task::News | Task::Follow => &mut self.backoff,
            Task::Resources => &mut self.resources_backoff,
            Task::Limits => &mut self.limits_backoff,
            Task::Older | Task::Details => &mut self.older_backoff,
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
            | Task::Details
            | Task::Attribution
            | Task::OlderAttribution => {}
        }
        // Authors are optional: their log never keeps history from being read.
        let optional = matches!(task, Task::Attribution | Task::OlderAttribution);
        if needed || task == Task::Older || (rate_limited && !optional) {
            self.failed_at = Some(Instant::now());
        }
        if needed || (rate_limited && !optional) {
            self.blocked = Some(again);
            self.rate_limited = rate_limited;
        }
        wait
    }

    /// Notes that the store failed.
    pub(super) fn not_written(&mut self) {
        let now = Instant::now();
        (self.blocked, self.failed_at) = (Some(now + STORE), Some(now));
    }
}
