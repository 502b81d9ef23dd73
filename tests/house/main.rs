//! Holds the code to the map in `src/lib.rs`: who may import whom, where vendors have names, how
//! files are called.
#![expect(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm, reason = "tests")]

mod recipes;
mod source;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use purgedeck::config::vendors::names;

use source::{imports, sources};

/// Which rooms each room may look into. Views of panes may do a little more; see [`VIEWS`].
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("cli", &["config", "domain", "engine", "simulator", "tui"]),
    (
        "tui",
        &[
            "app", "commands", "config", "domain", "effect", "keymap", "panes", "screen", "engine",
            "theme",
        ],
    ),
    ("screen", &["app", "commands", "domain", "effect", "keymap", "panes", "theme", "widgets"]),
    ("app", &["commands", "domain", "effect", "keymap", "panes"]),
    ("panes", &["commands", "domain", "effect"]),
    ("keymap", &["commands", "domain"]),
    ("commands", &[]),
    ("engine", &["config", "domain", "providers", "store"]),
    ("effect", &["domain"]),
    ("providers", &["config", "domain"]),
    ("store", &["domain"]),
    ("config", &["domain", "theme"]),
    ("widgets", &["domain", "theme"]),
    ("theme", &[]),
    ("domain", &[]),
    ("simulator", &[]),
];

/// What views (`panes/…/view.rs`, `panes/…/view/…`, and what they share) may look into besides.
const VIEWS: &[&str] = &["theme", "widgets"];

/// Files of the panes that draw, without the word in their name.
const DRAWING: &[&str] =
    &["panes/badges.rs", "panes/format.rs", "panes/item_list.rs", "panes/overlay.rs"];

/// Pieces that panes are made of: drawn like a pane, but no pane.
const PIECES: &[&str] = &["field", "fuzzy_list"];

/// Returns whether a file of the panes draws.
fn draws(path: &str) -> bool {
    path.starts_with("panes/")
        && (path.ends_with("/view.rs") || path.contains("/view/") || DRAWING.contains(&path))
}

/// Returns the pane that a file belongs to.
fn pane(path: &str) -> Option<&str> {
    Some(path.strip_prefix("panes/")?.split('/').next()?.trim_end_matches(".rs"))
}

#[test]
fn nobody_imports_upward() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for ((from, to), path) in imports(&sources()) {
        if from == "lib.rs" {
            continue;
        }
        let (own, other) = (room(&from), room(&to));
        let may = allowed.get(own).unwrap_or_else(|| panic!("the room {own} is not in the table"));
        let fine = own == other || may.contains(&other) || (draws(&from) && VIEWS.contains(&other));
        if !fine {
            wrong.push(format!("src/{from}: {own} must not see {other} ({path})"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "see \"Rooms\" in src/lib.rs");
}

#[test]
fn a_pane_never_imports_another() {
    let sources = sources();
    let panes: BTreeSet<&str> = sources
        .iter()
        .filter(|source| source.path.ends_with("/view.rs"))
        .filter_map(|source| pane(&source.path))
        .filter(|name| !PIECES.contains(name))
        .collect();
    let wrong: Vec<String> = imports(&sources)
        .into_iter()
        .filter(|((from, to), _)| match (pane(from), pane(to)) {
            (Some(own), Some(other)) => {
                own != other && panes.contains(own) && panes.contains(other)
            }
            (None, _) | (_, None) => false,
        })
        .map(|((from, _), path)| format!("src/{from} imports {path}"))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let imports = imports(&sources());
    // A module may use those that it is part of, as Rust's `use super::X` does.
    let is_part_of = |from: &str, to: &str| {
        from.strip_prefix(to.trim_end_matches(".rs")).is_some_and(|rest| rest.starts_with('/'))
    };
    let arrows: Vec<(&str, &str)> = imports
        .keys()
        .map(|(from, to)| (from.as_str(), to.as_str()))
        .filter(|(from, to)| !is_part_of(from, to))
        .collect();
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in &arrows {
        next.entry(from).or_default().push(to);
    }
    let leads = |from: &str, to: &str| {
        let (mut seen, mut waiting) = (BTreeSet::new(), vec![from]);
        while let Some(file) = waiting.pop() {
            if seen.insert(file) {
                waiting.extend(next.get(file).into_iter().flatten());
            }
        }
        seen.contains(to)
    };
    let arrows: Vec<_> = arrows.into_iter().filter(|(from, to)| leads(to, from)).collect();
    let told: Vec<String> =
        arrows.iter().map(|(from, to)| format!("src/{from} -> src/{to}")).collect();
    assert!(told.is_empty(), "{} arrows in circles:\n{}", told.len(), told.join("\n"));
}

/// Returns the room that a file belongs to.
fn room(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

#[test]
fn vendors_have_names_only_where_they_are_at_home() {
    let at_home = |path: &str| {
        path == "config/vendors.rs"
            // The table from a provider's name to its adapter, and the simulator's own front.
            || path == "providers.rs"
            || path == "cli/simulate.rs"
            // The tools whose pasted command lines are read, by the words that they are called by.
            || path == "domain/document/command/service.rs"
            || room(path) == "simulator"
            || names().any(|vendor| {
                path == format!("providers/{vendor}.rs")
                    || path.starts_with(&format!("providers/{vendor}/"))
            })
    };
    let mut wrong = Vec::new();
    for file in sources() {
        if at_home(&file.path) {
            continue;
        }
        for (number, line) in file.code() {
            let line = line.to_lowercase();
            for vendor in names() {
                if line.contains(vendor) {
                    wrong.push(format!("src/{}:{number}: {vendor}", file.path));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_core_reads_no_clock_and_starts_nothing() {
    let mut wrong = Vec::new();
    for file in sources() {
        if !["domain", "app", "panes", "effect", "commands", "keymap", "screen", "widgets", "theme"]
            .contains(&room(&file.path))
        {
            continue;
        }
        for (number, line) in file.code() {
            for forbidden in [
                "Utc::now",
                "Local::now",
                "Instant::now",
                "SystemTime",
                "spawn(",
                "async fn",
                ".await",
            ] {
                if line.contains(forbidden) {
                    wrong.push(format!("src/{}:{number}: {forbidden}", file.path));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_the_engine_spawns_asynchronous_work() {
    let mut wrong = Vec::new();
    for file in sources() {
        // The simulator is a world of its own.
        if ["engine", "simulator"].contains(&room(&file.path)) {
            continue;
        }
        for (number, line) in file.code() {
            if line.contains("tokio::spawn") || line.contains("spawn_blocking") {
                wrong.push(format!("src/{}:{number}", file.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_command_line_prints_in_one_place_which_makes_control_characters_visible() {
    let mut wrong = Vec::new();
    for file in sources() {
        let prints = file.path == "cli/output.rs" || room(&file.path) != "cli";
        for (number, line) in file.code() {
            let stream = line.contains("stdout()") || line.contains("stderr()");
            let own = line.contains("output::std") || line.contains("is_terminal()");
            let raw = stream && line.contains("io::") && !own;
            if !prints && (raw || line.contains("println!") || line.contains("eprint!")) {
                wrong.push(format!("src/{}:{number}", file.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_file_is_called_mod_and_none_is_a_drawer_for_odds_and_ends() {
    let wrong: Vec<String> = sources()
        .into_iter()
        .map(|file| file.path)
        .filter(|path| {
            let name = path.rsplit('/').next().unwrap();
            [
                "mod.rs",
                "utils.rs",
                "util.rs",
                "helpers.rs",
                "helper.rs",
                "common.rs",
                "misc.rs",
                "manager.rs",
            ]
            .contains(&name)
        })
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}
