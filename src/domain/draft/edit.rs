//! Changes of single entries within a draft's text.

use std::collections::HashMap;

use super::read::{DraftEntry, read};

/// A change of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryChange {
    /// Its number among the entries of the text, counted from 0.
    pub entry: usize,
    /// The text in its place; `None` takes it out.
    pub text: Option<String>,
}

/// Changes entries of a text. A line of which an entry changes is written anew, one entry to a
/// line; all other lines stay as they are, and what was no entry on a changed line goes.
pub fn apply(text: &str, changes: &[EntryChange]) -> String {
    let changed: HashMap<usize, &Option<String>> =
        changes.iter().map(|change| (change.entry, &change.text)).collect();
    let reading = read(text);
    let mut entries: HashMap<usize, Vec<(usize, &DraftEntry<'_>)>> = HashMap::new();
    for (number, entry) in reading.entries.iter().enumerate() {
        entries.entry(entry.line).or_default().push((number, entry));
    }
    let mut lines: Vec<String> = Vec::new();
    let mut until = None;
    for (number, line) in text.split('\n').enumerate() {
        if until.is_some_and(|until| number <= until) {
            continue;
        }
        let here = entries.get(&number).map_or(&[][..], Vec::as_slice);
        if !here.iter().any(|(number, _)| changed.contains_key(number)) {
            lines.push(line.to_owned());
            continue;
        }
        until = here.iter().map(|(_, entry)| entry.until).max();
        for (number, entry) in here {
            match changed.get(number) {
                None => lines.push(entry.text.to_string()),
                Some(Some(text)) => lines.extend(text.split('\n').map(str::to_owned)),
                Some(None) => {}
            }
        }
    }
    lines.join("\n")
}

/// Turns an entry that is a page into its directory, and a directory into its page: `/news/` and
/// `/news/*`, a host and all that is on it. `None` for a file, which is neither.
pub fn directory_or_page(entry: &str) -> Option<String> {
    if entry.contains(['?', '#']) {
        return None;
    }
    if let Some(page) = entry.strip_suffix('*') {
        return page.ends_with('/').then(|| page.to_owned());
    }
    if entry.ends_with('/') {
        return Some(format!("{entry}*"));
    }
    let address = super::address::parse(entry, |_| false).ok()?;
    (address.host.is_some() && address.path.is_empty()).then(|| format!("{entry}/*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(entry: usize, text: Option<&str>) -> EntryChange {
        EntryChange { entry, text: text.map(str::to_owned) }
    }

    #[test]
    fn only_lines_with_a_changed_entry_are_written_anew() {
        let text = "# note\n- /a\n2026,/b,200\n\ncurl -H 'x: y' \\\n  https://h.com/c\n/d /e";
        assert_eq!(apply(text, &[]), text);
        assert_eq!(
            apply(text, &[change(0, Some("/A")), change(1, None)]),
            "# note\n/A\n\ncurl -H 'x: y' \\\n  https://h.com/c\n/d /e"
        );
        assert_eq!(
            apply(text, &[change(2, None), change(4, None)]),
            "# note\n- /a\n2026,/b,200\n\n/d",
            "a command goes with all its lines"
        );
    }

    #[test]
    fn a_page_and_its_directory_turn_into_each_other() {
        for (page, directory) in
            [("https://h.com/news/", "https://h.com/news/*"), ("/news/", "/news/*"), ("/", "/*")]
        {
            assert_eq!(directory_or_page(page).as_deref(), Some(directory));
            assert_eq!(directory_or_page(directory).as_deref(), Some(page));
        }
        assert_eq!(directory_or_page("https://h.com").as_deref(), Some("https://h.com/*"));
        for neither in ["/a.jpg", "/a*", "https://h.com/a", "/news/?x=1"] {
            assert_eq!(directory_or_page(neither), None, "{neither}");
        }
    }
}
