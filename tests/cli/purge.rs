//! `purgedeck purge` and `purgedeck queue` against the simulated vendor.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use chrono::Utc;
use purgedeck::domain::journal::NewEntry;
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use serde_json::Value;

use crate::own_store::own_store;
use crate::simulate::Simulated;
use crate::{Home, Ran, with_input};

/// A home with a running vendor, and one of its resources that may be purged in every way.
pub(crate) struct Site {
    pub(crate) home: Home,
    pub(crate) cname: String,
    id: String,
    simulated: Simulated,
}

impl Site {
    pub(crate) fn open(args: &[&str]) -> Self {
        Self::open_in(Home::empty(), args)
    }

    pub(crate) fn open_in(home: Home, args: &[&str]) -> Self {
        let mut all = args.to_vec();
        if !all.contains(&"--records") {
            all.extend(["--records", "60"]);
        }
        let simulated = Simulated::start(&home, &all);
        let listed = home
            .run(&[
                "--config",
                "sim.toml",
                "--account",
                "gcore-prod",
                "resources",
                "--format",
                "json",
            ])
            .fine();
        let resources: Value = serde_json::from_str(&listed).unwrap();
        let chosen = resources
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["state"] == "active" && one["url_purge"] != false)
            .unwrap()
            .clone();
        Self {
            home,
            cname: chosen["cname"].as_str().unwrap().to_owned(),
            id: chosen["id"].as_str().unwrap().to_owned(),
            simulated,
        }
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let mut all = vec!["--config", "sim.toml"];
        all.extend(args);
        self.home.run(&all)
    }

    /// Fetches from the simulated edge as a visitor of the site does. Returns the age of the copy
    /// in seconds.
    fn fetch(&self, path: &str) -> u64 {
        let edge = self.simulated.line["edge"]["base_url"].as_str().unwrap();
        let mut stream = TcpStream::connect(edge.trim_start_matches("http://")).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.cname)
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let headers = answer.lines().filter_map(|line| line.split_once(": "));
        let mut ages = headers.filter(|(name, _)| name.eq_ignore_ascii_case("age"));
        ages.next().map_or(0, |(_, age)| age.parse().unwrap())
    }

    /// Returns once the edge has an old copy. It reports ages in whole seconds, so that a copy must
    /// be a few seconds old to be older than the purge for certain.
    pub(crate) fn cache_old_copy(&self, path: &str) {
        while self.fetch(path) < 3 {
            // Another run of the program between two looks at the age keeps the edge unhurried.
            assert_eq!(self.sent(), Vec::<Value>::new());
        }
    }

    pub(crate) fn purge(&self, args: &[&str]) -> Ran {
        let mut all = vec!["purge", self.cname.as_str()];
        all.extend(args);
        self.run(&all)
    }

    pub(crate) fn sent(&self) -> Vec<Value> {
        let listed = self.run(&["queue", "list", "--all", "--format", "json"]).fine();
        serde_json::from_str(&listed).unwrap()
    }
}

#[test]
fn a_url_of_another_resource_than_the_one_that_is_named_is_refused() {
    let site = Site::open(&[]);
    let listed = site.run(&["resources", "--format", "json"]).fine();
    let all: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let other = all
        .iter()
        .find(|one| one["cname"] != site.cname.as_str() && one["state"] == "active")
        .unwrap();
    let url = format!("https://{}/a.jpg", other["cname"].as_str().unwrap());
    let ran = site.purge(&["--url", &url, "--yes"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("not the resource that was named"), "{}", ran.err);
    assert_eq!(site.sent(), Vec::<Value>::new());
}

#[test]
fn a_vendor_that_hangs_keeps_no_purge_of_another_account_waiting() {
    let home = Home::empty();
    home.write(
        "scenario.toml",
        "[[fault]]\nvendor = \"medianova\"\nstrike = { kind = \"hang\" }\n",
    );
    let simulated = Simulated::start(&home, &["--scenario", "scenario.toml", "--records", "0"]);
    let resources = ["--config", "sim.toml", "--account", "gcore-prod", "resources"];
    let mut as_json = resources.to_vec();
    as_json.extend(["--format", "json"]);
    let all: Vec<Value> = serde_json::from_str(&home.run(&as_json).fine()).unwrap();
    let chosen =
        all.iter().find(|one| one["state"] == "active" && one["url_purge"] != false).unwrap();
    let url = format!("https://{}/a.jpg", chosen["cname"].as_str().unwrap());
    let began = std::time::Instant::now();
    let ran = home.run(&["--config", "sim.toml", "purge", "--url", &url, "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    // The vendor's own patience is 30 s a question.
    assert!(began.elapsed() < std::time::Duration::from_secs(25));
    drop(simulated);
}

#[test]
fn a_plan_is_shown_with_the_exact_request_and_nothing_is_sent() {
    let site = Site::open(&[]);
    let shown = site.purge(&["--url", "/a.jpg", "/b.jpg", "--dry-run", "--format", "json"]).fine();
    let plan: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(plan["risk"], "low");
    let request = &plan["requests"][0];
    assert_eq!((&request["account"], &request["kind"]), (&"gcore-prod".into(), &"url".into()));
    assert_eq!(request["resource_id"], site.id.as_str());
    assert_eq!(request["body"], r#"{"urls":["/a.jpg","/b.jpg"]}"#);
    let curl = request["curl"].as_str().unwrap();
    assert!(curl.contains(&format!("/cdn/resources/{}/purge", site.id)), "{curl}");
    let token = site.simulated.line["gcore"]["token"].as_str().unwrap();
    assert!(!shown.contains(token));
    assert_eq!(site.sent(), Vec::<Value>::new());
}

#[test]
fn nothing_is_sent_unless_it_is_confirmed_by_its_risk() {
    let site = Site::open(&[]);
    let refused = |args: &[&str]| {
        let ran = site.purge(args);
        assert_eq!((ran.code, ran.out.as_str()), (8, ""), "{args:?}: {ran:?}");
        ran.err
    };
    assert!(refused(&["--url", "/a"]).contains("--yes"));
    assert!(refused(&["--all", "--yes"]).contains(&format!("--confirm {}", site.cname)));
    refused(&["--pattern", "/*", "--yes"]);
    refused(&["--all", "--confirm", "another.site.com"]);
    assert_eq!(site.run(&["--read-only", "purge", &site.cname, "--url", "/a", "--yes"]).code, 8);
    assert_eq!(site.run(&["--offline", "purge", &site.cname, "--url", "/a", "--yes"]).code, 8);
    assert_eq!(site.sent(), Vec::<Value>::new());
}

#[test]
fn what_was_sent_stands_in_the_journal_with_its_reason() {
    let site = Site::open(&[]);
    let out = site
        .purge(&[
            "--url",
            "/a.jpg",
            "--yes",
            "--reason",
            "stale hero",
            "--ticket",
            "INC-1",
            "--format",
            "json",
        ])
        .fine();
    let sent: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["state"], "accepted");
    assert_eq!((&sent[0]["reason"], &sent[0]["ticket"]), (&"stale hero".into(), &"INC-1".into()));
    assert_eq!(sent[0]["targets"], serde_json::json!(["/a.jpg"]));
    let journal = site.sent();
    assert_eq!(journal.len(), 1);
    assert_eq!(journal[0]["id"], sent[0]["id"]);
    let history = site.run(&["history", "sent:here", "--format", "ndjson"]).fine();
    let line: Value = serde_json::from_str(history.lines().next().unwrap()).unwrap();
    assert_eq!((&line["reason"], &line["sent_here"]), (&"stale hero".into(), &true.into()));
    let closed = site.run(&["queue", "cancel", sent[0]["id"].as_str().unwrap()]);
    assert_eq!(closed.code, 8, "{closed:?}");
}

#[test]
fn targets_come_from_standard_input_and_full_urls_say_their_resource() {
    let site = Site::open(&[]);
    let text = format!("https://{0}/a.jpg\nhttps://{0}/b.jpg?x=1\n", site.cname);
    let args = ["--config", "sim.toml", "purge", "--from", "-", "--dry-run", "--format", "json"];
    let plan: Value =
        serde_json::from_str(&with_input(site.home.command(&args), text.as_bytes()).fine())
            .unwrap();
    assert_eq!(plan["requests"][0]["targets"], serde_json::json!(["/a.jpg", "/b.jpg?x=1"]));
    assert_eq!(plan["requests"][0]["cname"], site.cname.as_str());
}

#[test]
fn a_lint_error_is_named_and_nothing_is_sent() {
    let site = Site::open(&[]);
    let ran = site.purge(&["--url", "/a b.jpg", "--yes"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("error PD007 line 1, /a b.jpg: "), "{}", ran.err);
    let ran = site.run(&["purge", "no.such.site", "--all", "--yes"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("no account has a resource \"no.such.site\""), "{}", ran.err);
    assert_eq!(site.run(&["purge", &site.cname, "--yes"]).code, 2);
    assert_eq!(site.purge(&["--url", "/a", "--pattern", "/b*", "--yes"]).code, 2);
    assert_eq!(site.sent(), Vec::<Value>::new());
}

#[test]
fn a_kind_is_said_by_a_flag_for_the_file_or_by_each_line() {
    let site = Site::open(&[]);
    let refused = |ran: Ran, entries: usize| {
        assert_eq!(ran.code, 2, "{ran:?}");
        assert_eq!(ran.err.matches("error PD034").count(), entries, "{}", ran.err);
        assert!(ran.err.contains("its vendor offers url, pattern and all"), "{}", ran.err);
    };
    refused(site.purge(&["--tag", "product-42", "home", "--dry-run"]), 2);
    refused(site.purge(&["--regex", "/img/.*", "--dry-run"]), 1);
    refused(site.purge(&["--host", &site.cname, "--dry-run"]), 1);
    refused(site.purge(&["--ignore-query", "/a?x", "--dry-run"]), 1);
    let from = |args: &[&str], text: &str| {
        let all = ["--config", "sim.toml", "purge", &site.cname, "--from", "-", "--dry-run"];
        with_input(site.home.command(&[&all[..], args].concat()), text.as_bytes())
    };
    refused(from(&["--kind", "tag"], "Cache-Tag: product-42,home\n"), 2);
    refused(from(&[], "tag:product-42\nregex:/img/.*\n"), 2);
    assert_eq!(from(&["--kind", "pattern"], "/img/*\n").code, 0);
    for wrong in [
        &["--tag", "a", "--url", "/b"][..],
        &["--regex", "a", "--all"],
        &["--kind", "tag", "--url", "/a"],
        &["--kind", "tag"],
    ] {
        assert_eq!(site.purge(&[wrong, &["--dry-run"]].concat()).code, 2, "{wrong:?}");
    }
}

#[test]
fn what_the_limits_have_no_room_for_is_not_sent() {
    let site = Site::open(&[]);
    let confirm = site.cname.clone();
    let everything = ["--all", "--confirm", confirm.as_str()];
    site.purge(&everything).fine();
    let ran = site.purge(&everything);
    assert_eq!((ran.code, ran.out.as_str()), (4, ""), "{ran:?}");
    assert!(ran.err.contains("--wait"), "{}", ran.err);
    assert_eq!(site.sent().len(), 1);
}

#[test]
fn waiting_is_given_up_when_the_time_is_up() {
    let site = Site::open(&[]);
    let ran = site.purge(&["--url", "/a", "--yes", "--wait", "--timeout", "0s"]);
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.err.contains("the time is up"), "{}", ran.err);
}

#[test]
fn refused_credentials_are_exit_code_3() {
    let site = Site::open(&[]);
    for account in ["gcore-prod", "gcore-labs"] {
        let file = format!("sim.toml.secrets/{account}.token");
        std::fs::write(site.home.path(&file), "1_wrong").unwrap();
    }
    let ran = site.purge(&["--url", "/a", "--yes"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("401"), "{}", ran.err);
    assert_eq!(site.sent(), Vec::<Value>::new());
}

#[test]
fn history_is_read_from_the_vendor_and_kept() {
    let site = Site::open(&[]);
    let listed = site.run(&["history", "--format", "ndjson"]).fine();
    assert!(listed.lines().count() >= 60, "{listed}");
    let newest = site.run(&["history", "--format", "ndjson", "--limit", "5"]).fine();
    assert_eq!(newest.lines().count(), 5);
    let offline = site.run(&["--offline", "history", "--format", "ndjson"]).fine();
    assert!(offline.lines().count() >= 60);
}

#[test]
fn an_account_that_fails_is_named_and_the_others_are_shown() {
    let site = Site::open(&[]);
    std::fs::write(site.home.path("sim.toml.secrets/gcore-labs.token"), "1_wrong").unwrap();
    let ran = site.run(&["history", "--limit", "3", "--format", "ndjson"]);
    assert_eq!(ran.code, 5, "{ran:?}");
    assert_eq!(ran.out.lines().count(), 3);
    assert!(ran.err.contains("gcore-labs: 401"), "{}", ran.err);
    std::fs::write(site.home.path("sim.toml.secrets/gcore-prod.token"), "1_wrong").unwrap();
    let both = "gcore-prod,gcore-labs";
    assert_eq!(site.run(&["--account", both, "history"]).code, 3);
    assert_eq!(site.run(&["--account", both, "resources"]).code, 3);
}

#[test]
fn an_empty_queue_is_worked_off_at_once() {
    let site = Site::open(&[]);
    assert_eq!(site.run(&["queue", "--format", "json"]).fine(), "[]\n");
    assert_eq!(site.run(&["queue", "run", "--format", "json"]).fine(), "[]\n");
    assert_eq!(site.run(&["queue", "cancel", "nothing"]).code, 2);
    assert_eq!(site.run(&["--read-only", "queue", "run"]).code, 8);
}

/// A vendor whose purges are done in so many seconds, and an edge that has one more.
pub(crate) fn quick(seconds: u32, more: &str) -> Site {
    quick_and_failing(seconds, 0, more)
}

/// The same, where so many of a hundred purges fail.
fn quick_and_failing(seconds: u32, failed: u32, more: &str) -> Site {
    let home = Home::empty();
    let scenario = format!(
        "colleagues_every_seconds = 0\nfailed_percent = {failed}.0\n\
         purge_seconds = [{seconds}, {seconds}]\n{more}"
    );
    home.write("scenario.toml", &scenario);
    // No history: a purge by anybody within the last minute would make ours wait for the vendor's
    // window.
    let site = Site::open_in(home, &["--scenario", "scenario.toml", "--records", "0"]);
    let config = std::fs::read_to_string(site.home.path("sim.toml")).unwrap();
    let config = config.replace("\nedge = ", "\nverify_for = \"1s\"\nedge = ");
    site.home.write("sim.toml", &config);
    site
}

const VERIFIED: [&str; 8] =
    ["--url", "/a.jpg", "/b.jpg", "--yes", "--wait", "--verify", "--format", "json"];

#[test]
fn a_purge_is_waited_for_until_the_edge_is_seen_to_serve_it_fresh() {
    let site = quick(1, "");
    let ran = site.purge(&VERIFIED);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("1 request verified"), "{}", ran.err);
    let sent: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&sent[0]["state"], &sent[0]["verified"]), (&"successful".into(), &true.into()));
    let probes = sent[0]["probes"].as_array().unwrap();
    assert_eq!(probes.len(), 2);
    for (probe, path) in probes.iter().zip(["/a.jpg", "/b.jpg"]) {
        assert_eq!(probe["url"], format!("https://{}{path}", site.cname));
        assert_eq!((&probe["verdict"], &probe["status"]), (&"fresh".into(), &206.into()));
    }
    let history = site.run(&["history", "sent:here", "--format", "ndjson"]).fine();
    let line: Value = serde_json::from_str(history.lines().next().unwrap()).unwrap();
    assert_eq!(line["verified"], true);
    assert_eq!(line["probes"], sent[0]["probes"]);
}

#[test]
fn what_the_edge_still_serves_old_is_exit_code_7_with_the_url() {
    let site = quick(1, "[edge]\nstale = [\"*/b.jpg\"]\n");
    site.cache_old_copy("/b.jpg");
    let ran = site.purge(&VERIFIED);
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.err.contains("0 of 1 request verified"), "{}", ran.err);
    let stale = format!("stale: https://{}/b.jpg", site.cname);
    assert!(ran.err.contains(&stale), "{}", ran.err);
    let sent: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&sent[0]["state"], &sent[0]["verified"]), (&"successful".into(), &false.into()));
}

#[test]
fn an_account_whose_edge_is_left_alone_cannot_be_verified() {
    let site = quick(1, "");
    let config = std::fs::read_to_string(site.home.path("sim.toml")).unwrap();
    site.home.write("sim.toml", &config.replace("\nedge = ", "\nverify = false\nedge = "));
    let ran = site.purge(&VERIFIED);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("is not checked: nothing was sent"), "{}", ran.err);
    assert_eq!(site.sent(), Vec::<Value>::new());
}

#[test]
fn a_paused_queue_sends_nothing_until_it_is_resumed_and_says_so() {
    let site = Site::open(&[]);
    site.run(&["queue", "pause"]).fine();
    let refused = site.purge(&["--url", "/a.jpg", "--yes"]);
    assert_eq!((refused.code, refused.out.as_str()), (8, ""));
    assert!(refused.err.contains("queue resume"), "{}", refused.err);
    assert_eq!(site.run(&["queue", "run"]).code, 8);
    let listed = site.run(&["queue", "list"]);
    assert!(listed.err.contains("paused"), "{}", listed.err);
    site.run(&["queue", "resume"]).fine();
    site.purge(&["--url", "/a.jpg", "--yes"]).fine();
    assert_eq!(site.sent().len(), 1);
    let id = site.sent()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(site.run(&["queue", "reorder", &id, &id]).code, 8);
}

#[test]
fn a_plan_of_many_urls_says_what_wider_purges_would_do() {
    let site = Site::open(&[]);
    let lines: Vec<String> =
        (0..250).map(|n| format!("https://{}/img/{n}.jpg", site.cname)).collect();
    std::fs::write(site.home.path("urls.txt"), lines.join("\n")).unwrap();
    let ran = site.run(&["purge", "--from", "urls.txt", "--dry-run", "--format", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let plan: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(plan["requests"].as_array().unwrap().len(), 3);
    let way = &plan["suggestions"][0];
    assert_eq!(way["patterns"], serde_json::json!(["/img/*"]));
    assert_eq!((way["requests"].as_u64(), way["instead_of"].as_u64()), (Some(1), Some(3)));
    assert!(ran.err.contains("1 request instead of 3"), "{}", ran.err);
    assert_eq!(site.sent(), Vec::<Value>::new(), "nothing is sent");
}

#[test]
fn a_vendor_that_does_not_answer_is_named_while_it_is_waited_for() {
    // The system takes the connection, and nobody ever reads from it.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = Home::empty();
    home.write(
        "slow.toml",
        &format!(
            "[[account]]\nname = \"slow\"\nprovider = \"gcore\"\n\
             token = {{ env = \"TOKEN\" }}\nbase_url = \"http://{}\"\n",
            listener.local_addr().unwrap()
        ),
    );
    for (args, what) in [
        (&["purge", "x", "--url", "/a", "--dry-run"][..], "purges"),
        (&["resources"], "resources"),
        (&["history"], "history"),
    ] {
        let mut all = vec!["--config", "slow.toml"];
        all.extend(args);
        let mut child = home
            .command(&all)
            .env("TOKEN", "1$x")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        said.read_line(&mut first).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(first.starts_with("still reading slow: "), "{first}");
        assert!(first.ends_with(&format!("{what}\n")), "{first}");
    }
}

#[test]
fn a_window_that_the_vendor_closed_is_closed_for_the_next_command_too() {
    let site = quick(
        1,
        "[[fault]]\nvendor = \"gcore\"\nmethod = \"POST\"\npath = \"*/purge\"\nnth = [1]\n\
         strike = { kind = \"status\", status = 429, retry_after = 600 }\n",
    );
    let refused = site.purge(&["--url", "/a.jpg", "--yes"]);
    assert_eq!(refused.code, 4, "{refused:?}");
    let taken_back = &site.sent()[0];
    assert_eq!(taken_back["state"], "cancelled");
    let planned = |args: &[&str]| {
        let shown = site.purge(&[args, &["--dry-run", "--format", "json"]].concat());
        let plan: Value = serde_json::from_str(&shown.fine()).unwrap();
        plan["requests"][0]["planned_at"].as_str().unwrap().to_owned()
    };
    let open_again = taken_back["planned_at"].as_str().unwrap();
    assert_eq!(planned(&["--url", "/b.jpg"]), open_again);
    assert!(planned(&["--pattern", "/c/*"]).as_str() < open_again);
    let again = site.purge(&["--url", "/b.jpg", "--yes"]);
    assert_eq!(again.code, 4, "{again:?}");
    assert!(again.err.contains("have room for 1 request only at"), "{again:?}");
    assert_eq!(site.sent().len(), 1, "nobody was asked again");
}

/// The child of a run that was begun and is to be waited for.
fn begin(site: &Site, args: &[&str]) -> Child {
    let mut all = vec!["--config", "sim.toml"];
    all.extend(args);
    let mut command = site.home.command(&all);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
#[cfg(unix)]
fn a_signal_lets_the_answer_come_in_and_takes_back_what_waits() {
    let site = quick(
        1,
        "[[fault]]\nvendor = \"gcore\"\nmethod = \"POST\"\npath = \"*/purge\"\ndelay_ms = 1500\n",
    );
    let urls: Vec<String> = (0..150).map(|n| format!("/{n}.jpg")).collect();
    site.home.write("urls.txt", &urls.join("\n"));
    let purge = ["purge", &site.cname, "--from", "urls.txt", "--yes", "--wait"];
    let purging = begin(&site, &purge);
    while !site.sent().iter().any(|one| one["state"] == "sending") {}
    let id = purging.id().to_string();
    let told = Command::new("kill").args(["-INT", &id]).status();
    assert!(told.unwrap().success());
    let ran = Ran::of(purging.wait_with_output().unwrap());
    assert_eq!(ran.code, 130, "{ran:?}");
    let said = ran.err.contains("interrupted: 1 ") && ran.err.contains("1 cancelled");
    assert!(said, "{ran:?}");
    let sent = site.sent();
    let in_state = |state: &str| sent.iter().filter(|one| one["state"] == state).count();
    assert_eq!(in_state("accepted") + in_state("successful"), 1, "{sent:?}");
    assert_eq!(in_state("cancelled"), 1, "{sent:?}");
}

#[test]
fn of_two_that_work_the_queue_off_one_sends_and_both_end() {
    let site = quick(1, "");
    let store = own_store(&site.home.path(""), "sim.toml.db");
    let request = PurgeRequest::new(
        "gcore-prod",
        site.id.as_str(),
        site.cname.clone(),
        Payload::Url(Targets::one("/a")),
    );
    let entry = NewEntry::new(request, Utc::now());
    let queued = store.writer().unwrap().enqueue(&[entry], Utc::now());
    assert_eq!(queued.unwrap().len(), 1);
    let both = [(); 2].map(|()| begin(&site, &["queue", "run"]));
    for run in both {
        let ran = Ran::of(run.wait_with_output().unwrap());
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    assert_eq!(site.sent().len(), 1);
}

/// Hooks that add what they get to a file of their event's name.
#[cfg(unix)]
fn with_hooks(site: &Site) {
    let config = std::fs::read_to_string(site.home.path("sim.toml")).unwrap();
    let hook = |event: &str| format!("{event} = [\"sh\", \"-c\", \"cat >> {event}.ndjson\"]\n");
    let hooks: String = ["failed", "refused", "verified", "done"].map(hook).concat();
    site.home.write("sim.toml", &format!("{config}\n[hooks]\n{hooks}"));
}

#[cfg(unix)]
fn hooked(site: &Site, event: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(site.home.path(&format!("{event}.ndjson")));
    text.unwrap_or_default().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[cfg(unix)]
#[test]
fn each_end_runs_its_hook_with_the_request_on_its_standard_input() {
    let site = quick(1, "");
    with_hooks(&site);
    site.purge(&VERIFIED);
    let (done, verified) = (hooked(&site, "done"), hooked(&site, "verified"));
    for (event, told) in [("done", &done), ("verified", &verified)] {
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((&told[0]["event"], &told[0]["schema_version"]), (&event.into(), &1.into()));
        assert_eq!(
            (&told[0]["cname"], &told[0]["state"]),
            (&site.cname.as_str().into(), &"successful".into())
        );
        assert_eq!(told[0]["targets"].as_array().unwrap().len(), 2);
    }
    assert_eq!(verified[0]["verified"], true);
    let site = quick_and_failing(1, 100, "");
    with_hooks(&site);
    assert_ne!(site.purge(&["--url", "/a.jpg", "--yes", "--wait"]).code, 0);
    assert_eq!(hooked(&site, "failed").len(), 1);
    assert_eq!((hooked(&site, "done").len(), hooked(&site, "refused").len()), (0, 0));
}

#[cfg(unix)]
#[test]
fn a_hook_that_fails_is_a_warning_and_changes_nothing_else() {
    let site = quick(1, "");
    let config = std::fs::read_to_string(site.home.path("sim.toml")).unwrap();
    let hooks = "[hooks]\ndone = [\"sh\", \"-c\", \"echo no display >&2; exit 4\"]\n";
    site.home.write("sim.toml", &format!("{config}\n{hooks}"));
    let ran = site.purge(&["--url", "/a.jpg", "--yes", "--wait"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("The hook for done (url purge of "), "{}", ran.err);
    assert!(ran.err.contains("did not work"), "{}", ran.err);
    assert!(ran.err.contains("exit status: 4: no display"), "{}", ran.err);
}

#[test]
fn an_edge_that_is_stale_when_the_time_is_up_is_exit_code_6_with_the_url() {
    let site = quick(1, "[edge]\nstale = [\"*/b.jpg\"]\n");
    let config = std::fs::read_to_string(site.home.path("sim.toml")).unwrap();
    site.home.write("sim.toml", &config.replace("verify_for = \"1s\"", "verify_for = \"1h\""));
    site.cache_old_copy("/b.jpg");
    let ran = site.purge(&[&VERIFIED[..], &["--timeout", "15s"]].concat());
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.err.contains("the time is up; 0 of 1 request verified"), "{}", ran.err);
    assert!(ran.err.contains(&format!("stale: https://{}/b.jpg", site.cname)), "{}", ran.err);
}
