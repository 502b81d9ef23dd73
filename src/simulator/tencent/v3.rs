//! API 3.0: one path, the action in a header, everything answered with HTTP 200.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::errors::{self, Language, Refusal, request_id};
use super::params::{Params, Type};
use super::state::{Area, Key, Limits, State, Way};
use super::tasks;
use super::{quota, sign2, tc3, v2_form};
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;
use crate::simulator::world::Kind;
use crate::simulator::world::ledger::Purge;

const VERSION: &str = "2018-06-06";
/// How many rows a page has, if nobody says, and at most. The maximum is not documented; the successor's is this.
const ROWS: i64 = 20;
const MOST_ROWS: i64 = 1000;
const DOMAINS: i64 = 100;
const MOST_DOMAINS: i64 = 1000;
/// The longest URL. Not documented.
const LONGEST: usize = 2048;
/// Query strings beyond this are refused.
const LONGEST_QUERY: usize = 32 << 10;

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
    let language = if english {
        Language::English
    } else {
        Language::Chinese
    };
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
            if took_effect {
                reply.effective()
            } else {
                reply
            }
        }
        Err(refusal) => refusal.reply(language, number),
    }
}

/// Who asks for what: by TC3 in the headers, or by the older signature among the parameters.
fn call(state: &State, request: &Request, now: DateTime<Utc>) -> Result<Call, Refusal> {
    let json = request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/json"));
    if request.header("authorization").is_none() && !json {
        let pairs = v2_form::pairs(request);
        if pairs.iter().any(|(name, _)| name == "Signature") {
            return older(&pairs, state, request, now);
        }
    }
    let action = request
        .header("x-tc-action")
        .ok_or_else(|| errors::missing("Action"))?
        .to_owned();
    let version = request
        .header("x-tc-version")
        .ok_or_else(|| errors::missing("Version"))?
        .to_owned();
    let _: &Key = tc3::check(request, &state.keys, now)?;
    if request.method == "GET" {
        return Ok(Call {
            action,
            version,
            given: v2_form::nested(request.pairs()),
            form: true,
        });
    }
    let given = match serde_json::from_slice(&request.body) {
        Ok(Value::Object(given)) => given,
        Ok(_) => return Err(errors::not_a_body("not an object")),
        Err(_) => return Err(errors::not_a_body("not JSON")),
    };
    Ok(Call {
        action,
        version,
        given,
        form: false,
    })
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
        let found = pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone());
        found
            .filter(|value| !value.is_empty())
            .ok_or_else(|| errors::missing(name))
    };
    let timestamp: i64 = common("Timestamp")?
        .parse()
        .map_err(|_| errors::wrong_type("Timestamp", "an integer"))?;
    if (timestamp - now.timestamp()).abs() > 300 {
        return Err(errors::signature_expire(timestamp, now.timestamp()));
    }
    let id = common("SecretId")?;
    let key = state
        .keys
        .iter()
        .find(|key| key.id == id)
        .ok_or_else(errors::secret_id_not_found)?;
    let signature = sign2::sign(&key.secret, &request.method, request.host(), "/", pairs);
    if common("Signature")? != signature {
        return Err(errors::signature_failure());
    }
    if key.token.is_some() && key.token != common("Token").ok() {
        return Err(errors::token_failure());
    }
    let given = pairs
        .iter()
        .filter(|(name, _)| !COMMON.contains(&name.as_str()))
        .cloned()
        .collect();
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
        "PurgeUrlsCache" => &[
            ("Urls", Type::Texts),
            ("Area", Type::Text),
            ("UrlEncode", Type::Flag),
        ],
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
        "DescribeDomains" => &[
            ("Offset", Type::Number),
            ("Limit", Type::Number),
            ("Filters", Type::Objects),
        ],
        other => return Err(errors::invalid_action(other)),
    };
    let params = Params::of(call.given, known, call.form)?;
    match call.action.as_str() {
        "PurgeUrlsCache" => purge(state, &params, Kind::Url, limits, now),
        "PurgePathCache" => purge(state, &params, Kind::Pattern, limits, now),
        "DescribePurgeTasks" => describe_tasks(state, &params, now),
        "DescribePurgeQuota" => Ok((quotas(state, limits, now), false)),
        _ => describe_domains(state, &params),
    }
}

fn purge(
    state: &mut State,
    params: &Params,
    kind: Kind,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Answered {
    let name = if kind == Kind::Url { "Urls" } else { "Paths" };
    let targets = params
        .texts(name)
        .filter(|targets| !targets.is_empty())
        .ok_or_else(|| errors::missing(name))?;
    let flush = match (kind, params.text("FlushType")) {
        (Kind::Url, _) | (_, Some("delete")) => false,
        (_, Some("flush")) => true,
        (_, Some(_)) => return Err(errors::wrong_value("FlushType")),
        (_, None) => return Err(errors::missing("FlushType")),
    };
    let asked = match params.text("Area") {
        None => None,
        Some(word) => Some(
            Area::of(word)
                .filter(|area| *area != Area::Global)
                .ok_or_else(|| errors::wrong_value("Area"))?,
        ),
    };
    let area = check(state, &targets, kind, asked, limits, now)?;
    let purge = state.accept(kind, targets, Way { flush, area }, true, now);
    let mut body = Map::new();
    body.insert("TaskId".to_owned(), json!(tasks::task_id(&purge)));
    Ok((body, true))
}

/// Checks the targets of a purge, all or none; returns the area in which it counts.
pub(super) fn check(
    state: &State,
    targets: &[String],
    kind: Kind,
    asked: Option<Area>,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Area, Refusal> {
    let url = kind == Kind::Url;
    let most = if url { limits.urls } else { limits.paths };
    if targets.len() > most {
        return Err(errors::too_many(url, false, most));
    }
    let name = if url { "Urls" } else { "Paths" };
    let mut wide: Option<Area> = None;
    for target in targets {
        let host = tasks::host(target).ok_or_else(|| errors::wrong_value(name))?;
        if target.contains('*') {
            return Err(errors::wildcard(target));
        }
        if target.len() > LONGEST {
            return Err(errors::too_long(LONGEST));
        }
        let (index, domain) =
            tasks::domain(state, target).ok_or_else(|| errors::host_not_found(&host))?;
        if !state.sites.get(index).is_some_and(|site| site.live) {
            return Err(errors::host_not_online(&host));
        }
        if asked.is_some_and(|asked| !domain.area.covers(asked)) {
            return Err(errors::wrong_value("Area"));
        }
        wide = Some(match wide {
            Some(area) if area != domain.area => Area::Global,
            Some(_) | None => domain.area,
        });
    }
    let area = asked.or(wide).unwrap_or(Area::Global);
    for part in [Area::Mainland, Area::Overseas] {
        if area.covers(part) {
            let quota = quota::quota(state, kind, part, limits, now);
            if quota.available < targets.len() {
                return Err(errors::too_many(url, true, quota.total));
            }
        }
    }
    Ok(area)
}

fn describe_tasks(state: &State, params: &Params, now: DateTime<Utc>) -> Answered {
    let time = |name: &str| match params.text(name) {
        None => Ok(None),
        Some(text) => tasks::read(text)
            .map(Some)
            .ok_or_else(|| errors::wrong_value(name)),
    };
    let word = |name: &'static str, known: &[&str]| match params.text(name) {
        Some(word) if !known.contains(&word) => Err(errors::wrong_value(name)),
        word => Ok(word),
    };
    let (start, end) = (time("StartTime")?, time("EndTime")?);
    let task = params.text("TaskId");
    if task.is_none() && start.is_none() {
        return Err(errors::missing("StartTime"));
    }
    let (offset, limit) = page(params, ROWS, MOST_ROWS)?;
    let purge_type = word("PurgeType", &["url", "path"])?;
    let status = word("Status", &["fail", "done", "process"])?;
    let area = word("Area", &["mainland", "overseas", "global"])?;
    let keyword = params.text("Keyword");
    // The times have whole seconds: a row of the last second is within.
    let within = |purge: &Purge| {
        let second = purge.at.div_euclid(1_000_000);
        start.is_none_or(|start| second >= start.timestamp())
            && end.is_none_or(|end| second <= end.timestamp())
    };
    let fits = |purge: &&Purge| {
        within(purge)
            && purge_type.is_none_or(|wanted| wanted == tasks::purge_type(purge.kind))
            && area.is_none_or(|wanted| wanted == state.area_of(purge).word())
            && task.is_none_or(|wanted| wanted == tasks::task_id(purge))
    };
    let wanted = Rows { status, keyword };
    let (mut total, mut rows) = (0, Vec::new());
    for purge in state.ledger.remembered(now).iter().rev().filter(fits) {
        let before = total;
        if wanted.is_all() && (before + purge.count() <= offset || rows.len() == limit) {
            // Rows that are only counted need not be drawn.
            total += purge.count();
            continue;
        }
        for row in wanted.of(state, purge, now) {
            if total >= offset && rows.len() < limit {
                rows.push(row);
            }
            total += 1;
        }
    }
    let mut body = Map::new();
    body.insert("PurgeLogs".to_owned(), Value::Array(rows));
    body.insert("TotalCount".to_owned(), json!(total));
    Ok((body, false))
}

/// Which rows of a task are wanted.
struct Rows<'a> {
    status: Option<&'a str>,
    keyword: Option<&'a str>,
}

impl Rows<'_> {
    fn is_all(&self) -> bool {
        self.status.is_none() && self.keyword.is_none()
    }

    fn of(&self, state: &State, purge: &Purge, now: DateTime<Utc>) -> Vec<Value> {
        let targets = tasks::targets(state, purge);
        let count = targets.len();
        let mut rows = Vec::new();
        for (index, url) in targets.into_iter().enumerate() {
            let word = tasks::word(purge.part(index, count, now));
            let named = self.keyword.is_none_or(|keyword| {
                if keyword.contains("://") {
                    url == keyword
                } else {
                    tasks::host(&url).as_deref() == Some(keyword)
                }
            });
            if named && self.status.is_none_or(|status| status == word) {
                rows.push(json!({
                    "TaskId": tasks::task_id(purge),
                    "Url": url,
                    "Status": word,
                    "PurgeType": tasks::purge_type(purge.kind),
                    "FlushType": state.flush_type(purge),
                    "CreateTime": tasks::written(purge.created()),
                }));
            }
        }
        rows
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
        Value::Array(
            [Area::Mainland, Area::Overseas]
                .into_iter()
                .map(line)
                .collect(),
        )
    };
    let mut body = Map::new();
    body.insert("UrlPurge".to_owned(), lines(Kind::Url));
    body.insert("PathPurge".to_owned(), lines(Kind::Pattern));
    body
}

fn describe_domains(state: &State, params: &Params) -> Answered {
    let (offset, limit) = page(params, DOMAINS, MOST_DOMAINS)?;
    let mut filters = Vec::new();
    for filter in params.objects("Filters") {
        filters.push(Filter::of(filter)?);
    }
    let matching: Vec<Value> = (0..state.domains.len())
        .filter_map(|index| shown(state, index))
        .filter(|domain| filters.iter().all(|filter| filter.matches(domain)))
        .collect();
    let mut body = Map::new();
    body.insert("TotalNumber".to_owned(), json!(matching.len()));
    body.insert(
        "Domains".to_owned(),
        matching.into_iter().skip(offset).take(limit).collect(),
    );
    Ok((body, false))
}

struct Filter {
    /// The field of a domain that is compared.
    field: &'static str,
    values: Vec<String>,
    fuzzy: bool,
}

impl Filter {
    fn of(filter: &Map<String, Value>) -> Result<Self, Refusal> {
        let name = filter
            .get("Name")
            .and_then(Value::as_str)
            .ok_or_else(|| errors::missing("Filters.Name"))?;
        let field = match name {
            "domain" => "/Domain",
            "origin" => "/Origin/Origins/0",
            "resourceId" => "/ResourceId",
            "status" => "/Status",
            "serviceType" => "/ServiceType",
            "projectId" => "/ProjectId",
            "https" => "/Https",
            "originPullProtocol" => "/Origin/OriginPullProtocol",
            "domainType" => "/Origin/OriginType",
            "fullUrlCache" | "tagKey" => "/Unknown",
            _ => return Err(errors::wrong_value("Filters.Name")),
        };
        let values: Vec<String> = filter
            .get("Value")
            .and_then(Value::as_array)
            .map(|list| {
                list.iter()
                    .filter_map(|value| value.as_str().map(str::to_owned))
                    .collect()
            })
            .ok_or_else(|| errors::missing("Filters.Value"))?;
        // From a form it is a word.
        let fuzzy = match filter.get("Fuzzy") {
            Some(Value::String(word)) => word.eq_ignore_ascii_case("true"),
            other => other.and_then(Value::as_bool).unwrap_or(false),
        };
        if values.len() > if fuzzy { 1 } else { 5 } {
            return Err(errors::wrong_value("Filters.Value"));
        }
        Ok(Self {
            field,
            values,
            fuzzy,
        })
    }

    fn matches(&self, domain: &Value) -> bool {
        let has = match domain.pointer(self.field) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => return false,
        };
        self.values.iter().any(|value| {
            if self.fuzzy {
                has.contains(value.as_str())
            } else {
                has == *value
            }
        })
    }
}

fn shown(state: &State, index: usize) -> Option<Value> {
    let (domain, site) = (state.domains.get(index)?, state.sites.get(index)?);
    Some(json!({
        "ResourceId": format!("cdn-{:08x}", domain.id),
        "AppId": state.app_id,
        "Domain": site.host,
        "Cname": format!("{}.cdn.dnsv1.example", site.host),
        "Status": if site.live { "online" } else { "offline" },
        "ProjectId": 0,
        "ServiceType": domain.service,
        "CreateTime": tasks::written(domain.created),
        "UpdateTime": tasks::written(domain.updated),
        "Origin": {
            "Origins": [format!("origin.{}", site.host)],
            "OriginType": "domain",
            "ServerName": site.host,
            "OriginPullProtocol": if domain.https { "https" } else { "http" },
            "BackupOrigins": [],
            "BackupOriginType": null,
            "BackupServerName": null,
        },
        "Disable": "normal",
        "Area": domain.area.word(),
        "Readonly": "normal",
        "Product": "cdn",
        "ParentHost": "",
    }))
}
