//! `GET /cdn/purge_statuses`: the question and the records.
//!
//! Documented are the parameters `cname`, `status`, `purge_type`, `from_created`, `to_created`,
//! `offset` and `limit` (at most 100), and for a record `purge_id`, `status`, `resource`,
//! `payload`, `created` and `purge_type`; the vendor's SDK takes every one of them for optional.

use serde_json::Value;

use super::{PAGE, time};
use crate::domain::failure::Failure;
use crate::domain::ids::ResourceId;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::adapter::{PurgeFields, Session};
use crate::providers::http::HttpRequest;
use crate::providers::records::{RecordPage, history_page};
use crate::providers::{HistoryPage, HistoryRequest, lenient};

/// Returns the request for a page of history. A single purge cannot be asked for by id.
pub(super) fn call(request: &HistoryRequest) -> HttpRequest {
    let mut call = HttpRequest::get(["cdn", "purge_statuses"]);
    if let Some((_, cname)) = &request.resource
        && !cname.is_empty()
    {
        call = call.query("cname", cname);
    }
    if let Some(from) = request.from {
        call = call.query("from_created", time::write_from(from));
    }
    if let Some(until) = request.until {
        call = call.query("to_created", time::write_until(until));
    }
    call.query("offset", request.offset.to_string()).query("limit", PAGE.to_string())
}

/// Reads a page of records.
pub(super) fn page(
    session: &Session,
    offset: u64,
    page: &RecordPage,
) -> Result<HistoryPage, Failure> {
    page.check_gap(offset)?;
    Ok(history_page(&session.account, page, |record| purge(session, record)))
}

const FIELDS: PurgeFields = PurgeFields {
    id: "purge_id",
    created: "created",
    kind: "purge_type",
    kinds: &[
        ("purge_by_url", Kind::Url),
        ("purge_by_pattern", Kind::Pattern),
        ("purge_all", Kind::All),
    ],
    status: "status",
    statuses: &[
        ("in progress", Status::InProgress),
        ("successful", Status::Successful),
        ("failed", Status::Failed),
        ("status report disabled", Status::ReportDisabled),
    ],
};

/// Reads a record as far as it can be read.
fn purge(session: &Session, record: &Value) -> Option<Purge> {
    let payload = record.get("payload").unwrap_or(&Value::Null);
    let resource = record.get("resource").unwrap_or(&Value::Null);
    Some(Purge {
        resource: ResourceId::from(lenient::field(resource, "id").unwrap_or_default()),
        cname: lenient::field(resource, "cname").unwrap_or_default(),
        targets: targets(payload).into_iter().map(Target::new).collect(),
        ..session.purge(record, &FIELDS, time::read)?
    })
}

/// Returns the entries of a payload: an object with `urls` or `paths`, or by an older document a
/// list of such objects.
fn targets(payload: &Value) -> Vec<String> {
    match payload {
        Value::Object(object) => ["urls", "paths"]
            .into_iter()
            .flat_map(|name| lenient::texts(object.get(name)))
            .collect(),
        Value::Array(parts) => parts
            .iter()
            .flat_map(|part| match part {
                Value::String(text) => vec![text.clone()],
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_) => targets(part),
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
