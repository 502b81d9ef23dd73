//! `DescribePurgeTasks`: the question, and rows that become purges.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::super::time::Times;
use super::super::{host, lacks};
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::ResourceId;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::adapter::Session;
use crate::providers::records::{check_gap, history_page, join_rows};
use crate::providers::{HistoryPage, HistoryRequest, lenient};

/// The reach of the history, by the documents of API 2.0.
const REACH: TimeDelta = TimeDelta::days(30);

/// Returns the question's body. A task id or a beginning must be given.
pub(super) fn question(
    request: &HistoryRequest,
    times: Times,
    now: DateTime<Utc>,
    rows: u64,
) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    if let Some(id) = &request.id {
        put("TaskId", json!(id.as_str()));
    } else {
        let from = request.from.unwrap_or(now - REACH);
        put("StartTime", json!(times.write_from(from)));
        put("EndTime", json!(times.write_until(request.until.unwrap_or(now))));
    }
    if let Some((_, cname)) = &request.resource
        && !cname.is_empty()
    {
        put("Keyword", json!(cname));
    }
    put("Offset", json!(request.offset));
    put("Limit", json!(rows));
    Value::Object(body)
}

/// Returns true if a question was refused for the number of rows that it asked for.
pub(super) fn is_too_many(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::Rejected { .. })
        && failure.detail.to_ascii_lowercase().contains("limit")
}

/// Reads the rows as purges, one for each trequest.
pub(super) fn page(
    session: &Session,
    times: Times,
    offset: u64,
    body: &Value,
) -> Result<HistoryPage, Failure> {
    let rows = body.get("PurgeLogs").and_then(lenient::list).ok_or_else(|| lacks("PurgeLogs"))?;
    let total = lenient::number(body, "TotalCount");
    check_gap(rows.len(), total, offset)?;
    let mut page = history_page(&session.account, rows, |row| purge(session, times, row));
    page.purges = join_rows(page.purges, ", ");
    page.total = total;
    page.complete = page.records == 0 || total.is_some_and(|total| offset + page.records >= total);
    Ok(page)
}

/// Reads one row as a purge of one target.
fn purge(session: &Session, times: Times, row: &Value) -> Option<Purge> {
    let raw_kind = lenient::field(row, "PurgeType").unwrap_or_default();
    let raw_created = lenient::field(row, "CreateTime").unwrap_or_default();
    let raw_status = lenient::field(row, "Status").unwrap_or_default();
    let url = lenient::field(row, "Url").unwrap_or_default();
    let host = host(&url);
    let status = match raw_status.as_str() {
        "done" => Status::Successful,
        "process" => Status::InProgress,
        "fail" => Status::Failed,
        _ => Status::Unknown,
    };
    Some(Purge {
        resource: ResourceId::new(&host),
        cname: host,
        kind: match raw_kind.as_str() {
            "url" => Some(Kind::Url),
            "path" => Some(Kind::Pattern),
            _ => None,
        },
        raw_kind,
        raw_status,
        targets: vec![Target { text: url, status: Some(status) }],
        ..session.purge(lenient::field(row, "TaskId")?, times.read(&raw_created), raw_created)
    })
}
