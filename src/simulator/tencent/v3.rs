//! API 3.0: one path, the action in a header, everything answered with HTTP 200.

mod domains;
mod history;
mod purge;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::errors::{self, Language, Refusal, request_id};
use super::params::{Params, Type};
use super::state::{Area, Key, Limits, State};
use super::{quota, sign2, tc3, v2_form};
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;
use crate::simulator::world::Kind;

const VERSION: &str = "2018-06-06";
/// Query strings beyond this are refused.
const LONGEST_QUERY: usize = 32 << 10;

pub(super) use self::purge::check;

/// What was asked for, whichever way it was signed.
struct Call {
    action: String,
    version: String,
    given: Map<String, Value>,
    form: bool,
}

/// The answer to a request at `/`.
pub(super) fn answer(
    state: &mut State,
    request: &Request,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Reply {
    let number = state.number();
    if request.method == "GET" && request.query.len() > LONGEST_QUERY {
        return Reply::html(501, "Not Implemented");
    }
    if request.method != "POST" && request.method != "GET" {
        return Reply::html(405, "Method Not Allowed");
    }
    let english = request
        .header("x-tc-language")
        .is_some_and(|language| language.eq_ignore_ascii_case("en-US"))
        || v2_form::pairs(request)
            .iter()
            .any(|(name, value)| name == "Language" && value == "en-US");
    let language = if english { Language::English } else { Language::Chinese };
    let answered = call(state, request, now).and_then(|call| {
        if call.version != VERSION {
            return Err(errors::no_such_version(&call.version));
        }
        if let Some(most) = limits.a_second
            && !state.may_call(&call.action, most, TimeDelta::seconds(1), now)
        {
            return Err(errors::too_frequent());
        }
        act(state, call, limits, now)
    });
    match answered {
        Ok((mut body, took_effect)) => {
            body.insert("RequestId".to_owned(), json!(request_id(number)));
            let reply = Reply::json(200, &json!({"Response": body}));
            if took_effect { reply.effective() } else { reply }
        }
        Err(refusal) => refusal.reply(language, number),
    }
}

/// Who asks for what: by TC3 in the headers, or by the older signature among the parameters.
fn call(state: &State, request: &Request, now: DateTime<Utc>) -> Result<Call, Refusal> {
    let json =
        request.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    if request.header("authorization").is_none() && !json {
        let pairs = v2_form::pairs(request);
        if pairs.iter().any(|(name, _)| name == "Signature") {
            return older(&pairs, state, request, now);
        }
    }
    let action = request.header("x-tc-action").ok_or_else(|| errors::missing("Action"))?.to_owned();
    let version =
        request.header("x-tc-version").ok_or_else(|| errors::missing("Version"))?.to_owned();
    let _: &Key = tc3::check(request, &state.keys, now)?;
    if request.method == "GET" {
        return Ok(Call { action, version, given: v2_form::nested(request.pairs()), form: true });
    }
    let given = match serde_json::from_slice(&request.body) {
        Ok(Value::Object(given)) => given,
        Ok(_) => return Err(errors::not_a_body("not an object")),
        Err(_) => return Err(errors::not_a_body("not JSON")),
    };
    Ok(Call { action, version, given, form: false })
}

fn older(
    pairs: &[(String, String)],
    state: &State,
    request: &Request,
    now: DateTime<Utc>,
) -> Result<Call, Refusal> {
    const COMMON: [&str; 11] = [
        "Action",
        "Version",
        "Timestamp",
        "Nonce",
        "SecretId",
        "Signature",
        "SignatureMethod",
        "Region",
        "Token",
        "Language",
        "RequestClient",
    ];
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
    let given =
        pairs.iter().filter(|(name, _)| !COMMON.contains(&name.as_str())).cloned().collect();
    Ok(Call {
        action: common("Action")?,
        version: common("Version")?,
        given: v2_form::nested(given),
        form: true,
    })
}

type Answered = Result<(Map<String, Value>, bool), Refusal>;

fn act(state: &mut State, call: Call, limits: &Limits, now: DateTime<Utc>) -> Answered {
    let known: &[(&str, Type)] = match call.action.as_str() {
        "PurgeUrlsCache" => {
            &[("Urls", Type::Texts), ("Area", Type::Text), ("UrlEncode", Type::Flag)]
        }
        "PurgePathCache" => &[
            ("Paths", Type::Texts),
            ("FlushType", Type::Text),
            ("UrlEncode", Type::Flag),
            ("Area", Type::Text),
        ],
        "DescribePurgeTasks" => &[
            ("PurgeType", Type::Text),
            ("StartTime", Type::Text),
            ("EndTime", Type::Text),
            ("TaskId", Type::Text),
            ("Offset", Type::Number),
            ("Limit", Type::Number),
            ("Keyword", Type::Text),
            ("Status", Type::Text),
            ("Area", Type::Text),
        ],
        "DescribePurgeQuota" => &[],
        "DescribeDomains" => {
            &[("Offset", Type::Number), ("Limit", Type::Number), ("Filters", Type::Objects)]
        }
        other => return Err(errors::invalid_action(other)),
    };
    let params = Params::of(call.given, known, call.form)?;
    match call.action.as_str() {
        "PurgeUrlsCache" => purge::purge(state, &params, Kind::Url, limits, now),
        "PurgePathCache" => purge::purge(state, &params, Kind::Pattern, limits, now),
        "DescribePurgeTasks" => history::describe_tasks(state, &params, now),
        "DescribePurgeQuota" => Ok((quotas(state, limits, now), false)),
        _ => domains::describe_domains(state, &params),
    }
}

fn page(params: &Params, usual: i64, most: i64) -> Result<(usize, usize), Refusal> {
    let offset = params.number("Offset").unwrap_or(0);
    let limit = params.number("Limit").unwrap_or(usual);
    let offset = usize::try_from(offset).map_err(|_| errors::wrong_value("Offset"))?;
    if !(0..=most).contains(&limit) {
        return Err(errors::wrong_value("Limit"));
    }
    Ok((offset, usize::try_from(limit).unwrap_or_default()))
}

fn quotas(state: &State, limits: &Limits, now: DateTime<Utc>) -> Map<String, Value> {
    let lines = |kind: Kind| -> Value {
        let line = |area: Area| {
            let quota = quota::quota(state, kind, area, limits, now);
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
    body.insert("UrlPurge".to_owned(), lines(Kind::Url));
    body.insert("PathPurge".to_owned(), lines(Kind::Pattern));
    body
}
