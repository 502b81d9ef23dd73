//! Refusals. Only some of the texts are documented, none of the JSON is: this is the success
//! envelope with `status` false.

use serde_json::{Value, json};

use crate::simulator::reply::HttpReply;

fn refusal(status: u16, message: &str) -> HttpReply {
    HttpReply::json(status, &json!({"status": false, "message": message}))
}

/// Refuses a field of a body or a query.
pub(super) fn payload(field: &str, error: &str) -> HttpReply {
    let errors: Value = json!({field: [error]});
    HttpReply::json(
        400,
        &json!({"status": false, "message": "Invalid request payload", "errors": errors}),
    )
}

pub(super) fn unauthorized() -> HttpReply {
    refusal(401, "Missing or invalid access token")
}

pub(super) fn forbidden() -> HttpReply {
    refusal(403, "Full purge is not permitted for this resource")
}

pub(super) fn not_found(message: &str) -> HttpReply {
    refusal(404, message)
}

pub(super) fn method() -> HttpReply {
    refusal(405, "The method is not supported for this route.")
}

/// Refuses one request too many, as the vendor's framework does.
pub(super) fn too_many(most: usize, seconds: u64) -> HttpReply {
    refusal(429, "Too Many Attempts.")
        .with("retry-after", seconds.to_string())
        .with("x-ratelimit-limit", most.to_string())
        .with("x-ratelimit-remaining", "0")
}

/// Returns the error for a status.
pub(super) fn of_status(status: u16) -> HttpReply {
    match status {
        401 => unauthorized(),
        403 => refusal(403, "This action is unauthorized."),
        404 => not_found("Resource not found"),
        429 => refusal(429, "Too Many Attempts."),
        _ => refusal(status, "Server Error"),
    }
}
