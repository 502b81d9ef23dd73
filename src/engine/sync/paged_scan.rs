//! Reads a range that does not grow any more by offset, several pages at once.
//!
//! The order of the records is not relied on, nor that it stays: the range is complete if every
//! page came with the same count and as many records as its place needs, and the distinct records
//! of all of them are as many as the vendor counts. Else the pages disagree, and the range has to
//! be read in another way.

use chrono::{DateTime, Utc};

use super::seen_records::SeenRecords;
use crate::providers::HistoryPage;

/// A range whose first page was read.
#[derive(Debug)]
pub(super) struct PagedScan {
    total: u64,
    /// The number of records in a full page.
    page: u64,
    /// The offset of the first page that was never asked for.
    next: u64,
    /// The offsets of pages that have to be asked for again.
    again: Vec<u64>,
    /// The number of pages that are on their way.
    asked: u64,
    seen: SeenRecords,
    /// The number of records that were read.
    read: u64,
    agrees: bool,
    /// The vendor's history had settled up to here when the last of the pages was asked for.
    settled_until: DateTime<Utc>,
}

/// The state of such a range after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PagedState {
    /// Pages are missing.
    More,
    /// All of it was read.
    Complete,
    /// The pages do not belong to one list of this length.
    Disagrees,
}

impl PagedScan {
    /// Continues from the first page of a range in which the vendor counts `total` records. When it
    /// was asked for, history had settled up to `settled_until`.
    pub(super) fn new(first: &HistoryPage, total: u64, settled_until: DateTime<Utc>) -> Self {
        let mut seen = SeenRecords::default();
        seen.take(first);
        Self {
            total,
            page: first.records.max(1),
            next: first.records.max(1),
            again: Vec::new(),
            asked: 0,
            seen,
            read: first.records,
            agrees: true,
            settled_until,
        }
    }

    /// Returns the offset of a page to ask for now, beside those that are on their way.
    pub(super) fn ask(&mut self) -> Option<u64> {
        let offset = match self.again.pop() {
            Some(offset) => offset,
            None if self.next < self.total => {
                let offset = self.next;
                self.next += self.page;
                offset
            }
            None => return None,
        };
        self.asked += 1;
        Some(offset)
    }

    /// Notes that a page did not come.
    pub(super) fn lost(&mut self, offset: u64) {
        self.asked = self.asked.saturating_sub(1);
        self.again.push(offset);
    }

    /// Takes the page at an offset that was asked for.
    pub(super) fn answer(
        &mut self,
        offset: u64,
        page: &HistoryPage,
        settled_until: DateTime<Utc>,
    ) -> PagedState {
        self.settled_until = self.settled_until.max(settled_until);
        self.asked = self.asked.saturating_sub(1);
        let due = self.page.min(self.total.saturating_sub(offset));
        self.agrees &= page.total == Some(self.total) && page.records == due;
        self.seen.take(page);
        self.read += page.records;
        if !self.agrees {
            PagedState::Disagrees
        } else if self.asked > 0 || !self.again.is_empty() || self.next < self.total {
            PagedState::More
        } else if self.seen.are(self.total) {
            PagedState::Complete
        } else {
            PagedState::Disagrees
        }
    }

    /// Returns the instant up to which a range of which all was read is complete.
    pub(super) fn settled_until(&self) -> DateTime<Utc> {
        self.settled_until
    }

    /// Returns the number of records that were read so far.
    pub(super) fn read(&self) -> u64 {
        self.read.min(self.total)
    }
}
