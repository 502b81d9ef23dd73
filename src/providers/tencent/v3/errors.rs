//! The meanings of API 3.0's errors: a code with dots, and a message.

use chrono::TimeDelta;
use serde_json::Value;

use crate::domain::failure::{Cause, Failure, FieldError};
use crate::domain::text::escape_control;
use crate::providers::http::HttpResponse;
use crate::providers::lenient;

/// Returns the `Response` of an answer, or the failure that it means. `clock_ahead`: theirs minus
/// ours.
pub(super) fn body(
    response: &HttpResponse,
    clock_ahead: Option<TimeDelta>,
) -> Result<Value, Failure> {
    let body = response.json();
    let error = body
        .as_ref()
        .ok()
        .and_then(|body| body.get("Response"))
        .and_then(|inner| Some((inner, inner.get("Error")?)));
    if let Some((inner, error)) = error {
        return Err(response.with_status(failure(inner, error, clock_ahead)));
    }
    if !response.is_success() {
        return Err(response.failure());
    }
    match body?.get_mut("Response").map(Value::take) {
        Some(inner @ Value::Object(_)) => Ok(inner),
        Some(_) | None => Err(response.unexpected("the answer has no Response")),
    }
}

fn failure(inner: &Value, error: &Value, clock_ahead: Option<TimeDelta>) -> Failure {
    let code = lenient::field(error, "Code").unwrap_or_default();
    let message = lenient::field(error, "Message").unwrap_or_default();
    let mut cause = cause(&code);
    if let Cause::Rejected { errors } = &mut cause {
        *errors = faulty(&message);
    }
    super::super::failure(cause, &code, &message, clock_ahead)
        .with_request(lenient::field(inner, "RequestId"))
}

/// Reads the codes of the vendor's SDK and the common ones of its documents. An unknown code is a
/// refusal.
fn cause(code: &str) -> Cause {
    let (class, rest) = code.split_once('.').unwrap_or((code, ""));
    match (class, rest) {
        ("AuthFailure", "SignatureExpire") => Cause::ClockSkew { seconds: None },
        ("AuthFailure", "UnauthorizedOperation") | ("UnauthorizedOperation", _) => Cause::Forbidden,
        ("AuthFailure", _) => Cause::Unauthenticated,
        ("RequestLimitExceeded", _) => Cause::RateLimited { retry_after: None },
        ("LimitExceeded", rest) if rest.contains("Batch") => Cause::Rejected { errors: Vec::new() },
        ("LimitExceeded", _) => Cause::QuotaUsedUp,
        ("ResourceNotFound", _)
        | ("InvalidParameter", "CdnHostNotExists" | "CDNStatusInvalidDomain") => Cause::NotFound,
        ("OperationDenied", "ProductUpgraded" | "ProductUpdating" | "UserMigrating")
        | ("InvalidParameter", "CdnHostExistsInEdgeOne")
        | ("NoSuchVersion" | "NoSuchProduct", _) => Cause::Retired,
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
    fn every_class_of_code_has_its_meaning() {
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
            ("LimitExceeded.CdnPurgeUrlExceedDayLimit", Cause::QuotaUsedUp),
            ("LimitExceeded.CdnPurgePathExceedBatchLimit", rejected()),
            ("InvalidParameter.CdnPurgeWildcardNotAllowed", rejected()),
            ("InvalidParameter.CdnHostNotExists", Cause::NotFound),
            ("ResourceNotFound.CdnHostNotExists", Cause::NotFound),
            ("ResourceUnavailable.CdnHostIsNotOnline", rejected()),
            ("OperationDenied.UserMigrating", Cause::Retired),
            ("InternalError.CdnSystemError", Cause::VendorError),
            ("InvalidAction", Cause::Unsupported),
            ("SomethingNew.Altogether", rejected()),
        ] {
            assert_eq!(cause(code), meaning, "{code}");
        }
    }

    #[test]
    fn a_message_that_names_urls_names_the_faulty_targets() {
        let faults = faulty("invalid url: [https://a.example/x, http://b.example/*].");
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["https://a.example/x", "http://b.example/*"]);
    }
}
