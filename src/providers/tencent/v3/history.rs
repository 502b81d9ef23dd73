//! `DescribePurgeTasks`: the question, and rows that become purges.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::super::task;
use super::super::time::Times;
use super::lacks;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, ProviderName, PurgeId, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::{HistoryPage, HistoryRequest, lenient};

/// How far back the history goes, by the documents of API 2.0.
const REACH: TimeDelta = TimeDelta::days(30);

/// The question's body. A task id or a beginning must be given.
pub(super) fn question(ask: &HistoryRequest, times: Times, now: DateTime<Utc>, rows: u64) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    if let Some(id) = &ask.id {
        put("TaskId", json!(id.as_str()));
    } else {
        let from = ask.from.unwrap_or(now - REACH);
        put("StartTime", json!(times.write_from(from)));
        put("EndTime", json!(times.write_until(ask.until.unwrap_or(now))));
    }
    if let Some((_, cname)) = &ask.resource
        && !cname.is_empty()
    {
        put("Keyword", json!(cname));
    }
    put("Offset", json!(ask.offset));
    put("Limit", json!(rows));
    Value::Object(body)
}

/// Whether a question was refused for the number of rows that it asked for.
pub(super) fn is_too_many(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::Rejected { .. })
        && failure.detail.to_ascii_lowercase().contains("limit")
}

/// The rows as purges, one for each task. `now` stands in for a time that cannot be read.
pub(super) fn page(
    account: &AccountName,
    provider: &ProviderName,
    times: Times,
    now: DateTime<Utc>,
    offset: u64,
    response: &Value,
) -> Result<HistoryPage, Failure> {
    let rows = match response.get("PurgeLogs") {
        Some(Value::Array(rows)) => rows.as_slice(),
        Some(Value::Null) => &[],
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) | None => {
            return Err(lacks("PurgeLogs"));
        }
    };
    let total = lenient::number(response, "TotalCount");
    let records = rows.len() as u64;
    if records == 0 && total.is_some_and(|total| total > offset) {
        return Err(Failure::new(Cause::BadAnswer).with_message(format!(
            "the vendor counts {} rows and gave none from number {offset} on",
            total.unwrap_or_default()
        )));
    }
    let mut purges: Vec<Purge> = Vec::new();
    let mut unreadable = 0;
    for row in rows {
        let Some(id) = lenient::field(row, "TaskId") else {
            unreadable += 1;
            continue;
        };
        // A task's rows stand together as a rule, so the newest purge is looked at first.
        match purges.iter_mut().rev().find(|purge| purge.id.as_str() == id) {
            Some(purge) => add(purge, row),
            None => purges.push(purge(account, provider, times, now, id, row)),
        }
    }
    for purge in &mut purges {
        purge.status = task::overall(&purge.targets);
    }
    if unreadable > 0 {
        tracing::warn!(%account, unreadable, "the history has rows without a task id; they cannot be kept");
    }
    Ok(HistoryPage {
        purges,
        records,
        total,
        complete: records == 0 || total.is_some_and(|total| offset + records >= total),
        unreadable,
    })
}

fn purge(
    account: &AccountName,
    provider: &ProviderName,
    times: Times,
    now: DateTime<Utc>,
    id: String,
    row: &Value,
) -> Purge {
    let raw_kind = lenient::field(row, "PurgeType").unwrap_or_default();
    let raw_created = lenient::field(row, "CreateTime").unwrap_or_default();
    let created = times.read(&raw_created);
    let host = task::host(&lenient::field(row, "Url").unwrap_or_default());
    let mut purge = Purge {
        account: account.clone(),
        provider: provider.clone(),
        id: PurgeId::from(id),
        resource: ResourceId::new(&host),
        cname: host,
        kind: match raw_kind.as_str() {
            "url" => Some(Kind::Url),
            "path" => Some(Kind::Pattern),
            _ => None,
        },
        raw_kind,
        status: Status::Unknown,
        raw_status: String::new(),
        created: created.unwrap_or(now),
        raw_created: created.is_none().then_some(raw_created),
        completed: None,
        targets: Vec::new(),
        by: None,
    };
    add(&mut purge, row);
    purge
}

/// A further row of the same task. Its raw status is kept once: `done`, or `done, fail` where the rows differ.
fn add(purge: &mut Purge, row: &Value) {
    let word = lenient::field(row, "Status").unwrap_or_default();
    if !word.is_empty() && !purge.raw_status.split(", ").any(|known| known == word) {
        if !purge.raw_status.is_empty() {
            purge.raw_status.push_str(", ");
        }
        purge.raw_status.push_str(&word);
    }
    purge.targets.push(Target {
        text: lenient::field(row, "Url").unwrap_or_default(),
        status: Some(match word.as_str() {
            "done" => Status::Successful,
            "process" => Status::InProgress,
            "fail" => Status::Failed,
            _ => Status::Unknown,
        }),
    });
}
