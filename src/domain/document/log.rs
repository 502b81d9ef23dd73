//! Access logs: what was asked for by GET and HEAD, and of which host.

use std::borrow::Cow;

use super::escape::unlogged;
use super::host::{Told, on_host};
use super::logged::{self, RecordedRequest};
use super::places::place_of;
use super::{Document, OmissionReason};

/// The number of lines by which a log is known.
const SAMPLE: usize = 50;

/// Returns true if most of the first lines are of an access log.
pub(super) fn is_log(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (mut all, mut known) = (0, 0);
    for line in lines.take(SAMPLE) {
        if line.starts_with("#Fields:") || line.starts_with("#Version:") {
            return true;
        }
        all += 1;
        known += usize::from(
            logged::line(line).is_some() || is_error(line) || Fields::WITHOUT_HEADING.is_row(line),
        );
    }
    all > 0 && known * 5 >= all * 4
}

/// Returns true if a line is a server's own message: its level stands in brackets.
fn is_error(line: &str) -> bool {
    let levels = ["emerg]", "alert]", "crit]", "error]", "warn]", "notice]", "info]", "debug]"];
    let starts = line.starts_with('[') || line.starts_with(|it: char| it.is_ascii_digit());
    starts && line.split([' ', '[', ':']).any(|word| levels.contains(&word))
}

/// Reads the lines of a log: common or combined, W3C under its `#Fields:`, CloudFront's.
pub(super) fn read(text: &str) -> Document<'_> {
    let mut document = Document::default();
    let mut fields: Option<Fields<'_>> = None;
    for (line, words) in text.lines().enumerate() {
        let trimmed = words.trim();
        if trimmed.is_empty() {
            continue;
        }
        if let Some(names) = trimmed.strip_prefix("#Fields:") {
            fields = Some(Fields(Cow::Owned(names.split_whitespace().collect())));
            document.omit(line, OmissionReason::Heading, false);
        } else if trimmed.starts_with('#') {
            document.omit(line, OmissionReason::Heading, false);
        } else if let Some(fields) = &fields {
            put_row(fields, line, words, text, &mut document);
        } else if let Some(logged) = logged::line(trimmed) {
            put_logged(logged, line, text, &mut document);
        } else if Fields::WITHOUT_HEADING.is_row(words) {
            put_row(&Fields::WITHOUT_HEADING, line, words, text, &mut document);
        } else {
            let doubtful = trimmed.split_whitespace().any(super::form::is_address);
            document.omit(line, OmissionReason::OtherForm, doubtful);
        }
    }
    document
}

/// Puts the target of a line that was known as a log's.
pub(super) fn put_logged<'a>(
    request: RecordedRequest<'a>,
    line: usize,
    text: &str,
    document: &mut Document<'a>,
) {
    if request.method.is_empty() {
        document.omit(line, OmissionReason::OtherForm, false);
        return;
    }
    let target = match request.query {
        Some(query) => Cow::Owned(format!("{}?{query}", request.target)),
        None => unlogged(request.target),
    };
    put(request.method, request.host, target, line, text, document);
}

/// Puts what a line asked for. A line that tells different hosts is not read.
fn put<'a>(
    method: &str,
    told: Told<'_>,
    target: Cow<'a, str>,
    line: usize,
    text: &str,
    document: &mut Document<'a>,
) {
    if !["GET", "HEAD"].contains(&method) || target == "*" {
        document.omit(line, OmissionReason::Method, false);
        return;
    }
    if told.is_torn && on_host("", &target).is_some() {
        document.omit(line, OmissionReason::OtherForm, true);
        return;
    }
    match (told.host().and_then(|host| on_host(host, &target)), target) {
        (Some(url), _) => document.put(line, Cow::Owned(url), None),
        (None, Cow::Borrowed(target)) => {
            document.put(line, Cow::Borrowed(target), place_of(text, target));
        }
        (None, target @ Cow::Owned(_)) => document.put(line, target, None),
    }
}

/// The names of the fields of a log's rows.
struct Fields<'a>(Cow<'a, [&'a str]>);

impl Fields<'_> {
    /// The first fields of CloudFront's standard log, which many tools write without its heading.
    /// Source: the vendor's developer guide, "standard log file fields" (documented).
    const WITHOUT_HEADING: Fields<'static> = Fields(Cow::Borrowed(&[
        "date",
        "time",
        "x-edge-location",
        "sc-bytes",
        "c-ip",
        "cs-method",
        "cs(Host)",
        "cs-uri-stem",
        "sc-status",
        "cs(Referer)",
        "cs(User-Agent)",
        "cs-uri-query",
        "cs(Cookie)",
        "x-edge-result-type",
        "x-edge-request-id",
        "x-host-header",
    ]));

    /// Returns true if a line may be a row of CloudFront's log: a date, a time and a method.
    fn is_row(&self, line: &str) -> bool {
        let mut cells = line.split('\t');
        let date = cells.next().unwrap_or_default();
        date.len() == 10
            && date.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
            && self.cell(line, "cs-method").is_some_and(|method| {
                !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase())
            })
            && self.cell(line, "cs-uri-stem").is_some_and(|stem| stem.starts_with('/'))
    }

    /// Returns the cell of a row under a name; `-` is none.
    fn cell<'r>(&self, row: &'r str, name: &str) -> Option<&'r str> {
        let at = self.0.iter().position(|it| it.eq_ignore_ascii_case(name))?;
        let cell = if row.contains('\t') {
            row.split('\t').nth(at)
        } else {
            row.split(' ').filter(|cell| !cell.is_empty()).nth(at)
        };
        cell.map(str::trim).filter(|cell| *cell != "-")
    }

    /// Returns the first of the names that has a cell.
    fn first<'r>(&self, row: &'r str, names: &[&str]) -> Option<&'r str> {
        names.iter().find_map(|name| self.cell(row, name))
    }
}

fn put_row<'a>(
    fields: &Fields<'_>,
    line: usize,
    row: &'a str,
    text: &str,
    document: &mut Document<'a>,
) {
    let stem = fields.first(row, &["cs-uri-stem", "cs-uri", "cs-url", "c-uri", "url", "uri"]);
    let Some(stem) = stem else {
        document.omit(line, OmissionReason::Empty, false);
        return;
    };
    let method = fields.first(row, &["cs-method", "c-method", "method"]).unwrap_or("GET");
    let host = fields.first(row, &["x-host-header", "cs-host", "cs(Host)", "x-cs-host"]);
    let target = match fields.cell(row, "cs-uri-query") {
        Some(query) => Cow::Owned(format!("{stem}?{query}")),
        None => Cow::Borrowed(stem),
    };
    let mut told = Told::default();
    if let Some(host) = host {
        told.add_site(host);
    }
    put(method, told, target, line, text, document);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> (Vec<(usize, String)>, Vec<usize>) {
        assert!(is_log(text), "{text}");
        let document = read(text);
        let entries = document.entries.into_iter().map(|it| (it.line, it.text.into_owned()));
        (entries.collect(), document.omissions.into_iter().map(|it| it.line).collect())
    }

    #[test]
    fn common_and_combined_lines_name_what_was_asked_for() {
        let (entries, omissions) = read_all(
            "127.0.0.1 - - [21/Nov/2026:10:00:04 +0000] \"OPTIONS * HTTP/1.0\" 200 126\n\
             203.0.113.9 - mira [21/Nov/2026:10:00:04 +0000] \"GET /img/\\xC3\\xA9.jpg HTTP/1.1\" 200 1 \"https://h.com/\" \"Moz \\\"x\\\"\"\n\
             other.example:443 203.0.113.9 - - [t] \"GET /img/z.jpg?v=1 HTTP/1.1\" 200 1\n\
             203.0.113.9 - - [t] \"HEAD http://h.com/b HTTP/1.1\" 304 -\n\
             203.0.113.9 - - [t] \"POST /c HTTP/1.1\" 200 1\n",
        );
        assert_eq!(
            entries,
            [
                (1, "/img/%C3%A9.jpg".to_owned()),
                (2, "https://other.example/img/z.jpg?v=1".to_owned()),
                (3, "http://h.com/b".to_owned()),
            ]
        );
        assert_eq!(omissions, [0, 4]);
    }

    #[test]
    fn cloudfront_and_w3c_rows_have_their_host() {
        let (entries, _) = read_all(
            "2026-11-21\t10:00:00\tFRA2\t5123\t203.0.113.9\tGET\td1.cloudfront.net\t/img/a.jpg\t200\thttps://h.com/\tMozilla\tx=1\t-\tHit\tid\twww.h.com\n\
            2026-11-21\t10:00:00\tFRA2\t5123\t203.0.113.9\tGET\td1.cloudfront.net\t/b\t200\t-\tMozilla\t-",
        );
        assert_eq!(
            entries,
            [
                (0, "https://www.h.com/img/a.jpg?x=1".to_owned()),
                (1, "https://d1.cloudfront.net/b".to_owned()),
            ]
        );
        let (entries, omissions) = read_all(
            "#Version: 1.0\n#Fields: date time cs-method cs-uri-stem cs-uri-query sc-status cs(Referer)\n2026-11-21 10:00:00 GET /a - 200 https://h.com/\n2026-11-21 10:00:00 GET /b x=1 200 -\n2026-11-21 10:00:00 POST /c - 200 -\n",
        );
        assert_eq!(entries, [(2, "/a".to_owned()), (3, "/b?x=1".to_owned())]);
        assert_eq!(omissions, [0, 1, 4]);
        assert!(!is_log("/a\n/b\n"));
    }
}
