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
        }
    }

    /// Returns whether everything was read.
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

    /// Takes the answer to the newest request. Nothing after `edge` counts as complete: up to there
    /// the vendor's history had settled when the request was made.
    pub(in crate::engine) fn answer(
        &mut self,
        page: &HistoryPage,
        edge: DateTime<Utc>,
    ) -> Answered {
        let Some(part) = self.todo.last().copied() else {
            return Answered::default();
        };
        if let Some(offset_scan) = &mut self.offset_scan {
            return match offset_scan.answer(page) {
                ScanState::More => Answered::default(),
                ScanState::Complete => self.done(part, counted_records(page), edge),
                ScanState::Incomplete => self.incomplete(part),
            };
        }
        let cut = page.total.is_some_and(|total| total > page.records);
        if (page.complete && !cut) || page.total == Some(page.records) {
            return self.done(part, page.records, edge);
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

    fn done(&mut self, part: Part, records: u64, edge: DateTime<Utc>) -> Answered {
        self.todo.pop();
        self.offset_scan = None;
        self.read += records;
        if part.expected.is_some() && records.saturating_mul(4) < self.page {
            self.stretch = (self.stretch * 2).min(STRETCH);
        }
        if let (Some(expected), Some(rest)) = (part.expected, self.todo.last_mut()) {
            rest.gives(expected, records);
        }
        let until = if part.open { edge } else { part.until.min(edge) };
        Answered { covered: (part.from < until).then_some((part.from, until)), incomplete: None }
    }

    fn incomplete(&mut self, part: Part) -> Answered {
        self.todo.pop();
        self.offset_scan = None;
        Answered { covered: None, incomplete: Some((part.from, part.until)) }
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
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::PurgeId;
    use crate::domain::purge::{Purge, Target};
    use crate::testing;

    const SETTLE: i64 = 4_000_000;

    fn at(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(1_700_000_000_000_000 + micros).unwrap()
    }

    fn purge(number: usize, created: i64) -> Purge {
        Purge {
            provider: "p".into(),
            resource: "r".into(),
            cname: "c".to_owned(),
            targets: vec![Target::new("/a")],
            ..testing::purge("a", number.to_string(), at(created))
        }
    }

    #[derive(Clone, Copy, Debug)]
    enum Order {
        Newest,
        Oldest,
        Shuffled,
    }

    /// A vendor whose clock stands at `now` and to whom a purge is known by its place in `purges`.
    #[derive(Debug)]
    struct Vendor {
        now: i64,
        purges: Vec<i64>,
        page: u64,
        order: Order,
        counts: bool,
        offsets: bool,
        dice: fastrand::Rng,
        asked: u32,
    }

    impl Vendor {
        fn answer(&mut self, ask: &HistoryRequest) -> HistoryPage {
            self.asked += 1;
            let mut found: Vec<Purge> = self
                .purges
                .iter()
                .enumerate()
                .map(|(number, created)| purge(number, *created))
                .filter(|purge| ask.from.is_none_or(|from| purge.created >= from))
                .filter(|purge| ask.until.is_none_or(|until| purge.created <= until))
                .collect();
            match self.order {
                Order::Newest => found.sort_by_key(|purge| std::cmp::Reverse(purge.created)),
                Order::Oldest => found.sort_by_key(|purge| purge.created),
                Order::Shuffled => self.dice.shuffle(&mut found),
            }
            let total = found.len() as u64;
            let purges: Vec<Purge> = found
                .into_iter()
                .skip(if self.offsets { ask.offset as usize } else { 0 })
                .take(self.page as usize)
                .collect();
            let records = purges.len() as u64;
            HistoryPage {
                purges,
                records,
                total: self.counts.then_some(total),
                complete: records + ask.offset >= total,
                ..HistoryPage::default()
            }
        }
    }

    fn rule(page: u64, finest: Duration, offsets: bool) -> HistoryRule {
        HistoryRule {
            reading: if offsets { Reading::RangesAndOffsets } else { Reading::Ranges },
            page: page as u32,
            finest,
            settle: Duration::from_micros(SETTLE as u64),
            ..testing::history()
        }
    }

    /// The purges that a scan read, and the ranges that it claims to be complete.
    #[derive(Debug, Default)]
    struct Written {
        ids: HashSet<PurgeId>,
        covered: Vec<Range>,
        incomplete: Vec<Range>,
    }

    /// Scans to the end; between any two answers time passes and purges arrive, their creation up
    /// to SETTLE ago.
    fn scan(vendor: &mut Vendor, mut scan: RangeScan, arrivals: &[(u8, u8, i64)]) -> Written {
        let mut written = Written::default();
        let mut arrivals = arrivals.iter().cycle();
        let mut spent = 0;
        while let Some(ask) = scan.ask() {
            let edge = at(vendor.now - SETTLE);
            let page = vendor.answer(&ask);
            written.ids.extend(page.purges.iter().map(|purge| purge.id.clone()));
            let answered = scan.answer(&page, edge);
            written.covered.extend(answered.covered);
            written.incomplete.extend(answered.incomplete);
            spent += 1;
            assert!(spent < 20_000, "the scan does not come to an end");
            if spent < 300
                && let Some((seconds, count, late)) = arrivals.next()
            {
                vendor.now += i64::from(*seconds) * 250_000;
                for _ in 0..*count {
                    vendor.purges.push(vendor.now - late % SETTLE);
                }
            }
        }
        written
    }

    fn assert_covered_is_written(vendor: &Vendor, written: &Written) {
        for (number, created) in vendor.purges.iter().enumerate() {
            let (id, created) = (number.to_string().as_str().into(), at(*created));
            let claimed =
                written.covered.iter().find(|(from, until)| *from <= created && created < *until);
            if let Some(range) = claimed {
                assert!(
                    written.ids.contains(&id),
                    "purge {number} of {created} is in {range:?} and was not written down"
                );
            }
        }
    }

    fn orders() -> impl Strategy<Value = Order> {
        prop_oneof![Just(Order::Newest), Just(Order::Oldest), Just(Order::Shuffled)]
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 200,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn what_a_scan_calls_complete_is_complete_whatever_the_order_and_whatever_arrives_meanwhile(
            before in prop::collection::vec(0_i64..120_000_000, 0..120),
            arrivals in prop::collection::vec((0_u8..8, 0_u8..3, 0_i64..SETTLE), 1..40),
            order in orders(),
            page in 1_u64..12,
            coarse in any::<bool>(),
            counts in any::<bool>(),
            offsets in any::<bool>(),
            seed in any::<u64>(),
        ) {
            let mut vendor = Vendor {
                now: 120_000_000,
                purges: before,
                page,
                order,
                counts,
                offsets,
                dice: fastrand::Rng::with_seed(seed),
                asked: 0,
            };
            let finest = Duration::from_millis(if coarse { 1000 } else { 1 });
            let rule = rule(page, finest, offsets);
            let plan = RangeScan::new(&rule, &[(at(0), at(vendor.now))], true);
            let written = scan(&mut vendor, plan, &arrivals);
            assert_covered_is_written(&vendor, &written);
        }

        #[test]
        fn a_quiet_past_is_read_completely_in_one_scan(
            before in prop::collection::vec(0_i64..60_000_000, 0..200),
            order in prop_oneof![Just(Order::Newest), Just(Order::Oldest)],
            page in 1_u64..20,
            counts in any::<bool>(),
        ) {
            let mut vendor = Vendor {
                now: 120_000_000,
                purges: before,
                page,
                order,
                counts,
                offsets: true,
                dice: fastrand::Rng::with_seed(1),
                asked: 0,
            };
            let finest = Duration::from_secs(1);
            let plan = RangeScan::new(&rule(page, finest, true), &[(at(0), at(60_000_000))], false);
            let written = scan(&mut vendor, plan, &[]);
            prop_assert_eq!(written.ids.len(), vendor.purges.len());
            prop_assert!(written.incomplete.is_empty());
            let mut covered = written.covered.clone();
            covered.sort_unstable();
            prop_assert_eq!(covered.first().map(|range| range.0), Some(at(0)));
            prop_assert_eq!(covered.last().map(|range| range.1), Some(at(60_000_000)));
            prop_assert!(covered.windows(2).all(|pair| pair[0].1 == pair[1].0));
        }
    }

    #[test]
    fn a_burst_at_one_instant_takes_few_questions_beside_those_for_its_own_pages() {
        for burst in [1_000, 75_000_000, 149_000_000] {
            let mut vendor = Vendor {
                now: 150_000_000,
                purges: vec![burst; 5_000],
                page: 100,
                order: Order::Newest,
                counts: true,
                offsets: true,
                dice: fastrand::Rng::with_seed(1),
                asked: 0,
            };
            let rule = rule(100, Duration::from_millis(1), true);
            let plan = RangeScan::new(&rule, &[(at(0), at(vendor.now))], true);
            let written = scan(&mut vendor, plan, &[(0, 0, 0)]);
            assert_eq!(written.ids.len(), 5_000);
            assert!(vendor.asked < 200, "{} questions", vendor.asked);
        }
    }

    #[test]
    fn a_month_of_ten_thousand_purges_takes_about_one_question_for_seventy() {
        let mut dice = fastrand::Rng::with_seed(7);
        let month = 30 * 86_400 * 1_000_000_i64;
        let mut vendor = Vendor {
            now: month,
            purges: (0..10_000).map(|_| dice.i64(0..month - SETTLE)).collect(),
            page: 100,
            order: Order::Oldest,
            counts: true,
            offsets: true,
            dice,
            asked: 0,
        };
        let plan =
            RangeScan::new(&rule(100, Duration::from_millis(1), true), &[(at(0), at(month))], true);
        let written = scan(&mut vendor, plan, &[]);
        assert_eq!(written.ids.len(), 10_000);
        assert!(vendor.asked < 170, "{} questions", vendor.asked);
    }

    #[test]
    fn how_much_is_left_is_told_truly_although_purges_come_in_bursts() {
        // Three bursts in an hour, and a purge a minute between them; each at an instant of its
        // own.
        let bursts =
            [600, 601, 2400].map(|second| (0..90).map(move |n| second * 1_000_000 + n * 7_001));
        let mut purges: Vec<i64> = (0..60).map(|minute| minute * 60_000_000 + 13).collect();
        purges.extend(bursts.into_iter().flatten());
        let all = purges.len() as u64;
        let mut vendor = Vendor {
            now: 3_600_000_000,
            purges,
            page: 20,
            order: Order::Newest,
            counts: true,
            offsets: true,
            dice: fastrand::Rng::with_seed(1),
            asked: 0,
        };
        let finest = Duration::from_millis(1);
        let mut scan = RangeScan::new(&rule(20, finest, true), &[(at(0), at(vendor.now))], false);
        while let Some(ask) = scan.ask() {
            let page = vendor.answer(&ask);
            scan.answer(&page, at(vendor.now));
            let told = scan.read() + scan.left().unwrap();
            assert!(
                (all..=all + 40).contains(&told),
                "{told} of {all} after {} answers",
                vendor.asked
            );
        }
        assert_eq!(scan.read(), all);
    }

    #[test]
    fn a_second_with_more_purges_than_one_answer_holds_is_left_uncovered_where_there_is_no_offset()
    {
        let mut vendor = Vendor {
            now: 60_000_000,
            purges: (0..30).map(|n| 20_000_000 + n).chain([1, 50_000_000]).collect(),
            page: 10,
            order: Order::Newest,
            counts: true,
            offsets: false,
            dice: fastrand::Rng::with_seed(1),
            asked: 0,
        };
        let plan = RangeScan::new(
            &rule(10, Duration::from_secs(1), false),
            &[(at(0), at(vendor.now))],
            true,
        );
        let written = scan(&mut vendor, plan, &[]);
        // The instant itself belongs to the seconds on both of its sides.
        assert!(!written.incomplete.is_empty());
        assert!(
            written
                .incomplete
                .iter()
                .any(|(from, until)| *from <= at(20_000_000) && at(20_000_029) < *until)
        );
        assert_covered_is_written(&vendor, &written);
        assert!(written.covered.iter().any(|(from, _)| *from == at(0)));
    }

    #[test]
    fn the_newest_part_is_read_first() {
        let mut vendor = Vendor {
            now: 100_000_000,
            purges: (0..100).map(|n| n * 900_000).collect(),
            page: 10,
            order: Order::Oldest,
            counts: true,
            offsets: true,
            dice: fastrand::Rng::with_seed(1),
            asked: 0,
        };
        let plan = RangeScan::new(
            &rule(10, Duration::from_secs(1), true),
            &[(at(0), at(vendor.now))],
            true,
        );
        let written = scan(&mut vendor, plan, &[]);
        assert!(written.covered.windows(2).all(|pair| pair[0].0 >= pair[1].1));
    }

    #[test]
    fn an_empty_answer_that_says_it_is_not_all_does_not_lead_into_endless_splitting() {
        let mut plan = RangeScan::new(
            &rule(10, Duration::from_secs(1), true),
            &[(at(0), at(100_000_000))],
            true,
        );
        assert!(plan.ask().is_some());
        let answered = plan.answer(
            &HistoryPage {
                purges: Vec::new(),
                records: 0,
                total: Some(5),
                complete: false,
                unreadable: 0,
            },
            at(90_000_000),
        );
        assert_eq!(answered.covered, None);
        assert!(answered.incomplete.is_some() && plan.is_over());
    }
}
