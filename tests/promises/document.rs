//! Reads a document of promises: sections, in each of them entries, and for each entry a sentence
//! and a list of tests.

/// The text behind a `## ` heading.
pub(crate) struct Section<'t> {
    pub(crate) name: &'t str,
    pub(crate) entries: Vec<Entry<'t>>,
}

/// The text behind a `### ` heading.
pub(crate) struct Entry<'t> {
    pub(crate) name: &'t str,
    /// What is promised, on one line.
    pub(crate) words: String,
    /// The names of the tests that hold it.
    pub(crate) tests: Vec<&'t str>,
}

/// Reads the sections of a document.
pub(crate) fn read(text: &str) -> Vec<Section<'_>> {
    let sections = text.split("\n## ").skip(1);
    sections
        .map(|section| {
            let (name, rest) = section.split_once('\n').unwrap();
            let entries = rest.split("\n### ").skip(1).map(entry).collect();
            Section { name, entries }
        })
        .collect()
}

fn entry(text: &str) -> Entry<'_> {
    let (name, rest) = text.split_once('\n').unwrap();
    let (tests, words): (Vec<&str>, Vec<&str>) =
        rest.lines().filter(|line| !line.is_empty()).partition(|line| line.starts_with("- `"));
    Entry {
        name,
        words: words.join(" "),
        tests: tests.iter().map(|line| line.trim_matches(['-', ' ', '`'])).collect(),
    }
}
