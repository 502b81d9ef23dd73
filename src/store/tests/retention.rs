//! Retention removes all that is not kept and nothing else.

use std::slice;

use proptest::prelude::*;

use super::selecting::{any_purge, predicate};
use super::*;
use crate::domain::activity::{Attempt, Author, Names};
use crate::domain::coverage::Coverage;
use crate::domain::query::{Summary, SummaryQuery};
use crate::domain::status::Status;
use crate::store::{Removed, StoreFacts};

/// Removes all that is older than an instant, in steps of a few purges; after each the store is
/// sound and lacks nothing that is kept.
fn keep_from(home: &Home, from: DateTime<Utc>, step: usize) -> u64 {
    let kept: Vec<Purge> = kept(home, from);
    let mut writer = home.writer();
    assert_eq!(writer.keep_from(Some(from)), Ok(Some(from)));
    let mut count = 0;
    loop {
        let removed = writer.remove_unkept(step).unwrap();
        count += removed.purges;
        // Whoever is killed here leaves this.
        assert_eq!(home.reader().check(), Ok(Vec::new()));
        assert_eq!(self::kept(home, from), kept);
        if !removed.has_more {
            return count;
        }
    }
}

/// The purges that stay: newer ones, and unfinished ones.
fn kept(home: &Home, from: DateTime<Utc>) -> Vec<Purge> {
    let stays = |purge: &Purge| purge.created >= from || purge.status.is_unfinished();
    home.purges().into_iter().filter(stays).collect()
}

/// Selects purges and counts them.
fn answers(home: &Home, predicate: &Predicate) -> (Vec<Purge>, Summary) {
    let mut purges = Vec::new();
    home.reader()
        .export(predicate, Sort::OLDEST, None, &mut |detail| {
            purges.push(detail.purge);
            ControlFlow::Continue(())
        })
        .unwrap();
    // Those of one instant have no order.
    purges.sort_by(|a, b| (a.created, &a.account, &a.id).cmp(&(b.created, &b.account, &b.id)));
    let query = SummaryQuery { predicate: predicate.clone().into(), bars: 5, now: at(400) };
    let mut summary = home.reader().summary(&query).unwrap();
    // An account that was once seen is known on.
    summary.coverage.retain(|(_, coverage)| !coverage.ranges().is_empty());
    (purges, summary)
}

/// Removes what is not kept, and compares with a store that never had it.
fn compare_with_one_that_never_had_it(
    ground: Ground,
    purges: &[Purge],
    from: DateTime<Utc>,
    step: usize,
    predicates: &[Predicate],
) -> Result<(), TestCaseError> {
    let home = Home::with(ground, purges);
    let all = home.purges().len();
    let only = Home::with(ground, &kept(&home, from));
    let removed = keep_from(&home, from, step);
    prop_assert_eq!(home.purges().len() as u64 + removed, all as u64);
    for predicate in predicates {
        prop_assert_eq!(answers(&home, predicate), answers(&only, predicate));
    }
    // What comes now is stored as ever.
    home.writer().record(purges, at(0)).unwrap();
    prop_assert_eq!(home.purges().len(), all);
    prop_assert_eq!(home.reader().check(), Ok(Vec::new()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_store_answers_as_one_that_only_ever_had_what_is_kept(
        purges in prop::collection::vec(any_purge(), 0..60),
        from in prop_oneof![0..5_i64, 0..300_000_000_i64],
        step in 1..9_usize,
        predicates in prop::collection::vec(predicate(), 6),
    ) {
        let from = at(0) + TimeDelta::microseconds(from);
        for ground in [Ground::SmallFile, Ground::File] {
            compare_with_one_that_never_had_it(ground, &purges, from, step, &predicates)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_server_answers_as_one_that_only_ever_had_what_is_kept(
        purges in prop::collection::vec(any_purge(), 0..60),
        from in prop_oneof![0..5_i64, 0..300_000_000_i64],
        step in 1..9_usize,
        predicates in prop::collection::vec(predicate(), 6),
    ) {
        let from = at(0) + TimeDelta::microseconds(from);
        if Cluster::shared().is_some() {
            compare_with_one_that_never_had_it(Ground::Server, &purges, from, step, &predicates)?;
        }
    }
}

fn many() -> Vec<Purge> {
    (0..600).map(|id| purge(&id.to_string(), id * 60)).collect()
}

#[test]
fn coverage_ends_where_history_is_kept_from() {
    each_with(&many(), |home| {
        let account = "gcore-prod".into();
        let mut writer = home.writer();
        writer.add_coverage(&account, at(0), at(600)).unwrap();
        writer.add_coverage(&account, at(900), at(9_000)).unwrap();
        assert_eq!(home.reader().kept_from(), Ok(None));
        keep_from(home, at(1_200), 7);
        assert_eq!(home.reader().kept_from(), Ok(Some(at(1_200))));
        let left: Coverage = [(at(1_200), at(9_000))].into_iter().collect();
        assert_eq!(home.reader().coverage(&account), Ok(left));
        assert_eq!(writer.keep_from(None), Ok(None));
        assert_eq!(home.reader().kept_from(), Ok(None));
        assert_eq!(writer.remove_unkept(1_000), Ok(Removed::default()));
    });
}

#[test]
fn what_an_open_request_may_be_settled_by_is_kept() {
    each(|home| {
        let sent = home.writer().enqueue(&[everything("www.site.com")], at(0)).unwrap();
        let day = TimeDelta::days(1);
        let mut writer = home.writer();
        assert_eq!(writer.keep_from(Some(at(60))), Ok(Some(at(0) - day)));
        home.sql(&format!("UPDATE journal SET state = 'failed' WHERE id = '{}'", sent[0].id));
        assert_eq!(writer.keep_from(Some(at(60))), Ok(Some(at(60))));
        assert_eq!(home.reader().journal_newest(9).unwrap().len(), 1, "the journal stays");
    });
}

#[test]
fn an_unfinished_purge_stays_until_it_is_finished() {
    let unfinished = Purge { status: Status::InProgress, ..purge("7", 7 * 60) };
    let finished = many().into_iter().filter(|purge| purge.id != unfinished.id);
    each_with(&finished.chain([unfinished.clone()]).collect::<Vec<_>>(), |home| {
        assert_eq!(keep_from(home, at(600 * 60), 7), 599);
        assert_eq!(home.purges(), slice::from_ref(&unfinished));
        assert_eq!((facts(home).older, facts(home).oldest), (1, Some(at(7 * 60))));
        home.writer().record(&[purge("7", 7 * 60)], at(700 * 60)).unwrap();
        assert_eq!(keep_from(home, at(600 * 60), 7), 1);
        assert_eq!((home.purges().len(), facts(home).older), (0, 0));
    });
}

#[test]
fn the_oldest_are_told_by_their_number() {
    each_with(&many(), |home| {
        let reader = home.reader();
        for purges in [1, 16, 100, 599] {
            let before = reader.created_before(purges).unwrap();
            let older = many().iter().filter(|purge| purge.created < before).count() as u64;
            // A file looks at some thousand purges at once.
            let more = if home.ground == Ground::File { 600 } else { 32 };
            assert!((purges..purges + more).contains(&older), "{purges}: {older}");
        }
        assert_eq!(reader.created_before(601), Ok(DateTime::<Utc>::MAX_UTC));
    });
}

fn facts(home: &Home) -> StoreFacts {
    home.reader().facts().unwrap()
}

#[test]
fn old_entries_of_activity_logs_go_too_a_few_at_a_time() {
    each(|home| {
        let mut writer = home.writer();
        for account in ["a", "b", "no purges"] {
            let attempt = |second: i64| Attempt {
                id: second.to_string(),
                at: at(second),
                resource: "12".into(),
                kind: None,
                targets: Vec::new(),
                author: Author::default(),
                address: None,
                status: 201,
            };
            let attempts: Vec<_> = (0..10).map(attempt).collect();
            writer.record_attempts(&account.into(), &attempts, &Names::default()).unwrap();
        }
        writer.keep_from(Some(at(4))).unwrap();
        let more = [true, true, false].map(|_| writer.remove_unkept(5).unwrap().has_more);
        assert_eq!(more, [true, true, false]);
        let left = "SELECT count(*), min(at) FROM attempt";
        assert_eq!(home.sql(left), [format!("18|{}", at(4).timestamp_micros())]);
    });
}
