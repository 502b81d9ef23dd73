//! What is removed from a file gives its space back.

use super::*;
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

fn many() -> Vec<Purge> {
    (0..600).map(|id| purge(&id.to_string(), id * 60)).collect()
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
