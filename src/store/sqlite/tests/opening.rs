//! Opening: what is made, what is refused, and that what is refused stays as it was.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

use super::*;
use crate::domain::draft::{Draft, KeptDraft};
use crate::domain::filter::Filter;
use crate::domain::ids::Ticket;
use crate::domain::journal::JournalState;
use crate::domain::query::SummaryQuery;
use crate::domain::zone::Zone;
use crate::store::sqlite::schema;
use crate::store::sqlite::segment::Segment;
use crate::store::{Recorded, StoreFailure};

fn opened(path: &Path, access: Access) -> Result<(), StoreFailure> {
    SqliteStore::open(path, access).map(|_| ())
}

#[test]
fn a_store_and_its_directories_are_made_for_their_owner_only() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state/purgedeck/store.db");
    let store = SqliteStore::open(&path, Access::ReadWrite).unwrap();
    store.writer().unwrap().record(&[purge("1", 0)], at(0)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!(mode(path.parent().unwrap().parent().unwrap()), 0o700);
        for file in fs::read_dir(path.parent().unwrap()).unwrap() {
            assert_eq!(mode(&file.unwrap().path()) & 0o077, 0);
        }
    }
}

#[test]
fn a_store_opened_again_still_has_everything() {
    let home = Home::with(&[purge("1", 0)]);
    let again = SqliteStore::open(&home.path(), Access::ReadWrite).unwrap();
    assert_eq!(again.address(), home.store.address());
    let kept = again.reader().unwrap().summary(&crate::domain::query::SummaryQuery {
        predicate: std::sync::Arc::default(),
        bars: 0,
        now: at(0),
    });
    assert_eq!(kept.unwrap().stored, 1);
}

#[test]
fn a_path_with_odd_letters_is_a_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file:a?mode=memory#%41 ä.db");
    opened(&path, Access::ReadWrite).unwrap();
    assert!(fs::metadata(&path).unwrap().len() > 0);
    opened(&path, Access::ReadOnly).unwrap();
}

#[test]
fn several_may_make_the_same_store_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    std::thread::scope(|scope| {
        let openers: Vec<_> =
            (0..8).map(|_| scope.spawn(|| opened(&path, Access::ReadWrite))).collect();
        for opener in openers {
            // Making it may take longer than the wait for a lock; nothing else may go wrong.
            let result = opener.join().unwrap();
            assert!(matches!(result, Ok(()) | Err(StoreFailure::Locked)), "{result:?}");
        }
    });
    opened(&path, Access::ReadWrite).unwrap();
}

#[test]
fn what_is_not_a_store_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other");
    let other_database = {
        let database = directory.path().join("database");
        let connection = Connection::open(&database).unwrap();
        connection.execute_batch("CREATE TABLE mine (a)").unwrap();
        drop(connection);
        fs::read(database).unwrap()
    };
    for content in [
        b"x".to_vec(),
        b"dear diary".to_vec(),
        vec![0_u8; 5000],
        vec![0xa5; 100_000],
        other_database,
    ] {
        fs::write(&path, &content).unwrap();
        for access in [Access::ReadWrite, Access::ReadOnly] {
            assert_eq!(opened(&path, access), Err(StoreFailure::NotAStore));
            assert_eq!(fs::read(&path).unwrap(), content);
        }
    }
}

#[test]
fn an_empty_file_becomes_a_store() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    fs::write(&path, "").unwrap();
    assert_eq!(opened(&path, Access::ReadOnly), Err(StoreFailure::Missing));
    opened(&path, Access::ReadWrite).unwrap();
    opened(&path, Access::ReadOnly).unwrap();
}

#[test]
fn a_store_of_a_newer_purgedeck_is_refused_and_left_alone() {
    let home = Home::with(&[purge("1", 0)]);
    let known = schema::VERSION;
    let mut writer = home.writer();
    writer.connection().pragma_update(None, "user_version", known + 1).unwrap();
    let newer = StoreFailure::Newer { found: known + 1, known };
    assert_eq!(opened(&home.path(), Access::ReadWrite), Err(newer.clone()));
    assert_eq!(opened(&home.path(), Access::ReadOnly), Err(newer.clone()));
    // One that was brought up while we ran is not written to either.
    assert_eq!(writer.record(&[purge("2", 1)], at(1)), Err(newer));
    assert_eq!(home.purges().len(), 1);
}

#[test]
fn a_store_from_before_there_were_more_kinds_is_brought_up_without_a_conversion() {
    let home = Home::with(&[purge("1", 0)]);
    let old = Connection::open(home.path()).unwrap();
    old.execute_batch("DROP INDEX journal_several").unwrap();
    old.pragma_update(None, "user_version", schema::CONVERTED).unwrap();
    drop(old);
    let older = StoreFailure::Older { found: schema::CONVERTED, known: schema::VERSION };
    assert_eq!(opened(&home.path(), Access::ReadOnly), Err(older));
    assert_eq!(SqliteStore::purges_to_convert(&home.path()), None);
    opened(&home.path(), Access::ReadWrite).unwrap();
    opened(&home.path(), Access::ReadOnly).unwrap();
    assert_eq!(home.purges().len(), 1);
}

#[test]
fn reading_only_makes_nothing_and_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("none/store.db");
    assert_eq!(opened(&path, Access::ReadOnly), Err(StoreFailure::Missing));
    assert!(!path.parent().unwrap().exists());
    let home = Home::with(&[purge("1", 0)]);
    let reading = SqliteStore::open(&home.path(), Access::ReadOnly).unwrap();
    assert!(matches!(reading.writer(), Err(StoreFailure::ReadOnly)));
    let purges = reading.reader().unwrap();
    assert_eq!(purges.accounts().unwrap().len(), 1);
}

#[test]
fn a_reader_is_not_kept_waiting_by_a_writer_and_sees_what_it_finished() {
    let home = Home::with(&[purge("1", 0)]);
    let (reader, other) = (home.reader(), home.writer());
    let before = reader.data_version().unwrap();
    other.connection().execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(home.purges().len(), 1);
    other.connection().execute_batch("ROLLBACK").unwrap();
    assert_eq!(reader.data_version().unwrap(), before);
    home.writer().record(&[purge("2", 1)], at(1)).unwrap();
    assert_ne!(reader.data_version().unwrap(), before);
}

#[test]
fn what_no_query_reads_is_no_change_to_others_and_nobody_sees_their_own() {
    let home = Home::with(&[purge("1", 0)]);
    let (mut writer, other, reader) = (home.writer(), home.writer(), home.reader());
    let account = purge("1", 0).account;
    writer.add_coverage(&account, at(0), at(5)).unwrap();
    let (own, before) = (writer.data_version().unwrap(), other.data_version().unwrap());
    let seen = reader.data_version().unwrap();
    let kept = KeptDraft::new(Draft::default(), Ticket(1), at(1));
    writer.save_board("{}").unwrap();
    writer.save_draft(&kept).unwrap();
    writer.remove_draft(&kept.id).unwrap();
    writer.mark_synced(&account, at(9)).unwrap();
    writer.save_whole_lists(&account, &["r1".into()].into()).unwrap();
    writer.add_coverage(&account, at(3), at(9)).unwrap();
    assert_eq!(other.data_version().unwrap(), before);
    assert_eq!(reader.data_version().unwrap(), seen);
    let mut versions = vec![before];
    writer.add_coverage(&account, at(20), at(30)).unwrap();
    versions.push(other.data_version().unwrap());
    writer.record(&[purge("2", 1)], at(1)).unwrap();
    versions.push(other.data_version().unwrap());
    writer.pause(true, at(2)).unwrap();
    versions.push(other.data_version().unwrap());
    versions.dedup();
    assert_eq!(versions.len(), 4, "{versions:?}");
    assert_ne!(reader.data_version().unwrap(), seen);
    assert_eq!(writer.data_version().unwrap(), own, "its own changes are no news");
    home.writer().record(&[purge("3", 2)], at(2)).unwrap();
    assert_ne!(writer.data_version().unwrap(), own);
}

#[test]
fn a_lock_of_another_writer_is_told_as_one() {
    let home = Home::new();
    let (mut writer, other) = (home.writer(), home.writer());
    other.connection().execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = writer.record(&[purge("1", 0)], at(0));
    assert_eq!(refused, Err(StoreFailure::Locked));
    other.connection().execute_batch("COMMIT").unwrap();
    assert_eq!(writer.record(&[purge("1", 0)], at(0)).unwrap().new, 1);
}

/// A file's mode does not keep root from writing; then there is nothing to test.
#[cfg(unix)]
#[test]
fn a_file_or_directory_that_may_not_be_written_can_still_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::with(&[purge("1", 0)]);
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&home.path(), 0o400);
    if fs::OpenOptions::new().write(true).open(home.path()).is_ok() {
        return;
    }
    assert_eq!(opened(&home.path(), Access::ReadWrite), Err(StoreFailure::ReadOnly));
    opened(&home.path(), Access::ReadOnly).unwrap();
    mode(&home.path(), 0o000);
    assert_eq!(opened(&home.path(), Access::ReadOnly), Err(StoreFailure::Denied));
    mode(&home.path(), 0o600);
    let home = Home::with(&[purge("1", 0)]);
    mode(home.directory.path(), 0o500);
    assert_eq!(opened(&home.path(), Access::ReadWrite), Err(StoreFailure::ReadOnly));
    let below = home.directory.path().join("below/store.db");
    assert_eq!(opened(&below, Access::ReadWrite), Err(StoreFailure::Denied));
    mode(home.directory.path(), 0o700);
}

#[test]
fn what_cannot_be_a_store_is_told_apart_from_a_store_that_is_not_there_yet() {
    let home = Home::with(&[purge("1", 0)]);
    let both = [Access::ReadWrite, Access::ReadOnly];
    for access in both {
        assert_eq!(opened(home.directory.path(), access), Err(StoreFailure::Directory));
        let below_a_file = home.path().join("store.db");
        assert!(matches!(opened(&below_a_file, access), Err(StoreFailure::NoPlace(_))));
    }
    if cfg!(target_os = "linux") {
        let made_nowhere = Path::new("/proc/store.db");
        assert!(matches!(opened(made_nowhere, Access::ReadWrite), Err(StoreFailure::NoPlace(_))));
        assert_eq!(opened(made_nowhere, Access::ReadOnly), Err(StoreFailure::Missing));
        for access in both {
            let device = opened(Path::new("/dev/zero"), access);
            assert_eq!(device, Err(StoreFailure::NotAStore));
        }
    }
}

#[test]
fn a_store_of_an_earlier_program_opens_and_answers_as_before() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../../../tests/golden/store/version-4.sql")).unwrap();
    let mut bodies = old.prepare("SELECT body FROM strip").unwrap();
    for body in bodies.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap().map(Result::unwrap) {
        // The number of groups tells of a checksum, and the checksum follows.
        let again = Segment::decode(&body).unwrap().encode();
        assert_eq!(&again[4..body.len()], &body[4..]);
        assert_eq!(Segment::decode(&again), Segment::decode(&body));
    }
    drop(bodies);
    drop(old);
    let older = StoreFailure::Older { found: 4, known: schema::VERSION };
    assert_eq!(opened(&path, Access::ReadOnly), Err(older));
    assert_eq!(SqliteStore::purges_to_convert(&path), Some(41));
    for tuning in tunings() {
        let store = SqliteStore::open_with(&path, Access::ReadWrite, tuning).unwrap();
        let reader = store.reader().unwrap();
        for (text, count) in [
            ("", 41),
            ("sent:here", 1),
            ("hero", 15),
            ("by:mira", 1),
            ("kind:pattern", 3),
            ("account:gcore-prod", 16),
            ("cname:*acme*", 8),
        ] {
            let filter = Filter::parse(text).unwrap();
            let predicate = Arc::new(filter.resolve(at(0), Zone::Utc));
            let query = SummaryQuery { predicate: Arc::clone(&predicate), bars: 0, now: at(0) };
            assert_eq!(reader.summary(&query).unwrap().selected, count, "{text}");
            let mut purges = Vec::new();
            let exported = reader.export(&predicate, Sort::NEWEST, None, &mut |detail| {
                purges.push(detail.purge);
                ControlFlow::Continue(())
            });
            assert_eq!(exported.unwrap(), count, "{text}");
            let again = store.writer().unwrap().record(&purges, at(0)).unwrap();
            assert_eq!(again, Recorded::default(), "{text}");
        }
        let entries = reader.journal_newest(9).unwrap();
        let states: Vec<_> = entries.iter().map(|entry| entry.state).collect();
        assert_eq!(states, [JournalState::Accepted, JournalState::Successful]);
        let verified = entries.last().unwrap();
        assert_eq!((verified.ticket.as_deref(), verified.verified), (Some("INC-2231"), Some(true)));
        assert!(verified.verification.as_ref().unwrap().settled);
        assert!(reader.is_paused().unwrap());
        assert_eq!(reader.resources(&"tencent".into()).unwrap().resources.len(), 4);
        assert!(!reader.coverage(&"medianova".into()).unwrap().ranges().is_empty());
        assert!(!reader.attempt_coverage(&"gcore-prod".into()).unwrap().ranges().is_empty());
        assert_eq!(reader.accounts().unwrap().len(), 6);
        assert_eq!(reader.check(), Ok(Vec::new()));
        assert_eq!(SqliteStore::purges_to_convert(&path), None);
    }
}
