//! Refusals. Only some of the texts are documented, none of the JSON is: this is the success envelope with `status` false.

use serde_json::{Value, json};

use crate::simulator::reply::Reply;

fn refusal(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"status": false, "message": message}))
}

/// A body or query that is not as it must be.
pub(super) fn payload(field: &str, error: &str) -> Reply {
    let errors: Value = json!({field: [error]});
    Reply::json(
        400,
        &json!({"status": false, "message": "Invalid request payload", "errors": errors}),
    )
}

pub(super) fn unauthorized() -> Reply {
    refusal(401, "Missing or invalid access token")
}

pub(super) fn forbidden() -> Reply {
    refusal(403, "Full purge is not permitted for this resource")
}

pub(super) fn not_found(message: &str) -> Reply {
    refusal(404, message)
}

pub(super) fn method() -> Reply {
    refusal(405, "The method is not supported for this route.")
}

/// Too many requests, as the vendor's framework answers.
pub(super) fn too_many(most: usize, seconds: u64) -> Reply {
    refusal(429, "Too Many Attempts.")
        .with("retry-after", seconds.to_string())
        .with("x-ratelimit-limit", most.to_string())
        .with("x-ratelimit-remaining", "0")
}

/// An error of which only the status is known.
pub(super) fn of_status(status: u16) -> Reply {
    match status {
        401 => unauthorized(),
        404 => not_found("Resource not found"),
        429 => refusal(429, "Too Many Attempts."),
        _ => refusal(status, "Server Error"),
    }
}
