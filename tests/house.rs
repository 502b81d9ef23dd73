//! Holds the code to the plan of the house: who may import whom, where vendors have names, how files are called.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use purgedeck::config::vendors::names;

/// Which rooms each room may look into. Views of panes may do a little more; see [`VIEWS`].
const MAY_IMPORT: &[(&str, &[&str])] = &[
    (
        "cli",
        &[
            "app",
            "commands",
            "config",
            "domain",
            "keymap",
            "providers",
            "simulator",
            "store",
            "engine",
            "theme",
            "tui",
        ],
    ),
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
    ("engine", &["config", "domain", "effect", "providers", "store"]),
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
const DRAWING: &[&str] = &["panes/format.rs", "panes/overlay.rs"];

/// Pieces that panes are made of: drawn like a pane, but no pane.
const PIECES: &[&str] = &["field", "fuzzy_list"];

/// One file under `src/`.
struct File {
    /// From `src/` on, with forward slashes.
    path: String,
    /// Its code: no comments, nothing that only tests see.
    code: Vec<(usize, String)>,
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    let mut files: Vec<(String, String)> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            (name.replace('\\', "/"), std::fs::read_to_string(path).unwrap())
        })
        .collect();
    // A module that is declared for tests only is none of our business, with all that is below it.
    let hidden: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| {
            let folder = path.strip_suffix(".rs").unwrap().to_owned();
            test_modules(text).into_iter().map(move |name| match folder.as_str() {
                "lib" | "main" => name,
                folder => format!("{folder}/{name}"),
            })
        })
        .collect();
    files.retain(|(path, _)| {
        !hidden.iter().any(|module| {
            *path == format!("{module}.rs") || path.starts_with(&format!("{module}/"))
        })
    });
    files.into_iter().map(|(path, text)| File { path, code: code(&text) }).collect()
}

/// The names of the modules in files of their own that are declared under `#[cfg(test)]`.
fn test_modules(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.trim() == "#[cfg(test)]")
        .filter_map(|(at, _)| {
            let declared = lines.get(after_attributes(&lines, at))?.trim();
            let name = declared.split("mod ").nth(1)?.strip_suffix(';')?;
            Some(name.to_owned())
        })
        .collect()
}

/// The number of the first line from `at` on that no attribute takes up.
fn after_attributes(lines: &[&str], mut at: usize) -> usize {
    while lines.get(at).is_some_and(|line| line.trim().starts_with("#[")) {
        while lines.get(at).is_some_and(|line| !line.trim().ends_with(']')) {
            at += 1;
        }
        at += 1;
    }
    at
}

/// The lines of code with their numbers, up to the tests at the end of the file.
fn code(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut code = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let trimmed = line.trim();
        if trimmed == "#[cfg(test)]" {
            at = after_attributes(&lines, at);
            if lines.get(at).is_some_and(|next| next.contains("mod ") && next.ends_with('{')) {
                break;
            }
        } else if !trimmed.starts_with("//") {
            code.push((at + 1, (*line).to_owned()));
        }
        at += 1;
    }
    code
}

/// The room that a file belongs to.
fn room(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The rooms that a line names: `crate::room`, also in a list `crate::{a, b}`.
fn named(line: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for rest in line.split("crate::").skip(1) {
        if let Some(list) = rest.strip_prefix('{') {
            let list = list.split('}').next().unwrap();
            rooms.extend(list.split(',').map(|item| first_word(item.trim())));
        } else {
            rooms.push(first_word(rest));
        }
    }
    rooms.retain(|room| !room.is_empty());
    rooms
}

fn first_word(text: &str) -> String {
    text.chars()
        .take_while(|character| character.is_ascii_alphanumeric() || *character == '_')
        .collect()
}

#[test]
fn nobody_imports_upward() {
    let table: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in files() {
        let own = room(&file.path);
        if own == "lib" || own == "main" {
            continue;
        }
        let allowed = table
            .get(own)
            .unwrap_or_else(|| unreachable!("the room of {} is not in the table", file.path));
        let draws = own == "panes"
            && (file.path.ends_with("/view.rs")
                || file.path.contains("/view/")
                || DRAWING.contains(&file.path.as_str()));
        for (number, line) in &file.code {
            for other in named(line) {
                let fine = other == own
                    || allowed.contains(&other.as_str())
                    || (draws && VIEWS.contains(&other.as_str()));
                if !fine {
                    wrong.push(format!("src/{}:{number}: {own} must not see {other}", file.path));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "see \"Who may import whom\" in src/lib.rs");
}

#[test]
fn a_pane_never_imports_another() {
    /// The pane that a file belongs to.
    fn pane(path: &str) -> Option<&str> {
        let mut parts = path.strip_prefix("panes/")?.split('/');
        let first = parts.next()?;
        Some(first.trim_end_matches(".rs"))
    }
    let files = files();
    let with_view: Vec<&str> = files
        .iter()
        .filter(|file| file.path.ends_with("/view.rs"))
        .filter_map(|file| pane(&file.path))
        .filter(|name| !PIECES.contains(name))
        .collect();
    let mut wrong = Vec::new();
    for file in &files {
        let Some(own) = pane(&file.path) else {
            continue;
        };
        if !with_view.contains(&own) {
            continue;
        }
        for (number, line) in &file.code {
            for rest in line.split("crate::panes::").skip(1) {
                let other = first_word(rest);
                if other != own && with_view.contains(&other.as_str()) {
                    wrong.push(format!("src/{}:{number}: {own} imports {other}", file.path));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn vendors_have_names_only_where_they_are_at_home() {
    let at_home = |path: &str| {
        path == "config/vendors.rs"
            // The table from a provider's name to its adapter, and the simulator's own front.
            || path == "providers.rs"
            || path == "cli/simulate.rs"
            || room(path) == "simulator"
            || names().any(|vendor| {
                path == format!("providers/{vendor}.rs")
                    || path.starts_with(&format!("providers/{vendor}/"))
            })
    };
    let mut wrong = Vec::new();
    for file in files() {
        if at_home(&file.path) {
            continue;
        }
        for (number, line) in &file.code {
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
    for file in files() {
        if !["domain", "app", "panes", "effect", "commands", "keymap", "screen", "widgets", "theme"]
            .contains(&room(&file.path))
        {
            continue;
        }
        for (number, line) in &file.code {
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
    for file in files() {
        // The simulator is a world of its own.
        if ["engine", "simulator"].contains(&room(&file.path)) {
            continue;
        }
        for (number, line) in &file.code {
            if line.contains("tokio::spawn") || line.contains("spawn_blocking") {
                wrong.push(format!("src/{}:{number}", file.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_file_is_called_mod_and_none_is_a_drawer_for_odds_and_ends() {
    let wrong: Vec<String> = files()
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
