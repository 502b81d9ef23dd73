//! Retention removes all that is not kept and nothing else, and gives its space back.

use std::slice;

use proptest::prelude::*;

use super::selecting::{any_purge, predicate};
use super::*;
use crate::domain::coverage::Coverage;
use crate::domain::query::{Summary, SummaryQuery};
use crate::store::{StoreFacts, StoreFailure};

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
        for tuning in tunings() {
            let home = Home::tuned(tuning, &purges);
            let all = home.purges().len();
            let only = Home::tuned(tuning, &kept(&home, from));
            let removed = keep_from(&home, from, step);
            prop_assert_eq!(home.purges().len() as u64 + removed, all as u64);
            for predicate in &predicates {
                prop_assert_eq!(answers(&home, predicate), answers(&only, predicate));
            }
            // What comes now is stored as ever.
            home.writer().record(&purges, at(0)).unwrap();
            prop_assert_eq!(home.purges().len(), all);
            prop_assert_eq!(home.reader().check(), Ok(Vec::new()));
        }
    }
}

fn many() -> Vec<Purge> {
    (0..600).map(|id| purge(&id.to_string(), id * 60)).collect()
}

#[test]
fn coverage_ends_where_history_is_kept_from() {
    let home = Home::with(&many());
    let account = "gcore-prod".into();
    let mut writer = home.writer();
    writer.add_coverage(&account, at(0), at(600)).unwrap();
    writer.add_coverage(&account, at(900), at(9_000)).unwrap();
    assert_eq!(home.reader().kept_from(), Ok(None));
    keep_from(&home, at(1_200), 7);
    assert_eq!(home.reader().kept_from(), Ok(Some(at(1_200))));
    let left: Coverage = [(at(1_200), at(9_000))].into_iter().collect();
    assert_eq!(home.reader().coverage(&account), Ok(left));
    assert_eq!(writer.keep_from(None), Ok(None));
    assert_eq!(home.reader().kept_from(), Ok(None));
    assert_eq!(writer.remove_unkept(1_000), Ok(crate::store::Removed::default()));
}

#[test]
fn what_an_open_request_may_be_settled_by_is_kept() {
    let home = Home::with(&[]);
    let sent = home.writer().enqueue(&[everything("www.site.com")], at(0)).unwrap();
    let day = TimeDelta::days(1);
    let mut writer = home.writer();
    assert_eq!(writer.keep_from(Some(at(60))), Ok(Some(at(0) - day)));
    writer
        .connection()
        .execute("UPDATE journal SET state = 'failed' WHERE id = ?1", [sent[0].id.as_str()])
        .unwrap();
    assert_eq!(writer.keep_from(Some(at(60))), Ok(Some(at(60))));
    assert_eq!(home.reader().journal_newest(9).unwrap().len(), 1, "the journal stays");
}

#[test]
fn an_unfinished_purge_stays_until_it_is_finished() {
    let unfinished = Purge { status: Status::InProgress, ..purge("7", 7 * 60) };
    let finished = many().into_iter().filter(|purge| purge.id != unfinished.id);
    let home = Home::with(&finished.chain([unfinished.clone()]).collect::<Vec<_>>());
    assert_eq!(keep_from(&home, at(600 * 60), 7), 599);
    assert_eq!(home.purges(), slice::from_ref(&unfinished));
    assert_eq!((facts(&home).older, facts(&home).oldest), (1, Some(at(7 * 60))));
    home.writer().record(&[purge("7", 7 * 60)], at(700 * 60)).unwrap();
    assert_eq!(keep_from(&home, at(600 * 60), 7), 1);
    assert_eq!((home.purges().len(), facts(&home).older), (0, 0));
}

#[test]
fn the_oldest_are_told_by_their_number() {
    let home = Home::with(&many());
    let reader = home.reader();
    for purges in [1, 16, 100, 599] {
        let before = reader.created_before(purges).unwrap();
        let older = many().iter().filter(|purge| purge.created < before).count() as u64;
        assert!((purges..purges + 32).contains(&older), "{purges}: {older}");
    }
    assert_eq!(reader.created_before(601), Ok(DateTime::<Utc>::MAX_UTC));
}

fn facts(home: &Home) -> StoreFacts {
    home.reader().facts().unwrap()
}

#[test]
fn the_space_of_what_was_removed_is_given_back_in_steps() {
    let home = Home::tuned(
        Tuning::default(),
        &(0..4_000)
            .map(|id| {
                let targets =
                    (0..20).map(|n| Target::new(format!("/{id}/{n}/{:x}", id * 7919 * n)));
                Purge { targets: targets.collect(), ..purge(&id.to_string(), id) }
            })
            .collect::<Vec<_>>(),
    );
    let before = facts(&home);
    assert!(before.gives_back && before.purges == 4_000, "{before:?}");
    keep_from(&home, at(3_900), 1_000);
    let removed = facts(&home);
    assert!(removed.free_bytes > before.bytes / 2, "{removed:?}");
    let mut writer = home.writer();
    while writer.give_back().unwrap() {}
    writer.checkpoint().unwrap();
    let after = facts(&home);
    assert!(after.free_bytes == 0 && after.bytes < before.bytes / 2, "{after:?}");
    assert_eq!((after.purges, after.oldest), (100, Some(at(3_900))));
    assert_eq!(home.reader().check(), Ok(Vec::new()));
    assert_eq!(home.reader().check_pages(), Ok(()));
}

#[test]
fn an_older_file_is_written_anew_once_nobody_else_has_it_open() {
    let home = Home::with(&many());
    let older = rusqlite::Connection::open(home.path()).unwrap();
    older.execute_batch("PRAGMA auto_vacuum = 0; VACUUM").unwrap();
    drop(older);
    assert!(!facts(&home).gives_back);
    keep_from(&home, at(30_000), 1_000);
    let (purges, free) = (home.purges(), facts(&home).free_bytes);
    assert!(free > 0 && !home.writer().give_back().unwrap());
    let reader = home.reader();
    assert_eq!(reader.facts().unwrap().purges, purges.len() as u64);
    assert_eq!(home.store.rewrite(), Err(StoreFailure::Locked));
    drop(reader);
    assert_eq!(home.store.rewrite(), Ok(()));
    let facts = facts(&home);
    assert!(facts.gives_back && facts.free_bytes == 0, "{facts:?}");
    assert_eq!((home.purges(), home.reader().check()), (purges, Ok(Vec::new())));
}
