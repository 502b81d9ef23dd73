//! API 3.0 as several products have it: one path, the action in a header, TC3-HMAC-SHA256,
//! everything answered with HTTP 200. The forms are documented; the messages are our own words:
//! Chinese unless `X-TC-Language: en-US`, as the SDK's default suggests.

pub(crate) mod errors;
mod params;
mod signature;
#[cfg(test)]
pub(crate) mod testing;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

pub(crate) use self::errors::{ApiError, Language};
pub(crate) use self::params::{ActionParams, ParamType};

use self::errors::request_id;
use super::form;
use super::reply::HttpReply;
use super::request::ReceivedRequest;

/// An API key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tc3Key {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// The token of a temporary key.
    pub(crate) token: Option<String>,
}

/// A request whose signature is good.
#[derive(Debug)]
pub(crate) struct ActionCall {
    pub(crate) action: String,
    pub(crate) version: String,
    pub(crate) given: Map<String, Value>,
    /// Everything in it is a text.
    pub(crate) form: bool,
}

/// The body of an answer, and true when a purge was started.
pub(crate) type ActionResult = Result<(Map<String, Value>, bool), ApiError>;

impl ActionCall {
    /// Reads a call that is signed in its headers.
    pub(crate) fn of(
        request: &ReceivedRequest,
        keys: &[Tc3Key],
        service: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, ApiError> {
        let header = |header: &str, name: &str| {
            request.header(header).map(str::to_owned).ok_or_else(|| errors::missing(name))
        };
        let action = header("x-tc-action", "Action")?;
        let version = header("x-tc-version", "Version")?;
        let _: &Tc3Key = signature::check(request, keys, service, now)?;
        if request.method == "GET" {
            return Ok(Self { action, version, given: form::nested(request.pairs()), form: true });
        }
        let given = match serde_json::from_slice(&request.body) {
            Ok(Value::Object(given)) => given,
            Ok(_) => return Err(errors::invalid_body("not an object")),
            Err(_) => return Err(errors::invalid_body("not JSON")),
        };
        Ok(Self { action, version, given, form: false })
    }
}

/// Returns the language that the headers ask for.
pub(crate) fn language(request: &ReceivedRequest) -> Language {
    match request.header("x-tc-language") {
        Some(language) if language.eq_ignore_ascii_case("en-US") => Language::English,
        Some(_) | None => Language::Chinese,
    }
}

/// Returns the answer to the request of this number.
pub(crate) fn reply(answered: ActionResult, language: Language, number: u64) -> HttpReply {
    match answered {
        Ok((mut body, took_effect)) => {
            body.insert("RequestId".to_owned(), json!(request_id(number)));
            let reply = HttpReply::json(200, &json!({"Response": body}));
            if took_effect { reply.effective() } else { reply }
        }
        Err(error) => error.reply(language, number),
    }
}

/// Reads the offset and limit of a list. `wrong` refuses one of them.
pub(crate) fn page(
    params: &ActionParams,
    usual: i64,
    most: i64,
    wrong: impl Fn(&str) -> ApiError,
) -> Result<(usize, usize), ApiError> {
    let offset = params.number("Offset").unwrap_or(0);
    let limit = params.number("Limit").unwrap_or(usual);
    let offset = usize::try_from(offset).map_err(|_| wrong("Offset"))?;
    if !(0..=most).contains(&limit) {
        return Err(wrong("Limit"));
    }
    Ok((offset, usize::try_from(limit).unwrap_or_default()))
}
