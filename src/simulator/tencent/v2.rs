//! API 2.0: parameters in a query or a form, answers with a code in the body, no paging.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::state::{PurgeOptions, Tencent};
use super::{sign2, tasks, v3};
use crate::simulator::form;
use crate::simulator::listing::TimeFilter;
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;
use crate::simulator::tc3::ApiError;
use crate::simulator::world::{MEMORY, PurgeScope, SimulatedPurge};

/// The largest difference between a request's time and the server's, in seconds.
const SKEW: i64 = 2 * 3600;
/// A longer query is refused by the front end.
const MAX_QUERY: usize = 32 << 10;
/// The most targets of one call; for directories far fewer than in API 3.0.
const MAX_URLS: usize = 1000;
const MAX_DIRS: usize = 20;

/// A refusal: the common code, the text, and the code of the business side, a number for some and a
/// word for others.
struct OlderError {
    code: i64,
    message: String,
    desc: Value,
}

impl OlderError {
    fn of(code: i64, desc: &str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), desc: json!(desc) }
    }

    fn business(number: i64, message: &str) -> Self {
        Self { code: 4000, message: format!("({number}) {message}"), desc: json!(number) }
    }

    fn parameter(message: impl Into<String>) -> Self {
        Self::of(4000, "InvalidParameter", message)
    }

    fn reply(&self) -> HttpReply {
        HttpReply::json(
            200,
            &json!({"code": self.code, "message": self.message, "codeDesc": self.desc}),
        )
    }
}

type CallResult = Result<HttpReply, OlderError>;

/// The parameters of one call.
struct CallParams(Vec<(String, String)>);

impl CallParams {
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|text| !text.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, OlderError> {
        self.get(name).ok_or_else(|| {
            OlderError::parameter(format!("(100004) missing required parameter {name}"))
        })
    }
}

/// Answers a request at `/v2/index.php`.
pub(super) fn answer(
    state: &mut Tencent,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> HttpReply {
    if request.query.len() > MAX_QUERY {
        return HttpReply::html(501, "Not Implemented");
    }
    if request.method != "GET" && request.method != "POST" {
        return HttpReply::html(405, "Method Not Allowed");
    }
    let call = CallParams(form::pairs(request));
    check(state, &call, request, now)
        .and_then(|()| act(state, &call, now))
        .unwrap_or_else(|error| error.reply())
}

/// Checks the signature, and that the same request was not sent before.
fn check(
    state: &mut Tencent,
    call: &CallParams,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<(), OlderError> {
    call.required("Action")?;
    let timestamp: i64 = call
        .required("Timestamp")?
        .parse()
        .map_err(|_| OlderError::parameter("Timestamp is not a number"))?;
    let nonce: u64 = call
        .required("Nonce")?
        .parse()
        .ok()
        .filter(|nonce| *nonce > 0)
        .ok_or_else(|| OlderError::parameter("Nonce is not a positive number"))?;
    let id = call.required("SecretId")?;
    let signature = call.required("Signature")?;
    let not_found =
        || OlderError::of(4104, "SecretIdNotFound", "(4104) the SecretId does not exist");
    let key = state.keys.iter().find(|key| key.id == id).ok_or_else(not_found)?;
    let host = request.host();
    let bare = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let right = [host, bare].iter().any(|host| {
        sign2::sign(&key.secret, &request.method, host, "/v2/index.php", &call.0) == signature
    });
    if !right {
        return Err(OlderError::of(4100, "AuthFailure", "(4100) the signature does not match"));
    }
    if key.token.is_some() && key.token.as_deref() != call.get("Token") {
        return Err(OlderError::of(4105, "TokenFailure", "(4105) the token does not match"));
    }
    if (timestamp - now.timestamp()).abs() > SKEW {
        return Err(OlderError::of(4200, "RequestExpired", "(4200) the request has expired"));
    }
    state.nonces.retain(|(at, _)| (at - now.timestamp()).abs() <= SKEW);
    if !state.nonces.insert((timestamp, nonce)) {
        return Err(OlderError::of(4500, "ReplayAttack", "(4500) the nonce has been used"));
    }
    Ok(())
}

fn act(state: &mut Tencent, call: &CallParams, now: DateTime<Utc>) -> CallResult {
    let action = call.required("Action")?;
    let a_minute = match action {
        "GetCdnRefreshLog" | "GetHostInfoByHost" => 1000,
        "RefreshCdnUrl" => 1200,
        "RefreshCdnDir" => 3000,
        "DescribeCdnHosts" => 100,
        _ => {
            return Err(OlderError::of(
                4000,
                "InvalidAction",
                format!("(4000) no such action {action}"),
            ));
        }
    };
    if !state.may_call(&format!("2.0 {action}"), a_minute, TimeDelta::minutes(1), now) {
        return Err(OlderError::of(4400, "RequestLimitExceeded", "(4400) too many requests"));
    }
    match action {
        "GetCdnRefreshLog" => refresh_log(state, call, now),
        "RefreshCdnUrl" => refresh(state, call, PurgeScope::Url, now),
        "RefreshCdnDir" => refresh(state, call, PurgeScope::Pattern, now),
        _ => hosts(state, call, action == "GetHostInfoByHost"),
    }
}

fn success(data: &Value) -> HttpReply {
    HttpReply::json(200, &json!({"code": 0, "message": "", "codeDesc": "Success", "data": data}))
}

fn refresh(
    state: &mut Tencent,
    call: &CallParams,
    scope: PurgeScope,
    now: DateTime<Utc>,
) -> CallResult {
    let (name, most) = if scope == PurgeScope::Url {
        ("urls", MAX_URLS.min(state.scenario.limits.urls))
    } else {
        ("dirs", MAX_DIRS.min(state.scenario.limits.paths))
    };
    let targets = form::list(&call.0, name);
    if targets.is_empty() {
        return Err(OlderError::parameter(format!("(100004) missing required parameter {name}")));
    }
    let flush = match (scope, call.get("type")) {
        (PurgeScope::Url, _) | (_, Some("2")) => false,
        (_, None | Some("1")) => true,
        (_, Some(_)) => return Err(OlderError::business(9003, "type is neither 1 nor 2")),
    };
    let area =
        v3::check(state, &targets, scope, None, most, now).map_err(|error| translated(&error))?;
    let count = targets.len();
    let purge = state.add(scope, targets, PurgeOptions { flush, area }, true, now);
    Ok(success(&json!({"count": count, "task_id": tasks::task_id(&purge)})).effective())
}

/// Translates an error of API 3.0, which has words for codes, into one of 2.0, which has numbers.
fn translated(error: &ApiError) -> OlderError {
    match error.code {
        "ResourceNotFound.CdnHostNotExists" => OlderError::business(9110, "cdn no such host"),
        "ResourceUnavailable.CdnHostIsNotOnline" => {
            OlderError::business(9111, "cdn host is not online")
        }
        code if code.starts_with("LimitExceeded.") => {
            OlderError::of(4400, "LimitExceeded", format!("(4400) {}", error.english))
        }
        _ => OlderError::business(9003, &error.english),
    }
}

fn refresh_log(state: &Tencent, call: &CallParams, now: DateTime<Utc>) -> CallResult {
    let time = |name: &str| match call.get(name) {
        None => Ok(None),
        Some(text) => tasks::read_time(text)
            .map(Some)
            .ok_or_else(|| OlderError::business(9003, "The date is invalid")),
    };
    let (start, end) = (time("startDate")?, time("endDate")?);
    let task = call.get("taskId");
    let times = match (start, end) {
        (Some(start), Some(end)) if start > end => {
            return Err(OlderError::business(9003, "The date is invalid"));
        }
        (Some(start), Some(_)) if start < now - MEMORY - TimeDelta::days(1) => {
            return Err(OlderError::business(9003, "The date is invalid: only 30 days are kept"));
        }
        (Some(_), Some(_)) => TimeFilter { from: start, until: end },
        (None, _) | (_, None) if task.is_some() => TimeFilter::default(),
        (None, _) | (_, None) => {
            return Err(OlderError::parameter(
                "(9003) startDate and endDate, or taskId, is required",
            ));
        }
    };
    let within = |purge: &SimulatedPurge| times.contains(tasks::second(purge));
    let remembered = state.world.remembered(now);
    if let Some(task) = task
        && let Some(purge) = remembered.iter().find(|purge| tasks::task_id(purge) == task)
        && !within(purge)
    {
        return Err(OlderError::business(9003, "The date is invalid"));
    }
    let mut total = 0;
    let mut logs = Vec::new();
    for purge in remembered.iter().rev() {
        if !within(purge) || task.is_some_and(|task| tasks::task_id(purge) != task) {
            continue;
        }
        let host = state.world.host(purge);
        if call.get("host").is_some_and(|wanted| wanted != host) {
            continue;
        }
        let urls = state.targets(purge);
        if call.get("url").is_some_and(|wanted| !urls.iter().any(|url| url == wanted)) {
            continue;
        }
        total += 1;
        if state.scenario.refresh_log_rows.is_none_or(|most| logs.len() < most) {
            logs.push(json!({
                "id": 6_180_000 + purge.serial,
                "app_id": state.app_id,
                "project_id": 0,
                "host": host,
                "type": i32::from(purge.scope != PurgeScope::Url),
                "status": tasks::status(purge.progress(now)).1,
                "url_list": urls,
                "datetime": tasks::write_time(purge.created()),
            }));
        }
    }
    Ok(HttpReply::json(
        200,
        &json!({
            "retcode": 0,
            "errmsg": "ok",
            "code": 0,
            "message": "",
            "codeDesc": "Success",
            "data": {"logs": logs, "total": total},
        }),
    ))
}

fn hosts(state: &Tencent, call: &CallParams, by_host: bool) -> CallResult {
    let number = |name: &str, otherwise: usize| match call.get(name) {
        None => Ok(otherwise),
        Some(text) => text
            .parse()
            .map_err(|_| OlderError::parameter(format!("(9003) {name} is not a number"))),
    };
    let wanted = form::list(&call.0, "hosts");
    if by_host && wanted.is_empty() {
        return Err(OlderError::parameter("(100004) missing required parameter hosts"));
    }
    let (offset, limit) = (number("offset", 0)?, number("limit", usize::MAX)?);
    let domains = state.world.sites.iter().zip(&state.domains);
    let all: Vec<Value> = domains
        .filter(|(site, _)| !by_host || wanted.contains(&site.host))
        .map(|(site, domain)| {
            json!({
                "id": domain.id,
                "host_id": domain.id,
                "app_id": state.app_id,
                "owner_uin": 100_000_000 + state.app_id % 1_000_000,
                "project_id": 0,
                "host": site.host,
                "cname": format!("{}.cdn.dnsv1.example", site.host),
                "host_type": "cname",
                "service_type": domain.service,
                "origin": format!("origin.{}", site.host),
                "status": if site.live { 5 } else { 6 },
                "disabled": 0,
                "deleted": "no",
                "create_time": tasks::write_time(domain.created),
                "update_time": tasks::write_time(domain.updated),
            })
        })
        .collect();
    if by_host && all.is_empty() {
        return Err(OlderError::business(9110, "cdn no such host"));
    }
    let total = all.len();
    let shown: Vec<Value> = all.into_iter().skip(offset).take(limit).collect();
    Ok(success(&json!({"total": total, "hosts": shown})))
}
