//! A part of a scan: a range of time that is read in one go.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::offset_scan::OffsetScan;
use super::super::paged_scan::PagedScan;
use super::Range;

/// A range of time that is not read yet.
#[derive(Debug)]
pub(super) struct ScanPart {
    /// Tells it from every other part of its scan.
    pub(super) number: u64,
    pub(super) from: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
    /// It has no end: it reaches to the newest record of the vendor. `until` then serves for
    /// splitting only.
    pub(super) open: bool,
    /// Estimated number of records in it.
    pub(super) expected: Option<u64>,
    /// It may be read by offset, several pages at once.
    pub(super) pages: bool,
    pub(super) reading: PartReading,
}

/// The way in which a part is read.
#[derive(Debug)]
pub(super) enum PartReading {
    /// With one question.
    Whole { asked: bool },
    /// By offset, several pages at once.
    Paged(PagedScan),
    /// By offset, in passes of one page after the other.
    Passes { scan: OffsetScan, asked: bool },
}

impl ScanPart {
    /// Makes a part of which nothing is known.
    pub(super) fn new(number: u64, (from, until): Range) -> Self {
        Self {
            number,
            from,
            until,
            open: false,
            expected: None,
            pages: true,
            reading: PartReading::Whole { asked: false },
        }
    }

    /// Returns the same range as a part that was not asked for.
    pub(super) fn again(&self, number: u64) -> Self {
        let reading = PartReading::Whole { asked: false };
        Self { number, reading, ..*self }
    }

    /// Returns the offset to ask for now; `None` while an answer has to be known first.
    pub(super) fn ask(&mut self) -> Option<u64> {
        match &mut self.reading {
            PartReading::Whole { asked } => (!std::mem::replace(asked, true)).then_some(0),
            PartReading::Paged(scan) => scan.ask(),
            PartReading::Passes { scan, asked } => {
                (!std::mem::replace(asked, true)).then(|| scan.offset())
            }
        }
    }

    /// Notes that the question at an offset was not answered.
    pub(super) fn lost(&mut self, offset: u64) {
        match &mut self.reading {
            PartReading::Whole { asked } | PartReading::Passes { asked, .. } => *asked = false,
            PartReading::Paged(scan) => scan.lost(offset),
        }
    }

    /// True if it is read with one question, which is to be asked.
    pub(super) fn is_to_ask(&self) -> bool {
        matches!(self.reading, PartReading::Whole { asked: false })
    }

    /// True if nothing can be added to it any more where history has settled up to an instant. A
    /// vendor may count all of the last step in.
    pub(super) fn has_settled(&self, finest: TimeDelta, settled_until: DateTime<Utc>) -> bool {
        !self.open && self.until + finest <= settled_until
    }

    pub(super) fn is_splittable(&self, finest: TimeDelta) -> bool {
        self.until - self.from >= finest * 2
    }

    /// Returns its estimated number of records where that is not counted by the vendor.
    pub(super) fn estimate(&mut self) -> Option<&mut u64> {
        if self.is_to_ask() { self.expected.as_mut() } else { None }
    }

    /// Returns the number of records that were read of it.
    pub(super) fn read(&self) -> u64 {
        match &self.reading {
            PartReading::Paged(scan) => scan.read(),
            PartReading::Whole { .. } | PartReading::Passes { .. } => 0,
        }
    }

    /// Returns the estimated number of records that are left of it.
    pub(super) fn left(&self) -> Option<u64> {
        self.expected.map(|expected| expected.saturating_sub(self.read()))
    }
}
