//! Stores of before there were chunks: everything in them is there afterwards.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::domain::filter::{Clause, Pattern, Test};
use crate::domain::query::SummaryQuery;
use crate::store::{Recorded, StoreFailure};

/// Gives a store the layout that it had before there were chunks.
pub(super) fn make_old(home: &Home) {
    let details = home.details();
    let writer = home.writer();
    let connection = writer.connection();
    connection
        .execute_batch(
            "DROP INDEX journal_several;
             DROP TABLE chunk;
             DROP TABLE trigram_block;
             ALTER TABLE purge ADD COLUMN head TEXT NOT NULL DEFAULT '';
             CREATE TABLE tail (key INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
             CREATE VIRTUAL TABLE gram USING fts5 (
                 words, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
             );
             PRAGMA user_version = 6;",
        )
        .unwrap();
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('\n', "\\n");
    for PurgeDetail { key, purge, .. } in details {
        let Some((first, rest)) = purge.targets.split_first() else { continue };
        let head = "UPDATE purge SET head = ?2 WHERE key = ?1";
        connection.execute(head, (key.0, &first.text)).unwrap();
        if !rest.is_empty() {
            let lines: Vec<_> = rest.iter().map(|target| escaped(&target.text)).collect();
            let tail = "INSERT INTO tail (key, text) VALUES (?1, ?2)";
            connection.execute(tail, (key.0, lines.join("\n"))).unwrap();
        }
    }
}

fn count(store: &SqliteStore, text: &str) -> u64 {
    let clauses =
        vec![Clause { negated: false, test: Test::Target(vec![Pattern::Contains(text.into())]) }];
    let predicate = Arc::new(Predicate { clauses, ..Predicate::default() });
    let query = SummaryQuery { predicate, bars: 0, now: at(0) };
    store.reader().unwrap().summary(&query).unwrap().selected
}

fn purges() -> impl Strategy<Value = Vec<Purge>> {
    let target = ("[a\\\\\nN/-]{0,5}", prop::option::of(Just(Status::Failed)))
        .prop_map(|(text, status)| Target { text, status });
    prop::collection::vec((prop::collection::vec(target, 0..5), 0..40_i64), 0..60).prop_map(
        |purges| {
            let purges = purges.into_iter().enumerate();
            let purge = |(id, (targets, second)): (usize, _)| Purge {
                targets,
                ..purge(&id.to_string(), second)
            };
            purges.map(purge).collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_purge_is_found_as_it_was(purges in purges(), text in "[aN/-]{1,3}") {
        for tuning in tunings() {
            let home = Home::tuned(tuning, &purges);
            let (before, found) = (home.details(), count(&home.store, &text.to_lowercase()));
            make_old(&home);
            let store = SqliteStore::open_with(&home.path(), Access::ReadWrite, tuning).unwrap();
            prop_assert_eq!(home.details(), before);
            prop_assert_eq!(count(&store, &text.to_lowercase()), found);
            prop_assert_eq!(store.reader().unwrap().check(), Ok(Vec::new()));
            let again = store.writer().unwrap().record(&home.purges(), at(50)).unwrap();
            prop_assert_eq!(again, Recorded::default());
        }
    }
}

#[test]
fn a_store_that_cannot_be_read_whole_is_left_as_it_is() {
    let home = Home::with(&(0..99).map(|id| purge(&id.to_string(), id)).collect::<Vec<_>>());
    make_old(&home);
    let lost = "DELETE FROM tail WHERE key = (SELECT max(key) FROM purge)";
    home.writer().connection().execute(lost, []).unwrap();
    let opened = SqliteStore::open_with(&home.path(), Access::ReadWrite, small()).map(drop);
    assert_eq!(opened, Err(StoreFailure::Corrupt));
    let count = |table: &str| -> i64 {
        let count = format!("SELECT count(*) FROM {table}");
        home.store.connect().unwrap().query_row(&count, [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("purge"), count("tail")), (99, 98));
    assert_eq!(SqliteStore::purges_to_convert(&home.path()), Some(99));
}
