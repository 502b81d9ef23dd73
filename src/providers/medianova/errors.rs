//! What the vendor's errors mean. Their JSON is documented nowhere; the envelope's `status` is a flag.

use serde_json::Value;

use crate::domain::failure::{Cause, Failure};
use crate::providers::http::Answer;
use crate::providers::{field_errors, lenient};

/// The failure that an answer tells, by its HTTP status or by the flag in its envelope.
pub(super) fn refused(answer: &Answer) -> Option<Failure> {
    let body = answer.json().ok();
    let says_no = body
        .as_ref()
        .is_some_and(|body| body.is_object() && lenient::flag(body, "status") == Some(false));
    if answer.is_success() && !says_no {
        return None;
    }
    let faults = body
        .as_ref()
        .and_then(|body| body.get("errors"))
        .map(field_errors::collect)
        .unwrap_or_default();
    let message = body.as_ref().and_then(message).unwrap_or_default();
    let detail = match (message.is_empty(), faults.is_empty()) {
        (false, false) => format!("{message} {}", field_errors::in_words(&faults)),
        (false, true) => message,
        (true, false) => field_errors::in_words(&faults),
        (true, true) => answer.words(),
    };
    let cause = answer.cause();
    // A flag that says no at a status that says yes is a refusal, too.
    let cause = if answer.is_success() || matches!(cause, Cause::Rejected { .. }) {
        Cause::Rejected { errors: faults }
    } else {
        cause
    };
    Some(answer.with_status(Failure::new(cause).with_message(detail)))
}

fn message(body: &Value) -> Option<String> {
    ["message", "error", "detail"].into_iter().find_map(|name| lenient::field(body, name))
}
