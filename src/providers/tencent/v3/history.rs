//! `DescribePurgeTasks`: the question, and rows that become purges.

use serde_json::{Map, Value, json};

use super::super::{Connection, host};
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::ResourceId;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::adapter::PurgeFields;
use crate::providers::records::{RecordPage, history_page, join_rows};
use crate::providers::{HistoryPage, HistoryRequest, lenient};

/// Returns the question's body. A task id or a beginning must be given.
pub(super) fn question(connection: &Connection, request: &HistoryRequest, rows: u64) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    if let Some(id) = &request.id {
        put("TaskId", json!(id.as_str()));
    } else {
        let (from, until) = connection.range(request);
        put("StartTime", json!(from));
        put("EndTime", json!(until));
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

/// Reads the rows as purges, one for each task.
pub(super) fn page(
    connection: &Connection,
    offset: u64,
    body: &Value,
) -> Result<HistoryPage, Failure> {
    let total = lenient::number(body, "TotalCount");
    // Without a count only an empty page is known to be the last.
    let page = RecordPage::full(lenient::needed_list(body, "PurgeLogs")?, total, offset, 0);
    page.check_gap(offset)?;
    let mut page = history_page(&connection.session.account, &page, |row| purge(connection, row));
    page.purges = join_rows(page.purges, ", ");
    Ok(page)
}

const FIELDS: PurgeFields = PurgeFields {
    id: "TaskId",
    created: "CreateTime",
    kind: "PurgeType",
    kinds: &[("url", Kind::Url), ("path", Kind::Pattern)],
    status: "Status",
    statuses: &[
        ("done", Status::Successful),
        ("process", Status::InProgress),
        ("fail", Status::Failed),
    ],
};

/// Reads one row as a purge of one target.
fn purge(Connection { session, times, .. }: &Connection, row: &Value) -> Option<Purge> {
    let purge = session.purge(row, &FIELDS, |text| times.read(text))?;
    let url = lenient::field(row, "Url").unwrap_or_default();
    let host = host(&url);
    Some(Purge {
        resource: ResourceId::new(&host),
        cname: host,
        targets: vec![Target { text: url, status: Some(purge.status) }],
        ..purge
    })
}
