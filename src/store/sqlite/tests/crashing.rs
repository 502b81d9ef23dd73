//! Programs and machines that stop in the middle: what was promised is there afterwards.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::*;
use crate::domain::journal::JournalState;
use crate::store::StepDetails;

/// Copies a store as a crash of the machine would leave it: the file and its log, no lock.
fn copy(from: &Path, to: &Path) {
    for ending in ["", "-wal"] {
        let (mut source, mut copy) = (from.as_os_str().to_owned(), to.as_os_str().to_owned());
        source.push(ending);
        copy.push(ending);
        fs::copy(source, copy).unwrap();
    }
}

fn wal(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

#[test]
fn what_was_written_is_there_although_nobody_closed_the_store() {
    let home = Home::new();
    let mut writer = home.writer();
    writer.record(&[purge("1", 1)], at(2)).unwrap();
    let path = home.directory.path().join("crashed.db");
    copy(&home.path(), &path);
    let crashed = Home {
        store: SqliteStore::open(&path, Access::ReadWrite).unwrap(),
        directory: tempfile::tempdir().unwrap(),
    };
    assert_eq!(crashed.purges(), [purge("1", 1)]);
    drop(writer);
}

#[test]
fn a_write_that_was_cut_short_is_as_if_it_had_never_begun() {
    let home = Home::new();
    let mut writer = home.writer();
    writer.record(&[purge("1", 1)], at(2)).unwrap();
    let before = fs::metadata(wal(&home.path())).unwrap().len();
    writer.record(&[purge("2", 2)], at(3)).unwrap();
    let after = fs::metadata(wal(&home.path())).unwrap().len();
    assert!(before < after);
    for length in [before, before + 1, before.midpoint(after), after - 1] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("crashed.db");
        copy(&home.path(), &path);
        let log = fs::OpenOptions::new().write(true).open(wal(&path)).unwrap();
        log.set_len(length).unwrap();
        drop(log);
        let store = SqliteStore::open(&path, Access::ReadWrite).unwrap();
        let crashed = Home { directory, store };
        assert_eq!(crashed.purges(), [purge("1", 1)], "{length} of {after}");
        assert_eq!(crashed.writer().record(&[purge("2", 2)], at(3)).unwrap().new, 1);
        assert_eq!(crashed.purges().len(), 2);
    }
}

/// Names the store for the other process of
/// [`a_process_that_dies_while_sending_leaves_a_trace`].
const STORE: &str = "PURGEDECK_TEST_DYING_STORE";

#[test]
#[ignore = "the other process of a_process_that_dies_while_sending_leaves_a_trace"]
fn dying() {
    let path = std::env::var_os(STORE).unwrap();
    let store = SqliteStore::open(Path::new(&path), Access::ReadWrite).unwrap();
    let mut writer = store.writer().unwrap();
    let entry = everything("");
    let id = writer.enqueue(&[entry], at(0)).unwrap().remove(0).id;
    let (from, to) = (JournalState::Queued, JournalState::Sending);
    let _ = writer.step(&id, from, to, &StepDetails::at(at(1))).unwrap();
    // A write that is under way.
    writer
        .connection()
        .execute_batch("BEGIN IMMEDIATE; UPDATE journal SET state = 'cancelled'")
        .unwrap();
    std::process::abort();
}

#[test]
fn a_process_that_dies_while_sending_leaves_a_trace() {
    let home = Home::new();
    let (reader, before) = (home.reader(), home.reader().data_version().unwrap());
    let other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::sqlite::tests::crashing::dying", "--ignored", "--quiet"])
        .env(STORE, home.path())
        .output()
        .unwrap();
    assert!(!other.status.success());
    let open = reader.journal_open().unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].state, open[0].sent_at), (JournalState::Sending, Some(at(1))));
    assert_ne!(reader.data_version().unwrap(), before);
    // Its lock died with it.
    assert_eq!(home.writer().record(&[purge("1", 1)], at(2)).unwrap().new, 1);
}
