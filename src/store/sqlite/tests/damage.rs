//! A full disk and a damaged file: told as what they are, and nothing is made worse.

use std::fs;
use std::sync::Arc;

use super::*;
use crate::domain::filter::{Clause, Pattern, Test};
use crate::domain::journal::JournalState;
use crate::domain::query::{Anchor, SummaryQuery, WindowQuery};
use crate::store::StoreFailure;
use crate::store::sqlite::times;

fn many() -> Vec<Purge> {
    (0..2000).map(|id| purge(&id.to_string(), id)).collect()
}

#[test]
fn a_full_disk_loses_nothing_that_was_there_and_takes_in_nothing_by_halves() {
    let home = Home::with(&[purge("1", 0)]);
    let mut writer = home.writer();
    let pages: i64 =
        writer.connection().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let limit = |writer: &SqliteWriter, pages: i64| {
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

fn newest(store: &SqliteStore) -> Result<usize, StoreFailure> {
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
    for length in [whole.len() / 2, whole.len() - 4096, 5000] {
        for access in [Access::ReadWrite, Access::ReadOnly] {
            let path = home.directory.path().join(format!("cut-{length}-{access:?}.db"));
            fs::write(&path, &whole[..length]).unwrap();
            let told = SqliteStore::open(&path, access).and_then(|store| newest(&store));
            assert_eq!(told, Err(StoreFailure::Corrupt));
            let again = SqliteStore::open(&path, Access::ReadWrite).map(drop);
            assert!(matches!(again, Err(StoreFailure::Damaged { .. })), "{again:?}");
            assert_eq!(fs::read(&path).unwrap(), &whole[..length]);
        }
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
        let result = SqliteStore::open(&path, Access::ReadOnly).and_then(|store| newest(&store));
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

/// Zeroes the page on which a table or an index begins. Nobody may have the store open.
pub(super) fn zero_root(path: &std::path::Path, name: &str) {
    let find = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let connection = rusqlite::Connection::open(path).unwrap();
    let root: u32 = connection.query_row(find, [name], |row| row.get(0)).unwrap();
    let root = root as usize;
    drop(connection);
    let mut file = fs::read(path).unwrap();
    file[(root - 1) * 4096..root * 4096].fill(0);
    fs::write(path, file).unwrap();
}

fn is_damaged<T>(result: Result<T, StoreFailure>) -> bool {
    matches!(result.err(), Some(StoreFailure::Damaged { .. }))
}

#[test]
fn once_anybody_found_damage_nobody_writes_and_everybody_reads_on() {
    let home = Home::with(&many());
    home.writer().enqueue(&[everything("www.site.com")], at(0)).unwrap();
    zero_root(&home.path(), "purge");
    let (mut running, other) =
        (home.writer(), SqliteStore::open(&home.path(), Access::ReadOnly).unwrap());
    assert_eq!(newest(&other), Err(StoreFailure::Corrupt));
    assert!(is_damaged(running.record(&[purge("x", 9)], at(9))));
    assert!(is_damaged(running.enqueue(&[everything("www.site.com")], at(9))));
    assert!(is_damaged(running.save_board("{}")));
    assert!(is_damaged(SqliteStore::open(&home.path(), Access::ReadWrite).map(drop)));
    let found = other.found_damaged().unwrap().to_string();
    assert!(found.contains("UTC, reading it"), "{found}");
    assert_eq!(other.reader().unwrap().journal_open().unwrap().len(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let marker = home.directory.path().join("store.db.damaged");
        assert_eq!(fs::metadata(marker).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_writer_that_meets_damage_writes_no_more() {
    let home = Home::with(&many());
    zero_root(&home.path(), "purge_identity");
    let mut writer = home.writer();
    assert_eq!(writer.record(&[purge("x", 9)], at(9)), Err(StoreFailure::Corrupt));
    assert!(is_damaged(writer.save_board("{}")));
}

#[test]
fn a_store_is_written_again_once_a_check_finds_nothing() {
    let home = Home::with(&many());
    home.store.marker().put("reading it");
    assert!(is_damaged(home.writer().record(&[purge("x", 9)], at(9))));
    assert_eq!(home.reader().check(), Ok(Vec::new()));
    home.store.forget_damage().unwrap();
    assert_eq!(home.writer().record(&[purge("x", 9)], at(9)).unwrap().new, 1);
    assert_eq!(home.store.found_damaged(), None);
}

#[test]
fn a_store_in_the_place_of_one_that_was_moved_away_is_a_new_one() {
    let home = Home::with(&[purge("1", 0)]);
    home.store.marker().put("reading it");
    fs::rename(home.path(), home.directory.path().join("away.db")).unwrap();
    let new = SqliteStore::open(&home.path(), Access::ReadWrite).unwrap();
    assert_eq!(new.writer().unwrap().record(&[purge("2", 1)], at(1)).unwrap().new, 1);
}

#[test]
fn a_damaged_database_of_somebody_else_gets_no_marker() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE mine (a); INSERT INTO mine VALUES (1)").unwrap();
    drop(other);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 2048]).unwrap();
    assert!(SqliteStore::open(&path, Access::ReadWrite).is_err());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn every_table_and_index_of_the_journal_is_checked_before_anything_is_sent() {
    let home = Home::new();
    home.writer().enqueue(&[everything("www.site.com")], at(0)).unwrap();
    assert_eq!(home.reader().check_journal(), Ok(()));
    let whole = fs::read(home.path()).unwrap();
    for name in [
        "journal",
        "sqlite_autoindex_journal_1",
        "journal_purge",
        "journal_state",
        "journal_step",
        "journal_step_entry",
        "kept",
        "verification",
    ] {
        fs::write(home.path(), &whole).unwrap();
        zero_root(&home.path(), name);
        assert_eq!(home.reader().check_journal(), Err(StoreFailure::Corrupt), "{name}");
        assert!(is_damaged(home.reader().check_journal()), "{name}");
        home.store.forget_damage().unwrap();
    }
}

#[test]
fn a_request_that_is_queued_again_by_damage_is_found() {
    let home = Home::new();
    let mut writer = home.writer();
    let entry = writer.enqueue(&[everything("www.site.com")], at(0)).unwrap().remove(0);
    super::journal::step(&mut writer, &entry.id, entry.state, JournalState::Cancelled, 1).unwrap();
    assert_eq!(home.reader().check(), Ok(Vec::new()));
    writer.connection().execute("UPDATE journal SET state = 'queued'", []).unwrap();
    assert_eq!(home.reader().check_journal(), Err(StoreFailure::Corrupt));
    let found = home.reader().check().unwrap();
    assert_eq!(found, [format!("request {} is not in the state of its newest step", entry.id)]);
}

#[test]
fn a_column_that_is_not_that_of_its_segment_is_found_by_a_check() {
    for change in [
        "UPDATE purge SET status = 2 WHERE id = '7'",
        "UPDATE purge SET cname = 1 WHERE id = '7'",
        "UPDATE purge SET nudge = 1 WHERE id = '7'",
        "UPDATE purge SET \"by\" = 1 WHERE id = '7'",
        "DELETE FROM purge WHERE id = '7'",
        "UPDATE strip SET count = count + 1",
    ] {
        let home = Home::with(&(0..40).map(|id| purge(&id.to_string(), id)).collect::<Vec<_>>());
        assert_eq!(home.reader().check(), Ok(Vec::new()));
        home.writer().connection().execute(change, []).unwrap();
        let found = home.reader().check().unwrap();
        assert!(found.iter().any(|it| it.contains("columns")), "{change}: {found:?}");
        assert!(home.store.found_damaged().is_some());
    }
}

#[test]
fn a_count_of_targets_that_is_damaged_takes_no_memory() {
    let home = Home::with(&[purge("1", 0)]);
    home.writer().connection().execute("UPDATE purge SET targets = 4294967295", []).unwrap();
    assert_eq!(newest(&home.store), Err(StoreFailure::Corrupt));
}

#[test]
fn pages_are_checked_before_much_is_written() {
    let home = Home::with(&many());
    assert_eq!(home.reader().check_pages(), Ok(()));
    zero_root(&home.path(), "chunk");
    assert_eq!(home.reader().check_pages(), Err(StoreFailure::Corrupt));
    assert!(is_damaged(home.reader().check_pages()));
}

#[test]
fn a_bit_that_flipped_in_a_record_is_damage_when_it_is_read_in_full() {
    for change in [
        "UPDATE purge SET id = '6' WHERE id = '7'",
        "UPDATE word SET text = 'wwv.site.com' WHERE text = 'www.site.com'",
        "UPDATE purge SET completed = 1 WHERE id = '7'",
    ] {
        let home = Home::with(&[purge("7", 0)]);
        home.writer().connection().execute(change, []).unwrap();
        assert_eq!(newest(&home.store), Err(StoreFailure::Corrupt), "{change}");
        assert!(!home.reader().check().unwrap().is_empty());
    }
    for change in [
        "UPDATE journal SET request = replace(request, 'www', 'wwv')",
        "UPDATE journal SET reason = 'other'",
        "UPDATE journal SET queued_at = queued_at + 1",
    ] {
        let home = Home::new();
        super::journal::queue(&mut home.writer(), "/a.jpg");
        home.writer().connection().execute(change, []).unwrap();
        assert_eq!(home.reader().journal_open(), Err(StoreFailure::Corrupt), "{change}");
        assert!(home.reader().check_journal().is_err(), "{change}");
    }
}

/// Replaces the body of each row of a table, one bit flipped, by turns; `is_told` asks the store.
fn flip_each_bit(home: &Home, table: &str, step: usize, is_told: &dyn Fn() -> bool) {
    let writer = home.writer();
    let connection = writer.connection();
    let select = format!("SELECT rowid, body FROM {table}");
    let rows: Vec<(i64, Vec<u8>)> = connection
        .prepare(&select)
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(!rows.is_empty());
    let put = |id: i64, body: &[u8]| {
        let update = format!("UPDATE {table} SET body = ?2 WHERE rowid = ?1");
        connection.execute(&update, (id, body)).unwrap();
    };
    for (id, body) in rows {
        for bit in (0..body.len() * 8).step_by(step) {
            let mut flipped = body.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            put(id, &flipped);
            assert!(is_told(), "bit {bit} of row {id} of {table}");
            home.store.forget_damage().unwrap();
        }
        put(id, &body);
    }
    assert!(!is_told());
}

#[test]
fn a_bit_that_flipped_in_the_targets_or_their_index_is_damage_and_no_answer() {
    let home = Home::with(&(0..24).map(|id| purge(&id.to_string(), id)).collect::<Vec<_>>());
    let part = |text: &str| Pattern::Contains(text.to_owned());
    let searched = |text: &str| {
        let test = Test::Target(vec![part(text)]);
        let clauses = vec![Clause { negated: false, test }];
        let predicate = Arc::new(Predicate { clauses, ..Predicate::default() });
        let query = SummaryQuery { predicate, bars: 0, now: at(0) };
        home.reader().summary(&query).map(|summary| summary.selected)
    };
    assert_eq!((searched("b.jpg"), searched("c.jpg")), (Ok(24), Ok(0)));
    flip_each_bit(&home, "chunk", 7, &|| searched("b.jpg") == Err(StoreFailure::Corrupt));
    flip_each_bit(&home, "chunk", 61, &|| newest(&home.store) == Err(StoreFailure::Corrupt));
    flip_each_bit(&home, "chunk", 997, &|| !home.reader().check().unwrap().is_empty());
    flip_each_bit(&home, "trigram_block", 61, &|| searched("c.jpg") == Err(StoreFailure::Corrupt));
    flip_each_bit(&home, "trigram_block", 997, &|| !home.reader().check().unwrap().is_empty());
}

#[test]
fn an_index_that_leaves_something_out_is_found_by_a_check() {
    let others = (0..24).map(|id| Purge {
        targets: vec![Target::new(format!("/{id}/{}", "xyz".repeat(id as usize % 3)))],
        ..purge(&id.to_string(), id)
    });
    for change in [
        "UPDATE chunk SET block = (SELECT max(id) FROM trigram_block) WHERE block > 0",
        "UPDATE chunk SET block = 99 WHERE block > 0",
        "DELETE FROM trigram_block",
        "UPDATE chunk SET start = start + 1 WHERE start > 0",
        "DELETE FROM chunk WHERE start = (SELECT max(start) FROM chunk)",
    ] {
        let home = Home::with(&others.clone().collect::<Vec<_>>());
        assert_eq!(home.reader().check(), Ok(Vec::new()));
        home.writer().connection().execute(change, []).unwrap();
        let found = home.reader().check().unwrap();
        assert!(!found.is_empty(), "{change}: {found:?}");
        assert!(home.store.found_damaged().is_some());
    }
}

#[test]
fn a_row_from_before_is_read_and_has_a_checksum_once_it_is_written_again() {
    let home = Home::with(&[Purge { status: Status::InProgress, ..purge("7", 0) }]);
    let mut writer = home.writer();
    writer.connection().execute("UPDATE purge SET checksum = NULL", []).unwrap();
    assert_eq!(newest(&home.store), Ok(1));
    writer.record(&[purge("7", 0)], at(9)).unwrap();
    let sums = "SELECT count(*) FROM purge WHERE checksum IS NOT NULL";
    let sums: i64 = writer.connection().query_row(sums, [], |row| row.get(0)).unwrap();
    assert_eq!(sums, 1);
    writer.record(&[Purge { by: Some("mira".to_owned()), ..purge("7", 0) }], at(9)).unwrap();
    assert_eq!(home.reader().check(), Ok(Vec::new()));
}

/// A store of four hundred purges whose index is up to date, of which each tenth has `/rare` and
/// the newest failed.
fn indexed() -> Home {
    let home = Home::new();
    let purges = (0..400).map(|id| {
        let mut purge = purge(&id.to_string(), id);
        if id % 10 == 0 {
            purge.targets.push(Target::new("https://www.site.com/rare/a.jpg"));
        }
        if id > 380 {
            purge.status = Status::Failed;
        }
        purge
    });
    let mut writer = home.writer();
    let mut import = writer.import().unwrap();
    import.record(&purges.collect::<Vec<_>>(), at(0)).unwrap();
    import.finish().unwrap();
    drop(writer);
    home
}

fn selecting(tests: Vec<Test>) -> Arc<Predicate> {
    let clauses = tests.into_iter().map(|test| Clause { negated: false, test }).collect();
    Arc::new(Predicate { clauses, ..Predicate::default() })
}

fn holding(text: &str) -> Test {
    Test::Target(vec![Pattern::Contains(text.to_owned())])
}

fn count(home: &Home, tests: Vec<Test>) -> Result<u64, StoreFailure> {
    let query = SummaryQuery { predicate: selecting(tests), bars: 0, now: at(0) };
    home.reader().summary(&query).map(|summary| summary.selected)
}

#[test]
fn the_newest_rows_of_a_text_need_nothing_of_the_older_parts_of_the_index() {
    let home = indexed();
    let damage = "UPDATE trigram_block SET body = x'00' WHERE id < 10";
    home.writer().connection().execute(damage, []).unwrap();
    let query = WindowQuery {
        predicate: selecting(vec![holding("/rare/")]),
        sort: Sort::NEWEST,
        anchor: Anchor::Start,
        limit: 3,
    };
    let window = home.reader().window(&query).unwrap();
    let ids: Vec<_> = window.rows.iter().map(|row| row.id.to_string()).collect();
    assert_eq!(ids, ["390", "380", "370"]);
    assert_eq!(count(&home, vec![holding("/rare/")]), Err(StoreFailure::Corrupt));
}

#[test]
fn a_text_is_not_looked_for_where_the_columns_select_nothing() {
    let home = indexed();
    let damage = "UPDATE chunk SET body = x'00' WHERE start < ?1";
    let before = times::micros(at(100));
    home.writer().connection().execute(damage, [before]).unwrap();
    for (text, selected) in [("/img/", 19), ("/rare/", 1), ("nowhere", 0)] {
        let tests = vec![Test::Status(vec![Status::Failed]), holding(text)];
        assert_eq!(count(&home, tests), Ok(selected), "{text}");
    }
    assert_eq!(count(&home, vec![holding("/img/")]), Err(StoreFailure::Corrupt));
}
