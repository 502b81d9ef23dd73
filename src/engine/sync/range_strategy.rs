//! Keeps an account's history complete where the vendor is asked by ranges of time.
//!
//! News are everything since the newest instant that is known to be complete, with an overlap, and
//! without an end. Gaps before that, back to the end of the vendor's history, are read afterwards,
//! newest first, with several questions at once. A new run continues where the last one ended,
//! since the complete ranges are in the store.

use std::collections::VecDeque;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::range_scan::{Range, RangeScan};
use super::schedule::SyncSchedule;
use super::strategy::{
    HistoryAnswer, HistoryQuestion, HistoryStrategy, Pages, Step, Stored, Taken,
};
use crate::domain::coverage::Coverage;
use crate::domain::event::StoreError;
use crate::domain::failure::Cause;
use crate::domain::limits::HistoryRule;
use crate::engine::account_client::{AccountClient, HistoryResponse, SyncError};
use crate::engine::clock::delta;

/// Length of the newest history that is read before anything older, so that the first rows come at
/// once.
const FIRST_LOOK: TimeDelta = TimeDelta::hours(1);
/// Length of the newest part of a longer gap, which is read by itself: what is on the screen is
/// complete before the rest is.
const NEWEST_PART: TimeDelta = TimeDelta::days(1);
/// Age up to which history is read where the vendor does not say how far it goes back.
const REACH: Duration = Duration::from_hours(366 * 24);
/// Pause before gaps that could not be closed are tried again.
const GAPS_AGAIN: Duration = Duration::from_hours(1);

/// Number of incomplete ranges that are remembered, so that each is reported once.
const REPORTED: usize = 100;

/// The complete ranges of an account's history and the running scans.
#[derive(Debug)]
pub(super) struct RangeStrategy {
    rule: HistoryRule,
    coverage: Coverage,
    news: Option<RangeScan>,
    older: Option<RangeScan>,
    /// The number of scans for gaps so far.
    scans: u64,
    /// The time to go on with gaps, or to look for them.
    older_at: Instant,
    /// All questions of the running scan that can be asked are on their way.
    asked_all: bool,
    /// There may be a gap that came after the running scan for gaps began.
    new_gap: bool,
    /// The newest ranges that were reported as incomplete.
    reported: VecDeque<Range>,
    /// The longest span to ask for, as far as answers bear it out; `None` while the vendor refused
    /// none.
    longest: Option<TimeDelta>,
}

impl RangeStrategy {
    /// Makes a strategy that continues from the complete ranges.
    pub(super) fn new(rule: HistoryRule, coverage: Coverage) -> Self {
        Self {
            rule,
            coverage,
            news: None,
            older: None,
            scans: 0,
            older_at: Instant::now(),
            asked_all: false,
            new_gap: false,
            reported: VecDeque::new(),
            longest: None,
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

    fn missing(&mut self, client: &AccountClient) -> Option<RangeScan> {
        let now = client.vendor_now();
        let reach = now - delta(self.rule.reach.unwrap_or(REACH));
        let reach = client.floor.get().unwrap_or(reach).max(reach);
        self.coverage.forget_before(reach);
        let newest = self.newest().unwrap_or(now - FIRST_LOOK);
        let mut gaps = self.coverage.missing(reach, newest);
        if let Some((from, until)) = gaps.pop() {
            let middle = until - NEWEST_PART;
            if middle - from > NEWEST_PART {
                gaps.extend([(from, middle), (middle, until)]);
            } else {
                gaps.push((from, until));
            }
        }
        (!gaps.is_empty()).then(|| RangeScan::new(&self.rule, &gaps, false).within(self.longest))
    }

    async fn read(
        &mut self,
        scan: &mut RangeScan,
        client: &AccountClient,
    ) -> Result<Step, SyncError> {
        let Some((place, ask)) = scan.ask() else {
            return Ok(Step { over: true, ..Step::default() });
        };
        let response = match client.ask(&ask, &self.rule).await {
            Ok(response) => response,
            Err(failure) if failure.cause == Cause::RangeTooLong => {
                let skipped = scan.too_long(place);
                if skipped.is_some() {
                    self.longest = None;
                }
                let incomplete = skipped.into_iter().filter(|it| self.is_new(*it)).collect();
                return Ok(Step { over: scan.is_over(), incomplete, ..Step::default() });
            }
            Err(failure) => return Err(SyncError::Vendor(failure)),
        };
        let answered = scan.answer(place, &response.page, response.settled_until);
        self.longest = scan.learnt().or(self.longest);
        let covered: Vec<Range> = answered.covered.into_iter().collect();
        let recorded =
            client.write(response.page.purges, covered.clone()).await.map_err(SyncError::Store)?;
        self.cover(&covered);
        Ok(Step {
            over: scan.is_over(),
            changed: recorded.new + recorded.changed > 0,
            incomplete: answered.incomplete.into_iter().filter(|it| self.is_new(*it)).collect(),
        })
    }

    fn cover(&mut self, ranges: &[Range]) {
        for (from, until) in ranges {
            self.coverage.add(*from, *until);
        }
    }

    /// True if this range was not reported before, nor as part of a longer one: the end of what a
    /// vendor keeps moves on.
    fn is_new(&mut self, incomplete: Range) -> bool {
        let holds = |range: &Range| range.0 <= incomplete.0 && incomplete.1 <= range.1;
        if self.reported.iter().any(holds) {
            return false;
        }
        self.reported.push_back(incomplete);
        let surplus = self.reported.len().saturating_sub(REPORTED);
        self.reported.drain(..surplus);
        true
    }
}

#[async_trait]
impl HistoryStrategy for RangeStrategy {
    fn set_rule(&mut self, rule: &HistoryRule) {
        self.rule.clone_from(rule);
    }

    fn news_at(&self, schedule: &SyncSchedule) -> Option<Instant> {
        Some(if self.is_reading_news() { Instant::now() } else { schedule.news_at() })
    }

    fn is_reading_news(&self) -> bool {
        self.news.is_some()
    }

    async fn read_news(&mut self, client: &AccountClient) -> Result<Step, SyncError> {
        let has_begun = self.news.is_some();
        let mut scan = self.news.take().unwrap_or_else(|| {
            let from = self.news_from(client);
            if self.newest().is_some_and(|newest| newest < from) {
                // What news leave out, after a sleep or an outage, is a gap like any other.
                (self.older, self.older_at) = (None, Instant::now());
            }
            let until = client.vendor_now().max(from + delta(self.rule.finest) * 2);
            RangeScan::new(&self.rule, &[(from, until)], true).within(self.longest)
        });
        let read = self.read(&mut scan, client).await;
        if has_begun && read.is_err() {
            // Its newest part was read; the next news begin there and leave out the rest.
            self.new_gap = true;
            if self.older.is_none() {
                self.older_at = Instant::now();
            }
        }
        let step = read?;
        if !step.over {
            self.news = Some(scan);
        }
        Ok(step)
    }

    fn questions_at(&self, _schedule: &SyncSchedule) -> Option<Instant> {
        let waits = self.asked_all && self.older.is_some();
        (!waits).then_some(self.older_at)
    }

    /// The gaps, newest first.
    fn ask(
        &mut self,
        client: &AccountClient,
        _schedule: &mut SyncSchedule,
    ) -> Option<HistoryQuestion> {
        if self.older.is_none() {
            (self.older, self.new_gap) = (self.missing(client), false);
            self.scans += 1;
        }
        let Some(older) = &mut self.older else {
            self.older_at = Instant::now() + GAPS_AGAIN;
            return None;
        };
        let asked = older.ask();
        self.asked_all = asked.is_none();
        let (place, request) = asked?;
        Some(HistoryQuestion { scan: self.scans, place, request })
    }

    fn take(&mut self, answers: Vec<HistoryAnswer>) -> Taken {
        self.asked_all = false;
        let mut taken = Taken::default();
        let mut incomplete = Vec::new();
        for HistoryAnswer { question, result, .. } in answers {
            let older = self.older.as_mut().filter(|_| question.scan == self.scans);
            match (result, older) {
                (Ok(response), older) => {
                    let HistoryResponse { page, settled_until } = response;
                    if let Some(older) = older {
                        let answered = older.answer(question.place, &page, settled_until);
                        self.longest = older.learnt().or(self.longest);
                        taken.covered.extend(answered.covered);
                        incomplete.extend(answered.incomplete);
                    }
                    taken.purges.extend(page.purges);
                }
                (Err(failure), Some(older)) if failure.cause == Cause::RangeTooLong => {
                    let skipped = older.too_long(question.place);
                    if skipped.is_some() {
                        self.longest = None;
                    }
                    incomplete.extend(skipped);
                }
                (Err(failure), Some(older)) if failure.is_about_the_question() => {
                    incomplete.extend(older.give_up(question.place));
                }
                (Err(failure), older) => {
                    taken.fails |= !failure.is_about_the_question();
                    if let Some(older) = older {
                        older.lost(question.place);
                    }
                }
            }
        }
        taken.incomplete = incomplete.into_iter().filter(|it| self.is_new(*it)).collect();
        taken
    }

    async fn stored(
        &mut self,
        _client: &AccountClient,
        stored: Option<&Stored>,
    ) -> Result<(), StoreError> {
        let Some(stored) = stored else {
            // A page that was not stored is still missing: the gaps are looked for again.
            self.older = None;
            return Ok(());
        };
        self.cover(&stored.covered);
        if self.older.as_ref().is_some_and(RangeScan::is_over) {
            // Incomplete ranges are still missing, but are not tried again at once.
            let wait = if self.new_gap { Duration::ZERO } else { GAPS_AGAIN };
            (self.older, self.older_at) = (None, Instant::now() + wait);
        }
        Ok(())
    }

    fn put_off(&mut self, by: Duration) {
        self.older_at = Instant::now() + by;
    }

    fn older(&self) -> Option<(u64, Option<u64>)> {
        self.older.as_ref().map(|scan| (scan.read(), scan.left().map(|left| scan.read() + left)))
    }

    fn pages(&self, rule: &HistoryRule, range: Range) -> Pages {
        Pages::Ranges(Box::new(RangeScan::new(rule, &[range], false)), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{history, noon};

    #[test]
    fn what_is_incomplete_is_reported_once_and_years_of_it_take_no_more_memory_than_a_day() {
        let mut strategy = RangeStrategy::new(history(), Coverage::default());
        let hour = |number: i32| noon() + TimeDelta::hours(1) * number;
        for number in 0..20_000 {
            let range = (hour(number), hour(number + 1));
            assert!(strategy.is_new(range), "{number}");
            // The vendor keeps less of it with each hour.
            assert!(!strategy.is_new((range.0 + TimeDelta::minutes(20), range.1)), "{number}");
        }
        assert_eq!(strategy.reported.len(), REPORTED);
    }
}
