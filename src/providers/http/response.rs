//! A vendor's answer, and the ways to read it that are the same for all vendors.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value;

use super::request::{PLACEHOLDER, SHORTEST_HIDDEN};
use crate::domain::failure::{Cause, Failure, LONGEST_PAUSE};
use crate::domain::secret::Secret;
use crate::domain::text::escape_control;

/// The beginning of a page that is searched for words, in bytes.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// An answer with its body as far as it came.
#[derive(Clone, Debug)]
pub(crate) struct HttpResponse {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The answer's `Date`, by the vendor's clock.
    pub(crate) date: Option<DateTime<Utc>>,
    /// The answer's `Retry-After`, from either of its forms.
    pub(crate) retry_after: Option<Duration>,
    /// The body as far as it was read.
    pub(crate) body: Vec<u8>,
    /// The reason for which the body is not whole.
    pub(crate) cut: Option<Failure>,
    pub(super) location: Option<String>,
    pub(super) headers: HeaderMap,
    html: bool,
}

impl HttpResponse {
    pub(super) fn head(response: &reqwest::Response, received: DateTime<Utc>) -> Self {
        let headers = response.headers();
        let date = text(headers, DATE.as_str())
            .and_then(|text| httpdate::parse_http_date(&text).ok())
            .map(DateTime::<Utc>::from);
        Self {
            status: response.status().as_u16(),
            date,
            retry_after: text(headers, RETRY_AFTER.as_str())
                .and_then(|text| retry_after(&text, date.unwrap_or(received))),
            body: Vec::new(),
            cut: None,
            location: text(headers, LOCATION.as_str()),
            headers: headers.clone(),
            html: text(headers, CONTENT_TYPE.as_str())
                .is_some_and(|kind| kind.to_ascii_lowercase().contains("html")),
        }
    }

    /// Replaces these secrets in everything that may be shown of the answer.
    pub(super) fn hide(&mut self, secrets: &[Secret]) {
        for secret in secrets.iter().map(Secret::expose) {
            if secret.len() < SHORTEST_HIDDEN {
                continue;
            }
            if contains(&self.body, secret.as_bytes()) {
                self.body =
                    String::from_utf8_lossy(&self.body).replace(secret, PLACEHOLDER).into_bytes();
            }
            if let Some(location) = &mut self.location {
                *location = location.replace(secret, PLACEHOLDER);
            }
        }
    }

    /// Returns a header that only one vendor has, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns true for a status of success.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns true if the body is empty.
    pub(crate) fn is_blank(&self) -> bool {
        self.body.iter().all(u8::is_ascii_whitespace)
    }

    /// Parses the body as JSON.
    pub(crate) fn json(&self) -> Result<Value, Failure> {
        if let Some(cut) = &self.cut {
            return Err(self.with_status(cut.clone()));
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            let what = if self.is_blank() {
                "the answer is empty".to_owned()
            } else if self.is_html() {
                self.words()
            } else {
                format!("the answer is not JSON ({error}): {}", self.words())
            };
            self.with_status(Failure::new(Cause::BadAnswer).with_message(what))
        })
    }

    /// Returns the body in words, for an answer that was not expected: of an HTML page its title or
    /// its first words.
    pub(crate) fn words(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        if !self.is_html() {
            return escape_control(text.trim(), 300);
        }
        let head = text.get(..text.floor_char_boundary(MAX_HEAD_BYTES)).unwrap_or_default();
        let title = between(head, "<title", "</title")
            .and_then(|inside| inside.split_once('>'))
            .map(|(_, title)| plain(title))
            .filter(|title| !title.is_empty());
        let said = title.unwrap_or_else(|| {
            plain(
                between(head, "<body", "</body")
                    .map_or(head, |body| body.split_once('>').map_or(body, |(_, inside)| inside)),
            )
        });
        format!("an HTML page instead of an API's answer: {}", escape_control(&said, 200))
    }

    /// Returns the cause that the status alone means; `Rejected` for the request's own fault.
    pub(crate) fn cause(&self) -> Cause {
        match self.status {
            401 | 407 => Cause::Unauthenticated,
            403 => Cause::Forbidden,
            404 | 410 => Cause::NotFound,
            408 => Cause::Lost,
            429 => Cause::RateLimited { retry_after: self.retry_after },
            400..=499 => Cause::Rejected { errors: Vec::new() },
            500..=599 => Cause::VendorError,
            _ => Cause::BadAnswer,
        }
    }

    /// Adds this answer's status to a failure.
    pub(crate) fn with_status(&self, failure: Failure) -> Failure {
        Failure { http_status: Some(self.status), ..failure }
    }

    /// Returns the failure of an answer with a status of failure, by the status alone.
    pub(crate) fn failure(&self) -> Failure {
        self.with_status(Failure::new(self.cause()).with_message(self.words()))
    }

    /// Returns the failure of an answer that makes no sense, with its words.
    pub(crate) fn unexpected(&self, message: &str) -> Failure {
        let message = format!("{message}: {}", self.words());
        self.with_status(Failure::new(Cause::BadAnswer).with_message(message))
    }

    fn is_html(&self) -> bool {
        let start = self.body.trim_ascii_start();
        let begins = |with: &str| {
            start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
        };
        begins("<!doctype html") || begins("<html") || (self.html && start.starts_with(b"<"))
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
}

/// Reads `Retry-After`: seconds, or a date that is measured against the vendor's own clock where
/// the answer has one. Never more than [`LONGEST_PAUSE`].
fn retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let pause = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number has room for are a pause without end.
        text.parse().map_or(LONGEST_PAUSE, Duration::from_secs)
    } else {
        let at = DateTime::<Utc>::from(httpdate::parse_http_date(text).ok()?);
        (at - now).to_std().unwrap_or(Duration::ZERO)
    };
    Some(pause.min(LONGEST_PAUSE))
}

fn contains(body: &[u8], text: &[u8]) -> bool {
    body.windows(text.len()).any(|window| window == text)
}

/// Returns the text between two marks, in any case.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let lower = text.to_ascii_lowercase();
    let from = lower.find(open)? + open.len();
    let length = lower.get(from..)?.find(close)?;
    text.get(from..from + length)
}

/// Returns HTML without its tags, scripts and styles, with single blanks.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        let name: String = tag
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_ascii_lowercase();
        let after = if name == "script" || name == "style" {
            let close = format!("</{name}");
            tag.to_ascii_lowercase().find(&close).and_then(|at| tag.get(at..)).unwrap_or_default()
        } else {
            tag
        };
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    let text = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> HttpResponse {
        HttpResponse {
            status: 502,
            date: None,
            retry_after: None,
            body: body.as_bytes().to_vec(),
            cut: None,
            location: None,
            headers: HeaderMap::new(),
            html: true,
        }
    }

    #[test]
    fn an_html_page_is_told_by_its_title() {
        let words = page(
            "<!DOCTYPE html><HTML><head><Title>502 Bad\n Gateway &amp; more</title></head><body>x",
        )
        .words();
        assert!(words.ends_with(": 502 Bad Gateway & more"), "{words}");
    }

    #[test]
    fn a_page_without_a_title_is_told_by_its_first_words() {
        let words =
            page("<html><body class=a><script>let a = '<b>';</script><h1>Log in</h1> first\x1b[2J</body>")
                .words();
        assert!(words.ends_with(": Log in first␛[2J"), "{words}");
    }

    #[test]
    fn a_broken_page_is_no_trouble() {
        for broken in ["<", "<html", "<html><title", "<html><body", "<html><script>"] {
            page(broken).words();
        }
    }

    #[test]
    fn of_a_page_without_an_end_the_beginning_is_read_wherever_that_is_cut() {
        for pad in 0..3 {
            let start = format!("<html><body>{}", "a".repeat(pad));
            let letters = "漢".repeat(MAX_HEAD_BYTES / 3);
            let words =
                page(&format!("{start}{letters}{}", "<script></script>".repeat(1 << 17))).words();
            assert!(words.contains("漢"), "{words}");
        }
    }

    #[test]
    fn the_pause_that_a_vendor_asks_for_comes_in_seconds_or_as_a_date() {
        let now = DateTime::from_timestamp(784_111_777, 0).unwrap_or_default();
        assert_eq!(retry_after("27", now), Some(Duration::from_secs(27)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), Some(Duration::from_mins(1)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("", now), None);
    }

    #[test]
    fn a_vendor_cannot_ask_for_a_pause_of_more_than_a_day() {
        let now = DateTime::from_timestamp(784_111_777, 0).unwrap_or_default();
        for endless in [
            "86401",
            "18446744073709551615",
            "99999999999999999999999",
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            assert_eq!(retry_after(endless, now), Some(LONGEST_PAUSE), "{endless}");
        }
    }

    #[test]
    fn a_secret_that_comes_back_in_an_answer_is_taken_out() {
        let mut response = page("<html><title>bad token 29841$c767abcd</title>");
        response.hide(&[Secret::new("29841$c767abcd".to_owned())]);
        assert!(response.words().ends_with("bad token …"), "{}", response.words());
    }
}
