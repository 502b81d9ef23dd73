//! API 3.0: one path, the action in a header, everything answered with HTTP 200.

mod domains;
mod history;
mod purge;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::errors::{self, ApiError, Language, request_id};
use super::params::ActionParams;
use super::params::ParamType::{self, Flag, Number, Objects, Text, Texts};
use super::state::{Area, SecretKey, Tencent};
use super::{quota, sign2, tc3};
use crate::simulator::form;
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;
use crate::simulator::world::PurgeScope;

const VERSION: &str = "2018-06-06";
/// The longest query string.
const MAX_QUERY: usize = 32 << 10;

pub(super) use self::purge::check;

/// A request with a good signature of either kind.
struct Call {
    action: String,
    version: String,
    given: Map<String, Value>,
    form: bool,
}

/// Answers a request at `/`.
pub(super) fn answer(
    state: &mut Tencent,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> HttpReply {
    let number = state.request_number();
    if request.method == "GET" && request.query.len() > MAX_QUERY {
        return HttpReply::html(501, "Not Implemented");
    }
    if request.method != "POST" && request.method != "GET" {
        return HttpReply::html(405, "Method Not Allowed");
    }
    let english = request
        .header("x-tc-language")
        .is_some_and(|language| language.eq_ignore_ascii_case("en-US"))
        || form::pairs(request).iter().any(|(name, value)| name == "Language" && value == "en-US");
    let language = if english { Language::English } else { Language::Chinese };
    let answered = call(state, request, now).and_then(|call| {
        if call.version != VERSION {
            return Err(errors::no_such_version(&call.version));
        }
        let most = state.scenario.limits.requests_a_second;
        if !state.may_call(&call.action, most, TimeDelta::seconds(1), now) {
            return Err(errors::too_frequent());
        }
        act(state, call, now)
    });
    match answered {
        Ok((mut body, took_effect)) => {
            body.insert("RequestId".to_owned(), json!(request_id(number)));
            let reply = HttpReply::json(200, &json!({"Response": body}));
            if took_effect { reply.effective() } else { reply }
        }
        Err(error) => error.reply(language, number),
    }
}

/// Reads the call: signed by TC3 in the headers, or by the older signature among the parameters.
fn call(state: &Tencent, request: &ReceivedRequest, now: DateTime<Utc>) -> Result<Call, ApiError> {
    let json =
        request.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    if request.header("authorization").is_none() && !json {
        let pairs = form::pairs(request);
        if pairs.iter().any(|(name, _)| name == "Signature") {
            return older(&pairs, state, request, now);
        }
    }
    let action = request.header("x-tc-action").ok_or_else(|| errors::missing("Action"))?.to_owned();
    let version =
        request.header("x-tc-version").ok_or_else(|| errors::missing("Version"))?.to_owned();
    let _: &SecretKey = tc3::check(request, &state.keys, now)?;
    if request.method == "GET" {
        return Ok(Call { action, version, given: form::nested(request.pairs()), form: true });
    }
    let given = match serde_json::from_slice(&request.body) {
        Ok(Value::Object(given)) => given,
        Ok(_) => return Err(errors::invalid_body("not an object")),
        Err(_) => return Err(errors::invalid_body("not JSON")),
    };
    Ok(Call { action, version, given, form: false })
}

fn older(
    pairs: &[(String, String)],
    state: &Tencent,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<Call, ApiError> {
    const COMMON: &str = "Action Version Timestamp Nonce SecretId Signature SignatureMethod \
        Region Token Language RequestClient";
    let common = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        found.filter(|value| !value.is_empty()).ok_or_else(|| errors::missing(name))
    };
    let timestamp: i64 =
        common("Timestamp")?.parse().map_err(|_| errors::wrong_type("Timestamp", "an integer"))?;
    if (timestamp - now.timestamp()).abs() > 300 {
        return Err(errors::signature_expire(timestamp, now.timestamp()));
    }
    let id = common("SecretId")?;
    let key = state.keys.iter().find(|key| key.id == id).ok_or_else(errors::secret_id_not_found)?;
    let signature = sign2::sign(&key.secret, &request.method, request.host(), "/", pairs);
    if common("Signature")? != signature {
        return Err(errors::signature_failure());
    }
    if key.token.is_some() && key.token != common("Token").ok() {
        return Err(errors::token_failure());
    }
    let given = pairs
        .iter()
        .filter(|(name, _)| COMMON.split(' ').all(|common| common != name))
        .cloned()
        .collect();
    Ok(Call {
        action: common("Action")?,
        version: common("Version")?,
        given: form::nested(given),
        form: true,
    })
}

/// The body of an answer, and true when a purge was started.
type ActionResult = Result<(Map<String, Value>, bool), ApiError>;

/// An action's name, its parameters, and its work.
type Action = (
    &'static str,
    &'static [(&'static str, ParamType)],
    fn(&mut Tencent, &ActionParams, DateTime<Utc>) -> ActionResult,
);

#[rustfmt::skip]
const ACTIONS: [Action; 5] = [
    ("PurgeUrlsCache", &[("Urls", Texts), ("Area", Text), ("UrlEncode", Flag)],
        |state, params, now| purge::purge(state, params, PurgeScope::Url, now)),
    ("PurgePathCache",
        &[("Paths", Texts), ("FlushType", Text), ("UrlEncode", Flag), ("Area", Text)],
        |state, params, now| purge::purge(state, params, PurgeScope::Pattern, now)),
    ("DescribePurgeTasks",
        &[("PurgeType", Text), ("StartTime", Text), ("EndTime", Text), ("TaskId", Text),
            ("Offset", Number), ("Limit", Number), ("Keyword", Text), ("Status", Text),
            ("Area", Text)],
        |state, params, now| history::describe_tasks(state, params, now)),
    ("DescribePurgeQuota", &[], |state, _, now| Ok(quotas(state, now))),
    ("DescribeDomains", &[("Offset", Number), ("Limit", Number), ("Filters", Objects)],
        |state, params, _| domains::describe_domains(state, params)),
];

fn act(state: &mut Tencent, call: Call, now: DateTime<Utc>) -> ActionResult {
    let known = ACTIONS.iter().find(|(name, ..)| *name == call.action);
    let (_, params, run) = known.ok_or_else(|| errors::invalid_action(&call.action))?;
    run(state, &ActionParams::of(call.given, params, call.form)?, now)
}

fn page(params: &ActionParams, usual: i64, most: i64) -> Result<(usize, usize), ApiError> {
    let offset = params.number("Offset").unwrap_or(0);
    let limit = params.number("Limit").unwrap_or(usual);
    let offset = usize::try_from(offset).map_err(|_| errors::wrong_value("Offset"))?;
    if !(0..=most).contains(&limit) {
        return Err(errors::wrong_value("Limit"));
    }
    Ok((offset, usize::try_from(limit).unwrap_or_default()))
}

fn quotas(state: &Tencent, now: DateTime<Utc>) -> (Map<String, Value>, bool) {
    let lines = |scope: PurgeScope| -> Value {
        let line = |area: Area| {
            let quota = quota::quota(state, scope, area, now);
            json!({
                "Area": area.word(),
                "Batch": quota.batch,
                "Total": quota.total,
                "Available": quota.available,
            })
        };
        Value::Array([Area::Mainland, Area::Overseas].into_iter().map(line).collect())
    };
    let mut body = Map::new();
    body.insert("UrlPurge".to_owned(), lines(PurgeScope::Url));
    body.insert("PathPurge".to_owned(), lines(PurgeScope::Pattern));
    (body, false)
}
