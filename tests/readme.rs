//! Holds the README to what is there: keys, files, exit codes, recipes.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use purgedeck::cli::args::Cli;
use purgedeck::cli::error::Class;
use purgedeck::commands::{Command, Group};
use purgedeck::config::schema::{AccountSettings, Table as _};
use purgedeck::config::vendors;

const README: &str = include_str!("../README.md");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What stands between two marks.
fn between(mark: &str) -> &'static str {
    let (_, rest) = README.split_once(&format!("<!-- {mark} -->\n")).unwrap();
    rest.split_once(&format!("<!-- /{mark} -->")).unwrap().0
}

/// Every text between backticks that is a path in the repository.
fn paths(text: &str) -> BTreeSet<String> {
    let inside = text.split('`').skip(1).step_by(2);
    let starts = ["src/", "tests/", "assets/", "examples/", "benches/"];
    inside
        .filter(|word| starts.iter().any(|start| word.starts_with(start)))
        .map(str::to_owned)
        .collect()
}

/// A cell of a table; the bar that parts cells is escaped.
fn code(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("`{}`", key.replace('|', "\\|"))).collect::<Vec<_>>().join(" ")
}

/// The table of keys as the commands have it.
fn keys() -> String {
    let groups = [
        Group::Moving,
        Group::Panes,
        Group::History,
        Group::Purging,
        Group::Editing,
        Group::Program,
    ];
    let mut text = String::new();
    for group in groups {
        let _ = write!(text, "| {} | | |\n|---|---|---|\n", group.title());
        for &command in Command::EVERY {
            let about = command.about();
            if about.group != group {
                continue;
            }
            // The nine views are one line.
            let (keys, name) = if command == Command::View1 {
                ("`1` … `9`".to_owned(), "view-1` … `view-9")
            } else if command.view().is_some() {
                continue;
            } else {
                (code(about.keys), about.name)
            };
            let _ = writeln!(text, "| {keys} | {} | `{name}` |", about.help);
        }
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

#[test]
fn the_keys_are_those_of_the_commands() {
    let should = keys();
    assert!(between("keys") == should, "between the marks of the keys should stand:\n\n{should}");
}

#[test]
fn every_path_that_it_names_is_there() {
    let mut missing = Vec::new();
    for path in paths(README) {
        if !path.contains('<') && !root().join(&path).exists() {
            missing.push(path);
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_picture_that_it_shows_is_there_and_every_picture_is_shown() {
    let shown: BTreeSet<&str> = README
        .split("](assets/screens/")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    let folder = std::fs::read_dir(root().join("assets/screens")).unwrap();
    let there: BTreeSet<String> =
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(shown, there.iter().map(String::as_str).collect());
}

#[test]
fn every_exit_code_stands_in_its_table() {
    for class in [
        Class::Failed,
        Class::Usage,
        Class::Auth,
        Class::Limit,
        Class::Partly,
        Class::TimedOut,
        Class::NotVerified,
        Class::Refused,
        Class::NotListed,
        Class::Interrupted,
    ] {
        let row = format!("\n| {} | ", class.code());
        assert!(README.contains(&row), "{class:?}");
    }
}

#[test]
fn every_subcommand_of_the_queue_and_every_setting_of_the_edge_is_named() {
    let queue = Cli::command();
    let queue = queue.find_subcommand("queue").unwrap();
    let line = README.lines().find(|line| line.starts_with("purgedeck queue "));
    for subcommand in queue.get_subcommands() {
        let name = subcommand.get_name();
        assert!(name == "list" || line.unwrap().contains(name), "{name}");
    }
    let own = ["verify", "verify_for", "edge", "resolver", "cache_headers", "edge_headers"];
    for setting in own {
        assert!(AccountSettings::KEYS.iter().any(|key| key.name == setting), "{setting}");
        assert!(README.contains(&format!("\n| `{setting} = ")), "{setting}");
    }
}

#[test]
fn every_variable_that_makes_an_account_is_named() {
    for vendor in vendors::VENDORS {
        for variable in vendor.environment {
            let word = format!("`{}`", variable.name);
            assert!(README.contains(&word), "{word}");
        }
    }
}

/// The files under a folder, from the repository's root on.
fn files(folder: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root()).unwrap().to_owned();
        if path.is_dir() {
            files(name.to_str().unwrap(), found);
        } else {
            found.push(name);
        }
    }
}

/// The code of a file: no comments, and nothing of the tests at its end.
fn shipped(path: &Path) -> String {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .filter(|line| !line.trim().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
        .to_lowercase()
}

#[test]
fn what_the_recipe_for_a_vendor_names_is_there_for_every_vendor() {
    let mut missing = Vec::new();
    for vendor in vendors::names() {
        for path in paths(between("vendor")) {
            let path = path.replace("<vendor>", vendor);
            if !root().join(&path).exists() {
                missing.push(path);
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn the_recipe_for_a_vendor_names_every_file_that_knows_a_vendor() {
    let mut all = Vec::new();
    files("src", &mut all);
    files("tests/golden", &mut all);
    files("tests/contract", &mut all);
    let mut unnamed = Vec::new();
    // A vendor's own files may name another, whose account or signature it shares; and the words of
    // a vendor's tool are data of the reading of command lines.
    let of_vendors = vendors::names().flat_map(|vendor| {
        paths(between("vendor")).into_iter().map(|path| path.replace("<vendor>", vendor))
    });
    let tools = "src/domain/document/command/service.rs".to_owned();
    let named: BTreeSet<String> = of_vendors.chain([tools]).collect();
    for vendor in vendors::names() {
        for path in &all {
            let name = path.to_str().unwrap().replace('\\', "/");
            // A kept store of an earlier version names vendors as data.
            let of_tests = name.starts_with("tests/golden/store/")
                || name.starts_with("src/")
                    && (name.ends_with("/tests.rs") || name.contains("/tests/"));
            let knows = || name.contains(vendor) || shipped(path).contains(vendor);
            let is_named = named
                .iter()
                .any(|known| *known == name || (known.ends_with('/') && name.starts_with(known)));
            if !of_tests && !is_named && knows() {
                unnamed.push(name);
            }
        }
    }
    assert_eq!(unnamed, Vec::<String>::new());
}

#[test]
fn the_filters_that_help_shows_are_those_of_the_readme() {
    let section = README.split_once("## The filter language").unwrap().1;
    let section = section.split_once("\n## ").unwrap().0;
    for (example, about) in purgedeck::domain::filter::RULES {
        let line = section.lines().find(|line| line.starts_with(example)).unwrap_or_default();
        assert!(line.trim_end().ends_with(about), "{example}: {line}");
    }
    for field in purgedeck::domain::filter::field_help() {
        assert!(section.contains(&format!("`{}`", field.name)), "{}", field.name);
    }
}
