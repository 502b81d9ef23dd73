//! The meanings of CloudFront's errors, in XML, and CloudTrail's, in JSON.
//!
//! Seen in the SDKs: `ErrorResponse/Error/{Type,Code,Message}` and `RequestId`, and the codes of
//! invalidations; the codes for signatures and rates are those of all of AWS.
//! `InvalidationBatchAlreadyExists` is documented and in no SDK.

use chrono::TimeDelta;
use serde_json::Value;

use super::xml;
use crate::domain::failure::{Applied, Cause, Failure};
use crate::domain::text::escape_control;
use crate::providers::http::HttpResponse;
use crate::providers::lenient;

/// The code for a caller reference that was used with other paths.
const USED: &str = "InvalidationBatchAlreadyExists";

/// Returns the body of an answer, or the failure that it means. `clock_ahead`: the vendor's clock
/// minus ours.
pub(super) fn body(
    response: &HttpResponse,
    clock_ahead: Option<TimeDelta>,
) -> Result<Value, Failure> {
    if response.is_success() {
        return parse(response);
    }
    let body = parse(response).unwrap_or_default();
    let error = Error::of(&body);
    if error.code.is_empty() {
        return Err(response.failure());
    }
    let mut cause = error.cause(response);
    if let Cause::ClockSkew { seconds } = &mut cause {
        *seconds = clock_ahead.map(|ahead| -ahead.num_seconds());
    }
    let failure = Failure::new(cause).with_message(error.words()).with_request(error.request);
    Err(Failure {
        code: Some(escape_control(&error.code, 80)),
        // Something was carried out under this name once.
        applied: if error.code == USED { Applied::Maybe } else { Applied::No },
        ..response.with_status(failure)
    })
}

fn parse(response: &HttpResponse) -> Result<Value, Failure> {
    if let Some(cut) = &response.cut {
        return Err(response.with_status(cut.clone()));
    }
    if response.body.trim_ascii_start().starts_with(b"{") {
        return response.json();
    }
    let text = String::from_utf8_lossy(&response.body);
    match xml::parse(text.trim_start_matches('\u{feff}')) {
        Ok((root, value)) if !root.eq_ignore_ascii_case("html") => Ok(value),
        Ok(_) => Err(response.unexpected("the answer is not XML of the API")),
        Err(error) => Err(response.unexpected(&format!("the answer is not XML ({error})"))),
    }
}

/// An error as far as it can be read.
#[derive(Debug, Default)]
struct Error {
    code: String,
    message: String,
    request: Option<String>,
}

impl Error {
    fn of(body: &Value) -> Self {
        let nested = body.get("Errors").and_then(|errors| errors.get("Error"));
        let error = body.get("Error").or(nested).unwrap_or(body);
        let any = |names: &[&str]| names.iter().find_map(|name| lenient::field(error, name));
        let code = any(&["Code", "__type", "code"]).unwrap_or_default();
        // `com.amazonaws.cloudtrail#ThrottlingException`, and some services add `:http://…`.
        let code = code.rsplit('#').next().unwrap_or_default();
        Self {
            code: code.split(':').next().unwrap_or_default().trim().to_owned(),
            message: any(&["Message", "message"]).unwrap_or_default(),
            request: ["RequestId", "RequestID"].iter().find_map(|name| lenient::field(body, name)),
        }
    }

    fn cause(&self, response: &HttpResponse) -> Cause {
        let words = self.message.to_ascii_lowercase();
        let is_late = || words.contains("signature expired") || words.contains("not yet current");
        // Some errors carry the suffix in JSON and not in XML.
        match self.code.trim_end_matches("Exception") {
            "Throttling"
            | "Throttled"
            | "RequestLimitExceeded"
            | "TooManyRequests"
            | "RequestThrottled"
            | "SlowDown"
            | "TooManyInvalidationsInProgress" => {
                Cause::RateLimited { retry_after: response.retry_after }
            }
            "SignatureDoesNotMatch" | "InvalidSignature" if is_late() => {
                Cause::ClockSkew { seconds: None }
            }
            "RequestExpired" | "RequestTimeTooSkewed" | "RequestInTheFuture" => {
                Cause::ClockSkew { seconds: None }
            }
            "SignatureDoesNotMatch"
            | "InvalidSignature"
            | "IncompleteSignature"
            | "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "UnrecognizedClient"
            | "MissingAuthenticationToken"
            | "AuthFailure"
            | "ExpiredToken"
            | "TokenRefreshRequired" => Cause::Unauthenticated,
            "AccessDenied" | "OptInRequired" | "NotAuthorized" => Cause::Forbidden,
            "NoSuchDistribution" | "NoSuchInvalidation" | "EntityNotFound" | "NoSuchResource" => {
                Cause::NotFound
            }
            _ if words.contains("rate exceeded") => {
                Cause::RateLimited { retry_after: response.retry_after }
            }
            _ => response.cause(),
        }
    }

    fn words(&self) -> String {
        let Self { code, message, .. } = self;
        let said = if message.is_empty() { code } else { message };
        let more = match code.as_str() {
            "NoSuchDistribution" => "a distribution of tenants is purged by its tenants",
            "TooManyInvalidationsInProgress" => {
                "a distribution has 3000 paths and 15 wildcards in progress at most"
            }
            USED => "this request was sent before, with other paths; look for it in the history",
            _ => return said.clone(),
        };
        format!("{said} ({more})")
    }
}
