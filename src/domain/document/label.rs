//! Labels before an entry that say its kind: `tag:product-42`, `host:www.site.com`,
//! `regex:^https?://…`, `ignore-query:https://…`.
//!
//! Nothing but its word tells a tag or an expression apart from an address, so the word stands
//! right before it: `Host: www.site.com` is a header. ` @www.site.com` behind a tag or an
//! expression names the host of its resource.

use std::borrow::Cow;

use super::form::{bare_host, looks_like_host};
use super::places::place_of;
use super::{Document, DocumentEntry};
use crate::domain::kind::Kind;

/// The labels, each as it is written first.
const LABELS: [(&str, Kind); 5] = [
    ("tag:", Kind::Tag),
    ("host:", Kind::Host),
    ("regex:", Kind::Regex),
    ("ignore-query:", Kind::IgnoreQuery),
    ("ignore_query:", Kind::IgnoreQuery),
];

/// Mark before the host of a tag's or an expression's resource.
const AT_HOST: &str = " @";

/// An entry with a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labelled<'a> {
    /// The kind that its label says.
    pub kind: Kind,
    /// The text behind the label, without the host of its resource.
    pub target: &'a str,
    /// The host of its resource, where it names one.
    pub host: Option<&'a str>,
}

/// Takes an entry with a label apart; `None` for one without.
pub fn parse(text: &str) -> Option<Labelled<'_>> {
    let (kind, rest) = LABELS.into_iter().find_map(|(label, kind)| {
        let rest = text.strip_prefix(label)?;
        let is_one = !rest.is_empty() && !rest.starts_with("//") && rest.trim_start() == rest;
        is_one.then_some((kind, rest))
    })?;
    if kind == Kind::Host {
        // `host:127.0.0.1<tab>time:…` is a row of a log, `host:8080` a name and its port.
        let is_port = rest.bytes().all(|byte| byte.is_ascii_digit());
        if is_port || rest.contains(char::is_whitespace) {
            return None;
        }
    }
    let (target, host) = at_host(kind, rest);
    Some(Labelled { kind, target, host })
}

/// Returns the label of an entry and the rest of it; an entry without one has an empty label.
pub fn split(text: &str) -> (&str, &str) {
    let rest = parse(text).and_then(|it| Some(place_of(text, it.target)?.start)).unwrap_or(0);
    text.split_at_checked(rest).unwrap_or(("", text))
}

/// Writes an entry with the label of its kind, and with the host of its resource; `None` for a kind
/// that has no label.
pub fn write(kind: Kind, target: &str, host: Option<&str>) -> Option<String> {
    let (label, _) = LABELS.into_iter().find(|(_, of)| *of == kind)?;
    Some(match host {
        Some(host) => format!("{label}{target}{AT_HOST}{host}"),
        None => format!("{label}{target}"),
    })
}

/// Writes a target as an entry of a draft whose kind is chosen: as it is, but for a name that looks
/// like a label, which gets its own.
pub fn in_kind(kind: Kind, target: &str) -> String {
    let labelled = parse(target).and_then(|_| write(kind, target, None));
    labelled.unwrap_or_else(|| target.to_owned())
}

/// Returns true if a line is one labelled entry: no list of them, and without a blank.
pub(super) fn is_plain(line: &str) -> bool {
    parse(line).is_some_and(|it| !it.kind.is_named() || !it.target.contains(','))
        && !line.contains(char::is_whitespace)
}

/// Puts the entries of a line with a label; `false` for a line without. Tags and hosts hold no
/// comma, so it separates them.
pub(super) fn put<'a>(
    line: &'a str,
    number: usize,
    text: &'a str,
    document: &mut Document<'a>,
) -> bool {
    let Some(first) = parse(line) else { return false };
    let mut hosts = Vec::new();
    let mut named = first;
    while let Some(host) = named.host {
        hosts.push(host);
        (named.target, named.host) = at_host(named.kind, named.target);
    }
    hosts.reverse();
    let parts: Vec<&str> = if first.kind.is_named() {
        named.target.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
    } else {
        vec![named.target]
    };
    if hosts.len() < 2 && parts == [named.target] {
        let place = place_of(text, line);
        let entry =
            DocumentEntry { line: number, text: line.into(), alone: true, until: number, place };
        document.entries.push(entry);
        return true;
    }
    let hosts: Vec<Option<&str>> =
        if hosts.is_empty() { vec![None] } else { hosts.into_iter().map(Some).collect() };
    for host in hosts {
        for part in &parts {
            if let Some(entry) = write(first.kind, part, host) {
                document.put(number, Cow::Owned(entry), None);
            }
        }
    }
    true
}

/// Returns true if a line is a header of tags, as an origin answers with: `Cache-Tag: a,b`.
pub(super) fn is_tag_header(line: &str) -> bool {
    const NAMES: [&str; 5] = ["cache-tag", "cache-tags", "surrogate-key", "surrogate-keys", "xkey"];
    let Some((name, value)) = line.split_once(':') else { return false };
    if !value.starts_with([' ', '\t']) || value.trim().is_empty() {
        return false;
    }
    let name = name.trim_start_matches(['<', '>', ' ']).to_ascii_lowercase();
    NAMES.iter().any(|it| name.strip_suffix(it).is_some_and(is_prefix))
}

/// Returns true for what stands before the name of a header of a vendor's own: `EO-`, or nothing.
fn is_prefix(text: &str) -> bool {
    let letters = text.strip_suffix('-').unwrap_or(text);
    (text.is_empty() || letters.len() < text.len())
        && letters.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Splits the host of its resource off a tag or an expression.
fn at_host(kind: Kind, rest: &str) -> (&str, Option<&str>) {
    let found = rest.rsplit_once(AT_HOST).filter(|(_, host)| {
        matches!(kind, Kind::Tag | Kind::Regex)
            && !host.contains(char::is_whitespace)
            && (looks_like_host(host) || bare_host(host) == *host)
            && !host.is_empty()
    });
    match found {
        Some((target, host)) => (target.trim_end(), Some(host)),
        None => (rest, None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn entries(text: &str) -> Vec<String> {
        read(text, None).entries.into_iter().map(|entry| entry.text.into_owned()).collect()
    }

    #[test]
    fn a_label_stands_right_before_what_it_names() {
        for (text, kind, target, host) in [
            ("tag:product-42", Kind::Tag, "product-42", None),
            ("tag:a b", Kind::Tag, "a b", None),
            ("tag:a @www.site.com", Kind::Tag, "a", Some("www.site.com")),
            ("tag:me@www.site.com", Kind::Tag, "me@www.site.com", None),
            ("host:www.site.com", Kind::Host, "www.site.com", None),
            ("regex:^https?://h\\.com/a$", Kind::Regex, "^https?://h\\.com/a$", None),
            ("regex:/a{2} @h.com", Kind::Regex, "/a{2}", Some("h.com")),
            ("ignore-query:/a?b", Kind::IgnoreQuery, "/a?b", None),
            ("ignore_query:/a", Kind::IgnoreQuery, "/a", None),
        ] {
            assert_eq!(parse(text), Some(Labelled { kind, target, host }), "{text}");
            assert_eq!(write(kind, target, host).as_deref().and_then(parse), parse(text));
            assert!(split(text).1.starts_with(target), "{text}");
        }
        for text in [
            "Host: www.site.com",
            "host: www.site.com",
            "host:8080",
            "host:127.0.0.1\ttime:1",
            "tag:",
            "tag: a",
            "Tag:a",
            "host://a/b",
            "https://h.com/tag:a",
            "/tag:a",
            "url:/a",
        ] {
            assert_eq!(parse(text), None, "{text}");
            assert_eq!(split(text), ("", text));
        }
    }

    #[test]
    fn a_line_with_a_label_is_whole_and_a_comma_separates_only_names() {
        for (text, expected) in [
            ("tag:a,b, c", &["tag:a", "tag:b", "tag:c"][..]),
            ("tag:a @h.com @i.com", &["tag:a @h.com", "tag:a @i.com"]),
            ("host:a.com,b.com", &["host:a.com", "host:b.com"]),
            (
                "regex:^https?://h\\.com/(a|b){1,2}/[^/]+\\.jpg$\n/a.jpg",
                &["regex:^https?://h\\.com/(a|b){1,2}/[^/]+\\.jpg$", "/a.jpg"],
            ),
            ("- tag:a # of the shop\n* host:h.com", &["tag:a", "host:h.com"]),
            ("ignore-query:https://h.com/a,b?c", &["ignore-query:https://h.com/a,b?c"]),
            ("https://h.com/a\ntag:a", &["https://h.com/a", "tag:a"]),
            ("GET /a HTTP/1.1\nHost: h.com", &["https://h.com/a"]),
            ("Cache-Tag: a,b", &[]),
        ] {
            assert_eq!(entries(text), expected, "{text}");
        }
    }

    #[test]
    fn a_name_that_looks_like_a_label_is_told_apart_by_its_own() {
        assert_eq!(in_kind(Kind::Tag, "product-42"), "product-42");
        for name in ["tag:a", "host:a", "tag:tag:a"] {
            let written = in_kind(Kind::Tag, name);
            assert_eq!(parse(&written).map(|it| (it.kind, it.target)), Some((Kind::Tag, name)));
        }
        assert_eq!(in_kind(Kind::Url, "/tag:a"), "/tag:a");
    }

    #[test]
    fn a_header_of_tags_is_known() {
        for header in [
            "Cache-Tag: a",
            "surrogate-key: a b",
            "< EO-Cache-Tag: x",
            "xkey: a",
            "Edge-Cache-Tag: a",
        ] {
            assert!(is_tag_header(header), "{header}");
        }
        for other in
            ["Cache-Tag:", "Cache-Control: no-cache", "tag:a", "the cache-tag: a", "key: a"]
        {
            assert!(!is_tag_header(other), "{other}");
        }
    }
}
