//! Output that cannot be written: the stream is named, and a purge that was sent is not called
//! failed.

#[cfg(target_os = "linux")]
use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use crate::purge::Site;
use crate::{Home, Ran};

/// Runs the command while nobody reads its standard output.
fn unread(mut command: Command) -> Ran {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    Ran::of(child.wait_with_output().unwrap())
}

/// A device without room.
#[cfg(target_os = "linux")]
fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

#[test]
fn a_closed_pipe_is_quiet_in_every_format_and_for_help() {
    let home = Home::empty();
    for args in [
        ["keys", "--format", "table"].as_slice(),
        &["keys", "--format", "csv"],
        &["keys", "--format", "json"],
        &["keys", "--format", "ndjson"],
        &["--help"],
        &["history", "--help"],
        &["--version"],
        &["completions", "zsh"],
        &["man"],
        &["config", "path"],
        &["simulate", "--scenario", "help"],
    ] {
        let ran = unread(home.command(args));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}: {ran:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_without_room_is_named_and_fails() {
    let home = Home::empty();
    for args in [
        ["--help"].as_slice(),
        &["purge", "--help"],
        &["--version"],
        &["completions", "bash"],
        &["man", "history"],
        &["config", "path"],
        &["config", "show"],
        &["simulate", "--scenario", "help"],
        &["keys"],
        &["keys", "--format", "csv"],
        &["keys", "--format", "json"],
        &["keys", "--format", "ndjson"],
        &["--offline", "history", "--format", "json"],
        &["queue", "list", "--format", "csv"],
    ] {
        let output = home.command(args).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        let ran = Ran::of(output);
        let said = "purgedeck: standard output: No space left on device\n";
        assert_eq!(ran.code, 1, "{args:?}: {ran:?}");
        assert!(ran.err.ends_with(said), "{args:?}: {ran:?}");
    }
}

/// A run of a purge of one URL, to be started with other streams.
fn purge(site: &Site, url: &str) -> Command {
    let args = ["--config", "sim.toml", "purge", &site.cname, "--url", url, "--yes"];
    let mut command = site.home.command(&args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[cfg(target_os = "linux")]
#[test]
fn a_purge_whose_list_cannot_be_written_is_sent_listed_on_the_other_stream_and_not_failed() {
    let site = Site::open(&[]);
    let ran = Ran::of(purge(&site, "/a.jpg").stdout(full()).output().unwrap());
    assert_eq!(ran.code, 9, "{ran:?}");
    let sent = site.sent();
    assert_eq!((sent.len(), &sent[0]["state"]), (1, &"accepted".into()));
    let listed = format!("accepted: gcore-prod {}: /a.jpg ({})", site.cname, sent[0]["id"]);
    assert!(ran.err.contains(&listed.replace('"', "")), "{}", ran.err);
    assert!(ran.err.contains("1 request accepted"), "{}", ran.err);
    assert!(ran.err.contains("standard output: No space left on device"), "{}", ran.err);

    let ran = Ran::of(purge(&site, "/b.jpg").stderr(full()).output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("/b.jpg"), "{}", ran.out);
    assert_eq!(site.sent().len(), 2);
}

#[test]
fn a_purge_whose_list_nobody_reads_is_sent_and_ends_as_it_went() {
    let home = Home::empty();
    let fault = "[[fault]]\nmethod = \"POST\"\ncontains = \"/refused/\"\n\
                 strike = { kind = \"status\", status = 403 }\n";
    home.write("scenario.toml", fault);
    let site = Site::open_in(home, &["--scenario", "scenario.toml"]);
    let ran = unread(purge(&site, "/a.jpg"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("1 request accepted"), "{}", ran.err);
    assert_eq!(site.sent().len(), 1);
    let ran = unread(purge(&site, "/refused/a.jpg"));
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("refused the credentials"), "{}", ran.err);
    assert_eq!(site.sent().len(), 2);
}
