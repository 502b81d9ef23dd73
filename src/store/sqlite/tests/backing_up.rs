//! Copies of a store: sound, private, never over another file.

use std::fs;

use super::*;
use crate::store::StoreFailure;

#[test]
fn a_copy_has_everything_also_what_is_only_in_the_log() {
    let home = Home::with(&[purge("1", 0)]);
    let mut writer = home.writer();
    writer.record(&[purge("2", 1)], at(1)).unwrap();
    writer.enqueue(&[everything("www.site.com")], at(1)).unwrap();
    let copy = home.directory.path().join("copy.db");
    for access in [Access::ReadWrite, Access::ReadOnly] {
        SqliteStore::open(&home.path(), access).unwrap().back_up(&copy).unwrap();
        let copied = SqliteStore::open(&copy, Access::ReadOnly).unwrap();
        let copied = copied.operated_by(testing::operator());
        let reader = copied.reader().unwrap();
        assert_eq!(reader.journal_open().unwrap(), home.reader().journal_open().unwrap());
        assert_eq!(reader.check(), Ok(Vec::new()));
        let mode: String = rusqlite::Connection::open(&copy)
            .unwrap()
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        assert_eq!(mode, "wal");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        }
        drop(reader);
        let written = SqliteStore::open(&copy, Access::ReadWrite).unwrap();
        assert_eq!(written.writer().unwrap().record(&[purge("3", 2)], at(2)).unwrap().new, 1);
        fs::remove_file(&copy).unwrap();
    }
}

#[test]
fn a_copy_is_never_made_over_a_file_or_of_a_damaged_store() {
    let home = Home::with(&(0..500).map(|id| purge(&id.to_string(), id)).collect::<Vec<_>>());
    let taken = home.directory.path().join("taken");
    fs::write(&taken, "mine").unwrap();
    assert_eq!(home.store.back_up(&taken), Err(StoreFailure::Exists));
    assert_eq!(fs::read(&taken).unwrap(), b"mine");
    let copy = home.directory.path().join("copy.db");
    super::damage::zero_root(&home.path(), "chunk");
    assert_eq!(home.store.back_up(&copy), Err(StoreFailure::Corrupt));
    let refused = home.store.back_up(&copy);
    assert!(matches!(refused, Err(StoreFailure::Damaged { .. })), "{refused:?}");
    assert!(!copy.exists());
    assert!(matches!(
        Home::new().store.back_up(&home.directory.path().join("none/copy.db")),
        Err(StoreFailure::NoPlace(_))
    ));
}

#[test]
fn a_copy_that_turns_out_damaged_is_not_kept() {
    let home = Home::with(&[purge("1", 0), purge("2", 1)]);
    home.writer().connection().execute("UPDATE purge SET status = 2 WHERE id = '1'", []).unwrap();
    let copy = home.directory.path().join("copy.db");
    assert_eq!(home.store.back_up(&copy), Err(StoreFailure::Corrupt));
    assert!(!copy.exists());
    assert!(home.store.found_damaged().is_some());
}
