//! What Gcore's errors mean.
//!
//! Documented are, for a purge, 400 with `errors` (per field a list of sentences, or sentences by position) or with
//! `message` (broken JSON), and 429 without a body; for the platform as a whole `message` with `exception_class`,
//! `request_id` and `invalid_fields`. The framework that the vendor uses says `detail`. All of them are looked for, in
//! this order: `message`, `errors`, `detail`, the raw text.

use std::time::Duration;

use serde_json::Value;

use super::super::http::Answer;
use super::super::lenient;
use crate::config::secret::Secret;
use crate::domain::failure::{Cause, Failure, Fault};
use crate::domain::text::visible;

/// The most faults that are told one by one in a failure's words.
const TOLD: usize = 5;

/// The failure of an answer whose status says that it did not work.
pub(super) fn failure(answer: &Answer, token: &Secret) -> Failure {
    let body = answer.json().ok();
    let said = Said::new(body.as_ref(), answer);
    let cause = cause(answer, &said);
    let mut detail = said.detail();
    if cause == Cause::Unauthenticated && is_cut_short(token) {
        detail.push_str(
            " (The token has digits only. A shell probably cut it at the $: write it in single quotes.)",
        );
    }
    if let Some(request) = &said.request {
        let gap = if detail.is_empty() { "" } else { " " };
        detail = format!("{detail}{gap}(request {request})");
    }
    Failure {
        code: said.code.map(|code| visible(&code, 60)),
        ..answer.with_status(Failure::new(cause).saying(detail))
    }
}

fn cause(answer: &Answer, said: &Said) -> Cause {
    let words = said.detail().to_ascii_lowercase();
    match answer.cause() {
        Cause::RateLimited { retry_after } => Cause::RateLimited {
            retry_after: retry_after.or_else(|| pause_in_words(&words)),
        },
        Cause::Rejected { .. } if is_throttled(&words) => Cause::RateLimited {
            retry_after: answer.retry_after.or_else(|| pause_in_words(&words)),
        },
        // The guide lists a 400 for whoever is over "the URL quota", without its text.
        Cause::Rejected { .. } if words.contains("quota") => Cause::QuotaUsedUp,
        Cause::Rejected { .. } => Cause::Rejected {
            faults: said.faults.clone(),
        },
        Cause::Forbidden if said.is_about_the_token() => Cause::Unauthenticated,
        plain @ (Cause::Unauthenticated
        | Cause::Forbidden
        | Cause::NotFound
        | Cause::QuotaUsedUp
        | Cause::ClockSkew { .. }
        | Cause::Unreachable
        | Cause::Lost
        | Cause::VendorError
        | Cause::BadAnswer
        | Cause::Retired
        | Cause::Unsupported
        | Cause::Refused) => plain,
    }
}

fn is_throttled(words: &str) -> bool {
    words.contains("throttled")
        || words.contains("too many requests")
        || words.contains("number of allowed purge requests")
}

/// `Request was throttled. Expected available in 27 seconds.`, as the vendor's framework says where no header does.
fn pause_in_words(words: &str) -> Option<Duration> {
    let (_, after) = words.split_once("available in ")?;
    let (seconds, unit) = after.split_once(' ')?;
    unit.starts_with("second")
        .then(|| seconds.parse().ok().map(Duration::from_secs))
        .flatten()
}

/// A permanent token is a number, a `$` or `_`, and the secret itself. In double quotes a shell takes the `$…` for a
/// variable and leaves the number.
fn is_cut_short(token: &Secret) -> bool {
    let token = token.expose().trim();
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit())
}

/// What an error's body says.
#[derive(Debug, Default)]
struct Said {
    message: String,
    faults: Vec<Fault>,
    raw: String,
    code: Option<String>,
    request: Option<String>,
}

impl Said {
    fn new(body: Option<&Value>, answer: &Answer) -> Self {
        let Some(body) = body else {
            return Self {
                raw: answer.words(),
                ..Self::default()
            };
        };
        let mut faults = Vec::new();
        for name in ["errors", "invalid_fields"] {
            if let Some(errors) = body.get(name) {
                collect(errors, "", None, &mut faults);
            }
        }
        Self {
            message: lenient::field(body, "message")
                .or_else(|| {
                    faults
                        .is_empty()
                        .then(|| lenient::field(body, "detail"))
                        .flatten()
                })
                .unwrap_or_default(),
            faults,
            raw: answer.words(),
            code: lenient::field(body, "exception_class").or_else(|| lenient::field(body, "code")),
            request: lenient::field(body, "request_id").map(|request| visible(&request, 60)),
        }
    }

    /// What is shown of it.
    fn detail(&self) -> String {
        let faults = self.faults_in_words();
        match (self.message.trim(), faults.as_str()) {
            ("", "") => self.raw.clone(),
            ("", faults) => faults.to_owned(),
            (message, "") => message.to_owned(),
            (message, faults) => format!("{message} {faults}"),
        }
    }

    fn faults_in_words(&self) -> String {
        let mut words: Vec<String> = self
            .faults
            .iter()
            .take(TOLD)
            .map(|fault| match fault.index {
                Some(index) => format!("{}[{index}]: {}", fault.field, fault.words),
                None if fault.field.is_empty() => fault.words.clone(),
                None => format!("{}: {}", fault.field, fault.words),
            })
            .collect();
        if self.faults.len() > TOLD {
            words.push(format!("and {} more", self.faults.len() - TOLD));
        }
        words.join("; ")
    }

    fn is_about_the_token(&self) -> bool {
        matches!(
            self.code.as_deref(),
            Some("not_authenticated" | "authentication_failed" | "token_not_valid")
        ) || self
            .message
            .starts_with("Authentication credentials were not provided")
    }
}

/// Every sentence of an `errors` value with the field and the position that it is about.
fn collect(errors: &Value, field: &str, index: Option<usize>, faults: &mut Vec<Fault>) {
    match errors {
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => faults.push(Fault {
            field: visible(field, 60),
            index,
            words: visible(&lenient::text(errors).unwrap_or_default(), 300),
        }),
        Value::Array(parts) => {
            for (position, part) in parts.iter().enumerate() {
                match part {
                    // A list of sentences is about the field; in a list of lists or objects the place counts.
                    Value::Array(_) | Value::Object(_) => {
                        collect(part, field, index.or(Some(position)), faults);
                    }
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                        collect(part, field, index, faults);
                    }
                }
            }
        }
        Value::Object(parts) => {
            for (name, part) in parts {
                match name.parse() {
                    Ok(position) => collect(part, field, Some(position), faults),
                    // The document's own example has the word "index" where a position stands.
                    Err(_) if field.is_empty() => collect(part, name, index, faults),
                    Err(_) => collect(part, field, index, faults),
                }
            }
        }
    }
}
