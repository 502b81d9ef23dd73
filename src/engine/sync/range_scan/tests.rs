//! Scans of a vendor in memory, in every order and while purges arrive.

use std::collections::{HashMap, HashSet};

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
        targets: (0..=number % 4).map(|target| Target::new(format!("/{target}"))).collect(),
        ..testing::purge("a", number.to_string(), at(created))
    }
}

/// The rows of purges that are listed by target.
fn rows(purges: &[Purge]) -> Vec<Purge> {
    let row = |purge: &Purge, target| Purge { targets: vec![target], ..purge.clone() };
    let rows = |purge: &Purge| {
        purge.targets.iter().map(|target| row(purge, target.clone())).collect::<Vec<_>>()
    };
    purges.iter().flat_map(rows).collect()
}

/// The purges of rows.
fn joined(rows: Vec<Purge>) -> Vec<Purge> {
    let mut purges: Vec<Purge> = Vec::new();
    for row in rows {
        match purges.iter_mut().find(|purge| purge.id == row.id) {
            Some(purge) => purge.targets.extend(row.targets),
            None => purges.push(row),
        }
    }
    purges
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
    /// It lists, counts and pages targets.
    rows: bool,
    dice: fastrand::Rng,
    asked: u32,
    /// The longest span that it answers for.
    span: Option<i64>,
    refused: u32,
}

impl Vendor {
    /// A vendor with pages of a hundred and offsets, that counts and shows the newest first.
    fn new(now: i64, purges: Vec<i64>) -> Self {
        Self {
            now,
            purges,
            page: 100,
            order: Order::Newest,
            counts: true,
            offsets: true,
            rows: false,
            dice: fastrand::Rng::with_seed(1),
            asked: 0,
            span: None,
            refused: 0,
        }
    }

    /// True if it refuses a question because it spans too much time.
    fn refuses(&mut self, ask: &HistoryRequest) -> bool {
        let until = ask.until.unwrap_or(at(self.now));
        let from = ask.from.unwrap_or(DateTime::<Utc>::MIN_UTC);
        let refuses = self.span.is_some_and(|span| until - from > TimeDelta::microseconds(span));
        self.refused += u32::from(refuses);
        refuses
    }

    fn answer(&mut self, ask: &HistoryRequest) -> HistoryPage {
        self.asked += 1;
        let mut found: Vec<Purge> = self
            .purges
            .iter()
            .enumerate()
            .filter(|(_, created)| ask.from.is_none_or(|from| at(**created) >= from))
            .filter(|(_, created)| ask.until.is_none_or(|until| at(**created) <= until))
            .map(|(number, created)| purge(number, *created))
            .collect();
        if self.rows {
            found = rows(&found);
        }
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
            purges: joined(purges),
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
    targets: HashMap<PurgeId, HashSet<String>>,
    covered: Vec<Range>,
    incomplete: Vec<Range>,
}

/// The way in which questions reach the vendor and answers come back.
#[derive(Clone, Copy, Debug)]
struct Road {
    /// The most questions on their way at once.
    at_once: usize,
    /// Of a hundred answers, so many are lost.
    lost: u8,
    seed: u64,
}

/// One question after the other, and every answer comes.
const ALONE: Road = Road { at_once: 1, lost: 0, seed: 1 };

/// Scans to the end; between any two answers time passes and purges arrive, their creation up
/// to SETTLE ago. Answers come in any order.
fn scan(
    vendor: &mut Vendor,
    mut scan: RangeScan,
    arrivals: &[(u8, u8, i64)],
    road: Road,
) -> Written {
    let mut written = Written::default();
    let mut dice = fastrand::Rng::with_seed(road.seed);
    let mut arrivals = arrivals.iter().cycle();
    let (mut spent, mut on_their_way) = (0, Vec::new());
    loop {
        while on_their_way.len() < road.at_once
            && let Some((place, ask)) = scan.ask()
        {
            let edge = at(vendor.now - SETTLE);
            let page = (!vendor.refuses(&ask)).then(|| vendor.answer(&ask));
            on_their_way.push((place, page, edge));
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
        if on_their_way.is_empty() {
            break;
        }
        let (place, page, edge) = on_their_way.swap_remove(dice.usize(..on_their_way.len()));
        if dice.u8(..100) < road.lost {
            scan.lost(place);
            continue;
        }
        let Some(page) = page else {
            written.incomplete.extend(scan.too_long(place));
            continue;
        };
        written.ids.extend(page.purges.iter().map(|purge| purge.id.clone()));
        let answered = scan.answer(place, &page, edge);
        for purge in page.purges {
            let targets = written.targets.entry(purge.id).or_default();
            targets.extend(purge.targets.into_iter().map(|target| target.text));
        }
        written.covered.extend(answered.covered);
        written.incomplete.extend(answered.incomplete);
    }
    assert!(scan.is_over(), "nothing is asked and something is left");
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
            let (whole, seen) = (number % 4 + 1, written.targets[&id].len());
            assert_eq!(seen, whole, "purge {number} of {created} is in {range:?} without targets");
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
        rows in any::<bool>(),
        at_once in 1_usize..12,
        lost in prop_oneof![Just(0_u8), 0_u8..40],
        seed in any::<u64>(),
    ) {
        // Where each answer is one record in a new order and nothing counts them, nobody can tell
        // the list's last page, given again, from the same record drawn twice.
        prop_assume!(page > 1 || counts || !matches!(order, Order::Shuffled));
        let mut vendor = Vendor {
            now: 120_000_000,
            purges: before,
            page,
            order,
            counts,
            offsets,
            // Of rows in a new order at every look, two passes may agree and lack the same one.
            rows: rows && counts && offsets && !matches!(order, Order::Shuffled),
            dice: fastrand::Rng::with_seed(seed),
            asked: 0,
            span: None,
            refused: 0,
        };
        let road = Road { at_once, lost, seed };
        let finest = Duration::from_millis(if coarse { 1000 } else { 1 });
        let rule = rule(page, finest, offsets);
        let plan = RangeScan::new(&rule, &[(at(0), at(vendor.now))], true);
        let written = scan(&mut vendor, plan, &arrivals, road);
        assert_covered_is_written(&vendor, &written);
    }

    #[test]
    fn a_quiet_past_is_read_completely_in_one_scan(
        before in prop::collection::vec(0_i64..60_000_000, 0..200),
        order in prop_oneof![Just(Order::Newest), Just(Order::Oldest)],
        page in 1_u64..20,
        counts in any::<bool>(),
        rows in any::<bool>(),
        at_once in 1_usize..12,
        lost in prop_oneof![Just(0_u8), 0_u8..40],
        seed in any::<u64>(),
    ) {
        let vendor = Vendor::new(120_000_000, before);
        // Pages of a row or two may not show that rows are no purges.
        let rows = rows && counts && page > 4;
        let mut vendor = Vendor { page, order, counts, rows, ..vendor };
        let road = Road { at_once, lost, seed };
        let finest = Duration::from_secs(1);
        let plan = RangeScan::new(&rule(page, finest, true), &[(at(0), at(60_000_000))], false);
        let written = scan(&mut vendor, plan, &[(0, 0, 0)], road);
        prop_assert_eq!(written.ids.len(), vendor.purges.len());
        assert_covered_is_written(&vendor, &written);
        prop_assert!(written.incomplete.is_empty());
        let mut covered = written.covered.clone();
        covered.sort_unstable();
        prop_assert_eq!(covered.first().map(|range| range.0), Some(at(0)));
        prop_assert_eq!(covered.last().map(|range| range.1), Some(at(60_000_000)));
        prop_assert!(covered.windows(2).all(|pair| pair[0].1 == pair[1].0));
    }

    #[test]
    fn nothing_is_missed_whatever_span_a_vendor_answers_for(
        before in prop::collection::vec(0_i64..120_000_000, 0..120),
        arrivals in prop::collection::vec((0_u8..8, 0_u8..3, 0_i64..SETTLE), 1..40),
        order in orders(),
        page in 2_u64..12,
        span in 2_000_000_i64..200_000_000,
        open in any::<bool>(),
        counts in any::<bool>(),
        offsets in any::<bool>(),
        at_once in 1_usize..12,
        lost in prop_oneof![Just(0_u8), 0_u8..40],
        seed in any::<u64>(),
    ) {
        let before_them = before.len();
        let vendor = Vendor::new(120_000_000, before);
        let mut vendor = Vendor { page, order, counts, offsets, span: Some(span), ..vendor };
        let finest = Duration::from_millis(1);
        let ranges = [(at(0), at(120_000_000))];
        // One that has no end grows while it is asked for, and must not outgrow the vendor's span.
        let arrivals = if open { vec![(0, 0, 0)] } else { arrivals };
        let plan = RangeScan::new(&rule(page, finest, offsets), &ranges, open);
        let written = scan(&mut vendor, plan, &arrivals, Road { at_once, lost, seed });
        assert_covered_is_written(&vendor, &written);
        let seen = |number: &usize| written.ids.contains(&number.to_string().as_str().into());
        let is_crowded = |instant: &i64| {
            vendor.purges.iter().filter(|it| (**it - *instant).abs() < 2_000).count() > 1
        };
        if offsets || !vendor.purges.iter().any(is_crowded) {
            prop_assert!((0..before_them).all(|number| seen(&number)));
            prop_assert!(written.incomplete.is_empty(), "{:?}", written.incomplete);
        }
        // It halves what is too long a few times, and asks for nothing too long after that.
        let on_the_road = u32::try_from(at_once).unwrap_or(u32::MAX);
        prop_assert!(lost > 0 || vendor.refused <= 7 * on_the_road, "{}", vendor.refused);
    }
}

#[test]
fn the_span_that_a_vendor_answers_for_is_learned_once() {
    let day = 24 * 3_600 * 1_000_000;
    let rule = rule(100, Duration::from_secs(1), true);
    let vendor = Vendor::new(90 * day, (0..90).map(|number| number * day).collect());
    let mut vendor = Vendor { span: Some(7 * day), ..vendor };
    let mut first = RangeScan::new(&rule, &[(at(0), at(30 * day))], false);
    while let Some((place, ask)) = first.ask() {
        if vendor.refuses(&ask) {
            assert_eq!(first.too_long(place), None);
        } else {
            let page = vendor.answer(&ask);
            first.answer(place, &page, at(90 * day));
        }
    }
    assert_eq!((vendor.refused, first.learnt()), (3, Some(TimeDelta::hours(90))));
    let next = RangeScan::new(&rule, &[(at(30 * day), at(90 * day))], false);
    let written = scan(&mut vendor, next.within(first.learnt()), &[(0, 0, 0)], ALONE);
    assert_eq!((vendor.refused, written.incomplete.len()), (3, 0));
    assert_eq!(written.ids.len(), 60);
}

#[test]
fn a_refusal_of_less_than_was_answered_shortens_nothing_else() {
    let (hour, day) = (3_600_000_000, 86_400_000_000);
    let rule = rule(100, Duration::from_secs(1), true);
    let mut vendor = Vendor::new(9 * day, vec![1, 3 * day + hour]);
    let ranges =
        [(at(0), at(2 * day)), (at(3 * day), at(3 * day + 2 * hour)), (at(4 * day), at(8 * day))];
    let mut plan = RangeScan::new(&rule, &ranges, false);
    let (mut refused, mut asked) = (0, 0);
    while let Some((place, ask)) = plan.ask() {
        asked += 1;
        if ask.from == Some(at(3 * day)) && ask.until == Some(at(3 * day + 2 * hour)) {
            refused += 1;
            assert_eq!(plan.too_long(place), None);
        } else {
            plan.answer(place, &vendor.answer(&ask), at(9 * day));
        }
    }
    assert_eq!((refused, asked, plan.learnt()), (1, 5, None));
}

#[test]
fn a_range_that_is_refused_down_to_the_finest_teaches_nothing() {
    let day = 86_400_000_000;
    let rule = rule(100, Duration::from_secs(1), true);
    let mut vendor = Vendor::new(9 * day, vec![1]);
    let mut plan = RangeScan::new(&rule, &[(at(0), at(2 * day))], false);
    let mut incomplete = Vec::new();
    while let Some((place, ask)) = plan.ask() {
        if incomplete.is_empty() {
            incomplete.extend(plan.too_long(place));
        } else {
            plan.answer(place, &vendor.answer(&ask), at(9 * day));
        }
    }
    assert_eq!((incomplete.len(), plan.learnt()), (1, None));
}

#[test]
fn a_vendor_that_finds_every_range_too_long_is_not_asked_for_ever() {
    let mut vendor = Vendor { span: Some(0), ..Vendor::new(86_400_000_000, vec![1]) };
    let rule = rule(100, Duration::from_secs(1), true);
    let plan = RangeScan::new(&rule, &[(at(0), at(vendor.now))], true);
    let written = scan(&mut vendor, plan, &[(0, 0, 0)], ALONE);
    assert!(vendor.refused < 60, "{}", vendor.refused);
    assert_eq!(written.incomplete.iter().map(|range| range.0).min(), Some(at(0)));
}

#[test]
fn a_burst_at_one_instant_takes_few_questions_beside_those_for_its_own_pages() {
    for burst in [1_000, 75_000_000, 149_000_000] {
        let mut vendor = Vendor::new(150_000_000, vec![burst; 5_000]);
        let rule = rule(100, Duration::from_millis(1), true);
        let plan = RangeScan::new(&rule, &[(at(0), at(vendor.now))], true);
        let written = scan(&mut vendor, plan, &[(0, 0, 0)], ALONE);
        assert_eq!(written.ids.len(), 5_000);
        assert!(vendor.asked < 200, "{} questions", vendor.asked);
    }
}

#[test]
fn a_month_of_ten_thousand_purges_takes_about_one_question_for_seventy() {
    let mut dice = fastrand::Rng::with_seed(7);
    let month = 30 * 86_400 * 1_000_000_i64;
    let purges = (0..10_000).map(|_| dice.i64(0..month - SETTLE)).collect();
    let mut vendor = Vendor { order: Order::Oldest, ..Vendor::new(month, purges) };
    let plan =
        RangeScan::new(&rule(100, Duration::from_millis(1), true), &[(at(0), at(month))], true);
    let written = scan(&mut vendor, plan, &[(0, 0, 0)], ALONE);
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
    let mut vendor = Vendor { page: 20, ..Vendor::new(3_600_000_000, purges) };
    let finest = Duration::from_millis(1);
    let mut scan = RangeScan::new(&rule(20, finest, true), &[(at(0), at(vendor.now))], false);
    while let Some((place, ask)) = scan.ask() {
        let page = vendor.answer(&ask);
        scan.answer(place, &page, at(vendor.now));
        let told = scan.read() + scan.left().unwrap();
        assert!((all..=all + 40).contains(&told), "{told} of {all} after {} answers", vendor.asked);
    }
    assert_eq!(scan.read(), all);
}

#[test]
fn a_second_with_more_purges_than_one_answer_holds_is_left_uncovered_where_there_is_no_offset() {
    let purges = (0..30).map(|n| 20_000_000 + n).chain([1, 50_000_000]).collect();
    let mut vendor = Vendor { page: 10, offsets: false, ..Vendor::new(60_000_000, purges) };
    let plan =
        RangeScan::new(&rule(10, Duration::from_secs(1), false), &[(at(0), at(vendor.now))], true);
    let written = scan(&mut vendor, plan, &[(0, 0, 0)], ALONE);
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
    let vendor = Vendor::new(100_000_000, (0..100).map(|n| n * 900_000).collect());
    let mut vendor = Vendor { page: 10, order: Order::Oldest, ..vendor };
    let plan =
        RangeScan::new(&rule(10, Duration::from_secs(1), true), &[(at(0), at(vendor.now))], true);
    let written = scan(&mut vendor, plan, &[(0, 0, 0)], ALONE);
    assert!(written.covered.windows(2).all(|pair| pair[0].0 >= pair[1].1));
}

#[test]
fn an_empty_answer_that_says_it_is_not_all_does_not_lead_into_endless_splitting() {
    let mut plan =
        RangeScan::new(&rule(10, Duration::from_secs(1), true), &[(at(0), at(100_000_000))], true);
    let (place, _) = plan.ask().unwrap();
    let answered = plan.answer(
        place,
        &HistoryPage {
            purges: Vec::new(),
            records: 0,
            total: Some(5),
            complete: false,
            ..HistoryPage::default()
        },
        at(90_000_000),
    );
    assert_eq!(answered.covered, None);
    assert!(answered.incomplete.is_some() && plan.is_over());
}

#[test]
fn a_vendor_that_never_says_that_an_answer_is_whole_is_not_asked_for_each_instant() {
    let day = 24 * 3_600 * 1_000_000;
    let rule = rule(2, Duration::from_secs(1), false);
    let mut scan = RangeScan::new(&rule, &[(at(0), at(day)), (at(2 * day), at(90 * day))], false);
    let mut asked = 0;
    let mut incomplete = Vec::new();
    while let Some((place, ask)) = scan.ask() {
        asked += 1;
        assert!(asked < 10_000, "it is asked for ever");
        let purges = vec![purge(asked, 0), purge(asked + 1, 0)];
        let total = Some(1_000_000_000);
        let page = HistoryPage { purges, records: 2, total, ..HistoryPage::default() };
        let answered = scan.answer(place, &page, ask.until.unwrap_or(at(90 * day)));
        assert_eq!(answered.covered, None);
        incomplete.extend(answered.incomplete);
    }
    assert_eq!(incomplete.len(), MAX_INCOMPLETE as usize);
    assert_eq!(incomplete.last().map(|(from, _)| *from), Some(at(0)), "all that is left is named");
}

/// The questions that may be asked at once, before any of them is answered.
fn at_once(scan: &mut RangeScan) -> Vec<(ScanPlace, HistoryRequest)> {
    std::iter::from_fn(|| scan.ask()).collect()
}

#[test]
fn a_settled_range_is_read_with_all_of_its_pages_at_once() {
    let mut vendor = Vendor::new(100_000_000, (0..950).map(|n| n * 50_000).collect());
    let rule = rule(100, Duration::from_millis(1), true);
    let mut scan = RangeScan::new(&rule, &[(at(0), at(50_000_000))], false);
    let first = at_once(&mut scan);
    let [(place, ask)] = first.as_slice() else { panic!("{first:?}") };
    let page = vendor.answer(ask);
    assert_eq!(scan.answer(*place, &page, at(90_000_000)), Answered::default());
    let mut rest = at_once(&mut scan);
    let offsets: Vec<u64> = rest.iter().map(|(_, ask)| ask.offset).collect();
    assert_eq!(offsets, [100, 200, 300, 400, 500, 600, 700, 800, 900]);
    // A page that was lost is asked for again, alone.
    let (lost, _) = rest.remove(4);
    scan.lost(lost);
    let again = at_once(&mut scan);
    assert!(matches!(again.as_slice(), [(_, ask)] if ask.offset == 500), "{again:?}");
    rest.extend(again);
    let mut covered = None;
    for (place, ask) in rest.iter().rev() {
        assert_eq!(covered, None);
        covered = scan.answer(*place, &vendor.answer(ask), at(90_000_000)).covered;
    }
    assert_eq!(covered, Some((at(0), at(50_000_000))));
    assert_eq!((scan.read(), scan.left()), (950, Some(0)));
}

#[test]
fn a_range_that_still_grows_is_never_read_by_offset() {
    let mut vendor = Vendor::new(100_000_000, (0..950).map(|n| n * 100_000).collect());
    let rule = rule(100, Duration::from_millis(1), true);
    let mut scan = RangeScan::new(&rule, &[(at(0), at(100_000_000))], false);
    for settled in [at(90_000_000), at(90_500_000)] {
        let asked = at_once(&mut scan);
        assert!(asked.iter().all(|(_, ask)| {
            ask.offset == 0 || ask.until.is_some_and(|until| until <= settled)
        }));
        for (place, ask) in asked {
            scan.answer(place, &vendor.answer(&ask), settled);
        }
    }
}

#[test]
fn a_range_whose_pages_disagree_is_split_into_snapshots() {
    // Another vendor's count, one record twice, a record too few, a page cut short.
    for harm in 0..4 {
        let vendor = Vendor::new(100_000_000, (0..950).map(|n| n * 50_000).collect());
        let mut vendor = Vendor { page: 50, ..vendor };
        let rule = rule(50, Duration::from_millis(1), true);
        let mut scan = RangeScan::new(&rule, &[(at(0), at(50_000_000))], false);
        let (mut ids, mut covered, mut asked) = (HashSet::new(), Vec::new(), 0);
        while let Some((place, ask)) = scan.ask() {
            asked += 1;
            let mut page = vendor.answer(&ask);
            ids.extend(page.purges.iter().map(|purge| purge.id.clone()));
            if ask.offset == 400 {
                match harm {
                    0 => page.total = Some(951),
                    1 => page.purges[1] = page.purges[0].clone(),
                    2 => page.purges.truncate(49),
                    _ => (page.records, page.complete) = (49, true),
                }
            }
            covered.extend(scan.answer(place, &page, at(90_000_000)).covered);
        }
        assert!(scan.is_over());
        assert_eq!(ids.len(), 950);
        let covered: TimeDelta = covered.iter().map(|(from, until)| *until - *from).sum();
        assert_eq!(covered, TimeDelta::seconds(50));
        assert!((30..60).contains(&asked), "{asked} questions for harm {harm}");
    }
}

#[test]
fn a_vendor_without_pages_far_behind_is_read_by_splitting() {
    let mut vendor = Vendor::new(100_000_000, (0..950).map(|n| n * 50_000).collect());
    let rule = rule(100, Duration::from_millis(1), true);
    let mut scan = RangeScan::new(&rule, &[(at(0), at(50_000_000))], false);
    let (mut refused, mut ids) = (0, HashSet::new());
    while let Some((place, ask)) = scan.ask() {
        if ask.offset > 300 {
            refused += 1;
            assert_eq!(scan.give_up(place), None);
            continue;
        }
        let page = vendor.answer(&ask);
        ids.extend(page.purges.iter().map(|purge| purge.id.clone()));
        scan.answer(place, &page, at(90_000_000));
    }
    assert_eq!((refused, ids.len()), (1, 950));
}
