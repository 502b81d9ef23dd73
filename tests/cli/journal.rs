//! `purgedeck journal`: all that was ever sent or refused from here.

use chrono::{TimeDelta, Utc};
use purgedeck::domain::ids::JournalId;
use purgedeck::domain::journal::{JournalState, NewEntry};
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::store::{StepDetails, Store};

use crate::own_store::own_store;
use crate::{Home, Ran};

const CONFIG: &str = r#"
[[account]]
name = "prod"
provider = "gcore"
token = { env = "TOKEN" }
"#;

/// A home with a journal of requests on two hosts.
struct Kept {
    home: Home,
}

impl Kept {
    fn empty() -> Self {
        let home = Home::empty();
        home.write("one.toml", CONFIG);
        Self { home }
    }

    fn store(&self) -> Store {
        own_store(&self.home.path(""), "deck.sqlite")
    }

    fn queue(&self, host: &str, paths: impl IntoIterator<Item = String>) -> Vec<JournalId> {
        let queue_at = Utc::now() - TimeDelta::hours(5);
        let entries = paths.into_iter().map(|path| {
            let payload = Payload::Url(Targets::one(path));
            NewEntry::new(PurgeRequest::new("prod", "1", host, payload), queue_at)
        });
        let entries: Vec<_> = entries.collect();
        let queued = self.store().writer().unwrap().enqueue(&entries, queue_at).unwrap();
        queued.into_iter().map(|entry| entry.id).collect()
    }

    /// Sends a request an hour ago, and lets it end so.
    fn end(&self, id: &JournalId, states: &[JournalState]) {
        let mut writer = self.store().writer().unwrap();
        let mut from = JournalState::Queued;
        for &to in states {
            let details = StepDetails::at(Utc::now() - TimeDelta::hours(1));
            let _ = writer.step(id, from, to, &details).unwrap();
            from = to;
        }
    }

    fn run(&self, args: &[&str]) -> Ran {
        let mut all = vec!["--config", "one.toml", "--store", "deck.sqlite", "journal"];
        all.extend(args);
        let mut command = self.home.command(&all);
        Ran::of(command.env("TOKEN", "1$x").output().unwrap())
    }

    fn targets(&self, args: &[&str]) -> Vec<String> {
        let mut all = args.to_vec();
        all.extend(["--format", "ndjson"]);
        let listed = self.run(&all).fine();
        let targets = listed.lines().map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            record["targets"][0].as_str().unwrap().to_owned()
        });
        targets.collect()
    }
}

#[test]
fn every_request_is_listed_and_not_only_the_newest() {
    let kept = Kept::empty();
    kept.queue("www.site.com", (0..450).map(|at| format!("/{at}")));
    let listed = kept.targets(&[]);
    assert_eq!(listed.len(), 450);
    assert_eq!(listed.first().map(String::as_str), Some("/449"), "newest first");
    assert_eq!(kept.targets(&["--limit", "2"]), ["/449", "/448"]);
    assert!(kept.targets(&["--limit", "0"]).is_empty());
}

#[test]
fn requests_are_selected_by_filter_and_by_state() {
    use JournalState::{Accepted, Cancelled, Failed, Rejected, Sending, Successful};
    let kept = Kept::empty();
    let ids = kept.queue("www.site.com", ["/done", "/refused", "/failed", "/gone"].map(Into::into));
    kept.queue("img.site.com", ["/waits".into()]);
    kept.end(&ids[0], &[Sending, Accepted, Successful]);
    kept.end(&ids[1], &[Sending, Rejected]);
    kept.end(&ids[2], &[Sending, Accepted, Failed]);
    kept.end(&ids[3], &[Cancelled]);
    for (args, expected) in [
        (&["--state", "rejected,failed"][..], &["/failed", "/refused"][..]),
        (&["status:failed"], &["/failed", "/refused"]),
        (&["status:successful"], &["/done"]),
        (&["status:in_progress"], &["/waits"]),
        (&["--state", "cancelled"], &["/gone"]),
        (&["cname:img.*"], &["/waits"]),
        (&["provider:gcore", "--limit", "1"], &["/waits"]),
        (&["since:2h"], &["/failed", "/refused", "/done"]),
        (&[&format!("id:{}", ids[0])], &["/done"]),
        (&["waits"], &["/waits"]),
        (&["status:failed", "--state", "failed"], &["/failed"]),
    ] {
        assert_eq!(kept.targets(args), expected, "{args:?}");
    }
}

#[test]
fn a_state_that_is_no_status_points_at_its_flag() {
    let kept = Kept::empty();
    let ran = kept.run(&["status:rejected"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("--state rejected"), "{}", ran.err);
    let ran = kept.run(&["--state", "refused"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("rejected, unknown"), "{}", ran.err);
}

#[test]
fn times_are_of_one_width_and_sort_as_texts() {
    let kept = Kept::empty();
    let round = "2026-11-20T10:00:00Z".parse().unwrap();
    let payload = Payload::Url(Targets::one("/a.jpg"));
    let entry = NewEntry::new(PurgeRequest::new("prod", "1", "www.site.com", payload), round);
    kept.store().writer().unwrap().enqueue(&[entry], round).unwrap();
    let listed = kept.run(&["--format", "csv"]).fine();
    assert!(listed.contains(",2026-11-20T10:00:00.000000Z,"), "{listed}");
}

#[test]
fn an_empty_list_says_why_it_is_empty() {
    let kept = Kept::empty();
    for (args, words) in [
        (&[][..], "nothing was sent from here yet"),
        (
            &["cname:www.site.com", "--state", "queued"],
            "no request matches cname:www.site.com --state queued",
        ),
        (&["--limit", "0"], "--limit 0 lists no request"),
    ] {
        let ran = kept.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}
