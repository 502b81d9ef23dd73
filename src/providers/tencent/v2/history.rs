//! `GetCdnRefreshLog`: the question and the rows.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::super::task;
use super::super::time::Times;
use super::request::Params;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, ProviderName, PurgeId, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::{HistoryPage, HistoryRequest, lenient};

/// An answer with as many rows may have been cut, where it does not tell how many there are.
pub(super) const MOST: u32 = 1_000;
/// How far back the history goes.
const REACH: TimeDelta = TimeDelta::days(30);

/// The question's parameters: a range, or a task alone; both together are refused where they do not fit.
pub(super) fn question(ask: &HistoryRequest, times: Times, now: DateTime<Utc>) -> Params {
    let mut params = match &ask.id {
        Some(id) => vec![("taskId".to_owned(), id.to_string())],
        None => vec![
            ("startDate".to_owned(), times.write_from(ask.from.unwrap_or(now - REACH))),
            ("endDate".to_owned(), times.write_until(ask.until.unwrap_or(now))),
        ],
    };
    if let Some((_, cname)) = &ask.resource
        && !cname.is_empty()
    {
        params.push(("host".to_owned(), cname.clone()));
    }
    params
}

/// The rows of an answer. `now` stands in for a time that cannot be read.
pub(super) fn page(
    account: &AccountName,
    provider: &ProviderName,
    times: Times,
    now: DateTime<Utc>,
    data: &Value,
) -> Result<HistoryPage, Failure> {
    let rows = match data.get("logs") {
        Some(Value::Array(rows)) => rows.as_slice(),
        Some(Value::Null) => &[],
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) | None => {
            return Err(Failure::new(Cause::BadAnswer).with_message("the answer has no logs"));
        }
    };
    let purges: Vec<Purge> =
        rows.iter().filter_map(|row| purge(account, provider, times, now, row)).collect();
    let (records, total) = (rows.len() as u64, lenient::number(data, "total"));
    let unreadable = records - purges.len() as u64;
    if unreadable > 0 {
        tracing::warn!(%account, unreadable, "the history has rows without an id; they cannot be kept");
    }
    Ok(HistoryPage {
        purges,
        records,
        total,
        complete: total.map_or(records < u64::from(MOST), |total| records >= total),
        unreadable,
    })
}

fn purge(
    account: &AccountName,
    provider: &ProviderName,
    times: Times,
    now: DateTime<Utc>,
    row: &Value,
) -> Option<Purge> {
    let id = lenient::field(row, "id")?;
    let raw_kind = lenient::field(row, "type").unwrap_or_default();
    let raw_status = lenient::field(row, "status").unwrap_or_default();
    let raw_created = lenient::field(row, "datetime").unwrap_or_default();
    let created = times.read(&raw_created);
    let targets: Vec<Target> =
        lenient::texts(row.get("url_list")).into_iter().map(Target::new).collect();
    let host = lenient::field(row, "host").unwrap_or_else(|| {
        targets.first().map(|target| task::host(&target.text)).unwrap_or_default()
    });
    Some(Purge {
        account: account.clone(),
        provider: provider.clone(),
        id: PurgeId::from(id),
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
        created: created.unwrap_or(now),
        raw_created: created.is_none().then_some(raw_created),
        completed: lenient::field(row, "complete_time").and_then(|text| times.read(&text)),
        targets,
        by: None,
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
