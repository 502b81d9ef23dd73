//! `DescribeRefreshTasks` and `DescribeRefreshTaskById`: the questions, and rows that become
//! purges.

use chrono::{Offset as _, TimeDelta, Utc};
use serde_json::Value;
use url::Url;

use super::limits::{PAGE, REACH};
use super::{ActionCall, written};
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::ResourceId;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::adapter::{PurgeFields, Session};
use crate::providers::records::{RecordPage, history_page, join_rows};
use crate::providers::{HistoryPage, HistoryRequest, lenient, time};

/// Types of tasks that purge nothing, by the documents: they stand in the same list.
const OTHERS: [&str; 3] = ["preload", "block", "unblock"];

/// Returns the question: for one purge by its id, else for a range of time, page by page. The first
/// has no pages.
pub(super) fn question(session: &Session, request: &HistoryRequest) -> ActionCall {
    if let Some(id) = &request.id {
        let query = vec![("TaskId", id.as_str().to_owned())];
        return ActionCall::new("DescribeRefreshTaskById", query);
    }
    let now = session.now();
    let second = TimeDelta::seconds(1);
    let from = request.from.unwrap_or(now - REACH);
    // The end must be later than the beginning, and the vendor never leaves out its last part.
    let until = time::round_up(request.until.unwrap_or(now).max(from + second), second);
    let query = vec![
        ("StartTime", written(from)),
        ("EndTime", written(until)),
        ("PageNumber", (request.offset / PAGE + 1).to_string()),
        ("PageSize", PAGE.to_string()),
    ];
    ActionCall::new("DescribeRefreshTasks", query)
}

/// Reads the rows as purges, one for each task.
pub(super) fn page(
    session: &Session,
    request: &HistoryRequest,
    body: &Value,
) -> Result<HistoryPage, Failure> {
    // Pages begin at multiples of their size: the rows before the offset are known.
    let known = if request.id.is_some() { request.offset } else { request.offset % PAGE };
    let rows = rows(body)?.get(known as usize..).unwrap_or_default();
    let page = if request.id.is_some() {
        RecordPage::counted(rows, None, request.offset)
    } else {
        let total = lenient::number(body, "TotalCount");
        RecordPage::full(rows, total, request.offset, PAGE - known)
    };
    page.check_gap(request.offset)?;
    let mut page = history_page(&session.account, &page, |row| purge(session, row));
    let is_purge = |it: &Purge| !OTHERS.iter().any(|other| it.raw_kind.eq_ignore_ascii_case(other));
    page.purges.retain(is_purge);
    page.purges = join_rows(page.purges, ", ");
    Ok(page)
}

/// Returns the rows of an answer: a list, or a list in an object.
fn rows(body: &Value) -> Result<&[Value], Failure> {
    let tasks = body.get("Tasks");
    let listed = match tasks {
        Some(tasks @ Value::Object(_)) => tasks.get("CDNTask").and_then(lenient::list),
        Some(tasks) => lenient::list(tasks),
        None => (lenient::number(body, "TotalCount") == Some(0)).then_some(&[][..]),
    };
    listed.ok_or_else(|| Failure::new(Cause::BadAnswer).with_message("the answer has no Tasks"))
}

const FIELDS: PurgeFields = PurgeFields {
    id: "TaskId",
    created: "CreationTime",
    kind: "ObjectType",
    kinds: &[
        ("file", Kind::Url),
        ("directory", Kind::Pattern),
        ("regex", Kind::Regex),
        // The words for these are not documented.
        ("exquery", Kind::IgnoreQuery),
        ("ignoreparams", Kind::IgnoreQuery),
        ("cachetag", Kind::Tag),
        ("tag", Kind::Tag),
    ],
    status: "Status",
    statuses: &[
        ("complete", Status::Successful),
        ("refreshing", Status::InProgress),
        ("pending", Status::InProgress),
        ("failed", Status::Failed),
    ],
};

/// Reads one row as a purge of one target.
fn purge(session: &Session, row: &Value) -> Option<Purge> {
    let purge = session.purge(row, &FIELDS, |text| time::read(text, Utc.fix()))?;
    let path = lenient::field(row, "ObjectPath").unwrap_or_default();
    let host = host(&path);
    let mut raw_status = purge.raw_status;
    // Why it failed; progress is left out, which would be a new word with every look.
    if purge.status == Status::Failed
        && let Some(reason) = lenient::field(row, "Description")
    {
        raw_status = format!("{raw_status} ({reason})");
    }
    let text = if purge.kind == Some(Kind::Tag) { tag(&path) } else { path };
    Some(Purge {
        resource: ResourceId::new(&host),
        cname: host,
        targets: vec![Target { text, status: Some(purge.status) }],
        raw_status,
        ..purge
    })
}

/// Returns the host of an object; empty where it has none. A regular expression may be no URL
/// beyond its host.
fn host(path: &str) -> String {
    let Some((_, rest)) = path.split_once("://") else { return String::new() };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let parsed = Url::parse(&format!("https://{host}/")).ok();
    parsed.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Returns the tag of an object: itself, or what stands behind the host.
fn tag(path: &str) -> String {
    let behind = path.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    behind.map_or(path, |(_, tag)| tag).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_object_is_read_from_urls_and_expressions() {
        for (path, expected) in [
            ("https://www.site.com/a.jpg", "www.site.com"),
            ("http://WWW.site.com:8080/a.jpg", "www.site.com"),
            ("https://www.site.com/[0-9][a-z].*.jpg", "www.site.com"),
            ("https://www.site.com", "www.site.com"),
            ("sale", ""),
            ("", ""),
        ] {
            assert_eq!(host(path), expected, "{path}");
        }
    }

    #[test]
    fn a_tag_is_read_with_and_without_its_host() {
        assert_eq!(tag("sale"), "sale");
        assert_eq!(tag("https://www.site.com/sale"), "sale");
    }
}
