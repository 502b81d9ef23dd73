//! `DescribeCdnHosts`: the domains that can be purged.

use serde_json::Value;

use super::request::FormCall;
use crate::domain::failure::Failure;
use crate::domain::resource::{Resource, ResourceState};
use crate::providers::adapter::Session;
use crate::providers::lenient;
use crate::providers::records::{Position, RecordPage};

/// Returns the question for a page of domains.
pub(super) fn call(offset: u64, limit: u64) -> FormCall {
    let params = [("detail", 0), ("offset", offset), ("limit", limit)];
    FormCall::question(
        "DescribeCdnHosts",
        params.map(|(name, value)| (name.to_owned(), value.to_string())).to_vec(),
    )
}

/// Reads the domains of an answer.
pub(super) fn page(at: Position, body: &Value) -> Result<RecordPage, Failure> {
    Ok(RecordPage::counted(
        lenient::needed_list(body, "hosts")?,
        lenient::number(body, "total"),
        at.offset,
    ))
}

/// Reads the domain of a record; `None` for one without a name.
pub(super) fn resource(session: &Session, record: &Value) -> Option<Resource> {
    let name = lenient::field(record, "host")?;
    Some(Resource {
        description: lenient::field(record, "service_type"),
        state: state(record),
        ..session.resource(name.clone(), name)
    })
}

/// 1 in review, 2 rejected, 3 and 4 being deployed, 5 online, 6 offline; purges are taken while it
/// is deployed, too.
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
