//! `GetCdnRefreshLog`: the question and the rows.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::super::time::Times;
use super::super::{host, lacks};
use super::request::FormCall;
use crate::domain::failure::Failure;
use crate::domain::ids::ResourceId;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::adapter::Session;
use crate::providers::records::history_page;
use crate::providers::{HistoryPage, HistoryRequest, lenient};

/// The number of rows from which on an answer may have been cut, where it does not count them.
pub(super) const MAX_ROWS: u32 = 1_000;
/// The reach of the history.
const REACH: TimeDelta = TimeDelta::days(30);

/// Returns the question: a range, or a task alone; both together are refused where they do not fit.
pub(super) fn call(request: &HistoryRequest, times: Times, now: DateTime<Utc>) -> FormCall {
    let mut params = match &request.id {
        Some(id) => vec![("taskId".to_owned(), id.to_string())],
        None => vec![
            ("startDate".to_owned(), times.write_from(request.from.unwrap_or(now - REACH))),
            ("endDate".to_owned(), times.write_until(request.until.unwrap_or(now))),
        ],
    };
    if let Some((_, cname)) = &request.resource
        && !cname.is_empty()
    {
        params.push(("host".to_owned(), cname.clone()));
    }
    FormCall::question("GetCdnRefreshLog", params)
}

/// Reads the rows of an answer.
pub(super) fn page(session: &Session, times: Times, body: &Value) -> Result<HistoryPage, Failure> {
    let rows = body.get("logs").and_then(lenient::list).ok_or_else(|| lacks("logs"))?;
    let mut page = history_page(&session.account, rows, |row| purge(session, times, row));
    page.total = lenient::number(body, "total");
    page.complete = match page.total {
        Some(total) => page.records >= total,
        None => page.records < u64::from(MAX_ROWS),
    };
    Ok(page)
}

fn purge(session: &Session, times: Times, row: &Value) -> Option<Purge> {
    let raw_kind = lenient::field(row, "type").unwrap_or_default();
    let raw_status = lenient::field(row, "status").unwrap_or_default();
    let raw_created = lenient::field(row, "datetime").unwrap_or_default();
    let targets: Vec<Target> =
        lenient::texts(row.get("url_list")).into_iter().map(Target::new).collect();
    let host = lenient::field(row, "host")
        .or_else(|| targets.first().map(|target| host(&target.text)))
        .unwrap_or_default();
    Some(Purge {
        resource: ResourceId::new(&host),
        cname: host,
        kind: match raw_kind.as_str() {
            "0" => Some(Kind::Url),
            "1" => Some(Kind::Pattern),
            _ => None,
        },
        raw_kind,
        status: status(&raw_status),
        raw_status,
        completed: lenient::field(row, "complete_time").and_then(|text| times.read(&text)),
        targets,
        ..session.purge(lenient::field(row, "id")?, times.read(&raw_created), raw_created)
    })
}

/// 1 is done, 0 is under way, anything below failed.
fn status(word: &str) -> Status {
    match word.trim().parse::<i64>() {
        Ok(1) => Status::Successful,
        Ok(0) => Status::InProgress,
        Ok(number) if number < 0 => Status::Failed,
        Ok(_) | Err(_) => Status::Unknown,
    }
}
