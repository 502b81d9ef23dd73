//! A full disk and a damaged file: told as what they are, and nothing is made worse.

use std::fs;

use super::*;
use crate::domain::query::{Anchor, WindowQuery};
use crate::store::StoreFailure;

fn many() -> Vec<Purge> {
    (0..2000).map(|id| purge(&id.to_string(), id)).collect()
}

#[test]
fn a_full_disk_loses_nothing_that_was_there_and_takes_in_nothing_by_halves() {
    let home = Home::with(&[purge("1", 0)]);
    let mut writer = home.writer();
    let pages: i64 =
        writer.connection().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let limit = |writer: &Writer, pages: i64| {
        writer
            .connection()
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .unwrap();
    };
    limit(&writer, pages);
    assert_eq!(writer.record(&many(), at(0)), Err(StoreFailure::Full));
    let entry = everything(&"x".repeat(10_000));
    let entries = vec![entry; 3];
    assert_eq!(writer.enqueue(&entries, at(0)), Err(StoreFailure::Full));
    assert_eq!(home.purges(), [purge("1", 0)]);
    assert!(home.reader().journal_open().unwrap().is_empty());
    limit(&writer, 1 << 20);
    assert_eq!(writer.record(&many(), at(0)).unwrap().new, 1999);
    assert_eq!(writer.enqueue(&entries, at(0)).unwrap().len(), 3);
}

fn newest(store: &Store) -> Result<usize, StoreFailure> {
    let mut seen = 0;
    store.reader()?.export(&Predicate::default(), Sort::NEWEST, None, &mut |_| {
        seen += 1;
        ControlFlow::Continue(())
    })?;
    Ok(seen)
}

#[test]
fn a_cut_file_is_damage_and_stays_as_it_is() {
    let home = Home::with(&many());
    let whole = fs::read(home.path()).unwrap();
    let path = home.directory.path().join("cut.db");
    for length in [whole.len() / 2, whole.len() - 4096, 5000] {
        fs::write(&path, &whole[..length]).unwrap();
        for access in [Access::ReadWrite, Access::ReadOnly] {
            let told = Store::open(&path, access).and_then(|store| newest(&store));
            assert_eq!(told, Err(StoreFailure::Corrupt));
        }
        assert_eq!(fs::read(&path).unwrap(), &whole[..length]);
    }
}

#[test]
fn garbage_in_the_middle_of_a_file_never_becomes_an_answer_and_stays_where_it_is() {
    let home = Home::with(&many());
    let whole = fs::read(home.path()).unwrap();
    let path = home.directory.path().join("garbled.db");
    let mut told = Vec::new();
    for page in 1..whole.len() / 4096 {
        let mut garbled = whole.clone();
        garbled[page * 4096..(page + 1) * 4096].fill(0xa5);
        fs::write(&path, &garbled).unwrap();
        let result = Store::open(&path, Access::ReadOnly).and_then(|store| newest(&store));
        assert!(matches!(result, Ok(2000) | Err(StoreFailure::Corrupt)), "{page}: {result:?}");
        told.extend(result.err());
        assert_eq!(fs::read(&path).unwrap(), garbled);
    }
    assert!(told.len() > 10);
}

#[test]
fn a_row_that_a_segment_promises_and_that_is_not_there_is_damage() {
    let home = Home::with(&[purge("1", 0), purge("2", 1)]);
    let writer = home.writer();
    writer.connection().execute("DELETE FROM purge WHERE id = '2'", []).unwrap();
    let query = WindowQuery {
        predicate: std::sync::Arc::default(),
        sort: Sort::NEWEST,
        anchor: Anchor::Start,
        limit: 5,
    };
    assert_eq!(home.reader().window(&query), Err(StoreFailure::Corrupt));
}
