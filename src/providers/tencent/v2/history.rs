//! `GetCdnRefreshLog`: the question and the rows.

use serde_json::Value;

use super::super::{Connection, host};
use super::request::FormCall;
use crate::domain::failure::Failure;
use crate::domain::ids::ResourceId;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::adapter::PurgeFields;
use crate::providers::records::{RecordPage, history_page};
use crate::providers::{HistoryPage, HistoryRequest, lenient};

/// The number of rows from which on an answer may have been cut, where it does not count them.
pub(super) const MAX_ROWS: u32 = 1_000;
/// Returns the question: a range, or a task alone; both together are refused where they do not fit.
pub(super) fn call(connection: &Connection, request: &HistoryRequest) -> FormCall {
    let mut params = if let Some(id) = &request.id {
        vec![("taskId".to_owned(), id.to_string())]
    } else {
        let (from, until) = connection.range(request);
        vec![("startDate".to_owned(), from), ("endDate".to_owned(), until)]
    };
    if let Some((_, cname)) = &request.resource
        && !cname.is_empty()
    {
        params.push(("host".to_owned(), cname.clone()));
    }
    FormCall::question("GetCdnRefreshLog", params)
}

/// Reads the rows of an answer.
pub(super) fn page(connection: &Connection, body: &Value) -> Result<HistoryPage, Failure> {
    let total = lenient::number(body, "total");
    let page = RecordPage::full(lenient::needed_list(body, "logs")?, total, 0, u64::from(MAX_ROWS));
    Ok(history_page(&connection.session.account, &page, |row| purge(connection, row)))
}

const FIELDS: PurgeFields = PurgeFields {
    id: "id",
    created: "datetime",
    kind: "type",
    kinds: &[("0", Kind::Url), ("1", Kind::Pattern)],
    status: "status",
    statuses: &[("1", Status::Successful), ("0", Status::InProgress)],
};

fn purge(Connection { session, times, .. }: &Connection, row: &Value) -> Option<Purge> {
    let targets: Vec<Target> =
        lenient::texts(row.get("url_list")).into_iter().map(Target::new).collect();
    let host = lenient::field(row, "host")
        .or_else(|| targets.first().map(|target| host(&target.text)))
        .unwrap_or_default();
    let purge = session.purge(row, &FIELDS, |text| times.read(text))?;
    // Anything below 0 failed.
    let failed = purge.raw_status.trim().parse::<i64>().is_ok_and(|number| number < 0);
    Some(Purge {
        resource: ResourceId::new(&host),
        cname: host,
        status: if failed { Status::Failed } else { purge.status },
        completed: lenient::field(row, "complete_time").and_then(|text| times.read(&text)),
        targets,
        ..purge
    })
}
