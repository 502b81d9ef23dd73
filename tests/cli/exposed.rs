//! Files that others may write to: nothing is sent for them, and nothing that they say is run; and
//! secrets in the wrong place.
#![cfg(unix)]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use chrono::Utc;
use purgedeck::domain::journal::{JournalState, NewEntry};
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::store::{Access, Store};

use crate::{Home, Ran};

const CONFIG: &str = r#"
[[account]]
name = "prod"
provider = "gcore"
base_url = "http://127.0.0.1:9"
token = { command = ["sh", "-c", "echo ran >> ran; echo '1$x'"] }
"#;

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A home with a request in the queue of its store, that anybody could have put there.
fn home_with_a_planted_request() -> Home {
    let home = Home::empty();
    home.write("one.toml", CONFIG);
    let store = Store::open(&home.path("deck.sqlite"), Access::ReadWrite).unwrap();
    let payload = Payload::Url(Targets::one("/planted.css"));
    let entry = NewEntry::new(PurgeRequest::new("prod", "1", "www.site.com", payload), Utc::now());
    store.writer().unwrap().enqueue(&[entry], Utc::now()).unwrap();
    home
}

fn run(home: &Home, args: &[&str]) -> Ran {
    let mut all = vec!["--config", "one.toml", "--store", "deck.sqlite"];
    all.extend(args);
    home.run(&all)
}

#[test]
fn nothing_is_sent_from_a_store_that_others_may_write_to() {
    let home = home_with_a_planted_request();
    set_mode(&home.path("deck.sqlite"), 0o666);
    for args in [
        &["queue", "run"][..],
        &["queue", "resume"],
        &["purge", "www.site.com", "--url", "/a", "--yes"],
    ] {
        let ran = run(&home, args);
        assert_eq!(ran.code, 8, "{args:?}: {ran:?}");
        assert!(ran.err.contains("others may write to"), "{}", ran.err);
        assert!(ran.err.contains("chmod go-w ") && ran.err.contains("deck.sqlite"), "{}", ran.err);
    }
    let listed = run(&home, &["queue", "list"]).fine();
    assert!(listed.contains("/planted.css"), "to look is allowed: {listed}");
    assert!(!home.path("ran").exists(), "no secret was fetched");
    let doctor = run(&home, &["--offline", "doctor"]);
    assert!(doctor.out.contains("others may write to"), "{doctor:?}");
    set_mode(&home.path("deck.sqlite"), 0o600);
    run(&home, &["queue", "pause"]).fine();
}

#[test]
fn nothing_is_sent_from_a_store_in_a_directory_that_others_may_write_to() {
    let home = home_with_a_planted_request();
    std::fs::create_dir(home.path("shared")).unwrap();
    std::fs::rename(home.path("deck.sqlite"), home.path("shared/deck.sqlite")).unwrap();
    set_mode(&home.path("shared"), 0o777);
    let args = ["--config", "one.toml", "--store", "shared/deck.sqlite", "queue", "run"];
    let ran = home.run(&args);
    assert_eq!(ran.code, 8, "{ran:?}");
    assert!(ran.err.contains("others may write to"), "{}", ran.err);
    let store = Store::open(&home.path("shared/deck.sqlite"), Access::ReadOnly).unwrap();
    let journal = store.reader().unwrap().journal_newest(9).unwrap();
    assert_eq!(journal[0].state, JournalState::Queued);
}

#[test]
fn a_configuration_that_others_may_write_to_runs_no_command_and_names_no_address() {
    let home = home_with_a_planted_request();
    set_mode(&home.path("one.toml"), 0o646);
    for args in [&["history"][..], &["resources"], &["queue", "run"], &["config", "check"]] {
        let ran = run(&home, args);
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(
            ran.err.contains("others may write to") && ran.err.contains("chmod go-w "),
            "{}",
            ran.err
        );
    }
    assert!(!home.path("ran").exists(), "its command did not run");
}

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    let wrong = [
        "base_url = \"https://u:HUNTER2@api.gcore.com\"\ntoken = { env = \"TOKEN\" }",
        "base_url = \"https://HUNTER2@api.gcore.com\"\ntoken = { env = \"TOKEN\" }",
        "token = { env = \"31246$HUNTER2\" }",
        "token = \"31246$HUNTER2\"",
        "token = { env = \"TOKEN\", HUNTER2 = \"x\" }",
    ];
    for keys in wrong {
        let home = Home::empty();
        home.write(
            "one.toml",
            &format!("[[account]]\nname = \"prod\"\nprovider = \"gcore\"\n{keys}\n"),
        );
        for args in [&["config", "check"][..], &["config", "show"], &["history"], &["doctor"]] {
            let ran = run(&home, args);
            assert_ne!(ran.code, 0, "{ran:?}");
            assert!(
                !ran.err.contains("HUNTER2") && !ran.out.contains("HUNTER2"),
                "{keys}: {ran:?}"
            );
        }
        let variable = home
            .command(&["config", "check"])
            .env("GCORE_BASE_URL", "https://u:HUNTER2@api.gcore.com")
            .env("GCORE_API_KEY", "1$x")
            .output()
            .unwrap();
        assert!(!String::from_utf8_lossy(&variable.stderr).contains("HUNTER2"), "{variable:?}");
    }
}

/// True if a file of the home has these words in it.
fn has(home: &Home, file: &str, words: &str) -> bool {
    let bytes = std::fs::read(home.path(file)).unwrap_or_default();
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

#[test]
fn what_a_failing_command_says_is_shown_and_neither_logged_nor_stored() {
    let home = Home::empty();
    let failing = "echo 'said in vain' >&2; exit 3";
    home.write("one.toml", &CONFIG.replace("echo ran >> ran; echo '1$x'", failing));
    for args in [
        &["-v", "history"][..],
        &["-v", "resources"],
        &["-v", "doctor"],
        &["-v", "purge", "www.site.com", "--url", "/a", "--yes"],
    ] {
        let ran = run(&home, args);
        let words = format!("{}{}", ran.out, ran.err);
        assert!(words.contains("(said in vain)"), "{args:?}: {ran:?}");
        assert!(words.contains("exit status: 3"), "{args:?}: {ran:?}");
    }
    let log = ".local/state/purgedeck/purgedeck.log";
    assert!(has(&home, log, "exit status: 3"), "the log tells of it");
    for file in [log, "deck.sqlite", "deck.sqlite-wal"] {
        assert!(!has(&home, file, "said in vain"), "{file}");
    }
}

#[test]
fn a_command_gets_no_secret_of_another_account() {
    let home = Home::empty();
    let other = "[[account]]\nname = \"other\"\nprovider = \"gcore\"\n\
                 base_url = \"http://127.0.0.1:9\"\ntoken = { env = \"OTHERS\" }\n";
    let config = CONFIG.replace("echo ran >> ran", "env > seen");
    home.write("one.toml", &format!("{config}{other}"));
    let args = ["--config", "one.toml", "--account", "prod", "history"];
    let secrets = [("OTHERS", "1$other"), ("TENCENTCLOUD_SECRET_KEY", "2$usual")];
    home.command(&args).envs(secrets).env("PAGER", "less").output().unwrap();
    assert!(has(&home, "seen", "PAGER=less"));
    for (name, value) in secrets {
        assert!(!has(&home, "seen", name) && !has(&home, "seen", value), "{name}");
    }
}
