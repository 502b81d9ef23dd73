//! `GET …/job/{resource}/purge`: rows by URL that become purges.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use serde_json::Value;

use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, ProviderName, PurgeId, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::http::Answer;
use crate::providers::{HistoryPage, lenient};

use super::PAGE;

/// Whose list it is, and from where on it was asked for.
pub(super) struct Place<'a> {
    pub(super) account: &'a AccountName,
    pub(super) provider: &'a ProviderName,
    pub(super) resource: &'a ResourceId,
    pub(super) cname: &'a str,
    pub(super) offset: u64,
}

/// The rows as purges, one for each operation. `now` stands in for a time that cannot be read.
pub(super) fn page(
    place: &Place<'_>,
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<HistoryPage, Failure> {
    let body = answer.json()?;
    let data = body.get("data").unwrap_or(&body);
    let rows =
        match data.get("requests") {
            Some(Value::Array(rows)) => rows.as_slice(),
            Some(Value::Null) => &[],
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_))
            | None => {
                return Err(answer.with_status(Failure::new(Cause::BadAnswer).with_message(
                    format!("the answer has no list of requests: {}", answer.words()),
                )));
            }
        };
    // A page begins at a multiple of its length; what stands before the wanted row was read already.
    let skip = (place.offset % PAGE) as usize;
    let fresh = rows.get(skip..).unwrap_or_default();
    let total = lenient::number(data, "total");
    let records = fresh.len() as u64;
    if records == 0 && total.is_some_and(|total| total > place.offset) {
        return Err(answer.with_status(Failure::new(Cause::BadAnswer).with_message(format!(
            "the vendor counts {} rows and gave none from number {} on",
            total.unwrap_or_default(),
            place.offset
        ))));
    }
    let mut purges: Vec<Purge> = Vec::new();
    let mut unreadable = 0;
    for row in fresh {
        let Some(id) = lenient::field(row, "opID") else {
            unreadable += 1;
            continue;
        };
        match purges.iter_mut().rev().find(|purge| purge.id.as_str() == id) {
            Some(purge) => add(purge, row),
            None => purges.push(purge(place, now, id, row)),
        }
    }
    for purge in &mut purges {
        settle(purge);
    }
    if unreadable > 0 {
        tracing::warn!(account = %place.account, unreadable, "the history has rows without an operation; they cannot be kept");
    }
    Ok(HistoryPage {
        purges,
        records,
        total,
        complete: match total {
            Some(total) => place.offset + records >= total,
            None => (rows.len() as u64) < PAGE,
        },
        unreadable,
    })
}

fn purge(place: &Place<'_>, now: DateTime<Utc>, id: String, row: &Value) -> Purge {
    let raw_created = lenient::field(row, "createdAt").unwrap_or_default();
    let created = time(&raw_created);
    let mut purge = Purge {
        account: place.account.clone(),
        provider: place.provider.clone(),
        id: PurgeId::from(id),
        resource: place.resource.clone(),
        cname: place.cname.to_owned(),
        kind: None,
        raw_kind: String::new(),
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

/// A further row of the same operation. Every different pair of number and message is kept once.
fn add(purge: &mut Purge, row: &Value) {
    let number = lenient::field(row, "status").unwrap_or_default();
    let message = lenient::field(row, "message").unwrap_or_default();
    let raw = format!("{number} {message}").trim().to_owned();
    if !raw.is_empty() && !purge.raw_status.split("; ").any(|known| known == raw) {
        if !purge.raw_status.is_empty() {
            purge.raw_status.push_str("; ");
        }
        purge.raw_status.push_str(&raw);
    }
    let completed = lenient::field(row, "completedAt").and_then(|text| time(&text));
    purge.completed = purge.completed.max(completed);
    purge.targets.push(Target {
        text: lenient::field(row, "url").unwrap_or_default(),
        status: Some(status(&number, &message)),
    });
}

/// What follows from all rows together: the kind, which no row tells, by the stars in the paths; failed when one failed,
/// unfinished while one is, and without an end while one has none.
fn settle(purge: &mut Purge) {
    let has = |status| purge.targets.iter().any(|target| target.status == Some(status));
    purge.kind = Some(if purge.targets.iter().any(|target| target.text.contains('*')) {
        Kind::Pattern
    } else {
        Kind::Url
    });
    purge.status = [
        Status::Failed,
        Status::InProgress,
        Status::Unknown,
        Status::ReportDisabled,
        Status::Successful,
    ]
    .into_iter()
    .find(|status| has(*status))
    .unwrap_or(Status::Unknown);
    if has(Status::InProgress) {
        purge.completed = None;
    }
}

/// By plain words only, the panel's among them: what the numbers mean is written nowhere.
fn status(number: &str, message: &str) -> Status {
    for word in [number, message] {
        let word = word.trim().trim_end_matches('.').to_ascii_lowercase();
        match word.as_str() {
            "running" | "waiting" | "pending" | "queued" | "processing" | "in progress" => {
                return Status::InProgress;
            }
            "successful" | "success" | "succeeded" | "completed" | "done" => {
                return Status::Successful;
            }
            // The older API's sentence for a path that was not cached: nothing stale is left of it.
            "there is no file in cache" => return Status::Successful,
            "failed" | "failure" | "error" => return Status::Failed,
            _ => {}
        }
    }
    Status::Unknown
}

/// `2025-08-06T11:39:51.000000Z`, as the documents' time stamps are; UTC where a stamp names no zone.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .or_else(|_| {
            NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").map(|time| time.and_utc())
        })
        .ok()
        .map(|time| time.trunc_subsecs(6))
}
