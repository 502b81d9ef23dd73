//! The names of the repository's tests, for tables that say which test holds a promise.

use std::collections::BTreeSet;
use std::path::Path;

/// Returns the names of all tests below `src/` and `tests/` that run by themselves.
pub(crate) fn every() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = BTreeSet::new();
    for folder in ["src", "tests"] {
        read_folder(&root.join(folder), &mut names);
    }
    // One suite is a list of functions, which a macro runs for every vendor.
    let contract = root.join("tests/contract");
    let listed = std::fs::read_to_string(contract.join("main.rs")).unwrap();
    let suite = std::fs::read_to_string(contract.join("suite.rs")).unwrap();
    let promises = suite.lines().filter_map(|line| name(line.strip_prefix("pub(crate) async ")?));
    names.extend(promises.filter(|it| listed.contains(&format!(" {it},"))).map(str::to_owned));
    names
}

/// Fails with the names in a table, each beside its place there, of which there is no test.
pub(crate) fn hold<'t>(named: impl IntoIterator<Item = (String, &'t str)>) {
    let every = every();
    let missing: Vec<String> = named
        .into_iter()
        .filter(|(_, test)| !every.contains(*test))
        .map(|(place, test)| format!("{place}: there is no test {test}"))
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

fn read_folder(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_folder(&path, names);
        } else if path.extension().is_some_and(|it| it == "rs") {
            read_file(&std::fs::read_to_string(&path).unwrap(), names);
        }
    }
}

fn read_file(text: &str, names: &mut BTreeSet<String>) {
    let mut is_test = false;
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if line.starts_with("#[ignore") {
            is_test = false;
        } else if let Some(name) = name(line.strip_prefix("async ").unwrap_or(line))
            && std::mem::take(&mut is_test)
        {
            names.insert(name.to_owned());
        }
    }
}

/// Returns the name of the function that begins with this line.
fn name(line: &str) -> Option<&str> {
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}
