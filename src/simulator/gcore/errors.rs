//! Gcore's error bodies. The CDN's own are `{"errors": …}` or `{"message": …}`; the platform's have
//! a class and a request id.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::simulator::random;
use crate::simulator::reply::HttpReply;

/// Returns an error in the platform's form, still without its request id.
fn platform(status: u16, class: &str, message: &str) -> HttpReply {
    HttpReply::json(
        status,
        &json!({"exception_class": class, "message": message, "request_id": ""}),
    )
}

/// Refuses the value of one field.
pub(super) fn field(name: &str, errors: &Value) -> HttpReply {
    HttpReply::json(400, &json!({"errors": {name: errors}}))
}

/// Refuses a body that is not JSON.
pub(super) fn not_json(detail: &str) -> HttpReply {
    HttpReply::json(400, &json!({"message": format!("JSON parse error - {detail}")}))
}

/// Refuses a request without credentials.
pub(super) fn no_credentials() -> HttpReply {
    unauthorized("not_authenticated", "Authentication credentials were not provided.")
}

/// Refuses a token that is cut off, as a shell cuts at a dollar sign.
pub(super) fn bad_token(part: &str) -> HttpReply {
    unauthorized("not_authenticated", &format!("Bad token: {part}"))
}

/// Refuses a token that has ended or does not exist.
pub(super) fn expired() -> HttpReply {
    unauthorized("token_not_valid", "Token is invalid or expired")
}

/// Refuses a permanent token with the scheme of another kind of token.
pub(super) fn wrong_scheme() -> HttpReply {
    unauthorized("token_not_valid", "Given token not valid for any token type")
}

fn unauthorized(class: &str, message: &str) -> HttpReply {
    platform(401, class, message).with("www-authenticate", "APIKey")
}

/// Refuses a token whose role lacks the right.
pub(super) fn forbidden() -> HttpReply {
    HttpReply::json(403, &json!({"message": "You do not have permission to perform this action."}))
}

/// Reports that this account has no such thing.
pub(super) fn not_found(message: &str) -> HttpReply {
    platform(404, "NotFoundError", message)
}

/// Refuses the method; the path has one other.
pub(super) fn method_not_allowed(allowed: &str) -> HttpReply {
    let allowed = if allowed == "GET" { "GET, HEAD" } else { allowed };
    platform(405, "HTTPError", "HTTP 405: Method Not Allowed").with("allow", allowed)
}

/// Refuses the body's media type.
pub(super) fn unsupported(media_type: &str) -> HttpReply {
    let message = format!("Unsupported media type \"{media_type}\" in request.");
    HttpReply::json(415, &json!({"message": message}))
}

/// Refuses a purge because a resource's window is full; it has room again in `seconds`.
pub(super) fn throttled(seconds: u64, tell: bool) -> HttpReply {
    let message = "You have exceeded number of allowed purge requests for your CDN resource.";
    let reply = HttpReply::json(429, &json!({"message": message}));
    if tell { reply.with("retry-after", seconds.to_string()) } else { reply }
}

/// Returns the error for a status.
pub(super) fn of_status(status: u16) -> HttpReply {
    match status {
        401 => no_credentials(),
        403 => forbidden(),
        404 => not_found("Not found."),
        413 => platform(413, "HTTPError", "HTTP 413: Request Entity Too Large"),
        429 => throttled(0, false),
        502 => platform(502, "HTTPError", "HTTP 502: Bad Gateway"),
        503 => platform(503, "HTTPError", "HTTP 503: Service Unavailable"),
        504 => platform(504, "HTTPError", "HTTP 504: Gateway Timeout"),
        500..=599 => platform(status, "InternalServerError", "Internal server error"),
        _ => platform(status, "HTTPError", &format!("HTTP {status}")),
    }
}

/// Fills in the id of the request, where the reply's form has a place for it.
pub(super) fn with_id(reply: HttpReply, number: u64) -> HttpReply {
    if reply.status < 400 {
        return reply;
    }
    let Ok(Value::Object(mut body)) = serde_json::from_slice::<Value>(&reply.body) else {
        return reply;
    };
    if !body.contains_key("request_id") {
        return reply;
    }
    let spread = random::spread(number);
    body.insert("request_id".to_owned(), json!(format!("{spread:016x}{number:016x}")));
    HttpReply { body: Bytes::from(Value::Object(body).to_string()), ..reply }
}
