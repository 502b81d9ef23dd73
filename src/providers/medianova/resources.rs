//! `GET /cdn/{organization}/resource`, in the paginator that the vendor's framework makes. Types
//! differ from field to field: a flag may be a text, a number or a flag.

use serde_json::Value;

use crate::domain::failure::Failure;
use crate::domain::resource::{Resource, ResourceState};
use crate::providers::adapter::Session;
use crate::providers::http::HttpResponse;
use crate::providers::lenient;
use crate::providers::records::{Position, RecordPage};

/// Reads the page of an answer, whose paginator is in `data` or at the top.
pub(super) fn page(
    at: Position,
    body: &Value,
    response: &HttpResponse,
) -> Result<RecordPage, Failure> {
    let paginator = body.get("data").filter(|data| data.is_object()).unwrap_or(body);
    let records = paginator
        .get("data")
        .and_then(Value::as_array)
        .ok_or_else(|| response.unexpected("a list was asked for and this came"))?;
    let mut page = RecordPage::counted(records, lenient::number(paginator, "total"), at.offset);
    if let Some(last) = lenient::number(paginator, "last_page") {
        page.is_last = at.page >= last;
    }
    Ok(page)
}

/// Reads the resource of a record; `None` for one without an id.
pub(super) fn resource(session: &Session, record: &Value) -> Option<Resource> {
    let id = lenient::field(record, "resource_uuid")?;
    let mut hosts: Vec<String> = Vec::new();
    for name in ["cdn_url", "server_name", "streaming_cdn_url", "alias_domain", "cname"] {
        for text in lenient::texts(record.get(name)) {
            let host = host(&text);
            if !host.is_empty() && !hosts.contains(&host) {
                hosts.push(host);
            }
        }
    }
    let mut hosts = hosts.into_iter();
    let cname = hosts.next().unwrap_or_default();
    Some(Resource {
        names: hosts.collect(),
        description: lenient::field(record, "resource_label")
            .or_else(|| lenient::field(record, "resource_name")),
        state: state(record),
        all_purge: lenient::flag(record, "status_full_purge_permission"),
        ..session.resource(id, cname)
    })
}

fn state(record: &Value) -> ResourceState {
    if lenient::field(record, "deleted_at").is_some() {
        return ResourceState::Deleted;
    }
    let Some(word) = lenient::field(record, "status") else {
        return ResourceState::Other("unknown".to_owned());
    };
    match word.to_ascii_lowercase().as_str() {
        "active" | "true" | "1" => ResourceState::Active,
        "passive" | "inactive" | "suspended" | "disabled" | "false" | "0" => {
            ResourceState::Suspended
        }
        "pending" | "processing" | "deploying" | "creating" | "deleting" => ResourceState::Changing,
        "deleted" => ResourceState::Deleted,
        _ => ResourceState::Other(word),
    }
}

/// Returns a host name without its scheme, path and query.
fn host(text: &str) -> String {
    let text = text.trim();
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest).trim_start_matches('/');
    bare.split(['/', '?']).next().unwrap_or_default().to_owned()
}
