//! `purgedeck doctor` and `purgedeck quota` against the simulated vendors.

use serde_json::Value;

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
