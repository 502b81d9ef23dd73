//! `purgedeck simulate`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Home;

/// A running `purgedeck simulate` with a configuration for it in `sim.toml`.
pub(crate) struct Simulated {
    child: Child,
    pub(crate) line: Value,
}

impl Simulated {
    pub(crate) fn start(home: &Home, args: &[&str]) -> Self {
        let mut all = vec!["simulate", "--write-config", "sim.toml"];
        all.extend(args);
        let mut child = home.command(&all).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let out = child.stdout.as_mut().unwrap();
        BufReader::with_capacity(1, out).read_line(&mut line).unwrap();
        Self { child, line: serde_json::from_str(&line).unwrap() }
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_prints_one_line_with_where_it_listens_and_serves_until_it_is_told_to_stop() {
    let home = Home::empty();
    for signal in ["INT", "TERM"] {
        let mut simulated = Simulated::start(&home, &["--records", "50", "--seed", "7"]);
        let gcore = &simulated.line["gcore"];
        assert!(gcore["base_url"].as_str().unwrap().starts_with("http://127.0.0.1:"));
        assert!(!gcore["token"].as_str().unwrap().is_empty());
        let pid = simulated.child.id().to_string();
        Command::new("kill").args(["-s", signal, &pid]).status().unwrap();
        assert_eq!(simulated.child.wait().unwrap().code(), Some(0), "SIG{signal}");
        let mut rest = String::new();
        simulated.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}

#[test]
fn the_configuration_that_it_writes_is_valid_and_its_secrets_are_closed() {
    let home = Home::empty();
    let _simulated = Simulated::start(&home, &["--records", "50"]);
    let checked = home.run(&["--config", "sim.toml", "config", "check"]).fine();
    assert!(checked.contains("7 accounts"), "{checked}");
}

#[test]
fn an_address_that_is_taken_or_of_another_machine_is_refused() {
    let home = Home::empty();
    let first = Simulated::start(&home, &["--records", "50"]);
    let url = first.line["gcore"]["base_url"].as_str().unwrap();
    let taken = url.strip_prefix("http://").unwrap();
    for address in [taken, "192.0.2.1:80"] {
        let ran = home.run(&["simulate", "--gcore", address]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
        assert!(ran.err.contains("Check that the addresses"), "{}", ran.err);
    }
    assert_eq!(home.run(&["simulate", "--gcore", "nonsense"]).code, 2);
}

#[test]
fn a_scenario_is_read_from_a_file_and_a_wrong_one_is_named() {
    let home = Home::empty();
    std::fs::write(
        home.path("day.toml"),
        "[[fault]]\nvendor = \"gcore\"\nstrike = { kind = \"status\", status = 503 }\n",
    )
    .unwrap();
    let _simulated = Simulated::start(&home, &["--scenario", "day.toml", "--records", "60"]);
    let ran = home.run(&["--config", "sim.toml", "--account", "gcore-prod", "resources"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("503"), "{}", ran.err);
    std::fs::write(home.path("day.toml"), "colleagues = \"many\"\n").unwrap();
    let ran = home.run(&["simulate", "--scenario", "day.toml"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("colleagues"), "{}", ran.err);
}

#[test]
fn the_help_for_scenarios_is_a_scenario() {
    let home = Home::empty();
    let help = home.run(&["simulate", "--scenario", "help"]).fine();
    assert!(help.contains("colleagues_every_seconds = 40"), "{help}");
    std::fs::write(home.path("day.toml"), help).unwrap();
    let _simulated = Simulated::start(&home, &["--scenario", "day.toml", "--records", "60"]);
}

#[test]
fn every_server_has_a_flag_for_its_address() {
    let home = Home::empty();
    let help = home.run(&["simulate", "--help"]).fine();
    for (name, _) in purgedeck::simulator::SERVERS {
        assert!(help.contains(&format!("--{name} <ADDR>")), "{help}");
    }
}
