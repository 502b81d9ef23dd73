//! Finds the end of a URL among words and marks.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};

use super::tokens::WIDE_ENDS;

/// Finds the full URLs in words, without the punctuation behind them.
pub(super) fn urls_in(words: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let found: Vec<Range<usize>> = finder
        .links(words)
        .map(|link| link.start()..link.end())
        .filter(|place| words.get(place.clone()).is_some_and(super::form::is_http))
        .collect();
    found.into_iter()
}

/// Returns a word of a sentence without the punctuation at its end.
pub(super) fn without_punctuation(word: &str) -> &str {
    word.trim_end_matches(['.', ',', ';', ':', '!', '?', '…', '"', '\'', '»', '”', '’'])
        .trim_end_matches(WIDE_ENDS)
}

/// Returns a word without the marks of emphasis around it: `**…**`, `*…*`, `__…__`, `~~…~~`, `_…_`.
/// Stars around a directory stay, since they may be a pattern's: [`is_emphasis_or_pattern`].
pub(super) fn without_emphasis(word: &str) -> &str {
    let mut word = word;
    for mark in ["***", "**", "*", "__", "~~", "_"] {
        let Some(inner) = word.strip_prefix(mark).and_then(|it| it.strip_suffix(mark)) else {
            continue;
        };
        let is_starry = mark.starts_with('*');
        let is_path = is_starry && inner.starts_with('/') && !inner.starts_with("//");
        let may_be_pattern = inner.ends_with('/') && (is_path || mark == "*");
        if (super::form::has_scheme(inner) || is_path) && !may_be_pattern {
            word = inner;
        }
    }
    word
}

/// Returns true if nobody can tell whether the stars around a path are emphasis or a pattern's:
/// `**/img/**`.
pub(super) fn is_emphasis_or_pattern(word: &str) -> bool {
    let inner = word.trim_start_matches('*');
    let stars = word.len() - inner.len();
    let inside = inner.trim_end_matches('*');
    stars > 0 && inner.len() - inside.len() == stars && inside.starts_with('/')
}

/// Returns the address of a spreadsheet's link: `=HYPERLINK("https://…","name")`.
pub(super) fn hyperlink(cell: &str) -> Option<&str> {
    let rest = cell.trim().strip_prefix('=')?;
    let rest = crate::domain::target::strip_ignoring_case(rest, "HYPERLINK(")?;
    let quoted = rest.trim_start().strip_prefix('"')?;
    let (address, rest) = quoted.split_once('"')?;
    rest.trim_start().starts_with([',', ';', ')']).then(|| address.trim())
}

/// Returns the address of a link in angle brackets: `<https://…|name>` of Slack, or the whole.
pub(super) fn bracketed(inside: &str) -> &str {
    if !super::form::has_scheme(inside) {
        return inside;
    }
    inside.split_once('|').map_or(inside, |(address, _)| address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_ends_where_a_reader_would_say() {
        let text = "Purge https://h.com/a.jpg. And (https://h.com/b), or \"https://h.com/c?x=1\"!";
        let urls: Vec<&str> = urls_in(text).filter_map(|place| text.get(place)).collect();
        assert_eq!(urls, ["https://h.com/a.jpg", "https://h.com/b", "https://h.com/c?x=1"]);
    }

    #[test]
    fn marks_around_a_url_are_taken_off() {
        for (word, bare) in [
            ("**https://h.com/c.jpg**", "https://h.com/c.jpg"),
            ("**https://h.com/c/**", "https://h.com/c/"),
            ("_https://h.com/_", "https://h.com/"),
            ("**/img/**", "**/img/**"),
            ("*https://h.com/*", "*https://h.com/*"),
            ("*https://h.com/a.html*", "https://h.com/a.html"),
            ("**/img/a.jpg**", "/img/a.jpg"),
            ("*/a.html*", "/a.html"),
            ("**/img/***", "/img/*"),
            ("*.jpg*", "*.jpg*"),
            ("/img/*", "/img/*"),
        ] {
            assert_eq!(without_emphasis(word), bare);
        }
        assert_eq!(
            hyperlink("=HYPERLINK(\"https://h.com/a.jpg\",\"a\")"),
            Some("https://h.com/a.jpg")
        );
        assert_eq!(hyperlink("=hyperlink( \"/b\" ; \"b\")"), Some("/b"));
        assert_eq!(hyperlink("=SUM(\"a\")"), None);
        assert_eq!(bracketed("https://h.com/a|h.com/a"), "https://h.com/a");
        assert_eq!(bracketed("/a|b"), "/a|b");
    }
}
