//! `DescribeZones` and `DescribeAccelerationDomains`: what can be purged.

use serde_json::{Value, json};

use crate::domain::failure::Failure;
use crate::domain::ids::ResourceId;
use crate::domain::resource::{Resource, ResourceState};
use crate::providers::adapter::Session;
use crate::providers::lenient;
use crate::providers::records::{Position, RecordPage};
use crate::providers::tc3::Tc3Call;

/// The most zones and domains that the SDK lets one answer have.
const ZONES: u64 = 100;
const DOMAINS: u64 = 200;

/// A zone, as far as its history and quotas need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zone {
    pub(super) id: ResourceId,
    pub(super) name: String,
    /// The word for it in quotas, which every zone has of its own.
    pub(super) area: String,
}

impl Zone {
    pub(super) fn new(id: &ResourceId, name: &str) -> Self {
        Self { id: id.clone(), name: name.to_owned(), area: name.to_owned() }
    }

    pub(super) fn of(resource: &Resource) -> Self {
        let area = resource.area.clone().unwrap_or_default();
        Self { area, ..Self::new(&resource.id, &resource.cname) }
    }
}

/// Returns the question for a page of zones.
pub(super) fn call(offset: u64) -> Tc3Call {
    Tc3Call::new("DescribeZones", &json!({ "Offset": offset, "Limit": ZONES }))
}

/// Reads the zones of an answer.
pub(super) fn page(at: Position, body: &Value) -> Result<RecordPage, Failure> {
    let zones = lenient::needed_list(body, "Zones")?;
    Ok(RecordPage::full(zones, lenient::number(body, "TotalCount"), at.offset, ZONES))
}

/// Reads the zone of a record; `None` for one without an id. Zones of one name are told apart by
/// their alias.
pub(super) fn resource(session: &Session, record: &Value) -> Option<Resource> {
    let id = lenient::field(record, "ZoneId")?;
    let alias = lenient::field(record, "AliasZoneName");
    // A zone without a domain has no name.
    let name = lenient::field(record, "ZoneName").or_else(|| alias.clone());
    let name = name.unwrap_or_else(|| id.clone());
    let alias = alias.filter(|alias| *alias != name);
    let area = alias.as_ref().map_or_else(|| name.clone(), |alias| format!("{name} ({alias})"));
    Some(Resource {
        description: alias,
        state: state(record),
        area: Some(area),
        ..session.resource(id, name)
    })
}

/// Reads the state that the vendor's console shows, else that of the zone's name servers or name.
fn state(record: &Value) -> ResourceState {
    let word = |name: &str| lenient::field(record, name);
    let status = word("Status");
    if lenient::flag(record, "Paused") == Some(true) {
        return ResourceState::Suspended;
    }
    match status.as_deref() {
        Some("deactivated" | "moved") => return ResourceState::Suspended,
        Some("deleted") => return ResourceState::Deleted,
        Some(_) | None => {}
    }
    let Some(shown) = word("ActiveStatus").or(status).or_else(|| word("CnameStatus")) else {
        return ResourceState::Other("unknown".to_owned());
    };
    match shown.as_str() {
        "active" | "finished" => ResourceState::Active,
        "paused" => ResourceState::Suspended,
        "inactive" | "pending" | "initializing" => ResourceState::Changing,
        _ => ResourceState::Other(shown),
    }
}

/// Returns the question for a page of a zone's domains.
pub(super) fn domains_call(zone: &ResourceId, offset: u64) -> Tc3Call {
    Tc3Call::new(
        "DescribeAccelerationDomains",
        &json!({ "ZoneId": zone.as_str(), "Offset": offset, "Limit": DOMAINS }),
    )
}

/// Reads the domains of an answer.
pub(super) fn domains(offset: u64, body: &Value) -> Result<RecordPage, Failure> {
    let domains = lenient::needed_list(body, "AccelerationDomains")?;
    Ok(RecordPage::full(domains, lenient::number(body, "TotalCount"), offset, DOMAINS))
}

/// Adds to a zone the names that it serves. One whose domains are all switched off serves nothing.
pub(super) fn add_domains(zone: &mut Resource, domains: &[Value]) {
    let is = |domain: &&Value, word: &str| {
        lenient::field(domain, "DomainStatus").is_some_and(|status| status == word)
    };
    let served = domains.iter().filter(|domain| !is(domain, "offline"));
    for name in served.clone().filter_map(|domain| lenient::field(domain, "DomainName")) {
        if name != zone.cname && !zone.names.contains(&name) {
            zone.names.push(name);
        }
    }
    if zone.state == ResourceState::Active && !domains.is_empty() {
        if served.clone().next().is_none() {
            zone.state = ResourceState::Suspended;
        } else if served.clone().all(|domain| is(&domain, "process") || is(&domain, "init")) {
            zone.state = ResourceState::Changing;
        }
    }
}
