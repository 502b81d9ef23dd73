//! `DescribePurgeTasks`: the question, and rows that become purges.

use chrono::{DateTime, Offset, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::purge::KINDS;
use super::zones::Zone;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::ResourceId;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::adapter::{PurgeFields, Session};
use crate::providers::{HistoryRequest, lenient, time};

/// The age from which history is read where a question has no beginning. How far back it reaches is
/// not documented; a month is what the vendor's other CDN keeps.
const USUAL: TimeDelta = TimeDelta::days(30);
/// The names by which a row is given its zone, which the vendor leaves out.
const ZONE_ID: &str = "ZoneId";
const ZONE_NAME: &str = "ZoneName";

/// Returns the body of the question for a zone's rows: from a place on, so many. A job's id or a
/// range of time must be given.
pub(super) fn question(
    session: &Session,
    zone: &Zone,
    request: &HistoryRequest,
    (from, most): (u64, u64),
) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    put("ZoneId", json!(zone.id.as_str()));
    if let Some(id) = &request.id {
        put("Filters", json!([{ "Name": "job-id", "Values": [id.as_str()] }]));
    } else {
        let until = request.until.unwrap_or_else(|| session.vendor_now());
        let start = request.from.unwrap_or(until - USUAL);
        put("StartTime", json!(write(start)));
        put("EndTime", json!(write(time::round_up(until, TimeDelta::seconds(1)))));
    }
    put("Offset", json!(from));
    put("Limit", json!(most));
    Value::Object(body)
}

/// Writes a time, cut to the second.
fn write(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads the rows of an answer, each with its zone, and the number of all rows of the question.
pub(super) fn rows(
    zone: &Zone,
    body: &Value,
    (from, most): (u64, u64),
) -> Result<(Vec<Value>, u64), Failure> {
    let mut rows = lenient::needed_list(body, "Tasks")?.to_vec();
    let seen = rows.len() as u64;
    let total = match lenient::number(body, "TotalCount") {
        Some(total) => total,
        None if seen < most => from + seen,
        None => {
            return Err(Failure::new(Cause::BadAnswer)
                .with_message("the answer does not say how many tasks there are"));
        }
    };
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        row.insert(ZONE_ID.to_owned(), json!(zone.id.as_str()));
        row.insert(ZONE_NAME.to_owned(), json!(zone.name));
    }
    Ok((rows, total))
}

const FIELDS: PurgeFields = PurgeFields {
    id: "JobId",
    created: "CreateTime",
    kind: "Type",
    kinds: KINDS,
    status: "Status",
    statuses: &[
        ("processing", Status::InProgress),
        ("success", Status::Successful),
        ("failed", Status::Failed),
        ("timeout", Status::Failed),
        ("canceled", Status::Failed),
    ],
};

/// Reads one row as a purge of one target. The vendor's reason for a failure stands with its word
/// for the status, the method with its word for the kind.
pub(super) fn purge(session: &Session, row: &Value) -> Option<Purge> {
    let purge = session.purge(row, &FIELDS, read_time)?;
    let field = |name: &str| lenient::field(row, name);
    let status = purge.status;
    let reason: Vec<String> =
        [field("FailType"), field("FailMessage")].into_iter().flatten().collect();
    let raw_status = match reason.as_slice() {
        [] => purge.raw_status,
        reason => format!("{}: {}", purge.raw_status, reason.join(", ")),
    };
    let raw_kind = match field("Method") {
        Some(method) => format!("{} {method}", purge.raw_kind),
        None => purge.raw_kind,
    };
    let completed = field("UpdateTime")
        .filter(|_| matches!(status, Status::Successful | Status::Failed))
        .and_then(|text| read_time(&text));
    let target = Target { text: field("Target").unwrap_or_default(), status: Some(status) };
    Some(Purge {
        resource: ResourceId::from(field(ZONE_ID)?),
        cname: field(ZONE_NAME).unwrap_or_default(),
        raw_status,
        raw_kind,
        completed,
        // A row of a purge of everything names no target of its own.
        targets: if purge.kind == Some(Kind::All) { Vec::new() } else { vec![target] },
        ..purge
    })
}

/// Names the one host that all targets of a purge have, where they have one.
pub(super) fn name_host(purge: &mut Purge) {
    let host = |target: &Target| match purge.kind {
        Some(Kind::Host) => Some(target.text.clone()),
        Some(Kind::Url | Kind::Pattern) => host(&target.text),
        Some(Kind::IgnoreQuery | Kind::Regex | Kind::Tag | Kind::All) | None => None,
    };
    let mut hosts = purge.targets.iter().map(host);
    if let Some(Some(first)) = hosts.next()
        && hosts.all(|other| other.as_ref() == Some(&first))
    {
        purge.cname = first;
    }
}

/// Returns the host of a URL.
fn host(target: &str) -> Option<String> {
    url::Url::parse(target).ok()?.host_str().map(str::to_owned)
}

fn read_time(text: &str) -> Option<DateTime<Utc>> {
    time::read(text, Utc.fix())
}
