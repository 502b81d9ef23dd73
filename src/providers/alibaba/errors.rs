//! The meanings of errors: `{"RequestId","HostId","Code","Message","Recommend"}`.
//!
//! Documented: the codes of the common table of the vendor's gateway, and those of the actions that
//! purge (`QuotaExceeded.Refresh`, `QuotaPerMinuteExceeded.Refresh`, `TooMany.Refresh`,
//! `InvalidObjectPath.*`, `SingleRequest.OverLimit`). Those of domains are inferred: whole classes
//! of codes are read alike, and what has no class counts by its status.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;

use crate::domain::failure::{Cause, Failure};
use crate::domain::text::escape_control;
use crate::providers::http::HttpResponse;
use crate::providers::lenient;

/// The header in which the vendor says when to come back, by its SDK.
const RETRY_AFTER: &str = "x-acs-retry-after";

/// Returns the body of an answer, or the failure that it means. `clock_ahead`: theirs minus ours.
pub(super) fn body(
    response: &HttpResponse,
    clock_ahead: Option<TimeDelta>,
) -> Result<Value, Failure> {
    let body = response.json();
    if let Ok(error) = &body
        && let Some(code) = lenient::field(error, "Code")
        && !response.is_success()
    {
        return Err(failure(response, error, &code, clock_ahead));
    }
    if !response.is_success() {
        return Err(response.failure());
    }
    let body = body?;
    if body.is_object() { Ok(body) } else { Err(response.unexpected("the answer is no object")) }
}

/// Returns the failure that an answer tells of whose status is that of a success.
pub(super) fn told(
    response: &HttpResponse,
    body: &Value,
    clock_ahead: Option<TimeDelta>,
) -> Failure {
    match lenient::field(body, "Code") {
        Some(code) => failure(response, body, &code, clock_ahead),
        None => response.unexpected("neither yes nor no"),
    }
}

fn failure(
    response: &HttpResponse,
    error: &Value,
    code: &str,
    clock_ahead: Option<TimeDelta>,
) -> Failure {
    let mut cause = cause(code).unwrap_or_else(|| response.cause());
    if let Cause::RateLimited { retry_after } = &mut cause {
        *retry_after = pause(response).or(*retry_after);
    }
    if let Cause::ClockSkew { seconds } = &mut cause {
        *seconds = clock_ahead.map(|ahead| -ahead.num_seconds());
    }
    let message = lenient::field(error, "Message").unwrap_or_default();
    let failure = Failure::new(cause).with_message(message);
    let failure = failure.with_request(lenient::field(error, "RequestId"));
    response.with_status(Failure { code: Some(escape_control(code, 80)), ..failure })
}

/// Returns the pause that the vendor asks for.
fn pause(response: &HttpResponse) -> Option<Duration> {
    let own = response.header(RETRY_AFTER).and_then(|text| text.trim().parse().ok());
    own.map(Duration::from_secs).filter(|pause| !pause.is_zero()).or(response.retry_after)
}

/// Returns the meaning of a code; `None` for one that only its status tells of.
fn cause(code: &str) -> Option<Cause> {
    let (class, rest) = code.split_once('.').unwrap_or((code, ""));
    Some(match (class, rest) {
        ("Throttling" | "TooMany", _) => Cause::RateLimited { retry_after: None },
        ("QuotaPerMinuteExceeded", _) => {
            Cause::RateLimited { retry_after: Some(Duration::from_mins(1)) }
        }
        ("QuotaExceeded", _) => Cause::QuotaUsedUp,
        (
            "InvalidAccessKeyId"
            | "InvalidAccessKeySecret"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "InvalidSecurityToken"
            | "MissingSecurityToken"
            | "MissingAccessKeyId",
            _,
        ) => Cause::Unauthenticated,
        ("InvalidTimeStamp" | "IllegalTimestamp", _) => Cause::ClockSkew { seconds: None },
        // Somebody between us and the vendor sent it twice: the first copy may have been taken.
        ("SignatureNonceUsed", _) => Cause::Lost,
        ("Forbidden" | "NoPermission" | "ActionUnauthorized" | "Unauthorized", _) => {
            Cause::Forbidden
        }
        ("InvalidDomain" | "DomainNotFound", "" | "NotFound") => Cause::NotFound,
        ("NoSuchVersion" | "InvalidVersion" | "InvalidProduct", _) => Cause::Retired,
        ("InvalidAction" | "InvalidApi" | "UnsupportedOperation" | "UnsupportedHTTPMethod", _) => {
            Cause::Unsupported
        }
        ("InternalError" | "ServiceUnavailable" | "ServiceBusy", _) => Cause::VendorError,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_of_code_has_its_meaning() {
        let limited = |retry_after| Some(Cause::RateLimited { retry_after });
        for (code, meaning) in [
            ("Throttling", limited(None)),
            ("Throttling.User", limited(None)),
            ("TooMany.Refresh", limited(None)),
            ("QuotaPerMinuteExceeded.Refresh", limited(Some(Duration::from_mins(1)))),
            ("QuotaExceeded.Refresh", Some(Cause::QuotaUsedUp)),
            ("InvalidAccessKeyId.NotFound", Some(Cause::Unauthenticated)),
            ("SignatureDoesNotMatch", Some(Cause::Unauthenticated)),
            ("InvalidSecurityToken.Expired", Some(Cause::Unauthenticated)),
            ("InvalidTimeStamp.Expired", Some(Cause::ClockSkew { seconds: None })),
            ("SignatureNonceUsed", Some(Cause::Lost)),
            ("Forbidden.RAM", Some(Cause::Forbidden)),
            ("InvalidDomain.NotFound", Some(Cause::NotFound)),
            ("InvalidDomain.Offline", None),
            ("InvalidObjectPath.Malformed", None),
            ("IllegalOperation", None),
            ("InvalidApi.NotFound", Some(Cause::Unsupported)),
            ("InternalError", Some(Cause::VendorError)),
            ("SomethingNew.Altogether", None),
        ] {
            assert_eq!(cause(code), meaning, "{code}");
        }
    }
}
