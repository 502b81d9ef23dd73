//! `GET /cdn/activity_log/requests`: who asked for what, by API and by panel, and what was refused.
//!
//! Documented are the filters `path`, `method`, `status_code`, `user_id`, `token_id`, `client_id`,
//! `remote_ip_address`, `min_requested_at`, `max_requested_at` (`2021-05-05 12:00:00`), `limit` and
//! `offset`, and for a record the fields that are read here. What the documents leave open, and
//! what is done about it:
//!
//! - `path` finds whole paths by the newest document and parts of them by an older one. Purges of
//!   all resources have no path in common, so it is not asked for: every POST is listed, and what
//!   is no purge is left out here.
//! - The example's path lacks the product's `/cdn`. It is read with and without.
//! - How far back the log goes is not said. It is taken for as long as the history: one month.
//! - By older documents the list is in `result`, and `data` and `query_params` are texts or
//!   objects. All are read.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{PAGE, time};
use crate::domain::activity::{Attempt, Author};
use crate::domain::ids::ResourceId;
use crate::domain::kind::Kind;
use crate::providers::http::HttpRequest;
use crate::providers::records::RecordPage;
use crate::providers::time::round_up;
use crate::providers::{ActivityPage, ActivityRequest, ActivityRule, lenient};

/// The reach and the delay of the log; neither is documented.
pub(super) const RULE: ActivityRule =
    ActivityRule { reach: Duration::from_hours(30 * 24), settle: Duration::from_secs(10) };

/// Returns the request for a page of the log.
pub(super) fn call(request: &ActivityRequest) -> HttpRequest {
    HttpRequest::get(["cdn", "activity_log", "requests"])
        .query("method", "POST")
        .query("min_requested_at", write(request.from))
        .query("max_requested_at", write(round_up(request.until, TimeDelta::seconds(1))))
        .query("offset", request.offset.to_string())
        .query("limit", PAGE.to_string())
}

/// Reads a page of the log.
pub(super) fn page(page: &RecordPage) -> ActivityPage {
    ActivityPage {
        attempts: page.records.iter().filter_map(attempt).collect(),
        records: page.records.len() as u64,
        complete: page.is_last,
    }
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

/// Returns the kind and targets of a request's body.
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

fn write(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}
