//! `purgedeck queue` on a journal that an earlier run left, without a vendor.

use chrono::Utc;
use purgedeck::domain::ids::JournalId;
use purgedeck::domain::journal::NewEntry;
use purgedeck::domain::journal::{JournalEntry, JournalState};
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::store::{Access, StepDetails, Store};

use crate::own_store::own_store;
use crate::{Home, Ran};

const TWO_ACCOUNTS: &str = r#"
[[account]]
name = "prod"
provider = "gcore"
token = { env = "TOKEN" }
read_only = true

[[account]]
name = "test"
provider = "gcore"
token = { env = "TOKEN" }
"#;

/// A home with two accounts, of which `prod` is read-only, and a journal.
struct Left {
    home: Home,
}

impl Left {
    fn by_an_earlier_run() -> Self {
        let home = Home::empty();
        home.write("two.toml", TWO_ACCOUNTS);
        Self { home }
    }

    fn store(&self) -> Store {
        own_store(&self.home.path(""), "deck.sqlite")
    }

    fn queued(&self, account: &str, path: &str) -> JournalId {
        let request = PurgeRequest::new(
            account,
            "1",
            format!("{account}.site.com"),
            Payload::Url(Targets::one(path)),
        );
        let entry = NewEntry::new(request, Utc::now());
        let queued = self.store().writer().unwrap().enqueue(&[entry], Utc::now());
        queued.unwrap().remove(0).id
    }

    /// Lets a queued request become one of unknown fate.
    fn lost(&self, id: &JournalId) {
        let mut writer = self.store().writer().unwrap();
        for (from, to) in [
            (JournalState::Queued, JournalState::Sending),
            (JournalState::Sending, JournalState::Unknown),
        ] {
            let _ = writer.step(id, from, to, &StepDetails::at(Utc::now())).unwrap();
        }
    }

    fn journal(&self) -> Vec<JournalEntry> {
        let reader = self.store().reader().unwrap();
        let mut entries = reader.journal_newest(100).unwrap();
        entries.sort_by_key(|entry| entry.place);
        entries
    }

    fn is_paused(&self) -> bool {
        self.store().reader().unwrap().is_paused().unwrap()
    }

    fn run(&self, args: &[&str]) -> Ran {
        let mut all = vec!["--config", "two.toml", "--store", "deck.sqlite"];
        all.extend(args);
        let mut command = self.home.command(&all);
        Ran::of(command.env("TOKEN", "1$x").output().unwrap())
    }
}

#[test]
fn read_only_nothing_of_the_queue_is_changed() {
    let left = Left::by_an_earlier_run();
    let (first, second) = (left.queued("test", "/1"), left.queued("test", "/2"));
    let lost = left.queued("test", "/3");
    left.lost(&lost);
    let before = left.journal();
    let (first, second, lost) = (first.as_str(), second.as_str(), lost.as_str());
    for change in [
        &["cancel", first][..],
        &["reorder", second, first],
        &["retry", lost],
        &["pause"],
        &["resume"],
        &["run"],
    ] {
        let mut args = vec!["--read-only", "queue"];
        args.extend(change);
        let ran = left.run(&args);
        assert_eq!((ran.code, ran.out.as_str()), (8, ""), "{change:?}: {ran:?}");
        assert!(ran.err.contains("read-only (--read-only): "), "{ran:?}");
        assert!(ran.err.contains("Leave out --read-only"), "{ran:?}");
    }
    assert_eq!(left.journal(), before);
    assert!(!left.is_paused());
    let listed = left.run(&["--read-only", "queue", "list"]).fine();
    assert_eq!(listed.lines().count(), 4, "to look is allowed: {listed}");
}

#[test]
fn the_requests_of_a_read_only_account_stay_as_they_are() {
    let left = Left::by_an_earlier_run();
    let (kept, also_kept) = (left.queued("prod", "/1"), left.queued("prod", "/2"));
    let free = left.queued("test", "/3");
    let (kept, also_kept, free) = (kept.as_str(), also_kept.as_str(), free.as_str());
    for change in [&["cancel", free, kept][..], &["reorder", also_kept, kept], &["retry", kept]] {
        let mut args = vec!["queue"];
        args.extend(change);
        let ran = left.run(&args);
        assert_eq!(ran.code, 8, "{change:?}: {ran:?}");
        assert!(ran.err.contains("the account prod is read-only"), "{ran:?}");
    }
    let unselected = left.run(&["--account", "test", "queue", "cancel", kept]);
    assert_eq!(unselected.code, 2, "{unselected:?}");
    assert!(
        left.journal().iter().all(|entry| entry.state == JournalState::Queued),
        "nothing was done by half"
    );
    left.run(&["queue", "cancel", free]).fine();
    left.run(&["queue", "pause"]).fine();
    assert!(left.is_paused(), "the queue is everybody's");
}

#[test]
fn a_request_that_cannot_be_canceled_hides_no_other_that_was() {
    let left = Left::by_an_earlier_run();
    let (lost, queued) = (left.queued("test", "/1"), left.queued("test", "/2"));
    left.lost(&lost);
    let ran = left.run(&["queue", "cancel", lost.as_str(), queued.as_str()]);
    assert_eq!(ran.code, 8, "{ran:?}");
    assert!(ran.err.contains(&format!("{queued} is canceled")), "{}", ran.err);
    assert!(ran.err.contains(&format!("{lost} is unknown, not queued")), "{}", ran.err);
    let states: Vec<_> = left.journal().iter().map(|entry| entry.state).collect();
    assert_eq!(states, [JournalState::Unknown, JournalState::Cancelled]);
}

#[test]
fn secrets_that_cannot_be_read_do_not_keep_the_queue_from_being_changed() {
    let left = Left::by_an_earlier_run();
    let broken = r#"
[[account]]
name = "no-program"
provider = "gcore"
token = { command = ["./no-such-program"] }

[[account]]
name = "no-secret"
provider = "gcore"
token = { file = "nowhere/token" }
"#;
    left.home.write("two.toml", &format!("{TWO_ACCOUNTS}{broken}"));
    let (first, second) = (left.queued("no-program", "/1"), left.queued("no-secret", "/2"));
    let lost = left.queued("test", "/3");
    left.lost(&lost);
    left.run(&["queue", "pause"]).fine();
    assert!(left.is_paused());
    left.run(&["queue", "reorder", second.as_str(), first.as_str()]).fine();
    left.run(&["queue", "cancel", first.as_str()]).fine();
    left.run(&["queue", "retry", lost.as_str()]).fine();
    let journal = left.journal().into_iter().map(|entry| (entry.id, entry.state));
    assert_eq!(
        journal.collect::<Vec<_>>(),
        [
            (second, JournalState::Queued),
            (first, JournalState::Cancelled),
            (lost, JournalState::Queued)
        ]
    );
}

#[test]
fn what_holds_for_every_subcommand_stands_before_or_behind_the_queues_own() {
    let left = Left::by_an_earlier_run();
    let ids = [left.queued("test", "/1"), left.queued("test", "/2")];
    let home = &left.home;
    let fine = |args: &[&str]| {
        let mut command = home.command(args);
        Ran::of(command.env("TOKEN", "1$x").output().unwrap()).fine()
    };
    let all = ["--config", "two.toml", "--store", "deck.sqlite"];
    let [config, file, store, deck] = all;
    fine(&["queue", config, file, store, deck, "cancel", ids[0].as_str()]);
    fine(&["queue", config, file, "cancel", ids[1].as_str(), store, deck]);
    let states: Vec<_> = left.journal().iter().map(|entry| entry.state).collect();
    assert_eq!(states, [JournalState::Cancelled; 2]);
    let listed = fine(&["queue", "--all", "list", "--format", "json", config, file, store, deck]);
    assert_eq!(listed.matches("\"cancelled\"").count(), 2, "{listed}");
    let misplaced = left.run(&["queue", "--all", "pause"]);
    assert_eq!(misplaced.code, 2, "{misplaced:?}");
    assert!(!left.is_paused());
}

#[test]
fn a_table_without_rows_is_said_to_be_one_and_a_programs_list_is_empty() {
    let left = Left::by_an_earlier_run();
    let store = left.store();
    drop(store);
    for (list, words) in [
        (&["queue", "list"][..], "nothing is queued"),
        (&["queue", "list", "--all"], "nothing was sent"),
        (&["history", "status:failed"], "no purge matches status:failed"),
        (&["history"], "there is no purge in"),
        (&["resources"], "there is no resource in the store"),
        (&["resources", "www"], "no resource matches www"),
    ] {
        let mut args = vec!["--offline"];
        args.extend(list);
        let table = left.run(&args);
        assert_eq!((table.code, table.out.as_str()), (0, ""), "{table:?}");
        assert!(table.err.contains(words), "{table:?}");
        args.extend(["--format", "json"]);
        let json = left.run(&args);
        let seen = (json.code, json.out.as_str(), json.err.as_str());
        assert_eq!(seen, (0, "[]\n", ""), "{args:?}");
    }
}

/// The first account is in order, the second has a fault, and one key is unknown.
const FAULTY: &str = r#"
theme = "no such theme"
[[account]]
name = "prod"
provider = "gcore"
token = { env = "TOKEN" }

[[account]]
name = "test"
provider = "gcore"
tokn = { env = "TOKEN" }
"#;

#[test]
fn the_queue_is_seen_paused_and_canceled_although_the_configuration_has_errors() {
    let left = Left::by_an_earlier_run();
    let (first, second) = (left.queued("prod", "/1"), left.queued("test", "/2"));
    left.home.write("two.toml", FAULTY);
    let listed = left.run(&["queue", "--format", "csv"]);
    assert!(listed.err.contains("unknown key \"tokn\""), "{listed:?}");
    assert!(listed.err.contains("only the store is used"), "{listed:?}");
    assert_eq!(listed.fine().lines().count(), 3);
    left.run(&["queue", "pause"]).fine();
    assert!(left.is_paused());
    left.run(&["queue", "resume"]).fine();
    assert!(!left.is_paused());
    left.run(&["queue", "reorder", second.as_str(), first.as_str()]).fine();
    left.run(&["queue", "cancel", first.as_str(), second.as_str()]).fine();
    let states: Vec<JournalState> = left.journal().iter().map(|entry| entry.state).collect();
    assert_eq!(states, [JournalState::Cancelled; 2]);
    for strict in [&["queue", "run"][..], &["--account", "prod", "queue", "list"]] {
        assert_eq!(left.run(strict).code, 2, "{strict:?}");
    }
}

#[test]
fn a_read_only_that_cannot_be_read_keeps_the_queue_as_it_is() {
    let left = Left::by_an_earlier_run();
    let id = left.queued("test", "/2");
    for (top, account) in [("read_only = 1", ""), ("readonly = true", ""), ("", "read_onyl = true")]
    {
        left.home.write("two.toml", &format!("{top}\n{TWO_ACCOUNTS}\n{account}\n"));
        let ran = left.run(&["queue", "cancel", id.as_str()]);
        assert!(ran.code == 2 || ran.code == 8, "{ran:?}");
        assert!(ran.err.contains("read-only"), "{ran:?}");
        assert_eq!(left.run(&["queue", "pause"]).code == 0, top.is_empty());
        left.run(&["queue", "list"]).fine();
    }
    assert_eq!(left.journal()[0].state, JournalState::Queued);
}

#[test]
fn without_a_readable_place_of_the_store_the_flag_is_named() {
    let left = Left::by_an_earlier_run();
    let id = left.queued("test", "/1");
    for text in ["store = [1]", "this is = no toml = at all"] {
        left.home.write("two.toml", text);
        let ran = left.home.run(&["--config", "two.toml", "queue", "pause"]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains("two.toml:1:") && ran.err.contains("--store FILE"), "{ran:?}");
        for command in ["pause", "list", "resume"] {
            left.run(&["queue", command]).fine();
        }
    }
    let ran = left.run(&["queue", "cancel", id.as_str()]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("if an account is read-only"), "{ran:?}");
}

#[test]
fn what_somebody_else_queued_waits_for_the_operators_word() {
    let left = Left::by_an_earlier_run();
    let own = left.queued("test", "/own");
    let theirs = Store::open(&left.home.path("deck.sqlite"), Access::ReadWrite).unwrap();
    let request = |path| {
        let payload = Payload::Url(Targets::one(path));
        NewEntry::new(PurgeRequest::new("test", "1", "test.site.com", payload), Utc::now())
    };
    let planted = theirs.writer().unwrap().enqueue(&[request("/planted")], Utc::now());
    let planted = planted.unwrap().remove(0).id;
    let listed = left.run(&["queue", "list"]);
    assert!(listed.out.contains("unconfirmed"), "{listed:?}");
    assert!(listed.err.contains("`purgedeck queue confirm`"), "{listed:?}");
    let json = left.run(&["queue", "list", "--format", "json"]).fine();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    let told: Vec<_> = rows.iter().map(|row| (&row["targets"][0], &row["confirmed"])).collect();
    assert_eq!(told, [(&"/own".into(), &true.into()), (&"/planted".into(), &false.into())]);
    let refused = left.run(&["queue", "confirm", own.as_str()]);
    assert_eq!(refused.code, 8, "{refused:?}");
    assert!(refused.err.contains("confirmed already"), "{refused:?}");
    left.run(&["queue", "cancel", own.as_str()]).fine();
    let ran = left.run(&["queue", "run"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("1 request queued by somebody else"), "{ran:?}");
    assert!(ran.err.contains("there is nothing to send"), "{ran:?}");
    let confirmed = left.run(&["queue", "confirm", planted.as_str()]);
    assert!(confirmed.err.contains("is confirmed"), "{confirmed:?}");
    let listed = left.run(&["queue", "list"]).fine();
    assert!(listed.contains("/planted") && !listed.contains("unconfirmed"), "{listed}");
}

#[test]
fn a_key_of_the_operators_that_others_may_read_sends_and_queues_nothing() {
    use std::os::unix::fs::PermissionsExt as _;

    let left = Left::by_an_earlier_run();
    let id = left.queued("test", "/1");
    let key = left.home.path(".local/state/purgedeck/operator.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    for args in [&["queue", "run"][..], &["queue", "confirm", id.as_str()]] {
        let ran = left.run(args);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains("chmod 600"), "{ran:?}");
    }
    left.run(&["queue", "list"]).fine();
}
