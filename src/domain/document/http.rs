//! HTTP requests as they go over the wire: a request line, then its headers.

use std::borrow::Cow;

use super::form::{is_http, is_target_start};
use super::places::place_of;
use super::{Document, OmissionReason};
use crate::domain::target::strip_ignoring_case;

/// Returns true if a text begins with a request line or an answer's, or is a file of an editor's
/// client, which parts its requests by `###`.
pub(super) fn is_http_request(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let Some(first) = lines.next() else { return false };
    if first.starts_with("HTTP/") {
        // An answer: what it links to was not asked for.
        return true;
    }
    let has_version = first.rsplit(' ').next().is_some_and(|it| it.starts_with("HTTP/"));
    (has_version && target(first).is_some())
        || (first.starts_with(PARTED) && lines.any(|it| target(it).is_some()))
}

/// The mark between the requests of a `.http` file.
const PARTED: &str = "###";

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
        } else if trimmed.starts_with(PARTED) {
            put(request.take().as_ref(), text, &mut document);
            in_body = false;
            document.omit(line, OmissionReason::Comment, false);
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
    let is_method = !method.is_empty() && method.bytes().all(|it| it.is_ascii_uppercase());
    let (target, version) = match rest.rsplit_once(' ') {
        // An editor's client needs no version behind a full URL.
        None if is_http(rest) => (rest, "HTTP/"),
        parted => parted?,
    };
    let is_line = is_method && version.starts_with("HTTP/") && !target.trim().is_empty();
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

    #[test]
    fn a_file_of_an_editors_client_gives_what_it_reads() {
        let text = "### one\nGET https://h.com/a\nReferer: https://h.com/r\n\n###\n\
                    POST https://h.com/b\n\n{\"url\":\"https://h.com/z\"}\n### two\n\
                    GET /c HTTP/1.1\nHost: h.com\n";
        assert!(is_http_request(text));
        let document = read(text);
        let entries: Vec<_> = document.entries.iter().map(|it| it.text.as_ref()).collect();
        assert_eq!(entries, ["https://h.com/a", "https://h.com/c"]);
        let answer = "HTTP/1.1 200 OK\nLink: <https://h.com/s.css>; rel=preload\n";
        assert!(is_http_request(answer));
        assert_eq!(read(answer).entries, []);
    }
}
