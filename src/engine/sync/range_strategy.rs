//! Keeps an account's history complete where the vendor is asked by ranges of time.
//!
//! News are everything since the newest instant that is known to be complete, with an overlap, and
//! without an end. Gaps before that, back to the end of the vendor's history, are read afterwards,
//! newest first. A new run continues where the last one ended, since the complete ranges are in the
//! store.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::range_scan::{Range, RangeScan};
use super::schedule::SyncSchedule;
use super::strategy::{HistoryStrategy, Pages, Step};
use crate::domain::coverage::Coverage;
use crate::domain::limits::HistoryRule;
use crate::engine::account_client::{AccountClient, SyncError};
use crate::engine::clock::delta;

/// Length of the newest history that is read before anything older, so that the first rows come at
/// once.
const FIRST_LOOK: TimeDelta = TimeDelta::hours(1);
/// Age up to which history is read where the vendor does not say how far it goes back.
const REACH: Duration = Duration::from_hours(366 * 24);
/// Pause before gaps that could not be closed are tried again.
const GAPS_AGAIN: Duration = Duration::from_hours(1);

/// The complete ranges of an account's history and the running scans.
#[derive(Debug)]
pub(super) struct RangeStrategy {
    rule: HistoryRule,
    coverage: Coverage,
    news: Option<RangeScan>,
    older: Option<RangeScan>,
    /// The time to look for gaps.
    older_at: Instant,
    reported: HashSet<Range>,
}

impl RangeStrategy {
    /// Makes a strategy that continues from the complete ranges.
    pub(super) fn new(rule: HistoryRule, coverage: Coverage) -> Self {
        Self {
            rule,
            coverage,
            news: None,
            older: None,
            older_at: Instant::now(),
            reported: HashSet::new(),
        }
    }

    /// Returns the time from which news are read, by the vendor's clock.
    fn news_from(&self, client: &AccountClient) -> DateTime<Utc> {
        let now = client.vendor_now();
        let overlap = delta(self.rule.settle) + client.doubt();
        self.newest()
            .filter(|newest| now - *newest < FIRST_LOOK)
            .map_or(now - FIRST_LOOK, |newest| newest - overlap)
    }

    /// Returns the end of the newest complete range.
    fn newest(&self) -> Option<DateTime<Utc>> {
        self.coverage.ranges().last().map(|range| range.1)
    }

    fn missing(&self, client: &AccountClient) -> Option<RangeScan> {
        let now = client.vendor_now();
        let reach = now - delta(self.rule.reach.unwrap_or(REACH));
        let newest = self.newest().unwrap_or(now - FIRST_LOOK);
        let gaps = self.coverage.missing(reach, newest);
        (!gaps.is_empty()).then(|| RangeScan::new(&self.rule, &gaps, false))
    }

    async fn read(
        &mut self,
        scan: &mut RangeScan,
        client: &AccountClient,
    ) -> Result<Step, SyncError> {
        let Some(ask) = scan.ask() else {
            return Ok(Step { over: true, ..Step::default() });
        };
        let response = client.ask(&ask, &self.rule).await.map_err(SyncError::Vendor)?;
        let answered = scan.answer(&response.page, response.settled_until);
        let recorded =
            client.write(response.page.purges, answered.covered).await.map_err(SyncError::Store)?;
        if let Some((from, until)) = answered.covered {
            self.coverage.add(from, until);
        }
        Ok(Step {
            over: scan.is_over(),
            changed: recorded.new + recorded.changed > 0,
            incomplete: answered.incomplete.filter(|incomplete| self.reported.insert(*incomplete)),
        })
    }
}

#[async_trait]
impl HistoryStrategy for RangeStrategy {
    fn set_rule(&mut self, rule: &HistoryRule) {
        self.rule.clone_from(rule);
    }

    fn news_at(&self, schedule: &SyncSchedule) -> Instant {
        if self.is_reading_news() { Instant::now() } else { schedule.news_at() }
    }

    fn is_reading_news(&self) -> bool {
        self.news.is_some()
    }

    async fn read_news(
        &mut self,
        client: &AccountClient,
        _schedule: &mut SyncSchedule,
    ) -> Result<Step, SyncError> {
        let mut scan = self.news.take().unwrap_or_else(|| {
            let from = self.news_from(client);
            if self.newest().is_some_and(|newest| newest < from) {
                // What news leave out, after a sleep or an outage, is a gap like any other.
                (self.older, self.older_at) = (None, Instant::now());
            }
            let until = client.vendor_now().max(from + delta(self.rule.finest) * 2);
            RangeScan::new(&self.rule, &[(from, until)], true)
        });
        let step = self.read(&mut scan, client).await?;
        if !step.over {
            self.news = Some(scan);
        }
        Ok(step)
    }

    fn older_at(&self) -> Option<Instant> {
        Some(self.older_at)
    }

    /// The gaps, newest first.
    async fn read_older(&mut self, client: &AccountClient) -> Result<Step, SyncError> {
        let Some(mut older) = self.older.take().or_else(|| self.missing(client)) else {
            self.older_at = Instant::now() + GAPS_AGAIN;
            return Ok(Step { over: true, ..Step::default() });
        };
        let read = match self.read(&mut older, client).await {
            Err(SyncError::Vendor(failure)) if failure.is_about_the_question() => {
                let incomplete = older.give_up();
                Ok(Step {
                    over: older.is_over(),
                    incomplete: incomplete.filter(|incomplete| self.reported.insert(*incomplete)),
                    ..Step::default()
                })
            }
            Err(SyncError::Vendor(failure)) => {
                self.older = Some(older);
                return Err(SyncError::Vendor(failure));
            }
            // A page that was not stored is still missing: the gaps are looked for again.
            other => other,
        };
        let step = read?;
        if step.over {
            // Incomplete ranges are still missing, but are not tried again at once.
            self.older_at = Instant::now() + GAPS_AGAIN;
        } else {
            self.older = Some(older);
        }
        Ok(step)
    }

    fn put_off_older(&mut self, by: Duration) {
        self.older_at = Instant::now() + by;
    }

    fn older(&self) -> Option<(u64, Option<u64>)> {
        self.older.as_ref().map(|scan| (scan.read(), scan.left().map(|left| scan.read() + left)))
    }

    fn pages(&self, rule: &HistoryRule, range: Range) -> Pages {
        Pages::Ranges(Box::new(RangeScan::new(rule, &[range], false)))
    }
}
