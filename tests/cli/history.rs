//! `purgedeck history` and `purgedeck import` on a store alone.

use serde_json::Value;

use crate::{Home, Ran, with_input};

/// An exported purge.
fn record(account: &str, id: u32, created: &str, status: &str, targets: &[&str]) -> String {
    let targets: Vec<String> = targets.iter().map(|text| format!("{text:?}")).collect();
    format!(
        concat!(
            r#"{{"schema_version":1,"account":"{}","provider":"gcore","id":"{}","#,
            r#""resource_id":"9","cname":"www.site.com","kind":"url","status":"{}","#,
            r#""raw_status":"Raw","created":"{}","targets":[{}],"target_count":{}}}"#
        ),
        account,
        id,
        status,
        created,
        targets.join(","),
        targets.len()
    ) + "\n"
}

fn three() -> String {
    record("a", 1, "2026-11-01T10:00:00Z", "successful", &["/one"])
        + &record("a", 2, "2026-11-02T10:00:00.5Z", "failed", &["/two", "/zwei"])
        + &record("b", 1, "2026-11-03T10:00:00.123456Z", "in_progress", &["/three"])
}

fn home_with_three() -> Home {
    let home = Home::empty();
    with_input(home.command(&["import", "-"]), three().as_bytes()).fine();
    home
}

fn history(home: &Home, args: &[&str]) -> Ran {
    let mut all = vec!["--offline", "history"];
    all.extend(args);
    home.run(&all)
}

fn ids(ndjson: &str) -> Vec<String> {
    ndjson
        .lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line).unwrap();
            format!("{}/{}", value["account"].as_str().unwrap(), value["id"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn what_was_imported_is_listed_newest_first_and_reads_back_the_same() {
    let home = home_with_three();
    let ndjson = history(&home, &["--format", "ndjson"]).fine();
    assert_eq!(ids(&ndjson), ["b/1", "a/2", "a/1"]);
    let line: Value = serde_json::from_str(ndjson.lines().nth(1).unwrap()).unwrap();
    assert_eq!(line["targets"], serde_json::json!(["/two", "/zwei"]));
    assert_eq!(line["created"], "2026-11-02T10:00:00.500000Z");
    assert_eq!((&line["target_count"], &line["sent_here"]), (&2.into(), &false.into()));
    let other = Home::empty();
    with_input(other.command(&["import", "-"]), ndjson.as_bytes()).fine();
    assert_eq!(history(&other, &["--format", "ndjson"]).fine(), ndjson);
}

#[test]
fn importing_twice_is_the_same_as_once() {
    let home = home_with_three();
    let once = history(&home, &["--format", "json"]).fine();
    home.write("again.ndjson", &three());
    let ran = home.run(&["import", "again.ndjson"]);
    assert!(ran.err.contains("3 purges read: 0 new, 3 known"), "{ran:?}");
    assert_eq!(ran.code, 0);
    assert_eq!(history(&home, &["--format", "json"]).fine(), once);
}

#[test]
fn bad_lines_are_named_and_the_good_ones_are_taken() {
    let home = Home::empty();
    let text = three().replace("\"id\":\"2\"", "\"id\":2") + "nonsense\n";
    let ran = with_input(home.command(&["import", "-"]), text.as_bytes());
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.err.contains("line 2: ") && ran.err.contains("line 4: "), "{}", ran.err);
    assert_eq!(ids(&history(&home, &["--format", "ndjson"]).fine()), ["b/1", "a/1"]);
    let ran = with_input(home.command(&["import", "-"]), b"nonsense\n");
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let ran = Home::empty().run(&["import", "nowhere.ndjson"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("nowhere.ndjson"), "{}", ran.err);
}

#[test]
fn filters_limits_and_accounts_select() {
    let home = home_with_three();
    let select = |args: &[&str]| {
        let mut all = vec!["--format", "ndjson"];
        all.extend(args);
        ids(&history(&home, &all).fine())
    };
    assert_eq!(select(&["status:failed"]), ["a/2"]);
    assert_eq!(select(&["account:a", "one"]), ["a/1"]);
    assert_eq!(select(&["until:2026-11-02"]), ["a/2", "a/1"]);
    assert_eq!(select(&["--limit", "1"]), ["b/1"]);
    assert_eq!(select(&["--limit", "1", "--", "-account:b"]), ["a/2"]);
    assert_eq!(select(&["nothing-like-it"]), Vec::<String>::new());
}

#[test]
fn every_format_is_whole_and_empty_lists_are_lists() {
    let home = home_with_three();
    let json: Value = serde_json::from_str(&history(&home, &["--format", "json"]).fine()).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 3);
    assert_eq!(history(&home, &["--format", "json", "none-such"]).fine(), "[]\n");
    assert_eq!(history(&home, &["--format", "ndjson", "none-such"]).fine(), "");
    let csv = history(&home, &["--format", "csv"]).fine();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(&rows[1][9], "/two\n/zwei");
    let table = history(&home, &[]).fine();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4, "{table}");
    assert!(
        lines[0].starts_with("CREATED ") && lines[2].starts_with("2026-11-02 10:00:00Z  a"),
        "{table}"
    );
    assert!(lines[2].contains("failed") && lines[2].ends_with("/two and 1 more"), "{table}");
    assert!(!table.contains('\u{1b}'));
}

#[test]
fn a_filter_with_an_error_is_shown_with_a_mark_below_it() {
    let ran = history(&Home::empty(), &["since:2h", "status:faild"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(
        ran.err.contains("\n  since:2h status:faild\n                  ^^^^^\n"),
        "{}",
        ran.err
    );
}

#[test]
fn without_accounts_and_store_there_is_an_empty_list_offline_and_an_error_online() {
    let home = Home::empty();
    assert_eq!(history(&home, &["--format", "json"]).fine(), "[]\n");
    let ran = home.run(&["history", "--format", "json"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("no account is configured"), "{}", ran.err);
}

#[test]
fn a_store_that_is_none_is_left_alone_and_said_so() {
    let home = Home::empty();
    let path = home.write("letter.txt", "dear diary");
    let ran = home.run(&["--offline", "--store", "letter.txt", "history"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("letter.txt: the file is not a purgedeck store"), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(path).unwrap(), "dear diary");
}

#[test]
fn whoever_reads_only_the_first_line_is_no_error() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let home = Home::empty();
    let many: String = (0..20_000)
        .map(|id| {
            record(
                "a",
                id,
                "2026-11-01T10:00:00Z",
                "successful",
                &["/one/long/path/to/fill/the/pipe"],
            )
        })
        .collect();
    with_input(home.command(&["import", "-"]), many.as_bytes()).fine();
    let mut child = home
        .command(&["--offline", "history", "--format", "ndjson"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
}

#[test]
fn an_account_or_provider_that_is_nowhere_is_an_error_with_the_nearest_name() {
    let home = home_with_three();
    let account = "[[account]]\nname = \"prod\"\nprovider = \"medianova\"\n\
                   organization = \"o\"\ntoken = { env = \"NOWHERE\" }\n";
    let config = home.write("c.toml", account).display().to_string();
    let run = |word: &str| history(&home, &["--config", &config, word]);
    for (word, fault) in [
        ("account:c", "no account is called c\n  account:c\n          ^"),
        ("account:a,prodd", "no account is called prodd; did you mean prod?"),
        ("provider:gcor", "no account has the provider gcor; did you mean gcore?"),
    ] {
        let ran = run(word);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(fault), "{}", ran.err);
    }
    for word in ["account:a", "account:prod", "provider:medianova", "account:*"] {
        run(word).fine();
    }
}
