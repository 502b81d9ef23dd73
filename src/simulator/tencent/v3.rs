//! API 3.0: one path, the action in a header, everything answered with HTTP 200.

mod domains;
mod history;
mod purge;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::errors;
use super::state::{Area, Tencent};
use super::{quota, sign2};
use crate::simulator::form;
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;
use crate::simulator::tc3::ParamType::{self, Flag, Number, Objects, Text, Texts};
use crate::simulator::tc3::{self, ActionCall, ActionParams, ActionResult, ApiError, Language};
use crate::simulator::world::PurgeScope;

const SERVICE: &str = "cdn";
const VERSION: &str = "2018-06-06";
/// The longest query string.
const MAX_QUERY: usize = 32 << 10;

pub(super) use self::purge::check;

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
    let asks_english =
        form::pairs(request).iter().any(|(name, value)| name == "Language" && value == "en-US");
    let language = if asks_english { Language::English } else { tc3::language(request) };
    let answered = call(state, request, now).and_then(|call| {
        if call.version != VERSION {
            return Err(errors::no_such_version(&call.version, SERVICE));
        }
        let most = state.scenario.limits.requests_a_second;
        if !state.may_call(&call.action, most, TimeDelta::seconds(1), now) {
            return Err(errors::too_frequent());
        }
        act(state, call, now)
    });
    tc3::reply(answered, language, number)
}

/// Reads the call: signed by TC3 in the headers, or by the older signature among the parameters.
fn call(
    state: &Tencent,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<ActionCall, ApiError> {
    let json =
        request.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    if request.header("authorization").is_none() && !json {
        let pairs = form::pairs(request);
        if pairs.iter().any(|(name, _)| name == "Signature") {
            return older(&pairs, state, request, now);
        }
    }
    ActionCall::of(request, &state.keys, SERVICE, now)
}

fn older(
    pairs: &[(String, String)],
    state: &Tencent,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<ActionCall, ApiError> {
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
    Ok(ActionCall {
        action: common("Action")?,
        version: common("Version")?,
        given: form::nested(given),
        form: true,
    })
}

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

fn act(state: &mut Tencent, call: ActionCall, now: DateTime<Utc>) -> ActionResult {
    let known = ACTIONS.iter().find(|(name, ..)| *name == call.action);
    let (_, params, run) = known.ok_or_else(|| errors::invalid_action(&call.action, SERVICE))?;
    run(state, &ActionParams::of(call.given, params, call.form)?, now)
}

fn page(params: &ActionParams, usual: i64, most: i64) -> Result<(usize, usize), ApiError> {
    tc3::page(params, usual, most, errors::wrong_value)
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
