//! The list of one resource's purges: the pages to ask for next, and how far it was read.
//!
//! The first page tells the news. A list that was never read to its end is read on from there with
//! several pages at once ([`PagedScan`]); where the pages disagree, as they may when purges arrive
//! between them, it is read in passes of one page after the other ([`OffsetScan`]), which begin
//! with what was seen.
//!
//! A list that shows the newest first is complete as soon as it was read back into the time for
//! which it was complete before, so that no start reads again what the store holds completely; or
//! into the time of which nothing is kept. Where the vendor's own word is that it shows the newest
//! first, one pass to the end is enough too, as long as the pages keep that word: what comes
//! meanwhile stands before them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::backoff::Backoff;
use super::offset_scan::{OffsetScan, ScanState};
use super::paged_scan::{PagedScan, PagedState};
use super::saved_state::ACTIVE_FOR;
use crate::domain::event::Unread;
use crate::domain::failure::Failure;
use crate::providers::HistoryPage;

/// Pause before reading again a list that could not be read to its end, or that the vendor does not
/// have.
const LATER: Duration = Duration::from_mins(10);
/// Number of failures in a row up to which a list is about to be read.
const RETRIES: u32 = 4;

/// The list of one resource.
#[derive(Debug)]
pub(super) struct ResourceList {
    pub(super) cname: String,
    /// The number of its reading: answers to another one are not taken for its own.
    pub(super) number: u64,
    /// The time to ask for it.
    pub(super) due: Instant,
    /// The time of its newest purge, by the vendor's clock.
    pub(super) newest: Option<DateTime<Utc>>,
    /// The time up to which it is complete.
    pub(super) complete: Option<DateTime<Utc>>,
    /// The time from which on purges are kept; `None`: of all times.
    kept_from: Option<DateTime<Utc>>,
    /// The vendor has no such list.
    pub(super) gone: bool,
    /// It was not complete before this run.
    pub(super) is_first: bool,
    pub(super) read: u64,
    pub(super) total: Option<u64>,
    scan: OffsetScan,
    at_once: AtOnce,
    /// The next page cannot be told before the last one was answered and stored.
    waits: bool,
    /// Number of records in the newest page.
    page: u64,
    newest_first: NewestFirst,
    /// The vendor's history had settled up to here when the first page of the pass was asked for.
    settled_at_first: DateTime<Utc>,
    reached: Reached,
    /// The oldest purge of the current pass, while each was older than those before it.
    descended_to: Option<DateTime<Utc>>,
    /// Number of failures in a row.
    failures: u32,
    backoff: Backoff,
}

/// The part of a reading that has several pages on their way at once.
#[derive(Debug)]
enum AtOnce {
    /// It did not begin.
    Not,
    /// It is going on.
    Pages(PagedScan),
    /// It ended.
    Over,
}

/// The vendor's word that the newest purge stands first.
#[derive(Clone, Copy, Debug)]
struct NewestFirst {
    /// It was given.
    is_given: bool,
    /// Each page of the current pass was in that order.
    is_kept: bool,
}

/// The farthest that a list was read since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    /// It was not requested.
    Nothing,
    /// It was requested.
    Page,
    /// It was read to its end, or back to what was known.
    End,
}

/// The state of a list after an answer whose purges are not stored yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadingState {
    /// Pages are missing.
    More,
    /// All of it was seen, up to this instant.
    Whole(DateTime<Utc>),
    /// It was read back into the time that was known, and is complete up to this instant.
    Known(DateTime<Utc>),
    /// It is not certain that all of it was seen; it is read again later.
    Unsure,
}

/// The intervals of reading lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Intervals {
    /// Of a list with recent purges.
    pub(super) refresh: Duration,
    /// Of the others.
    pub(super) turn: Duration,
    /// The time by the vendor's clock.
    pub(super) now: DateTime<Utc>,
}

impl ResourceList {
    /// Makes a list of a resource that is complete up to an instant; `None`: nothing is known of
    /// it. `newest_first` is the vendor's word on its order.
    pub(super) fn new(cname: &str, complete: Option<DateTime<Utc>>, newest_first: bool) -> Self {
        Self {
            cname: cname.to_owned(),
            number: 0,
            due: Instant::now(),
            newest: None,
            complete,
            kept_from: None,
            gone: false,
            is_first: complete.is_none(),
            read: 0,
            total: None,
            scan: OffsetScan::default(),
            at_once: AtOnce::Not,
            waits: false,
            page: 0,
            newest_first: NewestFirst { is_given: newest_first, is_kept: true },
            settled_at_first: DateTime::<Utc>::MIN_UTC,
            reached: Reached::Nothing,
            descended_to: None,
            failures: 0,
            backoff: Backoff::new(fastrand::Rng::new()),
        }
    }

    /// True if it was requested since the start.
    pub(super) fn was_asked(&self) -> bool {
        self.reached > Reached::Nothing
    }

    /// True if it has recent purges.
    pub(super) fn is_active(&self, now: DateTime<Utc>) -> bool {
        self.newest.is_some_and(|newest| now - newest < ACTIVE_FOR)
    }

    /// True if the list exists and was never read to its end.
    pub(super) fn is_new(&self) -> bool {
        !self.gone && self.complete.is_none()
    }

    /// True if a question would be part of its first reading since the start.
    pub(super) fn is_first_reading(&self) -> bool {
        self.is_new() || !self.was_asked()
    }

    /// True if its first page was read and a further one is missing.
    pub(super) fn has_begun(&self) -> bool {
        self.scan.has_begun() || !matches!(self.at_once, AtOnce::Not)
    }

    /// True if it failed when it was last requested.
    pub(super) fn fails(&self) -> bool {
        self.failures > 0
    }

    /// Returns when it is read, if it exists and was not read to its end since the start, or is
    /// being read.
    pub(super) fn unread(&self, now: Instant) -> Unread {
        let is_read = self.reached == Reached::End && !self.is_new() && !self.has_begun();
        let is_retried = (1..=RETRIES).contains(&self.failures);
        if self.gone || is_read {
            Unread::Nothing
        } else if self.due <= now || is_retried {
            Unread::Soon
        } else {
            Unread::Later
        }
    }

    /// True if a page can be asked for, beside those on their way.
    pub(super) fn can_ask(&self) -> bool {
        match &self.at_once {
            AtOnce::Pages(pages) => pages.can_ask(),
            AtOnce::Not | AtOnce::Over => !self.waits,
        }
    }

    /// Returns the offset of the page to ask for, where purges are kept from this instant on.
    pub(super) fn ask(&mut self, kept_from: Option<DateTime<Utc>>) -> Option<u64> {
        self.kept_from = kept_from;
        self.reached = self.reached.max(Reached::Page);
        match &mut self.at_once {
            AtOnce::Pages(pages) => pages.ask(),
            AtOnce::Not | AtOnce::Over => {
                (!std::mem::replace(&mut self.waits, true)).then(|| self.scan.offset())
            }
        }
    }

    /// Notes that a page did not come.
    pub(super) fn lost(&mut self, offset: u64) {
        match &mut self.at_once {
            AtOnce::Pages(pages) => pages.lost(offset),
            AtOnce::Not | AtOnce::Over => self.waits = false,
        }
    }

    /// Notes that the vendor failed for this list, which is left alone for a while. Questions that
    /// were on their way together fail together. After some failures in a row its news are read
    /// again before the page that fails.
    pub(super) fn failed(&mut self, failure: &Failure) {
        let now = Instant::now();
        if self.due > now {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        self.due = now + self.backoff.failed(failure);
        if self.failures > RETRIES && self.has_begun() {
            self.start_over();
            self.due = self.due.max(now + LATER);
        }
    }

    /// Notes that the vendor has no such list.
    pub(super) fn refused(&mut self) {
        self.start_over();
        self.gone = true;
        self.due = Instant::now() + LATER;
    }

    /// Forgets what was read in this reading.
    pub(super) fn start_over(&mut self) {
        self.number += 1;
        self.scan = OffsetScan::default();
        (self.at_once, self.waits) = (AtOnce::Not, false);
    }

    /// Takes the page at an offset that was asked for.
    pub(super) fn take(
        &mut self,
        offset: u64,
        page: &HistoryPage,
        settled_until: DateTime<Utc>,
    ) -> ReadingState {
        if self.fails() {
            self.due = Instant::now();
        }
        (self.gone, self.failures, self.total) = (false, 0, page.total);
        self.backoff.succeeded();
        self.newest = self.newest.max(page.purges.iter().map(|purge| purge.created).max());
        if let AtOnce::Pages(pages) = &mut self.at_once {
            let state = pages.answer(offset, page, settled_until);
            self.read = self.read.max(pages.read());
            return self.took_one_of_many(state);
        }
        self.page = page.records;
        self.read = self.read.max(offset + page.records);
        if offset == 0 {
            self.settled_at_first = settled_until;
        }
        let is_known = self.descends_into_known(offset, page);
        let is_last = page.complete || page.records == 0;
        match self.scan.answer(page) {
            ScanState::Complete => ReadingState::Whole(settled_until),
            // What came after the first page was read stands before it.
            ScanState::More | ScanState::Incomplete if is_known => {
                ReadingState::Known(self.settled_at_first)
            }
            ScanState::More | ScanState::Incomplete
                if is_last && self.newest_first.is_given && self.newest_first.is_kept =>
            {
                ReadingState::Whole(self.settled_at_first)
            }
            ScanState::Incomplete => ReadingState::Unsure,
            ScanState::More => {
                self.read_on(settled_until);
                ReadingState::More
            }
        }
    }

    /// Takes the state of the pages that are read at once.
    fn took_one_of_many(&mut self, state: PagedState) -> ReadingState {
        if state == PagedState::More {
            return ReadingState::More;
        }
        let AtOnce::Pages(pages) = std::mem::replace(&mut self.at_once, AtOnce::Over) else {
            return ReadingState::More;
        };
        if state == PagedState::Complete {
            self.waits = true;
            self.total = Some(pages.total());
            ReadingState::Whole(pages.settled_until())
        } else {
            self.waits = false;
            self.scan.start_pass(pages.into_seen());
            ReadingState::More
        }
    }

    /// Takes into account that the purges of an answer are stored. `was_incomplete`: older ones
    /// among them were not in the store, so that the list was never complete.
    pub(super) fn stored(&mut self, state: ReadingState, was_incomplete: bool, every: Intervals) {
        if was_incomplete {
            (self.complete, self.is_first) = (None, true);
        }
        let until = match state {
            ReadingState::More => return,
            ReadingState::Known(until) if !self.is_read_back_to_known() => {
                return self.read_on(until);
            }
            ReadingState::Known(until) | ReadingState::Whole(until) => Some(until),
            ReadingState::Unsure => None,
        };
        // The count of a list of which not all was seen tells nothing of it.
        let is_whole = matches!(state, ReadingState::Whole(_));
        self.scan.finish(self.total.filter(|_| is_whole));
        (self.at_once, self.waits) = (AtOnce::Not, false);
        let again = match until {
            None => LATER,
            Some(_) if self.is_active(every.now) => every.refresh,
            Some(_) => every.turn,
        };
        if until.is_some() {
            self.reached = Reached::End;
        }
        self.complete = self.complete.max(until);
        self.due = Instant::now() + again;
    }

    /// Goes on with the next page; with several at once where the vendor counts and the list does
    /// not seem to lead back into what is known.
    fn read_on(&mut self, settled_until: DateTime<Utc>) {
        self.waits = false;
        let leads_back = self.known_until().is_some() && self.descended_to.is_some();
        let read = self.scan.offset();
        if let Some(total) = self.total.filter(|total| *total > read && read > 0)
            && !leads_back
            && matches!(self.at_once, AtOnce::Not)
            && let Some(seen) = self.scan.hand_over(total)
        {
            let pages = PagedScan::of_list(seen, (read, self.page, total), settled_until);
            self.at_once = AtOnce::Pages(pages);
        }
    }

    /// Follows the order of a page from this offset. Returns true if the list shows the newest
    /// first and the page goes back into what is known.
    fn descends_into_known(&mut self, offset: u64, page: &HistoryPage) -> bool {
        let times = || page.purges.iter().map(|purge| purge.created);
        let before = if offset == 0 { times().next() } else { self.descended_to };
        let is_falling = times().is_sorted_by(|newer, older| newer >= older)
            && times().next() <= before
            // Of a single instant no order can be told, but that of a list that is all there.
            && (offset > 0
                || (self.newest_first.is_given && page.complete)
                || times().next() > times().next_back());
        let was_kept = offset == 0 || self.newest_first.is_kept;
        self.newest_first.is_kept = was_kept && (is_falling || page.purges.is_empty());
        self.descended_to = times().next_back().filter(|_| is_falling);
        self.is_read_back_to_known()
    }

    /// True if the pass went back into the time for which the list is complete already, or of which
    /// nothing is kept.
    fn is_read_back_to_known(&self) -> bool {
        self.descended_to.is_some_and(|oldest| Some(oldest) < self.known_until())
    }

    /// Returns the time back to which a pass has to go; `None` for the end of the list.
    fn known_until(&self) -> Option<DateTime<Utc>> {
        self.complete.max(self.kept_from)
    }
}
