//! Reads history by ranges of time so that nothing is missed, whatever the vendor's order and
//! whatever arrives between two answers.
//!
//! An answer that holds everything between two instants is a snapshot: it cannot have lost a purge
//! between two pages, because there was one page only. So a range whose answer was cut is split
//! until its parts fit into one answer each, the newest part first. Neighbours share the instant
//! between them, since no vendor says whether its limits are inclusive.
//!
//! A range that had settled when it was asked for does not grow any more: where the vendor counts,
//! its pages are read by offset, several at once, and checked against the count
//! ([`PagedScan`]). Where they disagree it is split like any other. A range too short to split is
//! read by offset in passes until the purges seen are as many as the vendor counts, or two passes
//! agree; where the vendor has no offset it stays uncovered, and is reported.
//!
//! A vendor may refuse a range because it spans too much time, and need not say how much is
//! allowed: such a range is halved, and all further ones are cut to that length before they are
//! asked for.
//!
//! This module only decides, step by step: its caller asks the vendor, as many questions at once as
//! it likes, and stores the answers, in whatever order they come. The order of the records in an
//! answer is never relied on.

mod part;
mod pieces;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use self::part::{PartReading, ScanPart};
use super::offset_scan::{OffsetScan, ScanState};
use super::paged_scan::{PagedScan, PagedState};
use crate::domain::limits::{HistoryRule, Reading};
use crate::engine::clock::delta;
use crate::providers::{HistoryPage, HistoryRequest};

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
    /// The parts that are not read yet, newest last.
    todo: Vec<ScanPart>,
    last_number: u64,
    page: u64,
    finest: TimeDelta,
    offsets: bool,
    /// Settled parts are read by offset.
    paging: bool,
    /// The vendor's history had settled up to here when it was last asked.
    settled_until: Option<DateTime<Utc>>,
    /// Factor by which pieces are larger than an even spread would need: purges in one burst leave
    /// the time around it empty, and that is crossed in steps that double.
    stretch: u64,
    /// Longest span to ask for; `None` while the vendor refused none.
    longest: Option<TimeDelta>,
    /// The same once a question within it was answered.
    learnt: Option<TimeDelta>,
    /// Longest span of a question that was answered.
    answered: TimeDelta,
    /// Number of records in the parts that were read.
    read: u64,
    /// Number of parts in a row that could not be read completely.
    incomplete: u32,
}

/// The place in a scan for which a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::engine) struct ScanPlace {
    part: u64,
    offset: u64,
}

impl ScanPlace {
    /// The place of a page of a list, which is one part.
    pub(in crate::engine) fn of_list(offset: u64) -> Self {
        Self { part: 0, offset }
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
        let finest = delta(rule.finest.max(Duration::from_millis(1)));
        let mut scan = Self {
            todo: Vec::new(),
            last_number: 0,
            page: u64::from(rule.page.max(1)),
            finest,
            offsets: rule.reading != Reading::Ranges,
            paging: rule.reading != Reading::Ranges,
            settled_until: None,
            stretch: 1,
            longest: None,
            learnt: None,
            answered: TimeDelta::zero(),
            read: 0,
            incomplete: 0,
        };
        for &(from, until) in ranges.iter().filter(|(from, until)| from < until) {
            let number = scan.next_number();
            scan.todo.push(ScanPart::new(number, (floor(from, finest), ceil(until, finest))));
        }
        if let Some(newest) = scan.todo.last_mut() {
            newest.open = open;
        }
        scan
    }

    /// Asks for no longer spans than this.
    #[must_use]
    pub(in crate::engine) fn within(self, longest: Option<TimeDelta>) -> Self {
        Self { longest, learnt: longest, ..self }
    }

    /// Returns the longest span to ask for, as far as answers bear it out; `None` while the vendor
    /// refused none.
    pub(in crate::engine) fn learnt(&self) -> Option<TimeDelta> {
        self.learnt
    }

    /// True if everything was read.
    pub(in crate::engine) fn is_over(&self) -> bool {
        self.todo.is_empty()
    }

    /// Returns the number of records that were read and, unless pages disagree, will not be read
    /// again.
    pub(in crate::engine) fn read(&self) -> u64 {
        self.read + self.todo.iter().map(ScanPart::read).sum::<u64>()
    }

    /// Returns the estimated number of records that are left; `None` where the vendor does not
    /// count, or was not asked yet.
    pub(in crate::engine) fn left(&self) -> Option<u64> {
        self.todo.iter().map(ScanPart::left).sum()
    }

    /// Returns a question that may be asked now, beside those that were not answered yet; `None`
    /// where their answers have to be known first, and at the end of the scan.
    pub(in crate::engine) fn ask(&mut self) -> Option<(ScanPlace, HistoryRequest)> {
        let mut index = self.todo.len();
        while index > 0 {
            index -= 1;
            index += self.cut(index);
            index += self.carve(index);
            let Some(part) = self.todo.get_mut(index) else { continue };
            let Some(offset) = part.ask() else { continue };
            let request = HistoryRequest {
                from: Some(part.from),
                until: (!part.open).then_some(part.until),
                offset,
                ..HistoryRequest::default()
            };
            return Some((ScanPlace { part: part.number, offset }, request));
        }
        None
    }

    /// Takes the answer to a question. Nothing after `settled_until` counts as complete: up to
    /// there the vendor's history had settled when the question was asked. The answer for a part
    /// that is not read any more changes nothing.
    pub(in crate::engine) fn answer(
        &mut self,
        place: ScanPlace,
        page: &HistoryPage,
        settled_until: DateTime<Utc>,
    ) -> Answered {
        self.settled_until = self.settled_until.max(Some(settled_until));
        let Some(index) = self.place(place) else {
            return Answered::default();
        };
        let Some(part) = self.todo.get_mut(index) else {
            return Answered::default();
        };
        let span = part.until - part.from;
        self.answered = self.answered.max(span);
        if let Some(longest) = self.longest {
            if longest <= self.finest {
                // Refusals went down to where length is no reason.
                (self.longest, self.learnt) = (None, None);
            } else if span + self.finest >= longest {
                self.learnt = Some(longest);
            }
        }
        match &mut part.reading {
            PartReading::Whole { .. } => self.take_first(index, page, settled_until),
            PartReading::Paged(scan) => match scan.answer(place.offset, page, settled_until) {
                PagedState::More => Answered::default(),
                PagedState::Complete => {
                    let settled_until = scan.settled_until();
                    self.done(index, counted_records(page), settled_until)
                }
                PagedState::Disagrees => {
                    self.split_up(index);
                    Answered::default()
                }
            },
            PartReading::Passes { scan, asked } => {
                *asked = false;
                match scan.answer(page) {
                    ScanState::More => Answered::default(),
                    ScanState::Complete => self.done(index, counted_records(page), settled_until),
                    ScanState::Incomplete => self.incomplete(index),
                }
            }
        }
    }

    /// Notes that a question was not answered; it is asked again.
    pub(in crate::engine) fn lost(&mut self, place: ScanPlace) {
        if let Some(part) = self.place(place).and_then(|index| self.todo.get_mut(index)) {
            part.lost(place.offset);
        }
    }

    /// Skips the part of a question that the vendor does not answer, and returns it. A part
    /// that was read by offset is split instead: a vendor may have no pages that far behind.
    pub(in crate::engine) fn give_up(&mut self, place: ScanPlace) -> Option<Range> {
        let index = self.place(place)?;
        if matches!(self.todo.get(index)?.reading, PartReading::Paged(_)) {
            self.paging = false;
            self.split_up(index);
            return None;
        }
        self.incomplete(index).incomplete
    }

    /// Has the range of a question that the vendor refuses because it is too long asked for in
    /// shorter ones, as all further ranges; it alone where a longer one was answered. One that is
    /// too short to split is skipped and returned: its length is not the reason, so that nothing
    /// is learnt of it.
    pub(in crate::engine) fn too_long(&mut self, place: ScanPlace) -> Option<Range> {
        let index = self.place(place)?;
        let part = self.todo.get(index)?;
        if !part.is_splittable(self.finest) {
            self.learnt = None;
            return self.incomplete(index).incomplete;
        }
        let span = part.until - part.from;
        let half = (span / 2).max(self.finest);
        if span <= self.answered {
            let middle = floor(part.until - half, self.finest);
            self.split(index, middle, None);
            return None;
        }
        self.longest = Some(self.longest.map_or(half, |longest| longest.min(half)));
        self.begin_again(index);
        None
    }

    /// Has a part asked for anew: answers that are still on their way belong to the old number.
    fn begin_again(&mut self, index: usize) {
        let number = self.next_number();
        if let Some(part) = self.todo.get_mut(index) {
            *part = part.again(number);
        }
    }

    fn place(&self, place: ScanPlace) -> Option<usize> {
        self.todo.iter().position(|part| part.number == place.part)
    }

    fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// Takes the first answer for a part, or the only one.
    fn take_first(
        &mut self,
        index: usize,
        page: &HistoryPage,
        settled_until: DateTime<Utc>,
    ) -> Answered {
        let cut = page.total.is_some_and(|total| total > page.records);
        if (page.complete && !cut) || page.total == Some(page.records) {
            return self.done(index, page.records, settled_until);
        }
        if page.records == 0 {
            return self.incomplete(index);
        }
        self.stretch = (self.stretch / 2).max(1);
        // An incomplete answer shows how much the vendor really gives at once.
        self.page = self.page.min(page.records);
        let counted = page.total.filter(|total| *total > self.page);
        self.paging &= counted.is_some();
        let expected = counted.unwrap_or((self.page * AIM.0 * 2 / AIM.1).max(self.page + 1));
        let Some(part) = self.todo.get_mut(index) else {
            return Answered::default();
        };
        let before = part.expected.replace(expected);
        part.reading = PartReading::Whole { asked: false };
        let splittable = part.is_splittable(self.finest);
        if let Some(before) = before {
            self.correct(index, before, expected);
        }
        let total = counted.filter(|total| *total <= self.most(index));
        let reading = match total {
            Some(total) => PartReading::Paged(PagedScan::new(page, total, settled_until)),
            None if splittable => return Answered::default(),
            None if self.offsets => {
                let mut scan = OffsetScan::default();
                scan.answer(page);
                PartReading::Passes { scan, asked: false }
            }
            None => return self.incomplete(index),
        };
        if let Some(part) = self.todo.get_mut(index) {
            part.reading = reading;
        }
        Answered::default()
    }

    fn done(&mut self, index: usize, records: u64, settled_until: DateTime<Utc>) -> Answered {
        let part = self.todo.remove(index);
        self.read += records;
        self.incomplete = 0;
        if part.expected.is_some() && records.saturating_mul(4) < self.page {
            self.stretch = (self.stretch * 2).min(STRETCH);
        }
        if let Some(expected) = part.expected {
            self.correct(index, expected, records);
        }
        let until = if part.open { settled_until } else { part.until.min(settled_until) };
        Answered { covered: (part.from < until).then_some((part.from, until)), incomplete: None }
    }

    fn incomplete(&mut self, index: usize) -> Answered {
        let part = self.todo.remove(index);
        self.incomplete += 1;
        let mut from = part.from;
        if self.incomplete >= MAX_INCOMPLETE {
            from = self.todo.first().map_or(from, |oldest| oldest.from.min(from));
            self.todo.clear();
        }
        Answered { covered: None, incomplete: Some((from, part.until)) }
    }

    /// Corrects the estimate of the part from which the part at `index` was split off, by the
    /// difference between the expected and the real number of records.
    fn correct(&mut self, index: usize, expected: u64, found: u64) {
        let mut older = self.todo.get_mut(..index).unwrap_or_default().iter_mut().rev();
        if let Some(left) = older.find_map(ScanPart::estimate) {
            *left = (*left + expected).saturating_sub(found);
        }
    }

    /// Has a part whose pages disagree read in smaller ones, each a snapshot.
    fn split_up(&mut self, index: usize) {
        self.begin_again(index);
        let (finest, offsets) = (self.finest, self.offsets);
        if let Some(part) = self.todo.get_mut(index) {
            part.pages = false;
            if offsets && !part.is_splittable(finest) {
                part.reading = PartReading::Passes { scan: OffsetScan::default(), asked: false };
            }
        }
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
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests;
