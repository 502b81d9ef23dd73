//! `GET /cdn/activity_log/requests`: who asked for what, by API and by panel, and what was refused.
//!
//! Documented are the filters `path`, `method`, `status_code`, `user_id`, `token_id`, `client_id`, `remote_ip_address`,
//! `min_requested_at`, `max_requested_at` (`2021-05-05 12:00:00`), `limit` and `offset`, and for a record the fields that
//! are read here. What the documents leave open, and what is done about it:
//!
//! - `path` finds whole paths by the newest document and parts of them by an older one. Purges of all resources have no
//!   path in common, so it is not asked for: every POST is told, and what is no purge is left out here.
//! - The example's path lacks the product's `/cdn`. It is read with and without.
//! - How far back the log goes is not said. It is taken for as long as the history: one month.
//! - By older documents the list stands in `result`, and `data` and `query_params` are texts or objects. All are read.

use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use serde_json::Value;

use super::super::http::{Answer, Outgoing};
use super::super::{ActivityPage, ActivityRequest, ActivityRule, lenient};
use super::list::List;
use super::time;
use crate::domain::activity::{Attempt, Author};
use crate::domain::failure::Failure;
use crate::domain::ids::ResourceId;
use crate::domain::kind::Kind;

/// What is known of the log; none of it is documented.
pub(super) const RULE: ActivityRule =
    ActivityRule { reach: Duration::from_hours(30 * 24), settle: Duration::from_secs(10) };

/// The request for a page of the log, without its token.
pub(super) fn question(ask: &ActivityRequest, limit: u64) -> Outgoing {
    Outgoing::get(["cdn", "activity_log", "requests"])
        .query("method", "POST")
        .query("min_requested_at", write(ask.from))
        .query("max_requested_at", write(up(ask.until)))
        .query("offset", ask.offset.to_string())
        .query("limit", limit.to_string())
}

/// The page that an answer comes to.
pub(super) fn page(offset: u64, list: &List) -> ActivityPage {
    let records = list.records.len() as u64;
    ActivityPage {
        attempts: list.records.iter().filter_map(attempt).collect(),
        records,
        complete: list.ends_at(offset + records),
    }
}

/// The list of an answer, in any of the forms that the documents show.
pub(super) fn read(answer: &Answer) -> Result<List, Failure> {
    List::read_under(answer, &["results", "result"])
}

/// A record that is an attempt at a purge; `None` for any other, and for one without id or time.
fn attempt(record: &Value) -> Option<Attempt> {
    let method = lenient::field(record, "method");
    if method.is_some_and(|method| !method.eq_ignore_ascii_case("POST")) {
        return None;
    }
    let resource = purged(&lenient::field(record, "path")?)?;
    let (kind, targets) = asked(record.get("data").unwrap_or(&Value::Null));
    Some(Attempt {
        id: lenient::field(record, "id")?,
        at: time::read(&lenient::field(record, "requested_at")?)?,
        resource,
        kind,
        targets,
        author: Author {
            user: lenient::field(record, "user_id"),
            token: lenient::field(record, "token_id"),
        },
        address: lenient::field(record, "remote_ip_address"),
        status: lenient::number(record, "status_code")
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or_default(),
    })
}

/// The resource of a path like `/resources/1/purge`.
fn purged(path: &str) -> Option<ResourceId> {
    let path = path.trim_matches('/');
    let path = path.strip_prefix("cdn/").unwrap_or(path);
    let id = path.strip_prefix("resources/")?.strip_suffix("/purge")?;
    (!id.is_empty() && !id.contains('/')).then(|| ResourceId::from(id.to_owned()))
}

/// What a request's body asks to purge.
fn asked(data: &Value) -> (Option<Kind>, Vec<String>) {
    let unread;
    let data = match data {
        Value::String(text) => {
            unread = serde_json::from_str(text).unwrap_or_default();
            &unread
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            data
        }
    };
    let list = |name| data.get(name).filter(|value| !value.is_null());
    match (list("urls"), list("paths")) {
        (Some(urls), None) => (Some(Kind::Url), lenient::texts(Some(urls))),
        (None, Some(paths)) => {
            let targets = lenient::texts(Some(paths));
            let kind = if targets.is_empty() { Kind::All } else { Kind::Pattern };
            (Some(kind), targets)
        }
        // Both at once mean nothing that the documents know.
        (Some(_), Some(_)) | (None, None) => (None, Vec::new()),
    }
}

fn up(time: DateTime<Utc>) -> DateTime<Utc> {
    let cut = time.trunc_subsecs(0);
    if cut == time { time } else { cut + TimeDelta::seconds(1) }
}

fn write(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}
