//! The meanings of Gcore's errors.
//!
//! Documented are, for a purge, 400 with `errors` (per field a list of sentences, or sentences by
//! position) or with `message` (broken JSON), and 429 without a body; for the platform as a whole
//! `message` with `exception_class`, `request_id` and `invalid_fields`. The framework that the
//! vendor uses says `detail`. All of them are looked for, in this order: `message`, `errors`,
//! `detail`, the raw text.

use std::time::Duration;

use serde_json::Value;

use crate::domain::failure::{Cause, Failure, FieldError, LONGEST_PAUSE};
use crate::domain::secret::Secret;
use crate::domain::text::escape_control;
use crate::providers::http::HttpResponse;
use crate::providers::{field_errors, lenient};

/// Returns the failure of an answer with a status of failure.
pub(super) fn failure(response: &HttpResponse, token: &Secret) -> Failure {
    let body = response.json().ok();
    let error = ErrorBody::new(body.as_ref(), response);
    let cause = cause(response, &error);
    let mut detail = error.detail();
    if cause == Cause::Unauthenticated && is_cut_short(token) {
        detail.push_str(
            " (The token has digits only. A shell probably cut it at the $: write it in single \
             quotes.)",
        );
    }
    let failure = Failure::new(cause).with_message(detail).with_request(error.request);
    Failure {
        code: error.code.map(|code| escape_control(&code, 60)),
        ..response.with_status(failure)
    }
}

fn cause(response: &HttpResponse, error: &ErrorBody) -> Cause {
    let words = error.detail().to_ascii_lowercase();
    let cause = response.cause();
    let is_refused = matches!(cause, Cause::Rejected { .. });
    if matches!(cause, Cause::RateLimited { .. }) || (is_refused && is_throttled(&words)) {
        return Cause::RateLimited {
            retry_after: response.retry_after.or_else(|| pause_in_words(&words)),
        };
    }
    if is_refused {
        // The guide lists a 400 for whoever is over "the URL quota", without its text.
        return if words.contains("quota") {
            Cause::QuotaUsedUp
        } else {
            Cause::Rejected { errors: error.errors.clone() }
        };
    }
    if cause == Cause::Forbidden && error.is_about_the_token() {
        return Cause::Unauthenticated;
    }
    cause
}

fn is_throttled(words: &str) -> bool {
    words.contains("throttled")
        || words.contains("too many requests")
        || words.contains("number of allowed purge requests")
}

/// `Request was throttled. Expected available in 27 seconds.`, as the vendor's framework says where
/// no header does.
fn pause_in_words(words: &str) -> Option<Duration> {
    let (_, after) = words.split_once("available in ")?;
    let (seconds, unit) = after.split_once(' ')?;
    let pause = seconds.parse().map(Duration::from_secs).ok()?;
    unit.starts_with("second").then(|| pause.min(LONGEST_PAUSE))
}

/// A permanent token is a number, a `$` or `_`, and the secret itself. In double quotes a shell
/// takes the `$…` for a variable and leaves the number.
fn is_cut_short(token: &Secret) -> bool {
    let token = token.expose().trim();
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit())
}

/// The parts of an error's body.
#[derive(Debug, Default)]
struct ErrorBody {
    message: String,
    errors: Vec<FieldError>,
    raw: String,
    code: Option<String>,
    request: Option<String>,
}

impl ErrorBody {
    fn new(body: Option<&Value>, response: &HttpResponse) -> Self {
        let Some(body) = body else {
            return Self { raw: response.words(), ..Self::default() };
        };
        let errors: Vec<FieldError> = ["errors", "invalid_fields"]
            .into_iter()
            .filter_map(|name| body.get(name))
            .flat_map(field_errors::collect)
            .collect();
        Self {
            message: lenient::field(body, "message")
                .or_else(|| errors.is_empty().then(|| lenient::field(body, "detail")).flatten())
                .unwrap_or_default(),
            errors,
            raw: response.words(),
            code: lenient::field(body, "exception_class").or_else(|| lenient::field(body, "code")),
            request: lenient::field(body, "request_id"),
        }
    }

    /// Returns the words that are shown.
    fn detail(&self) -> String {
        let errors = field_errors::in_words(&self.errors);
        match (self.message.trim(), errors.as_str()) {
            ("", "") => self.raw.clone(),
            ("", errors) => errors.to_owned(),
            (message, "") => message.to_owned(),
            (message, errors) => format!("{message} {errors}"),
        }
    }

    fn is_about_the_token(&self) -> bool {
        matches!(
            self.code.as_deref(),
            Some("not_authenticated" | "authentication_failed" | "token_not_valid")
        ) || self.message.starts_with("Authentication credentials were not provided")
    }
}
