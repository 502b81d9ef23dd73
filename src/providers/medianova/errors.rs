//! The meanings of the vendor's errors. Their JSON is documented nowhere; the envelope's `status`
//! is a flag.

use serde_json::Value;

use crate::domain::failure::{Cause, Failure};
use crate::providers::http::HttpResponse;
use crate::providers::{field_errors, lenient};

/// Returns the body of an answer, or the failure that it means by its HTTP status or by the flag in
/// its envelope.
pub(super) fn body(response: &HttpResponse) -> Result<Value, Failure> {
    let body = response.json();
    let says_no = body
        .as_ref()
        .is_ok_and(|body| body.is_object() && lenient::flag(body, "status") == Some(false));
    if response.is_success() && !says_no {
        return body;
    }
    let body = body.unwrap_or_default();
    let errors = body.get("errors").map(field_errors::collect).unwrap_or_default();
    let message = ["message", "error", "detail"]
        .into_iter()
        .find_map(|name| lenient::field(&body, name))
        .unwrap_or_default();
    let detail = match (message.is_empty(), errors.is_empty()) {
        (false, false) => format!("{message} {}", field_errors::in_words(&errors)),
        (false, true) => message,
        (true, false) => field_errors::in_words(&errors),
        (true, true) => response.words(),
    };
    let cause = response.cause();
    // A flag that says no at a status that says yes is a refusal, too.
    let cause = if response.is_success() || matches!(cause, Cause::Rejected { .. }) {
        Cause::Rejected { errors }
    } else {
        cause
    };
    Err(response.with_status(Failure::new(cause).with_message(detail)))
}
