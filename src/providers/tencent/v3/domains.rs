//! `DescribeDomains`: the domains that can be purged.

use serde_json::Value;

use crate::domain::failure::Failure;
use crate::domain::resource::{Resource, ResourceState};
use crate::providers::adapter::Session;
use crate::providers::lenient;
use crate::providers::records::{Position, RecordPage};

/// Reads the domains of an answer. Their number is called `TotalNumber` here, unlike elsewhere.
pub(super) fn page(at: Position, body: &Value) -> Result<RecordPage, Failure> {
    let total =
        lenient::number(body, "TotalNumber").or_else(|| lenient::number(body, "TotalCount"));
    Ok(RecordPage::counted(lenient::needed_list(body, "Domains")?, total, at.offset))
}

/// Reads the domain of a record; `None` for one without a name.
pub(super) fn resource(session: &Session, record: &Value) -> Option<Resource> {
    let name = lenient::field(record, "Domain")?;
    Some(Resource {
        description: lenient::field(record, "ServiceType"),
        state: state(record),
        area: lenient::field(record, "Area"),
        ..session.resource(name.clone(), name)
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
