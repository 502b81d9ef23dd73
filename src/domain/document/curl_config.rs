//! A configuration of curl, as `curl -K` reads it: the URLs that it asks for.

use super::command::is_curl_option;
use super::escape::unquoted;
use super::form::is_http;
use super::places::place_of;
use super::{Document, OmissionReason};

/// Returns true if every line of a text is an option of curl, and one of them a URL.
pub(super) fn is_config(text: &str) -> bool {
    let mut has_url = false;
    let is_option = |line: &str| {
        let Some((name, _)) = option(line) else { return line.starts_with('#') };
        has_url |= name == "url";
        is_curl_option(name)
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.all(is_option) && has_url
}

/// Reads the values of `url`; what else is set is no target.
pub(super) fn read(text: &str) -> Document<'_> {
    let mut document = Document::default();
    for (line, words) in text.lines().enumerate() {
        let words = words.trim();
        if words.starts_with('#') {
            document.omit(line, OmissionReason::Comment, false);
            continue;
        }
        let Some((name, value)) = option(words) else { continue };
        let quoted = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let value = quoted.unwrap_or(value);
        if name != "url" {
            let reason = OmissionReason::Key(name.to_owned());
            document.omit(line, if is_http(value) { reason } else { OmissionReason::Words }, false);
        } else if value.contains(['{', '[']) {
            // A glob stands for several.
            document.omit(line, OmissionReason::Argument(value.to_owned()), true);
        } else if value.is_empty() {
            document.omit(line, OmissionReason::Empty, true);
        } else {
            let meant = unquoted(value);
            let place = place_of(text, value).filter(|_| meant == value);
            document.put(line, meant, place);
        }
    }
    document.write_stars_out();
    document
}

/// Takes a line apart: `name = "value"`, `--name value`, `name`.
fn option(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("--").unwrap_or(line);
    let end = line.find(|it: char| !(it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-'));
    let (name, rest) = line.split_at_checked(end.unwrap_or(line.len()))?;
    let is_value = rest.is_empty() || rest.starts_with([' ', '=', '\t']);
    let value = rest.trim_start().strip_prefix('=').unwrap_or(rest).trim();
    (is_value && !name.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_it_asks_for_is_read() {
        let text = "# of the release\nurl = \"https://h.com/a\"\nuser-agent = \"x\"\n\
            referer = \"https://h.com/r\"\n--url https://h.com/b*\nsilent\n";
        assert!(is_config(text));
        let document = read(text);
        let texts: Vec<_> = document.entries.iter().map(|it| it.text.as_ref()).collect();
        assert_eq!(texts, ["https://h.com/a", "https://h.com/b%2A"]);
        for text in ["https://h.com/a", "url,hits", "site=https://h.com/", "silent", "/a"] {
            assert!(!is_config(text), "{text}");
        }
    }
}
