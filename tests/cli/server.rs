//! The store in a database: its address, its password, its roles, and copies there and back.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use chrono::Utc;
use purgedeck::domain::journal::{JournalState, NewEntry};
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::domain::store_address::StoreAddress;
use purgedeck::store::{Access, ServerAccess, Store};

use crate::cluster::Cluster;
use crate::store::{leave_requests, lines, told};
use crate::{Home, Ran, with_input};

/// A password that is looked for in everything that is printed and written.
const PASSWORD: &str = "hunter2%2Fhunter2";

/// An address at which no server answers.
const AWAY: &str = "127.0.0.1:1";

const ROLES: &str = include_str!("../../assets/postgres-roles.sql");

fn write_private(home: &Home, name: &str, text: &str) {
    let file = home.write(name, text);
    fs::set_permissions(file, Permissions::from_mode(0o600)).unwrap();
}

/// Everything below a directory, as one text.
fn all_text(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &all_text(&path);
        } else {
            text += &String::from_utf8_lossy(&fs::read(&path).unwrap());
        }
    }
    text
}

/// Returns the name of the database of a URL.
fn database_of(url: &str) -> String {
    let StoreAddress::Server(server) = StoreAddress::parse(url).unwrap() else { unreachable!() };
    server.url().path().trim_start_matches('/').to_owned()
}

fn on(home: &Home, url: &str, args: &[&str]) -> Ran {
    home.run(&[&["--store", url], args].concat())
}

fn import(home: &Home, url: &str, text: &str) -> Ran {
    with_input(home.command(&["--store", url, "import", "-"]), text.as_bytes())
}

fn history(home: &Home, url: &str) -> String {
    on(home, url, &["--offline", "history", "--format", "ndjson"]).fine()
}

#[test]
fn a_url_of_an_unknown_kind_is_an_error_wherever_it_stands_and_makes_no_file() {
    let home = Home::empty();
    home.write("p.toml", "# first\nstore = \"mysql://mia@db/x\"\n");
    let by_file = home.run(&["--config", "p.toml", "store", "info"]);
    assert!(by_file.err.contains("p.toml:2:9"), "{by_file:?}");
    let by_flag = on(&home, "mysql://mia@db/x", &["store", "info"]);
    assert!(by_flag.err.contains("--store: mysql://"), "{by_flag:?}");
    let mut command = home.command(&["store", "info"]);
    let by_variable = Ran::of(command.env("PURGEDECK_STORE", "mysql://mia@db/x").output().unwrap());
    assert!(by_variable.err.contains("PURGEDECK_STORE"), "{by_variable:?}");
    for refused in [by_file, by_flag, by_variable] {
        assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{refused:?}");
        assert!(refused.err.contains("mysql:// is no kind of store"), "{refused:?}");
        assert!(refused.err.contains("postgres://user@host/database"), "{refused:?}");
    }
    assert_eq!(crate::files_below(home.0.path()), ["p.toml"]);
}

#[test]
fn a_server_that_is_away_is_told_with_its_address_and_what_to_do() {
    let home = Home::empty();
    let url = format!("postgres://mia@{AWAY}/purges");
    for args in [&["store", "info"][..], &["--offline", "history"], &["queue"], &["import", "-"]] {
        let failed = on(&home, &url, args);
        assert_eq!((failed.code, failed.out.as_str()), (1, ""), "{failed:?}");
        assert!(failed.err.contains(&format!("{url}: the store's server cannot be reached")));
        assert!(failed.err.contains("Check the address and the network."), "{failed:?}");
        assert!(!failed.err.contains("file"), "{failed:?}");
    }
}

#[test]
fn a_password_in_the_url_is_shown_by_nothing() {
    let home = Home::empty();
    let url = format!("postgres://mia:{PASSWORD}@{AWAY}/purges");
    write_private(&home, "p.toml", &format!("log = \"debug\"\nstore = \"{url}\"\n"));
    let config = home.path("p.toml");
    for args in [
        &["config", "show"][..],
        &["config", "path"],
        &["store", "info"],
        &["store", "check"],
        &["store", "backup", "b.db"],
        &["store", "compact"],
        &["store", "salvage", "b.db"],
        &["store", "migrate"],
        &["--offline", "doctor"],
        &["-v", "--offline", "history"],
        &["-v", "queue"],
        &["man"],
    ] {
        let ran = home.run(&[&["--config", "p.toml"], args].concat());
        let shown = format!("{}{}", ran.out, ran.err);
        assert!(!shown.contains("hunter2"), "{args:?}: {shown}");
    }
    let shown = home.run(&["--config", "p.toml", "config", "show"]).fine();
    assert!(shown.contains(&format!("store = \"postgres://mia@{AWAY}/purges\"")), "{shown}");
    fs::remove_file(config).unwrap();
    assert!(!all_text(home.0.path()).contains("hunter2"), "nothing keeps it");
}

#[test]
fn a_password_in_the_url_is_taken_from_no_file_that_others_may_read_and_from_no_flag() {
    let home = Home::empty();
    let url = format!("postgres://mia:{PASSWORD}@{AWAY}/purges");
    write_private(&home, "p.toml", &format!("store = \"{url}\"\n"));
    let private = home.run(&["--config", "p.toml", "queue"]);
    assert!(private.err.contains("cannot be reached"), "{private:?}");
    fs::set_permissions(home.path("p.toml"), Permissions::from_mode(0o644)).unwrap();
    let open = home.run(&["--config", "p.toml", "queue"]);
    assert!(open.err.contains("p.toml:1") && open.err.contains("chmod 600"), "{open:?}");
    let flag = on(&home, &url, &["queue"]);
    assert!(flag.err.contains("--store: a password on the command line"), "{flag:?}");
    for refused in [open, flag] {
        assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{refused:?}");
        assert!(refused.err.contains("store_password_command"), "{refused:?}");
        assert!(!refused.err.contains("hunter2"), "{refused:?}");
    }
}

/// Has a role asked for its password.
fn ask_for_password_of(cluster: &Cluster, role: &str) {
    cluster.sql("postgres", &format!("CREATE ROLE {role} LOGIN SUPERUSER PASSWORD 's3cret word'"));
    let rules = format!("local all {role} scram-sha-256\\nlocal all all trust");
    let write = format!(
        "DO $$ BEGIN EXECUTE format('COPY (SELECT unnest(string_to_array(%L, E''\\n''))) TO %L',
                                    E'{rules}', current_setting('hba_file')); END $$"
    );
    cluster.sql("postgres", &write);
    cluster.sql("postgres", "SELECT pg_reload_conf()");
}

#[test]
fn the_password_of_a_server_comes_from_a_variable_a_file_or_a_program() {
    let Some(cluster) = Cluster::start() else { return };
    ask_for_password_of(&cluster, "guarded");
    let home = Home::empty();
    let url = cluster.url_as("guarded", "postgres");
    write_private(&home, "pw", "s3cret word\n");
    write_private(&home, "wrong", "hunter2\n");
    fs::write(home.path("open"), "s3cret word\n").unwrap();
    fs::set_permissions(home.path("open"), Permissions::from_mode(0o644)).unwrap();
    let (pw, wrong, open) = (home.path("pw"), home.path("wrong"), home.path("open"));
    for (setting, code, words) in [
        ("store_password_env = \"PG_PW\"".to_owned(), 0, "is up to date"),
        (format!("store_password_file = {pw:?}"), 0, "is up to date"),
        (format!("store_password_command = [\"cat\", {pw:?}]"), 0, "is up to date"),
        (format!("store_password_file = {wrong:?}"), 1, "password authentication failed"),
        (format!("store_password_file = {open:?}"), 1, "can be read by others"),
        ("store_password_env = \"NONE\"".to_owned(), 1, "variable NONE is not set"),
        ("store_password_command = [\"false\"]".to_owned(), 1, "false failed"),
        (String::new(), 1, "password"),
    ] {
        write_private(&home, "p.toml", &format!("log = \"debug\"\nstore = \"{url}\"\n{setting}\n"));
        let mut command = home.command(&["--config", "p.toml", "store", "migrate"]);
        let ran = Ran::of(command.env("PG_PW", "s3cret word").output().unwrap());
        assert_eq!(ran.code, code, "{setting}: {ran:?}");
        assert!(ran.err.contains(words), "{setting}: {ran:?}");
        let shown = format!("{}{}", ran.out, ran.err);
        assert!(!shown.contains("s3cret") && !shown.contains("hunter2"), "{shown}");
    }
    for kept in ["pw", "wrong", "open"] {
        fs::remove_file(home.path(kept)).unwrap();
    }
    assert!(!all_text(home.0.path()).contains("s3cret"), "nothing keeps it");
}

/// Puts a request into the queue as a role.
fn enqueue(home: &Home, url: &str, reason: &str) -> Result<(), String> {
    let StoreAddress::Server(address) = StoreAddress::parse(url).unwrap() else { unreachable!() };
    let access = ServerAccess { address, password: None };
    let own = home.path("own.db");
    let store = Store::connect(&access, &own, Access::ReadWrite).map_err(|it| it.to_string())?;
    let payload = Payload::Url(Targets::one("/a'; DROP TABLE purge; --"));
    let request = PurgeRequest::new("a", "1", "www.site.com", payload);
    let mut entry = NewEntry::new(request, Utc::now());
    entry.reason = Some(reason.to_owned());
    let queued = store.writer().and_then(|mut writer| writer.enqueue(&[entry], Utc::now()));
    queued.map(drop).map_err(|failure| failure.to_string())
}

#[test]
fn owners_migrate_operators_write_and_viewers_read() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::empty();
    let url = cluster.database();
    let name = database_of(&url);
    for role in ["mia", "vera"] {
        cluster.sql(
            "postgres",
            &format!(
                "DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN END $$"
            ),
        );
    }
    let (mia, vera) = (cluster.url_as("mia", &name), cluster.url_as("vera", &name));
    for early in [&mia, &vera] {
        let refused = on(&home, early, &["store", "migrate"]);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.err.contains("no purgedeck store in it"), "{refused:?}");
        assert!(refused.err.contains("store migrate"), "{refused:?}");
    }
    on(&home, &url, &["store", "migrate"]).fine();
    on(&home, &url, &["store", "migrate"]).fine();
    let printed = home.run(&["store", "roles"]).fine();
    assert_eq!(printed, ROLES);
    for _ in 0..2 {
        cluster.sql(&name, ROLES);
    }
    cluster.sql(&name, "GRANT purgedeck_operators TO mia; GRANT purgedeck_viewers TO vera");
    import(&home, &mia, &lines(20)).fine();
    let reason = "it's \"stale\"; DROP TABLE journal; -- $1 \\";
    enqueue(&home, &mia, reason).unwrap();
    on(&home, &mia, &["queue", "pause"]).fine();
    on(&home, &mia, &["store", "migrate"]).fine();
    assert_eq!(history(&home, &vera), history(&home, &url));
    let seen = on(&home, &vera, &["--offline", "journal", "--format", "ndjson"]).fine();
    let request: serde_json::Value = serde_json::from_str(seen.trim()).unwrap();
    assert_eq!(request["reason"], reason, "{seen}");
    for forbidden in [&["queue", "pause"][..], &["queue", "resume"], &["store", "migrate"]] {
        let refused = on(&home, &vera, forbidden);
        assert_eq!(refused.code, 1, "{forbidden:?}: {refused:?}");
        assert!(refused.err.contains("may read the store and not write it"), "{refused:?}");
    }
    assert!(enqueue(&home, &vera, "no").is_err());
    let info = on(&home, &vera, &["store", "info"]).fine();
    assert!(info.contains("user     vera, reads only\n"), "{info}");
    assert!(info.contains("purges   20, from "), "{info}");
    let info = on(&home, &mia, &["store", "info"]).fine();
    assert!(info.contains("user     mia, reads and writes\n"), "{info}");
    let drop = cluster.sql(&name, "SELECT has_schema_privilege('mia', 'purgedeck', 'CREATE')");
    assert_eq!(drop, "f");
}

#[test]
fn what_looks_like_sql_is_text() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::empty();
    let url = cluster.database();
    let odd = r"x'; DROP TABLE purge; -- $1 %s \\";
    let line = lines(1)
        .replace("\"id\":\"0\"", r#""id":"9'","cname":"a'; DELETE FROM word; --","by":"o'neil""#)
        .replace("\"/x\"", &serde_json::to_string(odd).unwrap());
    import(&home, &url, &(line + &lines(5))).fine();
    for filter in [odd, "by:o'neil", "'; SELECT pg_sleep(9) --", "%", "_", "\\", "$1", "x';"] {
        let quoted = format!("\"{}\"", filter.replace('\\', "\\\\").replace('"', "\\\""));
        for filter in [filter, &quoted] {
            let listed = on(&home, &url, &["--offline", "history", "--format", "ndjson", filter]);
            assert!([0, 2].contains(&listed.code), "{filter}: {listed:?}");
        }
    }
    assert_eq!(history(&home, &url).lines().count(), 6);
    assert!(history(&home, &url).contains("DELETE FROM word"));
}

#[test]
fn a_store_is_copied_to_a_server_and_back_and_a_copy_that_was_killed_goes_on() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::empty();
    let url = cluster.database();
    let name = database_of(&url);
    import(&home, "s.db", &lines(25_000)).fine();
    let sending = JournalState::Sending;
    leave_requests(
        &home,
        &[
            &[sending, JournalState::Accepted, JournalState::Successful],
            &[sending, JournalState::Unknown],
            &[JournalState::Cancelled],
        ],
    );
    on(&home, &url, &["store", "migrate"]).fine();
    let mut copying = home
        .command(&["store", "copy", "s.db", &url])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let count =
        || cluster.sql(&name, "SELECT count(*) FROM purgedeck.purge").parse::<u32>().unwrap();
    while count() == 0 && copying.try_wait().unwrap().is_none() {}
    copying.kill().unwrap();
    copying.wait().unwrap();
    let copied = home.run(&["store", "copy", "s.db", &url]);
    assert_eq!(copied.code, 0, "{copied:?}");
    assert!(copied.err.contains("25000 purges read: "), "{copied:?}");
    assert_eq!(count(), 25_000);
    home.run(&["store", "copy", &url, "back.db"]).fine();
    let all = told(&home, "s.db");
    assert_eq!((all[0].lines().count(), all[1].lines().count()), (25_000, 3));
    assert_eq!(told(&home, &url), all);
    assert_eq!(told(&home, "back.db"), all);
    let again = home.run(&["store", "copy", &url, "back.db"]);
    assert!(again.err.contains("25000 purges read: 0 new in back.db"), "{again:?}");
}

#[test]
fn what_only_a_file_can_do_says_that_the_store_is_on_a_server() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::empty();
    let url = cluster.database();
    on(&home, &url, &["store", "migrate"]).fine();
    for args in
        [&["store", "backup", "b.db"][..], &["store", "compact"], &["store", "salvage", "b.db"]]
    {
        let refused = on(&home, &url, args);
        assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{refused:?}");
        assert!(refused.err.contains("the store is on a server"), "{refused:?}");
    }
    assert!(!home.path("b.db").exists());
    write_private(&home, "p.toml", &format!("store = \"{url}\"\nstore_size = \"2GB\"\n"));
    let info = home.run(&["--config", "p.toml", "store", "info"]);
    assert!(info.err.contains("`store_size` is for a store in a file"), "{info:?}");
    assert!(info.out.contains("kept     keep = \"forever\"\n"), "{info:?}");
    let doctor = home.run(&["--config", "p.toml", "--offline", "doctor"]);
    assert!(doctor.out.contains("over a socket of this machine"), "{doctor:?}");
    assert!(doctor.out.contains("owner may read and write"), "{doctor:?}");
}
