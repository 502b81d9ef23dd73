//! Logins and tokens.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::errors;
use super::state::Medianova;
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;

/// The lifetime of a login's token.
const TOKEN_LIFETIME: TimeDelta = TimeDelta::hours(4);

/// `POST /auth/login/token`.
pub(super) fn login(
    state: &mut Medianova,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<HttpReply, HttpReply> {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let given = |name: &str| body.get(name).and_then(Value::as_str);
    let (Some(key), Some(secret)) = (given("api_key"), given("api_secret")) else {
        let missing = if given("api_key").is_none() { "api_key" } else { "api_secret" };
        return Err(errors::payload(missing, "The field is required."));
    };
    if key != state.api_key || secret != state.api_secret {
        return Err(errors::unauthorized());
    }
    let expire = now + TOKEN_LIFETIME;
    let token = state.issue(expire);
    Ok(HttpReply::json(
        200,
        &json!({
            "status": true,
            "token": token,
            "session": state.uuid(),
            "expire": expire.timestamp(),
        }),
    ))
}

/// Refuses a request without a good token.
pub(super) fn check(
    state: &Medianova,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<(), HttpReply> {
    let given = request.authorization();
    let bearer = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let good = bearer.is_some_and(|(_, token)| {
        token == state.token
            || state.issued.iter().any(|(issued, ends)| issued == token && *ends > now)
    });
    if good || request.header("org-token") == Some(state.token.as_str()) {
        Ok(())
    } else {
        Err(errors::unauthorized())
    }
}
