//! `purgedeck store`, and the others on a store that is damaged.

use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::process::Command;

use chrono::{SecondsFormat, TimeDelta, Utc};
use purgedeck::domain::journal::{JournalState, NewEntry};
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::store::{StepDetails, StepOutcome};
use rusqlite::Connection;

use crate::own_store::own_store;
use crate::{Home, Ran, with_input};

/// Lines for an import of so many purges.
pub(crate) fn lines(count: u32) -> String {
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

/// Writes requests into the journal of `s.db`, one for each way that one can end.
pub(crate) fn leave_requests(home: &Home, ends: &[&[JournalState]]) {
    let store = own_store(&home.path(""), "s.db");
    let mut writer = store.writer().unwrap();
    for (number, end) in ends.iter().enumerate() {
        let payload = Payload::Url(Targets::one(format!("/{number}")));
        let request = PurgeRequest::new("a", "1", "www.site.com", payload);
        let mut entry = NewEntry::new(request, Utc::now());
        (entry.reason, entry.ticket) = (Some("it's stale".to_owned()), Some("INC-1".to_owned()));
        let id = writer.enqueue(&[entry], Utc::now()).unwrap().remove(0).id;
        let mut from = JournalState::Queued;
        for to in *end {
            let details = StepDetails {
                error: (*to == JournalState::Rejected).then(|| "no such host".to_owned()),
                purge: (*to == JournalState::Accepted).then(|| format!("p{number}").into()),
                ..StepDetails::at(Utc::now())
            };
            let done = writer.step(&id, from, *to, &details).unwrap();
            assert!(matches!(done, StepOutcome::Done(_)), "{done:?}");
            from = *to;
        }
    }
}

/// What a store tells of its purges and requests.
pub(crate) fn told(home: &Home, store: &str) -> [String; 2] {
    let run = |command: &str| {
        home.run(&["--store", store, "--offline", command, "--format", "ndjson"]).fine()
    };
    [run("history"), run("journal")]
}

#[test]
fn a_store_is_copied_with_its_journal_beside_what_the_other_has_and_as_often_as_one_likes() {
    use JournalState::{Accepted, Cancelled, Rejected, Sending, Successful, Unknown};

    let home = Home::empty();
    import(&home, 300).fine();
    leave_requests(
        &home,
        &[
            &[Sending, Accepted, Successful],
            &[Cancelled],
            &[Sending, Rejected],
            &[Sending, Unknown],
            &[Sending, Accepted],
        ],
    );
    let copy = |from: &str, to: &str| home.run(&["store", "copy", from, to]);
    let copied = copy("s.db", "new.db");
    assert_eq!((copied.code, copied.out.as_str()), (0, ""), "{copied:?}");
    assert!(copied.err.contains("300 purges read: 300 new in new.db"), "{copied:?}");
    assert!(copied.err.contains("5 requests read: 5 new in new.db"), "{copied:?}");
    assert_eq!(told(&home, "new.db"), told(&home, "s.db"));
    let steps = |name: &str| -> Vec<(String, Option<String>, String, i64)> {
        let connection = Connection::open(home.path(name)).unwrap();
        let find = "SELECT j.id, s.from_state, s.to_state, s.at FROM journal_step s
                    JOIN journal j ON j.seq = s.entry ORDER BY s.seq";
        let mut find = connection.prepare(find).unwrap();
        let rows =
            find.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
        let mut steps: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
        steps.sort();
        steps
    };
    assert_eq!(steps("new.db").len(), 15);
    assert_eq!(steps("new.db"), steps("s.db"));
    let again = copy("s.db", "new.db");
    assert!(again.err.contains("300 purges read: 0 new in new.db"), "{again:?}");
    assert!(again.err.contains("5 requests read: 0 new in new.db"), "{again:?}");
    assert_eq!(told(&home, "new.db"), told(&home, "s.db"));
    let more = lines(3).replace("\"account\":\"a\"", "\"account\":\"b\"");
    with_input(home.command(&["--store", "other.db", "import", "-"]), more.as_bytes()).fine();
    copy("s.db", "other.db").fine();
    assert_eq!(told(&home, "other.db")[0].lines().count(), 303);
    assert!(run(&home, &["store", "check"]).err.contains("is sound"));
    let checked = home.run(&["--store", "other.db", "store", "check"]);
    assert!(checked.err.contains("is sound"), "{checked:?}");
}

#[test]
fn requests_that_wait_are_not_copied_since_two_stores_would_send_them() {
    let home = Home::empty();
    for end in [&[][..], &[JournalState::Sending]] {
        leave_requests(&home, &[end]);
        let refused = home.run(&["store", "copy", "s.db", "new.db"]);
        assert_eq!((refused.code, refused.out.as_str()), (8, ""), "{refused:?}");
        assert!(refused.err.contains("purgedeck queue cancel"), "{refused:?}");
        assert_eq!(told(&home, "new.db")[1], "", "nothing that waits is there");
    }
}

#[test]
fn a_copy_names_two_stores_that_are_not_one_and_of_which_one_is_there() {
    let home = Home::empty();
    import(&home, 1).fine();
    for (from, to, code, words) in [
        ("s.db", "s.db", 2, "are one store"),
        ("s.db", "./s.db", 2, "are one store"),
        ("none.db", "new.db", 1, "there is no store at none.db"),
        ("s.db", "mysql://db/x", 2, "mysql:// is no kind of store"),
        ("s.db", "postgres://mia:hunter2@db/x", 2, "password on the command line"),
    ] {
        let refused = home.run(&["store", "copy", from, to]);
        assert_eq!((refused.code, refused.out.as_str()), (code, ""), "{refused:?}");
        assert!(refused.err.contains(words) && !refused.err.contains("hunter2"), "{refused:?}");
    }
    assert!(!home.path("new.db").exists());
}

/// Leaves some megabytes of free space in the file; it gives them back or, as an older purgedeck
/// made it, does not.
fn free(path: &Path, gives_back: bool) {
    let connection = Connection::open(path).unwrap();
    if !gives_back {
        connection.execute_batch("PRAGMA auto_vacuum = 0; VACUUM").unwrap();
    }
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)";
    let fill = format!("CREATE TABLE filler AS {rows} SELECT randomblob(4000) FROM n");
    connection.execute_batch(&format!("{fill}; DROP TABLE filler")).unwrap();
}

#[test]
fn a_store_says_what_it_holds_and_what_could_be_given_back() {
    let home = Home::empty();
    for command in ["info", "compact"] {
        let missing = run(&home, &["store", command]);
        assert_eq!((missing.code, missing.out.as_str()), (1, ""), "{missing:?}");
        assert!(missing.err.contains("there is no store at"), "{missing:?}");
        assert!(!home.path("s.db").exists(), "none is made");
    }
    import(&home, 300).fine();
    let info = run(&home, &["store", "info"]).fine();
    let lines: Vec<&str> = info.lines().collect();
    assert!(lines[0].starts_with("file     ") && lines[0].ends_with("s.db"), "{info}");
    assert!(lines[1].starts_with("size     0."), "{info}");
    assert_eq!(
        lines[2..],
        [
            "purges   300, from 2026-09-11T07:00:00.000000Z to 2026-09-11T07:04:59.000000Z",
            "requests 0",
            "kept     keep = \"forever\", store_size = \"unlimited\"",
        ]
    );
    free(&home.path("s.db"), true);
    let info = run(&home, &["store", "info"]).fine();
    assert!(info.contains(" MB of it free: `purgedeck store compact` gives it back\n"), "{info}");
}

#[test]
fn free_space_is_given_back_beside_others_and_of_an_older_file_once_it_is_alone() {
    for gives_back in [true, false] {
        let home = Home::empty();
        import(&home, 300).fine();
        let size = || fs::metadata(home.path("s.db")).unwrap().len();
        let list = || run(&home, &["--offline", "history", "--format", "ndjson"]).fine();
        let (small, listed) = (size(), list());
        free(&home.path("s.db"), gives_back);
        let other = Connection::open(home.path("s.db")).unwrap();
        let count = |connection: &Connection| -> i64 {
            connection.query_row("SELECT count(*) FROM purge", [], |row| row.get(0)).unwrap()
        };
        assert_eq!(count(&other), 300);
        let beside = run(&home, &["store", "compact"]);
        if gives_back {
            assert_eq!((beside.code, beside.out.as_str()), (0, ""), "{beside:?}");
            assert!(beside.err.contains(" MB now and had "), "{beside:?}");
        } else {
            assert_eq!((beside.code, beside.out.as_str()), (1, ""), "{beside:?}");
            assert!(beside.err.contains("another purgedeck has "), "{beside:?}");
            assert!(beside.err.contains("This is needed once"), "{beside:?}");
            let info = run(&home, &["store", "info"]).fine();
            assert!(info.contains("gives it back, while no other purgedeck has it open"), "{info}");
            assert!(size() > small + 3_000_000);
        }
        assert_eq!(count(&other), 300);
        drop(other);
        run(&home, &["store", "compact"]).fine();
        assert!(size() <= small + 100_000, "{} of {small}", size());
        assert_eq!(list(), listed);
        assert!(run(&home, &["store", "check"]).err.contains("is sound"));
        assert!(!run(&home, &["store", "info"]).fine().contains(" free"));
    }
}

#[test]
fn a_store_that_is_locked_or_newer_or_none_is_left_as_it_is() {
    let home = Home::empty();
    import(&home, 20).fine();
    free(&home.path("s.db"), true);
    let other = Connection::open(home.path("s.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let locked = run(&home, &["store", "compact"]);
    assert_eq!((locked.code, locked.out.as_str()), (1, ""), "{locked:?}");
    assert!(locked.err.contains("locked by another process"), "{locked:?}");
    run(&home, &["store", "info"]).fine();
    other.execute_batch("ROLLBACK; PRAGMA user_version = 99").unwrap();
    drop(other);
    home.write("text.db", "no store");
    for (store, error) in [("s.db", "newer purgedeck"), ("text.db", "not a purgedeck store")] {
        let before = fs::read(home.path(store)).unwrap();
        for command in ["info", "compact"] {
            let refused = home.run(&["--store", store, "store", command]);
            assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{refused:?}");
            assert!(refused.err.contains(error), "{refused:?}");
        }
        assert_eq!(fs::read(home.path(store)).unwrap(), before);
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_an_older_file_as_it_was() {
    let home = Home::empty();
    import(&home, 3_000).fine();
    free(&home.path("s.db"), false);
    let mut command = Command::new("sh");
    let limit = "trap '' XFSZ; ulimit -f 400; exec \"$0\" --store s.db store compact";
    command.args(["-c", limit, env!("CARGO_BIN_EXE_purgedeck")]);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", home.path(".")).current_dir(home.path("."));
    let full = Ran::of(command.output().unwrap());
    assert_eq!((full.code, full.out.as_str()), (1, ""), "{full:?}");
    assert!(full.err.contains("Check the disk"), "{full:?}");
    assert!(run(&home, &["store", "check"]).err.contains("is sound"));
    assert!(run(&home, &["store", "info"]).fine().contains(" MB of it free"));
    run(&home, &["store", "compact"]).fine();
    assert!(!run(&home, &["store", "info"]).fine().contains(" free"));
}

#[test]
fn an_import_says_what_it_leaves_out_since_it_is_not_kept() {
    let home = Home::empty();
    let yesterday = Utc::now() - TimeDelta::days(1);
    let created = yesterday.to_rfc3339_opts(SecondsFormat::Secs, true);
    let new = lines(1).replace("2026-09-11T07:00:00Z", &created);
    let old = lines(2).replace("2026-09-11", "2001-09-11").replace("\"id\":\"", "\"id\":\"old");
    let mut command = home.command(&["--store", "s.db", "import", "-"]);
    command.env("PURGEDECK_KEEP", "30d");
    let imported = with_input(command, (old + &new).as_bytes());
    assert_eq!(imported.code, 0, "{imported:?}");
    assert!(imported.err.contains("2 purges of before "), "{imported:?}");
    assert!(imported.err.contains("1 purges read: 1 new"), "{imported:?}");
    let info = run(&home, &["store", "info"]).fine();
    assert!(info.contains("purges   1, from "), "{info}");
}

#[test]
fn wrong_ages_and_sizes_are_errors_with_what_is_allowed() {
    let home = Home::empty();
    for (key, value, allowed) in [
        ("keep", "\"6d\"", "of 7 days at least"),
        ("keep", "\"2 years\"", "of 7 days at least"),
        ("keep", "90", "of 7 days at least"),
        ("store_size", "\"2G\"", "of 50 MB at least"),
        ("store_size", "\"1MB\"", "of 50 MB at least"),
        ("store_size", "2000000000", "of 50 MB at least"),
    ] {
        home.write("p.toml", &format!("# first\n{key} = {value}\n"));
        let refused = home.run(&["--config", "p.toml", "--store", "s.db", "import", "-"]);
        assert_eq!(refused.code, 2, "{key} = {value}: {refused:?}");
        assert!(refused.err.contains("p.toml:2"), "{key} = {value}: {refused:?}");
        assert!(refused.err.contains(allowed), "{key} = {value}: {refused:?}");
    }
    let mut command = home.command(&["--store", "s.db", "store", "info"]);
    let refused = Ran::of(command.env("PURGEDECK_KEEP", "soon").output().unwrap());
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(refused.err.contains("of 7 days at least"), "{refused:?}");
}
