//! The looks at the edge, in a store of an earlier version.

use super::journal::{queue, step};
use super::{Home, at, purge};
use crate::domain::edge::Verification;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::store::sqlite::{SqliteStore, SqliteWriter};
use crate::store::{Access, VerificationLease};

fn done(writer: &mut SqliteWriter, second: i64) -> JournalEntry {
    let entry = queue(writer, "/a");
    for (from, to) in [
        (JournalState::Queued, JournalState::Sending),
        (JournalState::Sending, JournalState::Accepted),
        (JournalState::Accepted, JournalState::Successful),
    ] {
        step(writer, &entry.id, from, to, second);
    }
    entry
}

#[test]
fn a_store_from_before_there_were_looks_is_brought_up_with_its_journal() {
    let home = Home::with(&[purge("77", 5)]);
    let mut writer = home.writer();
    let entry = done(&mut writer, 10);
    super::converting::make_old(&home);
    writer
        .connection()
        .execute_batch(
            "DROP TABLE verification;
             ALTER TABLE journal DROP COLUMN queued_by;
             ALTER TABLE journal DROP COLUMN confirmation;
             ALTER TABLE journal DROP COLUMN checksum;
             ALTER TABLE purge DROP COLUMN checksum;
             PRAGMA user_version = 3;",
        )
        .unwrap();
    drop(writer);
    SqliteStore::open(&home.path(), Access::ReadWrite).unwrap();
    assert_eq!(home.purges(), [purge("77", 5)]);
    let mut writer = home.writer();
    let kept = home.reader().journal_entry(&entry.id).unwrap().unwrap();
    assert_eq!((kept.state, kept.verification), (JournalState::Successful, None));
    let held = writer.lease_verification(&entry.id, at(20), at(50)).unwrap();
    assert_eq!(held, VerificationLease::Acquired(Verification::default()));
}
