//! API 2.0: parameters in a query or a form, answers with a code in the body, no paging.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::errors::Refusal;
use super::state::{Limits, State, Way};
use super::tasks;
use super::{sign2, v2_form, v3};
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;
use crate::simulator::scenario::TencentScenario;
use crate::simulator::world::Kind;
use crate::simulator::world::ledger::{MEMORY, Purge};

/// How far a request's time may be from the server's, in seconds.
const SKEW: i64 = 2 * 3600;
/// A longer query is refused by the front end.
const LONGEST_QUERY: usize = 32 << 10;
/// What one call may purge; the directories' number is far below that of API 3.0.
const URLS: usize = 1000;
const DIRS: usize = 20;

/// A refusal: the common code, the text, and the code at the business side, a number for some and a word for others.
struct Error {
    code: i64,
    message: String,
    desc: Value,
}

impl Error {
    fn of(code: i64, desc: &str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), desc: json!(desc) }
    }

    fn business(number: i64, message: &str) -> Self {
        Self { code: 4000, message: format!("({number}) {message}"), desc: json!(number) }
    }

    fn parameter(message: impl Into<String>) -> Self {
        Self::of(4000, "InvalidParameter", message)
    }

    fn reply(&self) -> Reply {
        Reply::json(
            200,
            &json!({"code": self.code, "message": self.message, "codeDesc": self.desc}),
        )
    }
}

type Answered = Result<Reply, Error>;

/// The parameters of one call.
struct Call(Vec<(String, String)>);

impl Call {
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|text| !text.is_empty())
    }

    fn needed(&self, name: &str) -> Result<&str, Error> {
        self.get(name)
            .ok_or_else(|| Error::parameter(format!("(100004) missing required parameter {name}")))
    }
}

/// The answer to a request at `/v2/index.php`.
pub(super) fn answer(
    state: &mut State,
    request: &Request,
    scenario: &TencentScenario,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Reply {
    if request.query.len() > LONGEST_QUERY {
        return Reply::html(501, "Not Implemented");
    }
    if request.method != "GET" && request.method != "POST" {
        return Reply::html(405, "Method Not Allowed");
    }
    let call = Call(v2_form::pairs(request));
    let answered =
        check(state, &call, request, now).and_then(|()| act(state, &call, scenario, limits, now));
    answered.unwrap_or_else(|error| error.reply())
}

/// Who asks, and whether they have asked the very same before.
fn check(
    state: &mut State,
    call: &Call,
    request: &Request,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    call.needed("Action")?;
    let timestamp: i64 = call
        .needed("Timestamp")?
        .parse()
        .map_err(|_| Error::parameter("Timestamp is not a number"))?;
    let nonce: u64 = call
        .needed("Nonce")?
        .parse()
        .ok()
        .filter(|nonce| *nonce > 0)
        .ok_or_else(|| Error::parameter("Nonce is not a positive number"))?;
    let id = call.needed("SecretId")?;
    let signature = call.needed("Signature")?;
    let key =
        state.keys.iter().find(|key| key.id == id).ok_or_else(|| {
            Error::of(4104, "SecretIdNotFound", "(4104) the SecretId does not exist")
        })?;
    let host = request.host();
    let bare = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let right = [host, bare].iter().any(|host| {
        sign2::sign(&key.secret, &request.method, host, "/v2/index.php", &call.0) == signature
    });
    if !right {
        return Err(Error::of(4100, "AuthFailure", "(4100) the signature does not match"));
    }
    if key.token.is_some() && key.token.as_deref() != call.get("Token") {
        return Err(Error::of(4105, "TokenFailure", "(4105) the token does not match"));
    }
    if (timestamp - now.timestamp()).abs() > SKEW {
        return Err(Error::of(4200, "RequestExpired", "(4200) the request has expired"));
    }
    state.nonces.retain(|(at, _)| (at - now.timestamp()).abs() <= SKEW);
    if !state.nonces.insert((timestamp, nonce)) {
        return Err(Error::of(4500, "ReplayAttack", "(4500) the nonce has been used"));
    }
    Ok(())
}

fn act(
    state: &mut State,
    call: &Call,
    scenario: &TencentScenario,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Answered {
    let action = call.needed("Action")?;
    let a_minute = match action {
        "GetCdnRefreshLog" | "GetHostInfoByHost" => 1000,
        "RefreshCdnUrl" => 1200,
        "RefreshCdnDir" => 3000,
        "DescribeCdnHosts" => 100,
        _ => {
            return Err(Error::of(
                4000,
                "InvalidAction",
                format!("(4000) no such action {action}"),
            ));
        }
    };
    if limits.by_minute
        && !state.may_call(&format!("2.0 {action}"), a_minute, TimeDelta::minutes(1), now)
    {
        return Err(Error::of(4400, "RequestLimitExceeded", "(4400) too many requests"));
    }
    match action {
        "GetCdnRefreshLog" => refresh_log(state, call, scenario, now),
        "RefreshCdnUrl" => refresh(state, call, Kind::Url, limits, now),
        "RefreshCdnDir" => refresh(state, call, Kind::Pattern, limits, now),
        _ => hosts(state, call, action == "GetHostInfoByHost"),
    }
}

fn success(data: &Value) -> Reply {
    Reply::json(200, &json!({"code": 0, "message": "", "codeDesc": "Success", "data": data}))
}

fn refresh(
    state: &mut State,
    call: &Call,
    kind: Kind,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Answered {
    let name = if kind == Kind::Url { "urls" } else { "dirs" };
    let targets = v2_form::list(&call.0, name);
    if targets.is_empty() {
        return Err(Error::parameter(format!("(100004) missing required parameter {name}")));
    }
    let flush = match (kind, call.get("type")) {
        (Kind::Url, _) | (_, Some("2")) => false,
        (_, None | Some("1")) => true,
        (_, Some(_)) => return Err(Error::business(9003, "type is neither 1 nor 2")),
    };
    let limits = Limits { urls: URLS.min(limits.urls), paths: DIRS.min(limits.paths), ..*limits };
    let area = v3::check(state, &targets, kind, None, &limits, now)
        .map_err(|refusal| translated(&refusal))?;
    let count = targets.len();
    let purge = state.accept(kind, targets, Way { flush, area }, true, now);
    Ok(success(&json!({"count": count, "task_id": tasks::task_id(&purge)})).effective())
}

/// What API 3.0 refuses with a word, 2.0 refuses with a number.
fn translated(refusal: &Refusal) -> Error {
    match refusal.code {
        "ResourceNotFound.CdnHostNotExists" => Error::business(9110, "cdn no such host"),
        "ResourceUnavailable.CdnHostIsNotOnline" => Error::business(9111, "cdn host is not online"),
        code if code.starts_with("LimitExceeded.") => {
            Error::of(4400, "LimitExceeded", format!("(4400) {}", refusal.english()))
        }
        _ => Error::business(9003, refusal.english()),
    }
}

fn refresh_log(
    state: &State,
    call: &Call,
    scenario: &TencentScenario,
    now: DateTime<Utc>,
) -> Answered {
    let time = |name: &str| match call.get(name) {
        None => Ok(None),
        Some(text) => {
            tasks::read(text).map(Some).ok_or_else(|| Error::business(9003, "The date is invalid"))
        }
    };
    let (start, end) = (time("startDate")?, time("endDate")?);
    let task = call.get("taskId");
    let range = match (start, end) {
        (Some(start), Some(end)) if start > end => {
            return Err(Error::business(9003, "The date is invalid"));
        }
        (Some(start), Some(_)) if start < now - MEMORY - TimeDelta::days(1) => {
            return Err(Error::business(9003, "The date is invalid: only 30 days are kept"));
        }
        (Some(start), Some(end)) => Some((start, end)),
        (None, _) | (_, None) if task.is_some() => None,
        (None, _) | (_, None) => {
            return Err(Error::parameter("(9003) startDate and endDate, or taskId, is required"));
        }
    };
    let within = |purge: &Purge| {
        let second = purge.at.div_euclid(1_000_000);
        range.is_none_or(|(start, end)| second >= start.timestamp() && second <= end.timestamp())
    };
    let remembered = state.ledger.remembered(now);
    if let Some(task) = task
        && let Some(purge) = remembered.iter().find(|purge| tasks::task_id(purge) == task)
        && !within(purge)
    {
        return Err(Error::business(9003, "The date is invalid"));
    }
    let mut total = 0;
    let mut logs = Vec::new();
    for purge in remembered.iter().rev() {
        if !within(purge) || task.is_some_and(|task| tasks::task_id(purge) != task) {
            continue;
        }
        let host = state.sites.get(purge.site).map(|site| site.host.as_str()).unwrap_or_default();
        if call.get("host").is_some_and(|wanted| wanted != host) {
            continue;
        }
        let urls = tasks::targets(state, purge);
        if call.get("url").is_some_and(|wanted| !urls.iter().any(|url| url == wanted)) {
            continue;
        }
        total += 1;
        if scenario.refresh_log_rows.is_none_or(|most| logs.len() < most) {
            logs.push(json!({
                "id": tasks::number(purge),
                "app_id": state.app_id,
                "project_id": 0,
                "host": host,
                "type": i32::from(purge.kind != Kind::Url),
                "status": tasks::status(purge.state(now)),
                "url_list": urls,
                "datetime": tasks::written(purge.created()),
            }));
        }
    }
    Ok(Reply::json(
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

fn hosts(state: &State, call: &Call, by_host: bool) -> Answered {
    let number = |name: &str, otherwise: usize| match call.get(name) {
        None => Ok(otherwise),
        Some(text) => {
            text.parse().map_err(|_| Error::parameter(format!("(9003) {name} is not a number")))
        }
    };
    let wanted = v2_form::list(&call.0, "hosts");
    if by_host && wanted.is_empty() {
        return Err(Error::parameter("(100004) missing required parameter hosts"));
    }
    let (offset, limit) = (number("offset", 0)?, number("limit", usize::MAX)?);
    let all: Vec<Value> = state
        .sites
        .iter()
        .zip(&state.domains)
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
                "create_time": tasks::written(domain.created),
                "update_time": tasks::written(domain.updated),
            })
        })
        .collect();
    if by_host && all.is_empty() {
        return Err(Error::business(9110, "cdn no such host"));
    }
    let total = all.len();
    let shown: Vec<Value> = all.into_iter().skip(offset).take(limit).collect();
    Ok(success(&json!({"total": total, "hosts": shown})))
}
