//! Reads the authors of an account's purges from its vendor's activity log, with few requests.
//!
//! The cost: one request soon after news brought purges, but not within half a minute of the last
//! one, and else one every five minutes (more only where that time holds more than one answer); and
//! once for each store, at four a second, the requests to read the log back to its beginning: one
//! for every full answer, and some ten more.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::AccountSync;
use super::schedule::Task;
use crate::domain::activity::{Names, Refused};
use crate::domain::coverage::Coverage;
use crate::domain::event::Level;
use crate::domain::failure::{Cause, Failure};
use crate::domain::text::escape_control;
use crate::engine::account_client::{AccountClient, SyncError};
use crate::engine::clock::delta;
use crate::providers::{ActivityRequest, ActivityRule};
use crate::store::Recorded;

/// Interval of reading the newest part where nothing seems to happen: refused attempts show nowhere
/// else.
const USUAL: Duration = Duration::from_mins(5);
/// Shortest time between two readings of the newest part.
const LEAST: Duration = Duration::from_secs(30);
/// Pause between news and the reading of the log.
const AFTER_NEWS: Duration = Duration::from_secs(2);
/// Pause between two requests for older parts.
const PAUSE: Duration = Duration::from_millis(250);
/// Pause before looking for gaps again.
const GAPS_AGAIN: Duration = Duration::from_hours(1);
/// Pause before trying again a log that may not be read.
const CLOSED: Duration = Duration::from_hours(1);
/// Length of the part that is read again each time, for records that the log or the history had
/// late.
const OVERLAP: TimeDelta = TimeDelta::minutes(5);
/// Length of the newest part of a log that was never read, before anything older is read.
const FIRST_LOOK: TimeDelta = TimeDelta::hours(1);
/// Length of the pieces in which older parts are read, longer ones where little happened.
const PIECE: TimeDelta = TimeDelta::hours(6);
const LONGEST_PIECE: TimeDelta = TimeDelta::days(8);
/// A piece with more answers than this makes the next one shorter.
const MANY_ANSWERS: u32 = 4;

/// Bounds of the timeout of the log, which is otherwise the time until news are due.
const MIN_WAIT: Duration = Duration::from_secs(2);
const MAX_WAIT: Duration = Duration::from_secs(20);

/// The ranges of an account's activity log that were read, and the running readings.
#[derive(Debug)]
pub(super) struct Attribution {
    rule: ActivityRule,
    names: Names,
    renamed: bool,
    coverage: Coverage,
    news: Option<Reading>,
    /// The last time at which a reading of the newest part began.
    read_at: Option<Instant>,
    news_at: Instant,
    older: Option<Reading>,
    older_at: Instant,
    piece: TimeDelta,
    reported_closed: bool,
}

/// A range of the log that is being read.
#[derive(Clone, Copy, Debug)]
struct Reading {
    ask: ActivityRequest,
    answers: u32,
}

impl Reading {
    fn of(from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        Self { ask: ActivityRequest { from, until, offset: 0 }, answers: 0 }
    }
}

/// The result of one step of reading the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AttributionStep {
    /// The purges whose authors changed.
    pub(super) recorded: Recorded,
    /// Purges that the vendor refused to others since the last reading of the newest part.
    pub(super) refused: Vec<Refused>,
}

impl Attribution {
    /// Makes a reader that continues from the ranges that were read.
    pub(super) fn new(rule: ActivityRule, names: Names, coverage: Coverage) -> Self {
        let now = Instant::now();
        Self {
            rule,
            names,
            renamed: false,
            coverage,
            news: None,
            read_at: None,
            news_at: now,
            older: None,
            older_at: now,
            piece: PIECE,
            reported_closed: false,
        }
    }

    /// Returns the time to read the newest part.
    pub(super) fn news_at(&self) -> Instant {
        self.news_at
    }

    /// True if a reading of the newest part has begun and not ended.
    pub(super) fn is_reading_news(&self) -> bool {
        self.news.is_some()
    }

    /// Returns the time to read an older part.
    pub(super) fn older_at(&self) -> Instant {
        self.older_at
    }

    /// Notes that news brought purges whose authors are not known yet.
    pub(super) fn purges_came(&mut self) {
        let now = Instant::now();
        let earliest = self.read_at.map_or(now, |read| read + LEAST);
        self.news_at = self.news_at.min((now + AFTER_NEWS).max(earliest));
    }

    /// Makes the newest part due now.
    pub(super) fn refresh(&mut self) {
        self.news_at = Instant::now();
    }

    /// Reads one page of the newest part; fails if it takes longer than `until`.
    pub(super) async fn read_news(
        &mut self,
        client: &AccountClient,
        until: Instant,
    ) -> Result<AttributionStep, SyncError> {
        self.rename(client).await?;
        let now = client.vendor_now();
        let reading = self.news.take().unwrap_or_else(|| {
            self.read_at = Some(Instant::now());
            let newest = self.coverage.ranges().last().map(|range| range.1);
            let from = newest
                .filter(|newest| now - *newest < FIRST_LOOK)
                .map_or(now - FIRST_LOOK, |newest| newest - OVERLAP);
            Reading::of(from, now.max(from))
        });
        let is_first = self.coverage.ranges().is_empty();
        let (rest, mut step) = self.read(reading, client, until).await?;
        if is_first {
            step.refused.clear();
        }
        self.news = rest;
        self.reported_closed = false;
        if rest.is_none() {
            self.news_at = Instant::now() + USUAL;
        }
        Ok(step)
    }

    /// Reads one page of the older parts, newest first; fails if it takes longer than `until`.
    pub(super) async fn read_older(
        &mut self,
        client: &AccountClient,
        until: Instant,
    ) -> Result<AttributionStep, SyncError> {
        let begun = self.older.take();
        let Some(reading) = begun.or_else(|| self.missing(client)) else {
            self.older_at = Instant::now() + GAPS_AGAIN;
            return Ok(AttributionStep::default());
        };
        let answers = reading.answers + 1;
        let (rest, step) = self.read(reading, client, until).await?;
        if rest.is_none() {
            self.piece = match answers {
                0 | 1 => (self.piece * 2).min(LONGEST_PIECE),
                _ if answers > MANY_ANSWERS => (self.piece / 2).max(TimeDelta::minutes(30)),
                _ => self.piece,
            };
        }
        self.older = rest;
        self.older_at = Instant::now() + PAUSE;
        Ok(AttributionStep { recorded: step.recorded, refused: Vec::new() })
    }

    /// Notes that the log could not be read; it waits, and nothing else does. Returns whether to
    /// tell the operator: once, for a log that may not be read.
    pub(super) fn failed(&mut self, failure: &Failure, wait: Duration) -> bool {
        let now = Instant::now();
        let closed = !failure.is_transient();
        let wait = if closed { wait.max(CLOSED) } else { wait };
        (self.news, self.older) = (None, None);
        (self.news_at, self.older_at) = (now + wait, now + wait);
        closed && !std::mem::replace(&mut self.reported_closed, closed)
    }

    /// Returns the newest range that was not read, one piece long at most.
    fn missing(&mut self, client: &AccountClient) -> Option<Reading> {
        let now = client.vendor_now();
        self.coverage.forget_before(now - delta(self.rule.reach));
        let newest = self.coverage.ranges().last()?.1;
        let reach = now - delta(self.rule.reach);
        let reach = client.floor.get().unwrap_or(reach).max(reach);
        let gaps = self.coverage.missing(reach, newest);
        let gap = gaps.iter().max_by_key(|gap| gap.1)?;
        Some(Reading::of(gap.0.max(gap.1 - self.piece), gap.1))
    }

    /// Applies this configuration's names to stored authors.
    async fn rename(&mut self, client: &AccountClient) -> Result<(), SyncError> {
        if self.renamed {
            return Ok(());
        }
        let (account, names) = (client.account.clone(), self.names.clone());
        let renamed = client
            .writer
            .call(move |store| store.writer()?.rename_authors(&account, &names))
            .await
            .map_err(SyncError::Store)?;
        self.renamed = true;
        client.changed(&renamed);
        Ok(())
    }

    /// Reads one page; returns the rest of the range.
    async fn read(
        &mut self,
        mut reading: Reading,
        client: &AccountClient,
        until: Instant,
    ) -> Result<(Option<Reading>, AttributionStep), SyncError> {
        let asked_at = client.vendor_now();
        let page = tokio::time::timeout_at(until, client.provider.activity(&reading.ask))
            .await
            .unwrap_or_else(|_| {
                Err(Failure::new(Cause::Lost)
                    .with_message("the activity log kept the history waiting"))
            })
            .map_err(SyncError::Vendor)?;
        let over = page.complete || page.records == 0;
        reading.ask.offset += page.records;
        reading.answers += 1;
        let ActivityRequest { from, until, .. } = reading.ask;
        // Requests of this moment may enter the log later.
        let settled = until.min(asked_at - delta(self.rule.settle) - client.doubt());
        let settled = settled.max(from);
        let (account, names) = (client.account.clone(), self.names.clone());
        let step = client
            .writer
            .call(move |store| {
                let writer = store.writer()?;
                let refused = writer.record_attempts(&account, &page.attempts, &names)?;
                let recorded = if over {
                    writer.attribute_attempts(&account, (from, until), settled, &names)?
                } else {
                    Recorded::default()
                };
                Ok(AttributionStep { recorded, refused })
            })
            .await
            .map_err(SyncError::Store)?;
        if over {
            self.coverage.add(from, settled);
        }
        Ok(((!over).then_some(reading), step))
    }
}

impl AccountSync {
    pub(super) async fn read_attribution(&mut self, task: Task) -> Result<(), SyncError> {
        let now = Instant::now();
        // In any case, news are read when they are due, or little later.
        let news_at = self.history.news_at(&self.schedule).unwrap_or(now);
        let until = news_at.clamp(now + MIN_WAIT, now + MAX_WAIT);
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
}
