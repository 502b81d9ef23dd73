//! Requests as logs have them: one line each, behind whatever its collector puts before it.

use super::form::{bare_host, has_word, looks_like_host};
use super::host::{Told, is_file};

/// The methods of HTTP that are no GET and no HEAD.
pub(super) const OTHER_METHODS: [&str; 16] = [
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "OPTIONS",
    "CONNECT",
    "TRACE",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "REPORT",
    "BAN",
];

/// A request of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordedRequest<'a> {
    /// Its method.
    pub(super) method: &'a str,
    /// Its target, as it is written there.
    pub(super) target: &'a str,
    /// The query, where it has a field of its own.
    pub(super) query: Option<&'a str>,
    /// The host that its line tells.
    pub(super) host: Told<'a>,
}

impl RecordedRequest<'_> {
    /// Returns true if it asked for an object.
    pub(super) fn reads(&self) -> bool {
        ["GET", "HEAD"].contains(&self.method) && self.target != "*"
    }
}

/// Tells whether a method is another than GET and HEAD; `None` where a word is no method.
pub(super) fn is_other_method(word: &str) -> Option<bool> {
    if OTHER_METHODS.contains(&word) {
        return Some(true);
    }
    ["GET", "HEAD", "PURGE"].contains(&word).then_some(false)
}

/// Returns true if a key or heading names the method of a request.
pub(super) fn names_method(name: &str) -> bool {
    has_word(name, &["method", "verb", "requestmethod"])
}

/// Reads a line of a log: with its request in quotes, in fields, or with nothing else.
pub(super) fn line(line: &str) -> Option<RecordedRequest<'_>> {
    quoted(line).or_else(|| row(line)).or_else(|| bare(line))
}

/// Reads a request that a string holds: a line of a log or a request line.
pub(super) fn within(value: &str) -> Option<RecordedRequest<'_>> {
    let versioned = || bare(value).filter(|_| value.contains(" HTTP/"));
    quoted(value).or_else(versioned)
}

/// `… "METHOD target HTTP/1.1" …`; behind a time in brackets, the version may be missing.
fn quoted(line: &str) -> Option<RecordedRequest<'_>> {
    let mut from = 0;
    while let Some(at) = line.get(from..)?.find('"') {
        let (before, field) = (line.get(..from + at)?, line.get(from + at + 1..)?);
        let end = end_of_quoted(field)?;
        let (inside, after) = (field.get(..end)?, field.get(end + 1..)?);
        let is_timed = before.trim_end().ends_with(']') && has_status(after);
        if let Some((method, target)) = request(inside)
            && (is_timed || (has_version(inside) && is_other_method(method).is_some()))
        {
            let host = host_of_line(before, after);
            return Some(RecordedRequest { method, target, query: None, host });
        }
        if is_timed {
            // What is no HTTP is a request nevertheless.
            return Some(RecordedRequest {
                method: "",
                target: inside,
                query: None,
                host: Told::default(),
            });
        }
        from += at + end + 2;
    }
    None
}

fn has_version(request: &str) -> bool {
    request.rsplit_once(' ').is_some_and(|(_, version)| version.starts_with("HTTP/"))
}

fn has_status(after: &str) -> bool {
    let status = after.split_whitespace().next().unwrap_or_default();
    status == "-" || (status.len() == 3 && status.bytes().all(|it| it.is_ascii_digit()))
}

/// The host that stands around a request: before its client, in the place of the client's identity,
/// or as a field behind it that is nothing else. Referrer, agent and user are none.
fn host_of_line<'a>(before: &'a str, after: &'a str) -> Told<'a> {
    let mut told = Told::default();
    let fields = before.rsplit_once('[').map_or("", |(fields, _)| fields);
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let mut add = |field: &'a str| {
        let host = bare_host(field);
        if looks_like_host(host) && !is_file(host) && !field.contains(['@', '/']) {
            told.add_site(host);
        }
    };
    if let [.., _, identity, _] = fields.as_slice() {
        add(identity);
    }
    if let [host, _, _, _] | [.., _, host, _, _, _] = fields.as_slice() {
        add(host);
    }
    for (number, field) in behind(after).enumerate() {
        let value = field.rsplit_once(['=', ':']).map_or(field, |(name, value)| {
            if looks_like_host(bare_host(field)) { field } else { value_of(name, value) }
        });
        if number != AGENT {
            add(value.trim_matches(['"', ',']));
        }
    }
    told
}

/// The value of a named field, where its name speaks of a host.
fn value_of<'a>(name: &str, value: &'a str) -> &'a str {
    let is_host = name.to_ascii_lowercase().ends_with("host") || name.ends_with("server");
    if is_host { value } else { "" }
}

/// The number of the agent among the fields behind a request: status, size, referrer, agent.
const AGENT: usize = 3;

/// The fields behind a request, quotes undone.
fn behind(after: &str) -> impl Iterator<Item = &str> {
    let mut rest = after;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let field = if let Some(inside) = rest.strip_prefix('"') {
            let end = end_of_quoted(inside)?;
            let field = inside.get(..end)?;
            rest = inside.get(end + 1..)?;
            field
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let field = rest.get(..end)?;
            rest = rest.get(end..)?;
            field
        };
        (!field.is_empty() || !rest.is_empty()).then_some(field)
    })
}

/// `2026-11-20 10:00:00 … METHOD /path query port …`: a row of W3C's format without its names.
fn row(line: &str) -> Option<RecordedRequest<'_>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_date =
        |word: &str| word.len() >= 8 && word.bytes().all(|it| b"0123456789.-:/TZ".contains(&it));
    words.first().filter(|first| is_date(first))?;
    let at = words.windows(2).position(|pair| match pair {
        [method, target] => is_other_method(method).is_some() && super::form::is_target(target),
        _ => false,
    })?;
    let (method, target) = (*words.get(at)?, *words.get(at + 1)?);
    let is_number = |word: &&&str| word.bytes().all(|it| it.is_ascii_digit());
    let query = words.get(at + 3).filter(is_number).and_then(|_| words.get(at + 2));
    let query = query.copied().filter(|query| *query != "-");
    let mut host = Told::default();
    for word in words.iter().skip(at + 3) {
        if looks_like_host(word) && !is_file(word) && !word.contains(['@', '/']) {
            host.add_site(bare_host(word));
        }
    }
    Some(RecordedRequest { method, target, query, host })
}

/// `METHOD /path`, `METHOD https://host/path HTTP/1.1`: nothing else.
fn bare(line: &str) -> Option<RecordedRequest<'_>> {
    let (method, target) = request(line.trim())?;
    is_other_method(method)?;
    let is_one = super::form::is_target_start(target) && !target.contains(char::is_whitespace);
    let method = if method == "PURGE" { "GET" } else { method };
    is_one.then(|| RecordedRequest { method, target, query: None, host: Told::default() })
}

/// Finds the quote that ends a field; one behind a backslash does not.
fn end_of_quoted(field: &str) -> Option<usize> {
    let mut escaped = false;
    field.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// Takes a request line apart: its method and its target.
fn request(line: &str) -> Option<(&str, &str)> {
    let (method, rest) = line.split_once(' ')?;
    let target = match rest.rsplit_once(' ') {
        Some((target, version)) if version.starts_with("HTTP/") => target,
        _ => rest,
    };
    method.bytes().all(|byte| byte.is_ascii_uppercase()).then_some((method, target))
}
