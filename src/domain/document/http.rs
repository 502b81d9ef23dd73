//! HTTP requests as they go over the wire: a request line, then its headers.

use std::borrow::Cow;

use super::form::{is_http, is_target_start};
use super::places::place_of;
use super::{Document, OmissionReason};
use crate::domain::target::strip_ignoring_case;

/// Returns true if a text begins with a request line.
pub(super) fn is_http_request(text: &str) -> bool {
    text.lines().map(str::trim).find(|line| !line.is_empty()).is_some_and(|it| target(it).is_some())
}

/// Reads the target of each request, with the host that its headers name.
pub(super) fn read(text: &str) -> Document<'_> {
    let mut document = Document::default();
    let mut request: Option<Request<'_>> = None;
    // True in what follows a request's blank line: its body.
    let mut in_body = false;
    for (line, words) in text.lines().enumerate() {
        let trimmed = words.trim();
        if let Some(target) = target(trimmed) {
            put(request.as_ref(), text, &mut document);
            let reads = ["GET ", "HEAD ", "PURGE "].iter().any(|it| trimmed.starts_with(it));
            request = Some(Request { line, target, host: None, reads });
            in_body = false;
        } else if trimmed.is_empty() {
            in_body |= request.is_some();
        } else if !in_body && let Some(request) = &mut request {
            match strip_ignoring_case(trimmed, "host:") {
                Some(host) => request.host = Some(host.trim()),
                None => document.omit(line, OmissionReason::Words, false),
            }
        } else {
            let doubtful = is_http(trimmed) || (request.is_none() && is_target_start(trimmed));
            document.omit(line, OmissionReason::OtherForm, doubtful);
        }
    }
    put(request.as_ref(), text, &mut document);
    document.omissions.sort_by_key(|it| it.line);
    document
}

/// A request whose headers are being read.
struct Request<'a> {
    line: usize,
    target: &'a str,
    host: Option<&'a str>,
    reads: bool,
}

fn put<'a>(request: Option<&Request<'a>>, text: &str, document: &mut Document<'a>) {
    let Some(&Request { line, target, host, reads }) = request else { return };
    match host.filter(|_| target.starts_with('/')) {
        _ if !reads || target == "*" => document.omit(line, OmissionReason::Method, false),
        Some(host) => document.put(line, Cow::Owned(format!("https://{host}{target}")), None),
        None => document.put(line, Cow::Borrowed(target), place_of(text, target)),
    }
}

/// Returns the target of a request line.
fn target(line: &str) -> Option<&str> {
    // A blank in the target is told by the linter: cut at it, another file would be meant.
    let (method, rest) = line.split_once(' ')?;
    let (target, version) = rest.rsplit_once(' ')?;
    let is_line = !method.is_empty()
        && method.bytes().all(|byte| byte.is_ascii_uppercase())
        && version.starts_with("HTTP/")
        && !target.trim().is_empty();
    is_line.then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_gives_its_target_on_its_host_and_no_header() {
        let text = "GET /img/a.jpg?x HTTP/1.1\r\nHost: www.h.com\r\nAccept: */*\r\n\r\nbody /x\r\nPOST /b HTTP/1.1\nGET https://h.com/c HTTP/2\nGET /d HTTP/1.1";
        let document = read(text);
        let entries: Vec<_> =
            document.entries.iter().map(|it| (it.line, it.text.as_ref())).collect();
        assert_eq!(
            entries,
            [(0, "https://www.h.com/img/a.jpg?x"), (6, "https://h.com/c"), (7, "/d")]
        );
        let lines: Vec<_> = document.omissions.iter().map(|it| it.line).collect();
        assert_eq!(lines, [2, 4, 5]);
        assert!(is_http_request(text) && !is_http_request("GET /a\n"));
    }
}
