//! `GET /cdn/{organization}/resource` and `GET /organizations`, in the paginator that the vendor's framework makes. Types
//! differ from field to field: a flag may be a text, a number or a flag.

use serde_json::Value;

use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, ProviderName, ResourceId};
use crate::domain::resource::{CacheKey, Resource, ResourceState};
use crate::providers::http::Answer;
use crate::providers::lenient;

/// One answer's resources.
#[derive(Debug)]
pub(super) struct Page {
    /// As they came.
    pub(super) records: Vec<Value>,
    last: Option<u64>,
    total: Option<u64>,
}

impl Page {
    /// Whether nothing follows after the page with this number, with so many records read.
    pub(super) fn is_last(&self, number: u64, read: u64) -> bool {
        self.records.is_empty()
            || match (self.last, self.total) {
                (Some(last), _) => number >= last,
                (None, Some(total)) => read >= total,
                (None, None) => true,
            }
    }
}

/// The page of an answer, whose paginator stands in `data` or at the top.
pub(super) fn page(answer: &Answer) -> Result<Page, Failure> {
    let body = answer.json()?;
    let paginator = match body.get("data") {
        Some(inner @ Value::Object(_)) => inner,
        _ => &body,
    };
    match paginator.get("data") {
        Some(Value::Array(records)) => Ok(Page {
            records: records.clone(),
            last: lenient::number(paginator, "last_page"),
            total: lenient::number(paginator, "total"),
        }),
        Some(
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_),
        )
        | None => Err(answer.with_status(
            Failure::new(Cause::BadAnswer)
                .with_message(format!("a list was asked for and this came: {}", answer.words())),
        )),
    }
}

/// The resource of a record; `None` for one without an id.
pub(super) fn resource(
    account: &AccountName,
    provider: &ProviderName,
    record: &Value,
) -> Option<Resource> {
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
    Some(Resource {
        account: account.clone(),
        provider: provider.clone(),
        id: ResourceId::from(id),
        cname: hosts.next().unwrap_or_default(),
        names: hosts.collect(),
        description: lenient::field(record, "resource_label")
            .or_else(|| lenient::field(record, "resource_name")),
        state: state(record),
        url_purge: None,
        all_purge: lenient::flag(record, "status_full_purge_permission"),
        cache: CacheKey::default(),
        area: None,
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

/// A host name without what may stand around it.
fn host(text: &str) -> String {
    let text = text.trim();
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest).trim_start_matches('/');
    bare.split(['/', '?']).next().unwrap_or_default().to_owned()
}
