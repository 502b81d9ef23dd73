//! Reads a list by offset, in repeated passes, until it is certain that all of it was seen.
//!
//! A list that grows while it is read by offset can hide a purge between two pages, and the order
//! of the vendors' lists is not documented. But a list that only grows holds exactly what was seen
//! of it as soon as that is as many as the vendor counts in the same answer. Where the vendor does
//! not count, or counts what it does not show, two passes that agree must do.

use std::collections::HashSet;

use super::seen_records::{SeenRecords, hash};
use crate::providers::HistoryPage;

/// Number of passes after which the list is left for another time.
const PASSES: u32 = 8;

/// Number of pages in a row without anything new, where the vendor does not count, after which the
/// list is left for another time: it may show the same records in ever new orders, or only records
/// that cannot be read.
const STALE_PAGES: u32 = 20;

/// Number of records in one pass after which the list is left for another time: more than a vendor
/// keeps of an account, and a list without an end would be read without one.
const MAX_RECORDS: u64 = 2_000_000;

/// A list that is being read.
#[derive(Debug, Default)]
pub(super) struct OffsetScan {
    offset: u64,
    /// The records that all passes saw together.
    seen: SeenRecords,
    /// The count and a hash of the first page of the list when all of it was seen.
    whole: Option<(u64, u64)>,
    /// A hash of the first page of this reading.
    first: u64,
    this: Pass,
    before: Option<Pass>,
    made: u32,
    /// A hash of the page before, to know a list whose last page is given for every later one.
    page: u64,
    /// The records of each page of this pass, purge by purge, to know pages without anything new.
    parts: HashSet<u64>,
    stale_pages: u32,
}

/// One pass from the first page to the last.
#[derive(Debug, Default, PartialEq, Eq)]
struct Pass {
    ids: HashSet<u64>,
    records: u64,
    /// Records among them that could not be read.
    unreadable: u64,
    total: Option<u64>,
    /// The vendor's count moved while the pass was made.
    moved: bool,
}

/// The state of a scan after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanState {
    /// The scan goes on, from the new offset.
    More,
    /// Everything there is was seen.
    Complete,
    /// It is not certain that everything was seen; the scan gives up for now.
    Incomplete,
}

impl OffsetScan {
    /// Returns the offset of the next request.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// True while a reading has begun and not ended.
    pub(super) fn has_begun(&self) -> bool {
        self.offset > 0 || self.made > 0
    }

    /// Takes the answer at the current offset. After `Complete` and `Incomplete` the next question
    /// starts a new reading, which keeps no record of the one before but its count and first page:
    /// a list of which these are the same is complete again.
    pub(super) fn answer(&mut self, page: &HistoryPage) -> ScanState {
        let last_page = std::mem::replace(&mut self.page, hash_of(page));
        if !self.has_begun() {
            self.first = self.page;
            if page.total.is_some_and(|total| self.whole == Some((total, self.first))) {
                return ScanState::Complete;
            }
        }
        // Pages full of records that cannot be read may be alike and yet not be the same.
        let repeated = self.offset > 0
            && page.total.is_none()
            && last_page == self.page
            && !page.purges.is_empty();
        if !repeated {
            self.seen.take(page);
            self.this.take(page, self.offset == 0);
            self.offset += page.records;
            self.count_stale(page);
        }
        if page.total.is_some_and(|total| self.seen.are(total)) {
            self.finish(page.total);
            return ScanState::Complete;
        }
        let last = repeated
            || page.records == 0
            || page.total.map_or(page.complete, |total| self.offset >= total);
        if !last && (self.shows_nothing_new(page) || self.has_no_end(page)) {
            return self.give_up();
        }
        if !last {
            return ScanState::More;
        }
        self.offset = 0;
        self.forget_pages();
        let this = std::mem::take(&mut self.this);
        if self.before.as_ref() == Some(&this) && this.is_whole(self.seen.grouped) {
            self.finish(page.total);
            return ScanState::Complete;
        }
        self.before = Some(this);
        self.made += 1;
        if self.made < PASSES {
            return ScanState::More;
        }
        self.give_up()
    }

    fn shows_nothing_new(&self, page: &HistoryPage) -> bool {
        page.total.is_none() && self.stale_pages >= STALE_PAGES
    }

    /// True for a list that grows as fast as it is read, or is longer than any that there is.
    fn has_no_end(&self, page: &HistoryPage) -> bool {
        let grown = u64::from(STALE_PAGES) * page.records;
        self.this.records >= MAX_RECORDS
            || self.this.total.is_some_and(|first| self.offset >= first.saturating_add(grown))
    }

    fn give_up(&mut self) -> ScanState {
        self.finish(None);
        ScanState::Incomplete
    }

    /// Ends the reading and forgets what it saw. `total` is the vendor's count if all was seen.
    pub(super) fn finish(&mut self, total: Option<u64>) {
        self.whole = total.map(|total| (total, self.first));
        self.start_pass(SeenRecords::default());
    }

    /// Gives away what was seen so far in the first pass, for the other pages to be read several at
    /// once; `None` in a later pass, and for a list that is longer than any that there is.
    pub(super) fn hand_over(&mut self, total: u64) -> Option<SeenRecords> {
        let is_first = self.made == 0 && total <= MAX_RECORDS;
        is_first.then(|| std::mem::take(&mut self.seen))
    }

    /// Counts the pages in a row that have nothing but what this pass saw before.
    fn count_stale(&mut self, page: &HistoryPage) {
        let mut is_new = false;
        for purge in &page.purges {
            is_new |= self.parts.insert(hash((purge.id.as_str(), &purge.targets)));
        }
        self.stale_pages = if is_new { 0 } else { self.stale_pages + 1 };
    }

    fn forget_pages(&mut self) {
        self.parts.clear();
        self.stale_pages = 0;
    }

    /// Begins the first pass anew; these records were seen before it.
    pub(super) fn start_pass(&mut self, seen: SeenRecords) {
        self.seen = seen;
        self.offset = 0;
        self.made = 0;
        self.before = None;
        self.this = Pass::default();
        self.forget_pages();
    }
}

impl Pass {
    fn take(&mut self, page: &HistoryPage, first: bool) {
        if first {
            self.total = page.total;
        } else if page.total != self.total {
            self.moved = true;
        }
        self.records += page.records;
        self.unreadable += page.unreadable;
        self.ids.extend(page.purges.iter().map(|purge| hash(purge.id.as_str())));
    }

    /// True if the pass read exactly what the vendor counts, where it counts, each record
    /// once. Where records are targets, a purge may hold the same target twice, so that only their
    /// number can be compared with the vendor's.
    fn is_whole(&self, grouped: bool) -> bool {
        !self.moved
            && self.total.is_none_or(|total| total == self.records)
            && (grouped || self.ids.len() as u64 + self.unreadable == self.records)
    }
}

/// Returns a hash of the records of a page.
fn hash_of(page: &HistoryPage) -> u64 {
    let records = page.purges.iter().map(|purge| (purge.id.as_str(), &purge.targets));
    hash((page.records, page.digest, records.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{noon, purge};

    /// Pages of two records of a list; what stands behind it is answered as `behind` says.
    fn scan(records: usize, total: Option<u64>, behind: impl Fn() -> HistoryPage) -> ScanState {
        let purges: Vec<_> = (0..records).map(|id| purge("a", id.to_string(), noon())).collect();
        let mut scan = OffsetScan::default();
        for _ in 0..100 {
            let from = scan.offset() as usize;
            let page = purges.get(from..(from + 2).min(records)).unwrap_or_default();
            let page = if page.is_empty() {
                behind()
            } else {
                let complete = total.map_or(page.len() < 2, |total| from + 2 >= total as usize);
                let records = page.len() as u64;
                HistoryPage {
                    purges: page.to_vec(),
                    records,
                    total,
                    complete,
                    ..HistoryPage::default()
                }
            };
            let state = scan.answer(&page);
            if state != ScanState::More {
                return state;
            }
        }
        ScanState::More
    }

    #[test]
    fn a_list_ends_also_behind_a_full_last_page() {
        for records in [0, 1, 2, 3, 4] {
            let total = Some(records as u64);
            let nothing = || HistoryPage { complete: true, ..HistoryPage::default() };
            assert_eq!(scan(records, total, nothing), ScanState::Complete, "{records} counted");
            assert_eq!(scan(records, None, nothing), ScanState::Complete, "{records}");
        }
        // Some servers give their last page for every one behind it.
        let purges: Vec<_> = (2..4).map(|id| purge("a", id.to_string(), noon())).collect();
        let again = || HistoryPage { purges: purges.clone(), records: 2, ..HistoryPage::default() };
        assert_eq!(scan(4, None, again), ScanState::Complete);
    }

    /// Reads a list that does not say how long it is, until it is read, or for a thousand pages.
    fn read(pages: impl Fn(u64) -> HistoryPage) -> (ScanState, HashSet<u64>) {
        let (mut scan, mut asked) = (OffsetScan::default(), HashSet::new());
        for number in 0..1_000 {
            asked.insert(scan.offset());
            let state = scan.answer(&HistoryPage { records: 2, ..pages(number) });
            if state != ScanState::More {
                return (state, asked);
            }
        }
        (ScanState::More, asked)
    }

    fn page_of(ids: [u64; 2]) -> HistoryPage {
        let purges = ids.map(|id| purge("a", id.to_string(), noon())).to_vec();
        HistoryPage { purges, ..HistoryPage::default() }
    }

    #[test]
    fn pages_of_unreadable_records_are_not_taken_for_the_end() {
        let unreadable = || HistoryPage { unreadable: 2, records: 2, ..HistoryPage::default() };
        let mut scan = OffsetScan::default();
        for page in 0..5 {
            assert_eq!(scan.offset(), page * 2);
            assert_eq!(scan.answer(&unreadable()), ScanState::More);
        }
        let found = HistoryPage { records: 2, ..page_of([1, 2]) };
        assert_eq!(scan.answer(&found), ScanState::More);
        assert!(scan.seen.ids.contains(&hash("2")));
        // A list of nothing else is left for another time, and never called complete.
        let (state, asked) = read(|_| unreadable());
        assert_eq!(state, ScanState::Incomplete);
        assert_eq!(asked.len(), STALE_PAGES as usize);
        let (state, _) = read(|number| HistoryPage { digest: number, ..unreadable() });
        assert_eq!(state, ScanState::Incomplete);
    }

    #[test]
    fn a_list_without_an_end_is_left_for_another_time() {
        let endless =
            |number, total| HistoryPage { total, ..page_of([2 * number, 2 * number + 1]) };
        // It says that there is always more than was read.
        let (state, asked) = read(|number| endless(number, Some(2 * number + 100)));
        assert_eq!(state, ScanState::Incomplete);
        assert!(asked.len() < 100, "{}", asked.len());
        // It does not count, or counts more than there can be.
        for total in [None, Some(u64::MAX)] {
            let mut scan = OffsetScan::default();
            let records = MAX_RECORDS / 4;
            let states = (0..4)
                .map(|number| scan.answer(&HistoryPage { records, ..endless(number, total) }));
            let states: Vec<ScanState> = states.collect();
            assert_eq!(states[2..], [ScanState::More, ScanState::Incomplete], "{total:?}");
        }
    }

    #[test]
    fn a_page_is_repeated_only_with_all_its_records() {
        let with = |digest| HistoryPage { digest, unreadable: 1, ..page_of([1, 1]) };
        let mut scan = OffsetScan::default();
        for (digest, offset) in [(1, 2), (2, 4), (2, 0)] {
            assert_eq!(
                scan.answer(&HistoryPage { records: 2, ..with(digest) }),
                ScanState::More,
                "{digest}"
            );
            assert_eq!(scan.offset(), offset, "{digest}");
        }
    }

    #[test]
    fn a_vendor_that_shows_the_same_records_in_turn_for_ever_is_not_asked_for_ever() {
        let (state, asked) = read(|number| page_of(if number % 2 == 0 { [1, 2] } else { [2, 1] }));
        assert_eq!(state, ScanState::Incomplete);
        assert!(asked.len() < 50, "{asked:?}");
    }

    #[test]
    fn a_list_that_was_read_leaves_nothing_behind_but_its_count_and_first_page() {
        let page = |ids: [u64; 2], total| HistoryPage { records: 2, total, ..page_of(ids) };
        let mut scan = OffsetScan::default();
        for round in 0..100 {
            let total = Some(2 * (round + 2));
            for number in 0..=round {
                let ids = [2 * number, 2 * number + 1];
                assert_eq!(scan.answer(&page(ids, total)), ScanState::More, "{round}");
            }
            let last = [2 * round + 2, 2 * round + 3];
            assert_eq!(scan.answer(&page(last, total)), ScanState::Complete, "{round}");
            let kept = [scan.seen.ids.len(), scan.this.ids.len(), scan.parts.len()];
            assert_eq!((kept, scan.before.is_none()), ([0; 3], true));
            // The same list costs one question; another first page, or count, is another list.
            assert_eq!(scan.answer(&page([0, 1], total)), ScanState::Complete);
        }
        assert_eq!(scan.answer(&page([7_000, 7_001], Some(202))), ScanState::More);
    }
}
