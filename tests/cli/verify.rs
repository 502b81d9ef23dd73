//! `purgedeck verify` against a simulated edge.

use serde_json::Value;

use crate::purge::{Site, quick};

#[test]
fn purges_are_looked_at_whoever_made_them_and_one_that_is_stale_is_exit_code_7() {
    let site = quick(1, "[edge]\nstale = [\"*/b.jpg\"]\n");
    site.cache_old_copy("/b.jpg");
    site.purge(&["--url", "/a.jpg", "/b.jpg", "--yes", "--wait"]).fine();
    // Another machine of the same operator: its journal knows nothing of that purge.
    let seen = |id: &str| {
        let filter = format!("id:{id}");
        let ran = site.run(&["--store", "other.db", "verify", &filter, "--format", "ndjson"]);
        let looks: Vec<Value> =
            ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (ran, looks)
    };
    let listed = site.run(&["history", "sent:here", "--format", "ndjson"]).fine();
    let purge: Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    let (ran, looks) = seen(purge["id"].as_str().unwrap());
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.err.contains("0 of 1 purge verified"), "{}", ran.err);
    let told: Vec<(&str, &str)> = looks
        .iter()
        .map(|look| {
            (
                look["url"].as_str().unwrap().rsplit('/').next().unwrap(),
                look["verdict"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [("a.jpg", "fresh"), ("b.jpg", "stale")]);
    assert_eq!(looks[0]["id"], purge["id"]);
    let (ran, looks) = seen("none-such");
    assert_eq!((ran.code, looks.len()), (7, 0), "{ran:?}");
}

#[test]
fn what_is_seen_of_a_purge_from_here_stands_in_the_history_afterwards() {
    let site = quick(1, "");
    site.purge(&["--url", "/a.jpg", "--yes", "--wait"]).fine();
    let ran = site.run(&["verify", "sent:here"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("fresh"), "{}", ran.out);
    assert!(ran.err.contains("1 of 1 purge verified"), "{}", ran.err);
    let listed = site.run(&["--offline", "history", "sent:here", "--format", "ndjson"]).fine();
    let purge: Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    assert_eq!(purge["verified"], true);
    let table = site.run(&["--offline", "history", "sent:here"]).fine();
    assert!(table.contains(" verified "), "{table}");
}

#[test]
fn nothing_is_looked_at_offline() {
    let site = Site::open(&[]);
    let ran = site.run(&["--offline", "verify"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
}
