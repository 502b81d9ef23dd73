//! A HAR: what a browser asked for.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::form::is_http;
use super::json::{broken, leaves};
use super::places::LineCounter;
use super::{Document, OmissionReason};

/// The path of a request's key in a HAR 1.2 file.
const REQUEST: [&str; 3] = ["log", "entries", "request"];

/// The part of a HAR that tells it from other JSON.
#[derive(Deserialize)]
struct Head {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<IgnoredAny>,
    version: Option<IgnoredAny>,
}

/// Returns true if a text, which is JSON, is a HAR.
pub(super) fn is_har(text: &str) -> bool {
    let head = || serde_json::from_str::<Head>(text).ok();
    text.contains("\"entries\"")
        && head().is_some_and(|it| it.log.version.is_some() || !it.log.entries.is_empty())
}

/// Reads the URL of every GET and HEAD; headers, cookies and answers are no targets.
pub(super) fn read(text: &str) -> Document<'_> {
    let broken = broken(text);
    if broken.is_some() {
        return Document { broken, ..Document::default() };
    }
    let leaves = leaves(text);
    let is_of = |keys: &[std::borrow::Cow<'_, str>], name: &str| {
        let expected = REQUEST.into_iter().chain([name]);
        keys.len() == REQUEST.len() + 1 && keys.iter().zip(expected).all(|(key, it)| *key == it)
    };
    let methods: HashMap<usize, &str> = leaves
        .iter()
        .filter(|leaf| is_of(&leaf.keys, "method"))
        .filter_map(|leaf| Some((*leaf.objects.last()?, leaf.text.as_ref())))
        .collect();
    let mut document = Document::default();
    let mut lines = LineCounter::new(text);
    for leaf in leaves.iter().filter(|leaf| is_of(&leaf.keys, "url")) {
        let line = lines.line_of(leaf.place.start);
        let method = leaf.objects.last().and_then(|object| methods.get(object));
        let reads = method.is_none_or(|it| ["GET", "HEAD"].contains(it));
        if reads && is_http(&leaf.text) {
            document.put(line, leaf.text.clone(), leaf.plain_place());
        } else {
            document.omit(line, OmissionReason::Method, false);
        }
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_by_get_and_head_is_read() {
        let text = r#"{"log":{"version":"1.2","entries":[
            {"request":{"method":"GET","url":"https://h.com/a?x=1","headers":[{"name":"Accept","value":"*/*"},{"name":"Referer","value":"https://h.com/"}],"cookies":[{"path":"/"}]},"response":{"redirectURL":"https://h.com/z"}},
            {"request":{"url":"https://h.com/post","method":"POST"}},
            {"request":{"method":"GET","url":"data:image/png;base64,AAAA"}},
            {"request":{"url":"https:\/\/h.com\/b","method":"HEAD"}}]}}"#;
        assert!(is_har(text) && !is_har("{\"log\":1}"));
        let document = read(text);
        let texts: Vec<_> = document.entries.iter().map(|it| it.text.as_ref()).collect();
        assert_eq!(texts, ["https://h.com/a?x=1", "https://h.com/b"]);
        let lines: Vec<_> = document.omissions.iter().map(|it| it.line).collect();
        assert_eq!(lines, [2, 3]);
    }
}
