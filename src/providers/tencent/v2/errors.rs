//! The meanings of API 2.0's errors: a common code, and one of the CDN's own in brackets in the
//! message.

use chrono::TimeDelta;
use serde_json::Value;

use crate::domain::failure::{Cause, Failure};
use crate::providers::http::HttpResponse;
use crate::providers::lenient;
use crate::providers::tc3;

/// Returns the `data` of an answer, null where it has none, or the failure that it means.
/// `clock_ahead`: theirs minus ours.
pub(super) fn data(
    response: &HttpResponse,
    clock_ahead: Option<TimeDelta>,
) -> Result<Value, Failure> {
    let body = response.json();
    let code = body.as_ref().ok().and_then(|body| lenient::field(body, "code"));
    match (body, code) {
        (Ok(mut body), Some(code)) if code == "0" => {
            Ok(body.get_mut("data").map(Value::take).unwrap_or_default())
        }
        (Ok(body), Some(code)) => Err(response.with_status(failure(&body, &code, clock_ahead))),
        // Over 32 KB in a query the vendor answers 501 without a word of the API.
        _ if !response.is_success() => Err(response.failure()),
        (Ok(_), None) => Err(response.unexpected("the answer has no code")),
        (Err(failure), _) => Err(failure),
    }
}

fn failure(body: &Value, code: &str, clock_ahead: Option<TimeDelta>) -> Failure {
    let message = lenient::field(body, "message").unwrap_or_default();
    let inner = inner(&message).or_else(|| lenient::field(body, "codeDesc")).unwrap_or_default();
    let cause = cause(code, &inner, &message);
    let full = if inner.is_empty() { code.to_owned() } else { format!("{code}/{inner}") };
    tc3::coded_failure(cause, &full, &message, clock_ahead)
}

/// The CDN's own code: the number in the first brackets of the message.
fn inner(message: &str) -> Option<String> {
    let (_, rest) = message.split_once('(')?;
    let (code, _) = rest.split_once(')')?;
    let digits = code.trim();
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
        .then(|| digits.to_owned())
}

fn cause(code: &str, inner: &str, message: &str) -> Cause {
    let rejected = Cause::Rejected { errors: Vec::new() };
    match code {
        "4300" => Cause::Forbidden,
        "4400" if is_daily(message) => Cause::QuotaUsedUp,
        "4400" => Cause::RateLimited { retry_after: None },
        "4200" => Cause::ClockSkew { seconds: None },
        "4600" => Cause::Refused,
        "5000" => Cause::NotFound,
        // Done in parts: what of it took effect is not said.
        "5400" | "6000" | "6200" => Cause::VendorError,
        "6100" => Cause::Retired,
        "4000" | "5100" if matches!(inner, "9105" | "9110" | "-9009") => Cause::NotFound,
        "4000" | "5100" if is_daily(message) => Cause::QuotaUsedUp,
        // 4500: the nonce was used before; the request itself was not carried out.
        "4000" | "4500" | "5100" => rejected,
        code if code.starts_with("41") => Cause::Unauthenticated,
        _ if matches!(inner, "9000" | "-9014" | "-9021") => Cause::VendorError,
        _ => rejected,
    }
}

fn is_daily(message: &str) -> bool {
    let words = message.to_ascii_lowercase();
    words.contains("quota") || (words.contains("exceed") && words.contains("day"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_meaning() {
        let rejected = || Cause::Rejected { errors: Vec::new() };
        for (code, message, meaning) in [
            ("4000", "(9110) cdn no such host", Cause::NotFound),
            ("4000", "(9003) bad parameter", rejected()),
            ("4100", "no", Cause::Unauthenticated),
            ("4104", "no such key", Cause::Unauthenticated),
            ("4110", "no", Cause::Unauthenticated),
            ("4200", "expired", Cause::ClockSkew { seconds: None }),
            ("4300", "denied", Cause::Forbidden),
            ("4400", "too often", Cause::RateLimited { retry_after: None }),
            ("4400", "over the daily quota", Cause::QuotaUsedUp),
            ("4500", "replay", rejected()),
            ("4600", "https only", Cause::Refused),
            ("6000", "internal", Cause::VendorError),
            ("6100", "version", Cause::Retired),
        ] {
            let inner = inner(message).unwrap_or_default();
            assert_eq!(cause(code, &inner, message), meaning, "{code} {message}");
        }
    }

    #[test]
    fn the_inner_code_stands_in_brackets() {
        assert_eq!(inner("(9110) no such host").as_deref(), Some("9110"));
        assert_eq!(inner("(-9009) none").as_deref(), Some("-9009"));
        assert_eq!(inner("a (remark) only"), None);
    }
}
