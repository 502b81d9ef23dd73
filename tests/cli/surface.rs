//! Help, completions, manual pages, and how the program ends.

use std::process::Stdio;

use crate::{Home, Ran};

#[test]
fn without_a_terminal_the_dashboard_is_help_and_exit_code_2() {
    let ran = Home::empty().run(&[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("Usage: purgedeck"), "{}", ran.err);
}

#[test]
fn help_and_version_go_to_standard_output() {
    let home = Home::empty();
    assert!(home.run(&["--help"]).fine().contains("Exit codes: 0 ok"));
    assert_eq!(home.run(&["-V"]).fine(), format!("purgedeck {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_subcommand_has_help_and_a_manual_page() {
    let home = Home::empty();
    let help = home.run(&["--help"]).fine();
    let names: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 3, "{help}");
    for name in names {
        let help = home.run(&[name, "--help"]).fine();
        assert!(help.contains(&format!("Usage: purgedeck {name}")), "{help}");
        let page = home.run(&["man", name]).fine();
        assert!(page.contains(&format!(".TH purgedeck-{name}")) || page.contains(".TH"), "{page}");
    }
}

#[test]
fn a_wrong_word_is_a_usage_error_with_the_nearest_right_one() {
    let ran = Home::empty().run(&["hist"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("unrecognized subcommand"), "{}", ran.err);
}

#[test]
fn completions_are_there_for_the_usual_shells() {
    let home = Home::empty();
    for shell in ["bash", "zsh", "fish"] {
        assert!(home.run(&["completions", shell]).fine().contains("purgedeck"));
    }
}

#[test]
fn a_closed_pipe_is_quiet() {
    let home = Home::empty();
    let mut child = home
        .command(&["keys", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Nobody reads: the first write finds the pipe closed.
    drop(child.stdout.take());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
}
