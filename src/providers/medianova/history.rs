//! `GET …/job/{resource}/purge`: rows by URL that become purges.

use chrono::{DateTime, Offset, Utc};
use serde_json::Value;

use super::PAGE;
use crate::domain::failure::Failure;
use crate::domain::ids::ResourceId;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::adapter::{PurgeFields, Session};
use crate::providers::http::HttpResponse;
use crate::providers::records::{RecordPage, history_page, join_rows};
use crate::providers::{HistoryPage, lenient, time};

/// Reads the rows as purges, one for each operation. `resource` is the one that was asked for, by
/// id and host.
pub(super) fn page(
    session: &Session,
    resource: (&ResourceId, &str),
    offset: u64,
    body: &Value,
    response: &HttpResponse,
) -> Result<HistoryPage, Failure> {
    let data = body.get("data").unwrap_or(body);
    let rows = data
        .get("requests")
        .and_then(lenient::list)
        .ok_or_else(|| response.unexpected("the answer has no list of requests"))?;
    // A page begins at a multiple of its length; the rows before the wanted one were read already.
    let skip = (offset % PAGE) as usize;
    let fresh = rows.get(skip..).unwrap_or_default();
    let total = lenient::number(data, "total");
    let records = RecordPage {
        records: fresh.to_vec(),
        total,
        is_last: match total {
            Some(total) => offset + fresh.len() as u64 >= total,
            None => (rows.len() as u64) < PAGE,
        },
    };
    records.check_gap(offset).map_err(|failure| response.with_status(failure))?;
    let mut page = history_page(&session.account, &records, |row| purge(session, resource, row));
    page.purges = join_rows(page.purges, "; ");
    page.purges.iter_mut().for_each(settle);
    Ok(page)
}

const FIELDS: PurgeFields = PurgeFields {
    id: "opID",
    created: "createdAt",
    kind: "",
    kinds: &[],
    status: "status",
    statuses: &[],
};

/// Reads one row as a purge of one target.
fn purge(session: &Session, (id, cname): (&ResourceId, &str), row: &Value) -> Option<Purge> {
    let purge = session.purge(row, &FIELDS, read_time)?;
    let message = lenient::field(row, "message").unwrap_or_default();
    let status = status(&purge.raw_status, &message);
    Some(Purge {
        resource: id.clone(),
        cname: cname.to_owned(),
        raw_status: format!("{} {message}", purge.raw_status).trim().to_owned(),
        completed: lenient::field(row, "completedAt").and_then(|text| read_time(&text)),
        targets: vec![Target {
            text: lenient::field(row, "url").unwrap_or_default(),
            status: Some(status),
        }],
        ..purge
    })
}

/// Sets the kind, which no row tells, by the stars in the paths.
fn settle(purge: &mut Purge) {
    let is_pattern = purge.targets.iter().any(|target| target.text.contains('*'));
    purge.kind = Some(if is_pattern { Kind::Pattern } else { Kind::Url });
}

/// Reads a status by plain words only, the panel's among them: the meaning of the numbers is
/// written nowhere.
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

/// Reads `2025-08-06T11:39:51.000000Z`, as the documents' time stamps are; UTC where a stamp names
/// no zone.
fn read_time(text: &str) -> Option<DateTime<Utc>> {
    time::read(text, Utc.fix())
}
