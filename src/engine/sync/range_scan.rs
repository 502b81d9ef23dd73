//! Reads history by ranges of time so that nothing is missed, whatever the vendor's order and
//! whatever arrives between two answers.
//!
//! An answer that holds everything between two instants is a snapshot: it cannot have lost a purge
//! between two pages, because there was one page only. So a range whose answer was cut is split
//! until its parts fit into one answer each, the newest part first. Neighbours share the instant
//! between them, since no vendor says whether its limits are inclusive. A range too short to split
//! is read by offset in passes until the purges seen are as many as the vendor counts, or two
//! passes agree; where the vendor has no offset it stays uncovered, and is reported.
//!
//! This module only decides, step by step: its caller asks the vendor and stores the answers. The
//! order of the records in an answer is never relied on.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::limits::{HistoryRule, Reading};
use crate::providers::{HistoryPage, HistoryRequest};

use super::offset_scan::{OffsetScan, ScanState};

/// A half-open range of time.
pub(in crate::engine) type Range = (DateTime<Utc>, DateTime<Utc>);

/// The intended fill of an answer: of ten records that fit, seven, because purges come in bursts.
const AIM: (u64, u64) = (7, 10);
/// Largest factor by which a piece is stretched where pieces turned out to be nearly empty.
const STRETCH: u64 = 1 << 20;

/// Number of parts in a row that cannot be read completely after which the rest is left for another
/// time: a vendor that never says that an answer is whole would be asked for each instant.
const MAX_INCOMPLETE: u32 = 20;

/// A scan of ranges of time, newest first.
#[derive(Debug)]
pub(in crate::engine) struct RangeScan {
    /// The parts that are still to be read, newest last.
    todo: Vec<Part>,
    page: u64,
    finest: TimeDelta,
    offsets: bool,
    offset_scan: Option<OffsetScan>,
    /// Factor by which pieces are larger than an even spread would need: purges in one burst leave
    /// the time around it empty, and that is crossed in steps that double.
    stretch: u64,
    /// Number of records in the parts that were read.
    read: u64,
    /// Number of parts in a row that could not be read completely.
    incomplete: u32,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// It has no end: it reaches to the newest record of the vendor. `until` then serves for
    /// splitting only.
    open: bool,
    /// Estimated number of records in it.
    expected: Option<u64>,
}

impl Part {
    /// Corrects the estimate by the difference between the expected and the real number of records
    /// in a part that was split off.
    fn gives(&mut self, expected: u64, found: u64) {
        if let Some(left) = &mut self.expected {
            *left = (*left + expected).saturating_sub(found);
        }
    }
}

/// The result of an answer, besides the purges in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Answered {
    /// This range is complete now.
    pub(in crate::engine) covered: Option<Range>,
    /// This range could not be read completely, nor split: it stays uncovered.
    pub(in crate::engine) incomplete: Option<Range>,
}

impl RangeScan {
    /// Makes a scan of these ranges, given oldest first; where `open`, the newest has no end.
    pub(in crate::engine) fn new(rule: &HistoryRule, ranges: &[Range], open: bool) -> Self {
        let finest = super::super::clock::delta(rule.finest.max(Duration::from_millis(1)));
        let mut todo: Vec<Part> = ranges
            .iter()
            .filter(|(from, until)| from < until)
            .map(|&(from, until)| Part {
                from: floor(from, finest),
                until: ceil(until, finest),
                open: false,
                expected: None,
            })
            .collect();
        if let Some(newest) = todo.last_mut() {
            newest.open = open;
        }
        Self {
            todo,
            page: u64::from(rule.page.max(1)),
            finest,
            offsets: rule.reading != Reading::Ranges,
            offset_scan: None,
            stretch: 1,
            read: 0,
            incomplete: 0,
        }
    }

    /// True if everything was read.
    pub(in crate::engine) fn is_over(&self) -> bool {
        self.todo.is_empty()
    }

    /// Returns the number of records that were read and will not be read again.
    pub(in crate::engine) fn read(&self) -> u64 {
        self.read
    }

    /// Returns the estimated number of records that are left; `None` where the vendor does not
    /// count, or was not asked yet.
    pub(in crate::engine) fn left(&self) -> Option<u64> {
        self.todo.iter().map(|part| part.expected).sum()
    }

    /// Returns the next request; `None` at the end of the scan.
    pub(in crate::engine) fn ask(&mut self) -> Option<HistoryRequest> {
        if self.offset_scan.is_none() {
            self.carve();
        }
        let part = self.todo.last()?;
        Some(HistoryRequest {
            from: Some(part.from),
            until: (!part.open).then_some(part.until),
            offset: self.offset_scan.as_ref().map_or(0, OffsetScan::offset),
            ..HistoryRequest::default()
        })
    }

    /// Takes the answer to the newest request. Nothing after `settled_until` counts as complete: up
    /// to there the vendor's history had settled when the request was made.
    pub(in crate::engine) fn answer(
        &mut self,
        page: &HistoryPage,
        settled_until: DateTime<Utc>,
    ) -> Answered {
        let Some(part) = self.todo.last().copied() else {
            return Answered::default();
        };
        if let Some(offset_scan) = &mut self.offset_scan {
            return match offset_scan.answer(page) {
                ScanState::More => Answered::default(),
                ScanState::Complete => self.done(part, counted_records(page), settled_until),
                ScanState::Incomplete => self.incomplete(part),
            };
        }
        let cut = page.total.is_some_and(|total| total > page.records);
        if (page.complete && !cut) || page.total == Some(page.records) {
            return self.done(part, page.records, settled_until);
        }
        if page.records == 0 {
            return self.incomplete(part);
        }
        self.stretch = (self.stretch / 2).max(1);
        // An incomplete answer shows how much the vendor really gives at once.
        self.page = self.page.min(page.records);
        let expected = page
            .total
            .filter(|total| *total > self.page)
            .unwrap_or((self.page * AIM.0 * 2 / AIM.1).max(self.page + 1));
        let behind = self.todo.len().checked_sub(2);
        if let (Some(before), Some(rest)) =
            (part.expected, behind.and_then(|at| self.todo.get_mut(at)))
        {
            rest.gives(before, expected);
        }
        if let Some(newest) = self.todo.last_mut() {
            newest.expected = Some(expected);
        }
        if self.is_splittable(part) {
            Answered::default()
        } else if self.offsets {
            let mut offset_scan = OffsetScan::default();
            offset_scan.answer(page);
            self.offset_scan = Some(offset_scan);
            Answered::default()
        } else {
            self.incomplete(part)
        }
    }

    /// Skips the newest part, for which the vendor does not answer; returns it.
    pub(in crate::engine) fn give_up(&mut self) -> Option<Range> {
        let part = self.todo.last().copied()?;
        self.incomplete(part).incomplete
    }

    fn done(&mut self, part: Part, records: u64, settled_until: DateTime<Utc>) -> Answered {
        self.todo.pop();
        self.offset_scan = None;
        self.read += records;
        self.incomplete = 0;
        if part.expected.is_some() && records.saturating_mul(4) < self.page {
            self.stretch = (self.stretch * 2).min(STRETCH);
        }
        if let (Some(expected), Some(rest)) = (part.expected, self.todo.last_mut()) {
            rest.gives(expected, records);
        }
        let until = if part.open { settled_until } else { part.until.min(settled_until) };
        Answered { covered: (part.from < until).then_some((part.from, until)), incomplete: None }
    }

    fn incomplete(&mut self, part: Part) -> Answered {
        self.todo.pop();
        self.offset_scan = None;
        self.incomplete += 1;
        let mut from = part.from;
        if self.incomplete >= MAX_INCOMPLETE {
            from = self.todo.first().map_or(from, |oldest| oldest.from);
            self.todo.clear();
        }
        Answered { covered: None, incomplete: Some((from, part.until)) }
    }

    fn is_splittable(&self, part: Part) -> bool {
        part.until - part.from >= self.finest * 2
    }

    /// Splits the newest part where more is expected in it than one answer holds.
    fn carve(&mut self) {
        let Some(part) = self.todo.last().copied() else {
            return;
        };
        let Some(expected) = part.expected.filter(|expected| *expected > self.page) else {
            return;
        };
        if !self.is_splittable(part) {
            return;
        }
        let aim = (self.page * AIM.0 / AIM.1).max(1);
        let width = (part.until - part.from).num_microseconds().unwrap_or(i64::MAX);
        let piece =
            i128::from(width) * i128::from(aim.saturating_mul(self.stretch)) / i128::from(expected);
        let piece = TimeDelta::microseconds(i64::try_from(piece).unwrap_or(width).min(width));
        let middle = floor(part.until - piece, self.finest)
            .clamp(part.from + self.finest, part.until - self.finest);
        self.todo.pop();
        self.todo.push(Part {
            until: middle,
            open: false,
            expected: Some(expected.saturating_sub(aim)),
            ..part
        });
        self.todo.push(Part { from: middle, expected: Some(aim), ..part });
    }
}

fn counted_records(page: &HistoryPage) -> u64 {
    page.total.unwrap_or(page.records)
}

/// Returns the last multiple of `step` since 1970 that is not after `at`.
fn floor(at: DateTime<Utc>, step: TimeDelta) -> DateTime<Utc> {
    let step = step.num_microseconds().unwrap_or(1).max(1);
    let micros = at.timestamp_micros().div_euclid(step) * step;
    DateTime::from_timestamp_micros(micros).unwrap_or(at)
}

/// Returns the first multiple of `step` since 1970 that is not before `at`.
fn ceil(at: DateTime<Utc>, step: TimeDelta) -> DateTime<Utc> {
    let down = floor(at, step);
    if down < at { down + step } else { at }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
