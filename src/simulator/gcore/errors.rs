//! Gcore's error bodies. The CDN's own are `{"errors": …}` or `{"message": …}`; the platform's carry a class and a request id.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::simulator::reply::Reply;

/// An error in the platform's form, still without its request id.
fn platform(status: u16, class: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"exception_class": class, "message": message, "request_id": ""}))
}

/// Errors of one field.
pub(super) fn field(name: &str, errors: &Value) -> Reply {
    Reply::json(400, &json!({"errors": {name: errors}}))
}

/// The request's body is not JSON.
pub(super) fn not_json(detail: &str) -> Reply {
    Reply::json(400, &json!({"message": format!("JSON parse error - {detail}")}))
}

/// Nobody was named.
pub(super) fn no_credentials() -> Reply {
    unauthorized("not_authenticated", "Authentication credentials were not provided.")
}

/// The token is cut off, as a shell does with what follows a dollar sign.
pub(super) fn bad_token(part: &str) -> Reply {
    unauthorized("not_authenticated", &format!("Bad token: {part}"))
}

/// The token has ended, or never was.
pub(super) fn expired() -> Reply {
    unauthorized("token_not_valid", "Token is invalid or expired")
}

/// A permanent token after a word that belongs to another kind.
pub(super) fn wrong_scheme() -> Reply {
    unauthorized("token_not_valid", "Given token not valid for any token type")
}

fn unauthorized(class: &str, message: &str) -> Reply {
    platform(401, class, message).with("www-authenticate", "APIKey")
}

/// The role does not reach that far.
pub(super) fn forbidden() -> Reply {
    Reply::json(403, &json!({"message": "You do not have permission to perform this action."}))
}

/// There is no such thing in this account.
pub(super) fn not_found(message: &str) -> Reply {
    platform(404, "NotFoundError", message)
}

/// The path knows one other method.
pub(super) fn method_not_allowed(allowed: &str) -> Reply {
    let allowed = if allowed == "GET" { "GET, HEAD" } else { allowed };
    platform(405, "HTTPError", "HTTP 405: Method Not Allowed").with("allow", allowed)
}

/// The body is of a type that is not read.
pub(super) fn unsupported(media_type: &str) -> Reply {
    Reply::json(
        415,
        &json!({"message": format!("Unsupported media type \"{media_type}\" in request.")}),
    )
}

/// The window of a resource is used up; it has room again in `seconds`.
pub(super) fn throttled(seconds: u64, tell: bool) -> Reply {
    let reply = Reply::json(
        429,
        &json!({"message": "You have exceeded number of allowed purge requests for your CDN resource."}),
    );
    if tell { reply.with("retry-after", seconds.to_string()) } else { reply }
}

/// An error that has only a status.
pub(super) fn of_status(status: u16) -> Reply {
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

/// The reply with the number of its request, where its form has a place for it.
pub(super) fn with_id(reply: Reply, number: u64) -> Reply {
    if reply.status < 400 {
        return reply;
    }
    let Ok(Value::Object(mut body)) = serde_json::from_slice::<Value>(&reply.body) else {
        return reply;
    };
    if !body.contains_key("request_id") {
        return reply;
    }
    // Spread over the word, so that two ids do not look like neighbours.
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    body.insert("request_id".to_owned(), json!(format!("{spread:016x}{number:016x}")));
    Reply { body: Bytes::from(Value::Object(body).to_string()), ..reply }
}
