//! Who asked for purges, in a store of an earlier version.

use super::*;
use crate::domain::activity::{Attempt, Author, Names};
use crate::store::sqlite::schema;

fn attempt(id: &str, second: i64, user: &str) -> Attempt {
    Attempt {
        id: id.to_owned(),
        at: at(second),
        resource: "12".into(),
        kind: Some(Kind::Url),
        targets: vec!["/img/a.jpg".to_owned(), "/img/b.jpg".to_owned()],
        author: Author { user: Some(user.to_owned()), token: None },
        address: Some("203.0.113.9".to_owned()),
        status: 201,
    }
}

#[test]
fn a_store_from_before_there_were_attempts_is_brought_up() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    for step in schema::MIGRATIONS.iter().take(2) {
        old.execute_batch(step).unwrap();
    }
    old.pragma_update(None, "application_id", schema::APPLICATION_ID).unwrap();
    old.pragma_update(None, "user_version", 2).unwrap();
    drop(old);
    let store = SqliteStore::open(&path, Access::ReadWrite).unwrap();
    let account = "gcore-prod".into();
    let mut writer = store.writer().unwrap();
    writer.record(&[purge("1", 0)], at(0)).unwrap();
    writer.record_attempts(&account, &[attempt("a", 0, "42")], &Names::default()).unwrap();
    let joined = writer.attribute_attempts(&account, (at(-9), at(9)), at(9), &Names::default());
    assert_eq!(joined.unwrap().changed, 1);
}
