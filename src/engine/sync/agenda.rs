//! When a keeper does what: the times of its tasks, and the pauses that failures impose.

use std::time::Duration;

use tokio::time::Instant;

use super::pace::Pace;
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
    Who,
    /// Read older history.
    Older,
    /// Read who asked for older purges.
    WhoBefore,
}

/// The times of an account's tasks.
#[derive(Debug)]
pub(super) struct Agenda {
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
    told_to_wait: bool,
    /// Whether news were read at least once.
    pub(super) had_news: bool,
    pace: Pace,
    resources_pace: Pace,
    limits_pace: Pace,
    older_pace: Pace,
    who_pace: Pace,
}

impl Agenda {
    /// Everything is due now.
    pub(super) fn new(refresh: Duration, lists: bool) -> Self {
        let now = Instant::now();
        let pace = || Pace::new(fastrand::Rng::new());
        Self {
            refresh,
            upkeep: if lists { UPKEEP_OF_LISTS } else { UPKEEP },
            news_at: now,
            hurry: None,
            resources_at: now,
            limits_at: now,
            blocked: None,
            told_to_wait: false,
            had_news: false,
            pace: pace(),
            resources_pace: pace(),
            limits_pace: pace(),
            older_pace: pace(),
            who_pace: pace(),
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
        if !self.told_to_wait {
            self.blocked = None;
        }
    }

    /// A task was done.
    pub(super) fn succeeded(&mut self, task: Task) {
        let next = Instant::now() + self.upkeep;
        match task {
            Task::News | Task::Follow => self.pace.succeeded(),
            Task::Resources => {
                self.resources_pace.succeeded();
                self.resources_at = next;
            }
            Task::Limits => {
                self.limits_pace.succeeded();
                self.limits_at = next;
            }
            Task::Older => self.older_pace.succeeded(),
            Task::Who | Task::WhoBefore => self.who_pace.succeeded(),
        }
        if !matches!(task, Task::Who | Task::WhoBefore) {
            self.blocked = None;
            self.told_to_wait = false;
        }
    }

    /// A task failed. Where the account cannot do without it, or the vendor wants to be left alone, everything waits;
    /// else that task alone. Returns how long.
    pub(super) fn failed(&mut self, task: Task, needed: bool, failure: &Failure) -> Duration {
        let told_to_wait = matches!(failure.cause, Cause::RateLimited { .. });
        let pace = match task {
            Task::News | Task::Follow => &mut self.pace,
            Task::Resources => &mut self.resources_pace,
            Task::Limits => &mut self.limits_pace,
            Task::Older => &mut self.older_pace,
            Task::Who | Task::WhoBefore => &mut self.who_pace,
        };
        let wait = pace.failed(failure);
        let again = Instant::now() + wait;
        match task {
            Task::Resources => self.resources_at = again,
            Task::Limits => self.limits_at = again,
            Task::News | Task::Follow | Task::Older | Task::Who | Task::WhoBefore => {}
        }
        // Who purged is a kindness: it never keeps history from being read.
        let who = matches!(task, Task::Who | Task::WhoBefore);
        if needed || (told_to_wait && !who) {
            self.blocked = Some(again);
            self.told_to_wait = told_to_wait;
        }
        wait
    }

    /// The store took nothing.
    pub(super) fn not_written(&mut self) {
        self.blocked = Some(Instant::now() + STORE);
    }
}
