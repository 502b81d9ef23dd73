#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod any_input;
mod curl;
mod lines;
mod others;
mod shells;

use super::*;

/// Reads a text that is a command and holds what is found to what is promised of it.
fn read(text: &str) -> CommandLine {
    let line = command_at(text).unwrap_or_else(|| panic!("{text}: no command"));
    keeps_its_promises(text, &line);
    line
}

fn keeps_its_promises(text: &str, line: &CommandLine) {
    let after = text.get(line.length..).unwrap_or_else(|| panic!("{text:?}: {}", line.length));
    let ends_line = after.is_empty() || after.starts_with('\n') || after.starts_with("\r\n");
    assert!(ends_line, "{text:?}: ends before {after:?}");
    for url in &line.urls {
        if let Some(place) = &url.place {
            assert_eq!(text.get(place.clone()), Some(url.text.as_str()), "{text:?}");
            assert!(place.end <= line.length, "{text:?}");
        }
    }
}

fn urls(text: &str) -> Vec<String> {
    read(text).urls.into_iter().map(|url| url.text).collect()
}

/// Holds a table of command lines and the URLs of each, with a blank between two.
fn each_asks_for(table: &[(&str, &str)]) {
    for (text, expected) in table {
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(urls(text), expected, "{text}");
        assert_eq!(read(text).length, text.trim_end_matches(['\r', '\n']).len(), "{text}");
    }
}

/// Holds a table of command lines and what each does not take.
fn each_refuses(table: &[(&str, &[&str])]) {
    for (text, expected) in table {
        assert_eq!(read(text).not_taken, *expected, "{text}");
    }
}
