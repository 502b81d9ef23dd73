//! `DescribeDomains`: what can be purged.

use serde_json::Value;

use super::lacks;
use crate::domain::failure::Failure;
use crate::domain::ids::{AccountName, ProviderName, ResourceId};
use crate::domain::resource::{CacheKey, Resource, ResourceState};
use crate::providers::lenient;

/// One answer's domains.
#[derive(Debug)]
pub(super) struct Page {
    /// As they came.
    pub(super) domains: Vec<Value>,
    /// How many there are in all, where that is told.
    pub(super) total: Option<u64>,
}

/// The domains of an answer. How many there are in all is called `TotalNumber` here, unlike elsewhere.
pub(super) fn page(response: &Value) -> Result<Page, Failure> {
    Ok(Page {
        domains: match response.get("Domains") {
            Some(Value::Array(domains)) => domains.clone(),
            Some(Value::Null) => Vec::new(),
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_))
            | None => return Err(lacks("Domains")),
        },
        total: lenient::number(response, "TotalNumber")
            .or_else(|| lenient::number(response, "TotalCount")),
    })
}

/// The domain of a record; `None` for one without a name.
pub(super) fn resource(
    account: &AccountName,
    provider: &ProviderName,
    record: &Value,
) -> Option<Resource> {
    let name = lenient::field(record, "Domain")?;
    Some(Resource {
        account: account.clone(),
        provider: provider.clone(),
        id: ResourceId::new(&name),
        cname: name,
        names: Vec::new(),
        description: lenient::field(record, "ServiceType"),
        state: state(record),
        url_purge: None,
        all_purge: None,
        cache: CacheKey::default(),
        area: lenient::field(record, "Area"),
    })
}

fn state(record: &Value) -> ResourceState {
    let switched_off = lenient::field(record, "Disable").is_some_and(|word| word != "normal");
    match lenient::field(record, "Status").as_deref() {
        Some("online") if switched_off => ResourceState::Suspended,
        Some("online") => ResourceState::Active,
        Some("processing" | "closing") => ResourceState::Changing,
        Some("offline" | "rejected") => ResourceState::Suspended,
        Some(word) => ResourceState::Other(word.to_owned()),
        None => ResourceState::Other("unknown".to_owned()),
    }
}
