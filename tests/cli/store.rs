//! `purgedeck store`, and the others on a store that is damaged.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::{Home, Ran, with_input};

/// Lines for an import of so many purges.
fn lines(count: u32) -> String {
    let line = |id: u32| {
        format!(
            concat!(
                r#"{{"schema_version":1,"account":"a","provider":"p","id":"{}","kind":"url","#,
                r#""status":"failed","created":"2026-09-11T07:{:02}:{:02}Z","targets":["/x"]}}"#
            ),
            id,
            id / 60 % 60,
            id % 60
        ) + "\n"
    };
    (0..count).map(line).collect()
}

fn import(home: &Home, count: u32) -> Ran {
    with_input(home.command(&["--store", "s.db", "import", "-"]), lines(count).as_bytes())
}

fn run(home: &Home, args: &[&str]) -> Ran {
    home.run(&[&["--store", "s.db"], args].concat())
}

/// Zeroes a leaf of the history.
fn damage(path: &Path) {
    let find = "SELECT pageno FROM dbstat WHERE name = 'purge' AND pagetype = 'leaf' LIMIT 1";
    let connection = Connection::open(path).unwrap();
    let leaf: u32 = connection.query_row(find, [], |row| row.get(0)).unwrap();
    let leaf = leaf as usize;
    drop(connection);
    let mut file = fs::read(path).unwrap();
    file[(leaf - 1) * 4096..leaf * 4096].fill(0);
    fs::write(path, file).unwrap();
}

#[test]
fn a_damaged_store_is_not_written_until_a_new_one_of_what_can_be_read_is_in_its_place() {
    let home = Home::empty();
    import(&home, 500).fine();
    damage(&home.path("s.db"));
    let refused = import(&home, 3);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{refused:?}");
    assert!(refused.err.contains("damaged") && !refused.err.contains("3 purges read"));
    let listed = run(&home, &["--offline", "history", "--format", "ndjson"]);
    assert_eq!(listed.code, 1, "{listed:?}");
    assert!(listed.err.contains("purgedeck store salvage"), "{listed:?}");
    let checked = run(&home, &["store", "check"]);
    assert_eq!(checked.code, 1, "{checked:?}");
    assert!(!checked.out.is_empty(), "{checked:?}");
    assert_eq!(run(&home, &["store", "backup", "b.db"]).code, 1);
    let salvaged = run(&home, &["store", "salvage", "new.db"]);
    assert_eq!(salvaged.code, 0, "{salvaged:?}");
    assert!(salvaged.out.contains(" purges; ") && salvaged.out.contains("could not be read"));
    assert!(salvaged.err.contains("rename new.db to"), "{salvaged:?}");
    assert_eq!(run(&home, &["store", "salvage", "new.db"]).code, 1, "nothing is overwritten");
    for ending in ["", "-wal", "-shm"] {
        let (from, to) = (format!("s.db{ending}"), format!("away{ending}"));
        let _ = fs::rename(home.path(&from), home.path(&to));
    }
    fs::rename(home.path("new.db"), home.path("s.db")).unwrap();
    assert_eq!(import(&home, 3).code, 1, "the marker of the old one is there");
    assert!(run(&home, &["store", "check"]).err.contains("written again"));
    let left = run(&home, &["--offline", "history", "--format", "ndjson"]).fine();
    assert!((300..500).contains(&left.lines().count()), "{}", left.lines().count());
    import(&home, 500).fine();
    let all = run(&home, &["--offline", "history", "--format", "ndjson"]).fine();
    assert_eq!(all.lines().count(), 500);
}

#[test]
fn a_copy_of_a_store_is_one() {
    let home = Home::empty();
    assert_eq!(run(&home, &["store", "check"]).code, 1);
    assert_eq!(run(&home, &["store", "backup", "b.db"]).code, 1);
    import(&home, 20).fine();
    let copied = run(&home, &["store", "backup", "b.db"]);
    assert_eq!(copied.code, 0, "{copied:?}");
    assert_eq!(run(&home, &["store", "backup", "b.db"]).code, 1, "nothing is overwritten");
    let list = |store: &str| home.run(&["--store", store, "--offline", "history"]).fine();
    assert_eq!(list("b.db"), list("s.db"));
    assert!(run(&home, &["store", "check"]).err.contains("is sound"));
}
