//! The meanings of errors: a code with dots, and a message.

use chrono::TimeDelta;
use serde_json::Value;

use crate::domain::failure::{Cause, Failure, FieldError};
use crate::domain::text::escape_control;
use crate::providers::http::HttpResponse;
use crate::providers::lenient;

/// Returns the `Response` of an answer, or the failure that it means. `cause` reads the codes that
/// are the product's own, by the words before and after the first dot. `clock_ahead`: the vendor's
/// clock minus ours.
pub(in crate::providers) fn body(
    response: &HttpResponse,
    clock_ahead: Option<TimeDelta>,
    cause: impl Fn(&str, &str) -> Option<Cause>,
) -> Result<Value, Failure> {
    let body = response.json();
    let error = body
        .as_ref()
        .ok()
        .and_then(|body| body.get("Response"))
        .and_then(|inner| Some((inner, inner.get("Error")?)));
    if let Some((inner, error)) = error {
        let code = lenient::field(error, "Code").unwrap_or_default();
        let message = lenient::field(error, "Message").unwrap_or_default();
        let (class, rest) = code.split_once('.').unwrap_or((&code, ""));
        let mut cause = cause(class, rest).unwrap_or_else(|| usual_cause(class, rest));
        if let Cause::Rejected { errors } = &mut cause {
            *errors = faulty(&message);
        }
        let failure = coded_failure(cause, &code, &message, clock_ahead)
            .with_request(lenient::field(inner, "RequestId"));
        return Err(response.with_status(failure));
    }
    if !response.is_success() {
        return Err(response.failure());
    }
    match body?.get_mut("Response").map(Value::take) {
        Some(inner @ Value::Object(_)) => Ok(inner),
        Some(_) | None => Err(response.unexpected("the answer has no Response")),
    }
}

/// Returns the failure of an error with this code, which says by how much the clocks differ where
/// that is its cause. `clock_ahead`: the vendor's clock minus ours.
pub(in crate::providers) fn coded_failure(
    mut cause: Cause,
    code: &str,
    message: &str,
    clock_ahead: Option<TimeDelta>,
) -> Failure {
    if let Cause::ClockSkew { seconds } = &mut cause {
        *seconds = clock_ahead.map(|ahead| -ahead.num_seconds());
    }
    Failure { code: Some(escape_control(code, 80)), ..Failure::new(cause).with_message(message) }
}

/// Reads the codes that all products have by the documents. An unknown code is a refusal.
fn usual_cause(class: &str, rest: &str) -> Cause {
    match (class, rest) {
        ("AuthFailure", "SignatureExpire") => Cause::ClockSkew { seconds: None },
        ("AuthFailure", "UnauthorizedOperation") | ("UnauthorizedOperation", _) => Cause::Forbidden,
        ("AuthFailure", _) => Cause::Unauthenticated,
        ("RequestLimitExceeded", _) => Cause::RateLimited { retry_after: None },
        ("ResourceNotFound", _) => Cause::NotFound,
        ("NoSuchVersion" | "NoSuchProduct", _) => Cause::Retired,
        (
            "InvalidAction" | "UnsupportedOperation" | "UnsupportedProtocol" | "UnsupportedRegion",
            _,
        ) => Cause::Unsupported,
        ("InternalError" | "FailedOperation" | "ServiceUnavailable", _) => Cause::VendorError,
        _ => Cause::Rejected { errors: Vec::new() },
    }
}

/// Returns the URLs that a message names as the faulty ones.
fn faulty(message: &str) -> Vec<FieldError> {
    message
        .split([' ', ',', '[', ']', '"', '\'', '(', ')', '`', '，', '：'])
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(|url| FieldError {
            field: escape_control(url.trim_end_matches(['.', ';', ':']), 200),
            index: None,
            message: escape_control(message, 300),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_class_of_code_has_its_meaning() {
        let rejected = || Cause::Rejected { errors: Vec::new() };
        for (code, meaning) in [
            ("AuthFailure.SignatureExpire", Cause::ClockSkew { seconds: None }),
            ("AuthFailure.SignatureFailure", Cause::Unauthenticated),
            ("AuthFailure.SecretIdNotFound", Cause::Unauthenticated),
            ("AuthFailure.TokenFailure", Cause::Unauthenticated),
            ("AuthFailure", Cause::Unauthenticated),
            ("AuthFailure.UnauthorizedOperation", Cause::Forbidden),
            ("UnauthorizedOperation.CdnHostUnauthorized", Cause::Forbidden),
            ("UnauthorizedOperation.CdnUserIsSuspended", Cause::Forbidden),
            ("RequestLimitExceeded", Cause::RateLimited { retry_after: None }),
            ("RequestLimitExceeded.UinLimitExceeded", Cause::RateLimited { retry_after: None }),
            ("ResourceNotFound.CdnHostNotExists", Cause::NotFound),
            ("ResourceUnavailable.CdnHostIsNotOnline", rejected()),
            ("InternalError.CdnSystemError", Cause::VendorError),
            ("InvalidAction", Cause::Unsupported),
            ("SomethingNew.Altogether", rejected()),
        ] {
            let (class, rest) = code.split_once('.').unwrap_or((code, ""));
            assert_eq!(usual_cause(class, rest), meaning, "{code}");
        }
    }

    #[test]
    fn a_message_that_names_urls_names_the_faulty_targets() {
        let faults = faulty("invalid url: [https://a.example/x, http://b.example/*].");
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["https://a.example/x", "http://b.example/*"]);
    }
}
