//! Reads the pages of a counted list by offset, several at once.
//!
//! The order of the records is not relied on, nor that it stays. A range of time that does not grow
//! any more is complete if every page came with the same count and as many records as its place
//! needs, and the distinct records of all of them are as many as the vendor counts. A list that may
//! grow meanwhile is complete if the distinct records are as many as the highest count: it is the
//! newest, and each record that was seen is part of the list that it counts. Else the pages
//! disagree, and the list has to be read in another way.

use chrono::{DateTime, Utc};

use super::seen_records::SeenRecords;
use crate::providers::HistoryPage;

/// Number of pages that are read of what a list grew by meanwhile.
const GROWN_PAGES: u64 = 20;

/// A list whose first page was read.
#[derive(Debug)]
pub(super) struct PagedScan {
    /// The vendor's count; the highest one of a list that may grow.
    total: u64,
    /// No page is asked for from this offset on; `None` where the list does not grow.
    grows_to: Option<u64>,
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
    /// The vendor's history had settled up to here when the last of the pages with the count was
    /// asked for.
    settled_until: DateTime<Utc>,
}

/// The state of such a list after an answer.
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
            grows_to: None,
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

    /// Continues a list that may grow, of which `read` records were read, and these seen. The
    /// newest of its pages came with this count and length.
    pub(super) fn of_list(
        seen: SeenRecords,
        (read, page, total): (u64, u64, u64),
        settled_until: DateTime<Utc>,
    ) -> Self {
        let page = page.max(1);
        Self {
            total,
            grows_to: Some(total.saturating_add(page.saturating_mul(GROWN_PAGES))),
            page,
            next: read,
            again: Vec::new(),
            asked: 0,
            seen,
            read,
            agrees: true,
            settled_until,
        }
    }

    /// True if a page can be asked for now.
    pub(super) fn can_ask(&self) -> bool {
        let end = self.grows_to.map_or(self.total, |most| self.total.min(most));
        !self.again.is_empty() || self.next < end
    }

    /// Returns the offset of a page to ask for now, beside those that are on their way.
    pub(super) fn ask(&mut self) -> Option<u64> {
        if !self.can_ask() {
            return None;
        }
        let offset = self.again.pop().unwrap_or_else(|| {
            let offset = self.next;
            self.next += self.page;
            offset
        });
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
        self.asked = self.asked.saturating_sub(1);
        if self.grows_to.is_some() {
            self.take_count(page.total, settled_until);
        } else {
            self.settled_until = self.settled_until.max(settled_until);
            let due = self.page.min(self.total.saturating_sub(offset));
            self.agrees &= page.total == Some(self.total) && page.records == due;
        }
        self.seen.take(page);
        self.read += page.records;
        if !self.agrees {
            PagedState::Disagrees
        } else if self.asked > 0 || self.can_ask() {
            PagedState::More
        } else if self.seen.are(self.total) {
            PagedState::Complete
        } else {
            PagedState::Disagrees
        }
    }

    /// Takes the count of a list that may grow. Lists with the same count are the same list.
    fn take_count(&mut self, total: Option<u64>, settled_until: DateTime<Utc>) {
        match total {
            Some(total) if total > self.total => {
                (self.total, self.settled_until) = (total, settled_until);
            }
            Some(total) if total == self.total => {
                self.settled_until = self.settled_until.max(settled_until);
            }
            Some(_) | None => {}
        }
    }

    /// Returns the vendor's count.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Returns the records that were seen, for another way of reading.
    pub(super) fn into_seen(self) -> SeenRecords {
        self.seen
    }

    /// Returns the instant up to which a list of which all was read is complete.
    pub(super) fn settled_until(&self) -> DateTime<Utc> {
        self.settled_until
    }

    /// Returns the number of records that were read so far.
    pub(super) fn read(&self) -> u64 {
        self.read.min(self.total)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::testing::{noon, purge};

    /// A page of two of a list of these ids.
    fn page(list: &[u64], offset: u64) -> HistoryPage {
        let shown = list.iter().skip(offset as usize).take(2);
        let purges: Vec<_> = shown.map(|id| purge("a", id.to_string(), noon())).collect();
        let (records, total) = (purges.len() as u64, Some(list.len() as u64));
        HistoryPage { purges, records, total, ..HistoryPage::default() }
    }

    fn second(number: i64) -> DateTime<Utc> {
        noon() + TimeDelta::seconds(number)
    }

    /// A list whose first page was read, and the offsets of all pages that can be asked for.
    fn begun(list: &[u64]) -> (PagedScan, Vec<u64>) {
        let (first, mut seen) = (page(list, 0), SeenRecords::default());
        seen.take(&first);
        let mut scan = PagedScan::of_list(seen, (2, 2, list.len() as u64), second(0));
        let asked = std::iter::from_fn(|| scan.ask()).collect();
        (scan, asked)
    }

    #[test]
    fn a_list_that_stays_as_it_is_is_complete_whatever_overtakes() {
        let list: Vec<u64> = (0..7).collect();
        let (mut scan, asked) = begun(&list);
        assert_eq!(asked, [2, 4, 6]);
        assert_eq!(scan.answer(6, &page(&list, 6), second(3)), PagedState::More);
        scan.lost(2);
        assert_eq!(scan.answer(4, &page(&list, 4), second(2)), PagedState::More);
        assert_eq!(scan.ask(), Some(2));
        assert_eq!(scan.answer(2, &page(&list, 2), second(1)), PagedState::Complete);
        assert_eq!(scan.settled_until(), second(3));
    }

    #[test]
    fn as_many_records_as_an_older_count_are_not_taken_for_the_list() {
        // Two arrive at the front and push all others a page further.
        let (before, after) = ([0, 1, 2, 3], [9, 8, 0, 1, 2, 3]);
        let (mut scan, asked) = begun(&before);
        assert_eq!(asked, [2]);
        assert_eq!(scan.answer(2, &page(&after, 2), second(2)), PagedState::More);
        assert_eq!(scan.ask(), Some(4));
        assert_eq!(scan.answer(4, &page(&before, 4), second(1)), PagedState::Disagrees);
        let (mut scan, _) = begun(&before);
        assert_eq!(scan.answer(2, &page(&after, 2), second(2)), PagedState::More);
        assert_eq!(scan.ask(), Some(4));
        assert_eq!(scan.answer(4, &page(&after, 4), second(3)), PagedState::Disagrees);
        let seen = scan.into_seen();
        assert!(seen.are(4) && !seen.are(6));
    }

    #[test]
    fn what_comes_at_the_end_is_read_too_and_complete_up_to_the_newest_count() {
        let (before, after): (Vec<u64>, Vec<u64>) = ((0..6).collect(), (0..7).collect());
        let (mut scan, _) = begun(&before);
        assert_eq!(scan.answer(2, &page(&after, 2), second(2)), PagedState::More);
        assert_eq!(scan.answer(4, &page(&before, 4), second(1)), PagedState::More);
        assert_eq!(scan.ask(), Some(6));
        assert_eq!(scan.answer(6, &page(&after, 6), second(3)), PagedState::Complete);
        assert_eq!(scan.settled_until(), second(3));
    }

    #[test]
    fn a_list_that_grows_as_fast_as_it_is_read_is_not_followed_for_ever() {
        let (mut scan, mut asked) = begun(&[0, 1, 2, 3]);
        for pages in 0..1_000_u64 {
            let Some(offset) = asked.pop().or_else(|| scan.ask()) else {
                assert!(pages <= GROWN_PAGES + 2, "{pages}");
                return;
            };
            let list: Vec<u64> = (0..offset + 4).collect();
            scan.answer(offset, &page(&list, offset), second(offset.try_into().unwrap()));
        }
        unreachable!("it is followed for ever");
    }
}
