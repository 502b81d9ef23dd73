//! `DescribeCdnHosts`: what can be purged.

use serde_json::Value;

use super::request::Params;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, ProviderName, ResourceId};
use crate::domain::resource::{CacheKey, Resource, ResourceState};
use crate::providers::lenient;

/// One answer's domains.
#[derive(Debug)]
pub(super) struct Page {
    /// As they came.
    pub(super) hosts: Vec<Value>,
    /// How many there are in all, where that is told.
    pub(super) total: Option<u64>,
}

/// The question's parameters.
pub(super) fn question(offset: u64, limit: u64) -> Params {
    [("detail", 0), ("offset", offset), ("limit", limit)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_string()))
        .collect()
}

/// The domains of an answer.
pub(super) fn page(data: &Value) -> Result<Page, Failure> {
    Ok(Page {
        hosts: match data.get("hosts") {
            Some(Value::Array(hosts)) => hosts.clone(),
            Some(Value::Null) => Vec::new(),
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_))
            | None => {
                return Err(Failure::new(Cause::BadAnswer).with_message("the answer has no hosts"));
            }
        },
        total: lenient::number(data, "total"),
    })
}

/// The domain of a record; `None` for one without a name.
pub(super) fn resource(
    account: &AccountName,
    provider: &ProviderName,
    record: &Value,
) -> Option<Resource> {
    let name = lenient::field(record, "host")?;
    Some(Resource {
        account: account.clone(),
        provider: provider.clone(),
        id: ResourceId::new(&name),
        cname: name,
        names: Vec::new(),
        description: lenient::field(record, "service_type"),
        state: state(record),
        url_purge: None,
        all_purge: None,
        cache: CacheKey::default(),
        area: None,
    })
}

/// 1 in review, 2 rejected, 3 and 4 being deployed, 5 online, 6 offline; purges are taken while it is deployed, too.
fn state(record: &Value) -> ResourceState {
    if lenient::flag(record, "deleted") == Some(true) {
        return ResourceState::Deleted;
    }
    let switched_off = lenient::number(record, "disabled").is_some_and(|reason| reason != 0);
    match lenient::field(record, "status").as_deref() {
        Some("5") if switched_off => ResourceState::Suspended,
        Some("5") => ResourceState::Active,
        Some("1" | "3" | "4") => ResourceState::Changing,
        Some("2" | "6") => ResourceState::Suspended,
        Some(word) => ResourceState::Other(word.to_owned()),
        None => ResourceState::Other("unknown".to_owned()),
    }
}
