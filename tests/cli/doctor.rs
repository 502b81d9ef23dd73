//! `purgedeck doctor` and `purgedeck quota` against the simulated vendors.

use std::io::{Seek as _, SeekFrom, Write as _};

use chrono::Utc;
use purgedeck::domain::journal::{JournalState, NewEntry};
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::store::StepDetails;
use rusqlite::Connection;
use serde_json::Value;

use crate::own_store::own_store;
use crate::purge::Site;
use crate::simulate::Simulated;
use crate::{Home, Ran};

/// The findings of a run, as `outcome check subject`.
fn findings(ran: &Ran) -> Vec<(String, Value)> {
    let all: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
    all.into_iter()
        .map(|it| {
            let name =
                format!("{} {} {}", text(&it, "outcome"), text(&it, "check"), text(&it, "subject"));
            (name, it)
        })
        .collect()
}

fn has(ran: &Ran, name: &str) -> Value {
    let all = findings(ran);
    let found = all.iter().find(|(other, _)| other == name);
    assert!(found.is_some(), "no {name}: {}", ran.out);
    found.unwrap().1.clone()
}

#[test]
fn a_good_setup_has_no_failure_and_says_what_it_looked_at() {
    let site = Site::open(&[]);
    let ran = site.run(&["doctor", "--format", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for account in ["gcore-prod", "tencent", "medianova"] {
        for check in ["credential", "access", "clock", "limits"] {
            has(&ran, &format!("ok {check} {account}"));
        }
        let purging = has(&ran, &format!("warn purging {account}"));
        assert!(purging["advice"].as_str().unwrap().contains("Purge one small URL"));
    }
    has(&ran, "ok health store");
    has(&ran, "ok content configuration");
    site.run(&["purge", &site.cname, "--url", "/a.jpg", "--yes", "--wait"]).fine();
    let ran = site.run(&["doctor", "--format", "json"]);
    let purging = has(&ran, "ok purging gcore-prod");
    assert!(purging["message"].as_str().unwrap().contains("was accepted"), "{purging}");
    let table = site.run(&["doctor"]).fine();
    assert!(table.contains("gcore-prod") && table.contains("lists"), "{table}");
    let offline = site.run(&["--offline", "doctor", "--format", "json"]);
    assert!(!findings(&offline).iter().any(|(name, _)| name.contains("access")));
}

fn config(simulated: &Simulated, more: &str) -> String {
    let url = simulated.line["gcore"]["base_url"].as_str().unwrap();
    format!(
        "{more}\n[[account]]\nname = \"prod\"\nprovider = \"gcore\"\nbase_url = \"{url}\"\n\
         token = {{ env = \"TOKEN\" }}\n"
    )
}

fn run(home: &Home, token: &str) -> Ran {
    let mut command = home.command(&["--config", "own.toml", "doctor", "--format", "json"]);
    Ran::of(command.env("TOKEN", token).output().unwrap())
}

#[test]
fn a_credential_that_is_missing_or_refused_is_exit_code_3_with_what_to_do() {
    let home = Home::empty();
    let simulated = Simulated::start(&home, &["--records", "20"]);
    home.write("own.toml", &config(&simulated, ""));
    let ran = run(&home, "wrong-token");
    assert_eq!(ran.code, 3, "{ran:?}");
    let access = has(&ran, "fail access prod");
    assert!(access["message"].as_str().unwrap().contains("401"), "{access}");
    assert!(!access["advice"].as_str().unwrap().is_empty(), "{access}");
    assert!(!ran.out.contains("wrong-token"), "{}", ran.out);
    let ran = run(&home, "");
    assert_eq!(ran.code, 3, "{ran:?}");
    has(&ran, "fail credential prod");
}

#[test]
fn a_broken_configuration_is_named_by_line_and_the_accounts_are_asked_all_the_same() {
    let home = Home::empty();
    let simulated = Simulated::start(&home, &["--records", "20"]);
    home.write("own.toml", &config(&simulated, "zone = \"utc\"\nthem = \"light\""));
    let token = simulated.line["gcore"]["token"].as_str().unwrap().to_owned();
    let ran = run(&home, &token);
    assert_eq!(ran.code, 2, "{ran:?}");
    let fault = has(&ran, "fail content configuration");
    let message = fault["message"].as_str().unwrap();
    assert!(message.contains("line 2") && message.contains("theme"), "{message}");
    has(&ran, "ok access prod");
    assert!(!ran.out.contains(&token), "{}", ran.out);
    home.write("own.toml", "[[account\n");
    let ran = run(&home, &token);
    assert_eq!(ran.code, 2, "{ran:?}");
    has(&ran, "fail content configuration");
}

#[test]
fn a_store_that_is_none_and_a_missing_file_are_failures() {
    let home = Home::empty();
    home.write("own.toml", "store = \"bad.db\"\n");
    home.write("bad.db", &"this is no database ".repeat(500));
    let ran = run(&home, "");
    let store = has(&ran, "fail health store");
    assert!(store["message"].as_str().unwrap().contains("bad.db"), "{store}");
    let missing = home.run(&["--config", "none.toml", "doctor"]);
    assert_eq!(missing.code, 2, "{missing:?}");
    assert!(missing.out.contains("there is no such file"), "{missing:?}");
    let args = ["--config", "none.toml", "--store", "bad.db", "doctor", "--format", "json"];
    let missing = home.run(&args);
    assert_eq!(missing.code, 1, "two kinds of failures: {missing:?}");
    has(&missing, "fail file configuration");
    let store = has(&missing, "fail health store");
    assert!(store["message"].as_str().unwrap().contains("bad.db"), "{store}");
}

#[test]
fn a_journal_that_cannot_be_read_hides_nothing_else_that_was_found() {
    let site = Site::open(&[]);
    let store = Connection::open(site.home.path("sim.toml.db")).unwrap();
    store.execute_batch("DROP TABLE journal").unwrap();
    drop(store);
    let ran = site.run(&["doctor", "--format", "json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    has(&ran, "ok content configuration");
    let failed: Vec<Value> = findings(&ran)
        .into_iter()
        .filter(|(name, _)| name.starts_with("fail "))
        .map(|(_, found)| found)
        .collect();
    assert!(!failed.is_empty(), "{}", ran.out);
    for found in failed {
        assert!(!found["advice"].as_str().unwrap().is_empty(), "{found}");
    }
}

#[test]
fn a_damaged_store_keeps_no_vendor_from_being_asked() {
    let site = Site::open(&[]);
    let path = site.home.path("sim.toml.db");
    let store = Connection::open(&path).unwrap();
    let number = |sql: &str| store.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    number("PRAGMA wal_checkpoint(TRUNCATE)");
    let page = number("SELECT rootpage FROM sqlite_schema WHERE name = 'journal'");
    let size = number("PRAGMA page_size");
    drop(store);
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(((page - 1) * size).try_into().unwrap())).unwrap();
    file.write_all(&vec![0xff; usize::try_from(size).unwrap()]).unwrap();
    drop(file);
    let ran = site.run(&["doctor", "--format", "json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    has(&ran, "fail health store");
    has(&ran, "ok access gcore-prod");
    let purging = has(&ran, "warn purging gcore-prod");
    assert!(purging["message"].as_str().unwrap().contains("the store cannot tell"), "{purging}");
}

#[test]
fn the_last_purge_of_an_account_is_found_behind_many_of_another() {
    let site = Site::open(&[]);
    let store = own_store(&site.home.path(""), "sim.toml.db");
    let mut writer = store.writer().unwrap();
    let entry = |account: &str| {
        let payload = Payload::Url(Targets::one("/a.jpg"));
        NewEntry::new(PurgeRequest::new(account, "1", "www.site.com", payload), Utc::now())
    };
    let mut moved = |account: &str, count: usize, steps: &[JournalState]| {
        for queued in writer.enqueue(&vec![entry(account); count], Utc::now()).unwrap() {
            let mut from = JournalState::Queued;
            for to in steps {
                let _ = writer.step(&queued.id, from, *to, &StepDetails::at(Utc::now())).unwrap();
                from = *to;
            }
        }
    };
    moved("gcore-prod", 1, &[JournalState::Sending, JournalState::Rejected]);
    moved("gcore-prod", 1, &[JournalState::Sending, JournalState::Unknown]);
    moved("tencent", 201, &[JournalState::Cancelled]);
    let ran = site.run(&["doctor", "--format", "json"]);
    let purging = has(&ran, "warn purging gcore-prod");
    let message = purging["message"].as_str().unwrap();
    assert!(message.starts_with("the last purge from here was refused"), "{message}");
    let other = has(&ran, "warn purging tencent");
    assert!(other["message"].as_str().unwrap().contains("not known"), "{other}");
}

#[test]
fn limits_that_could_not_be_read_are_told_beside_the_documented_ones() {
    let home = Home::empty();
    home.write(
        "scenario.toml",
        "[[fault]]\nvendor = \"gcore\"\npath = \"*/limits\"\n\
         strike = { kind = \"status\", status = 503 }\n",
    );
    let site = Site::open_in(home, &["--scenario", "scenario.toml"]);
    let all = site.run(&["quota", "--format", "json"]);
    assert_eq!(all.code, 5, "{all:?}");
    assert!(all.err.contains("gcore-prod: ") && all.err.contains("503"), "{}", all.err);
    assert!(!all.err.contains("tencent: "), "{}", all.err);
    let records: Vec<Value> = serde_json::from_str(&all.out).unwrap();
    assert!(records.iter().any(|it| it["cname"] == site.cname), "{}", all.out);
    let one = site.run(&["--account", "gcore-prod", "quota"]);
    assert_eq!(one.code, 1, "{one:?}");
    site.run(&["--offline", "quota"]).fine();
}

#[test]
fn the_quota_shows_what_a_purge_used_up() {
    let site = Site::open(&[]);
    let quota = |words: &[&str]| -> Vec<Value> {
        let args = [&["quota"], words, &["--format", "json"]].concat();
        serde_json::from_str(&site.run(&args).fine()).unwrap()
    };
    let all = quota(&[]);
    assert!(all.iter().any(|it| it["source"] == "vendor" && it["seconds"] == 86_400), "{all:?}");
    let left = |records: &[Value]| {
        let of = records.iter().find(|it| {
            it["account"] == "gcore-prod" && it["kind"] == "url" && it["cname"] == site.cname
        });
        assert!(of.is_some(), "{records:?}");
        of.unwrap()["left"].as_u64().unwrap()
    };
    let before = left(&all);
    site.run(&["purge", &site.cname, "--url", "/a.jpg", "--yes"]).fine();
    let after = quota(&[&site.cname]);
    assert_eq!(left(&after), before - 1, "{after:?}");
    assert!(after.iter().all(|it| it["cname"].is_null() || it["cname"] == site.cname));
    for it in &after {
        let shown = |other: &Value| other["account"] == it["account"] && other["cname"].is_string();
        assert!(after.iter().any(shown), "a quota of an account without such a resource: {it}");
    }
    let table = site.run(&["quota", &site.cname]).fine();
    assert!(table.contains("LEFT") && table.contains("requests a minute"), "{table}");
    let none = site.run(&["quota", "no-such-host"]);
    assert_eq!(none.code, 2, "{none:?}");
}

#[test]
fn a_view_that_does_not_exist_is_an_error_with_the_nearest_name() {
    let home = Home::empty();
    home.write("own.toml", "[[view]]\nname = \"Videos\"\nfilter = \"kind:all\"\n");
    for (name, near) in [("Vidoes", "Videos"), ("Unfinishd", "Unfinished")] {
        let ran = home.run(&["--config", "own.toml", "--view", name]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(&format!("Did you mean \"{near}\"?")), "{}", ran.err);
    }
    let ran = home.run(&["--view", "All", "history"]);
    assert!(ran.err.contains("--view is for the dashboard"), "{}", ran.err);
}
