//! `GET …/distribution` and `POST …/distribution-tenants`: everything that can be purged.
//!
//! A distribution of tenants cannot be purged itself (seen by users: `NoSuchDistribution`); where
//! there is one, the tenants are listed after the distributions and it is left out. A tenant is
//! told from a distribution by our own prefix before its id: how the vendor's ids of tenants begin
//! is written nowhere.

use serde_json::Value;

use super::call::ApiCall;
use super::xml::{escaped, items};
use super::{NAMESPACE, PAGE};
use crate::domain::failure::Failure;
use crate::domain::ids::ResourceId;
use crate::domain::resource::{Resource, ResourceState};
use crate::providers::adapter::Session;
use crate::providers::http::HttpResponse;
use crate::providers::lenient;
use crate::providers::records::RecordPage;

/// The beginning of our ids of tenants.
const TENANT: &str = "tenant/";
/// The place of a page of resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ListMark {
    /// In the list of tenants, which follows that of distributions.
    pub(super) is_of_tenants: bool,
    /// There was a distribution of tenants so far.
    has_tenants: bool,
    /// The vendor's mark; `None` for the first page.
    marker: Option<String>,
}

/// Returns the id of a tenant as a resource.
pub(super) fn tenant_id(id: &str) -> ResourceId {
    ResourceId::from(format!("{TENANT}{id}"))
}

/// Returns the path segments of a resource: its list's, and its id's.
pub(super) fn place(resource: &ResourceId) -> (&'static str, &str) {
    let id = resource.as_str();
    match id.strip_prefix(TENANT) {
        Some(id) => ("distribution-tenant", id),
        None => ("distribution", id),
    }
}

/// Returns the request for a page of distributions or tenants.
pub(super) fn call(at: &ListMark) -> ApiCall {
    if !at.is_of_tenants {
        return ApiCall::get(["distribution"])
            .query("Marker", at.marker.clone())
            .query("MaxItems", Some(PAGE.to_string()));
    }
    let marker = at.marker.as_ref();
    let marker = marker.map(|marker| format!("<Marker>{}</Marker>", escaped(marker)));
    let body = format!(
        "<ListDistributionTenantsRequest xmlns=\"{NAMESPACE}\">{}<MaxItems>{PAGE}</MaxItems>\
         </ListDistributionTenantsRequest>",
        marker.unwrap_or_default()
    );
    ApiCall::post(["distribution-tenants"], body)
}

/// Reads the page at this place. Distributions of tenants are left out.
pub(super) fn page(
    at: &ListMark,
    body: &Value,
    response: &HttpResponse,
) -> Result<RecordPage, Failure> {
    let is_list = ["Quantity", "IsTruncated"].iter().any(|name| body.get(name).is_some());
    if !at.is_of_tenants && !is_list {
        return Err(response.unexpected("a list was asked for and this came"));
    }
    let list = body.get(if at.is_of_tenants { "DistributionTenantList" } else { "Items" });
    let records = items(list).into_iter().filter(|record| !is_shared(record)).collect();
    Ok(RecordPage { records, total: None, is_last: true })
}

/// Returns the place of the page after this one, the tenants' after the last of distributions.
pub(super) fn next_mark(at: &ListMark, body: &Value) -> Option<ListMark> {
    let is_shared = || items(body.get("Items")).iter().any(is_shared);
    let has_tenants = at.has_tenants || is_shared();
    let marker = next_page(body).filter(|next| Some(next) != at.marker.as_ref());
    match marker {
        Some(_) => Some(ListMark { has_tenants, marker, ..*at }),
        None if at.is_of_tenants || !has_tenants => None,
        None => Some(ListMark { is_of_tenants: true, has_tenants, marker }),
    }
}

/// Returns the vendor's mark of the page after this one; `None` where this is the last. A list that
/// says that it goes on and not where goes on after its last record (seen in the SDKs' simulators).
pub(super) fn next_page(body: &Value) -> Option<String> {
    let last = || lenient::field(items(body.get("Items")).last()?, "Id");
    match lenient::flag(body, "IsTruncated") {
        Some(true) => lenient::field(body, "NextMarker").or_else(last),
        Some(false) => None,
        None => lenient::field(body, "NextMarker"),
    }
}

fn is_shared(record: &Value) -> bool {
    lenient::field(record, "ConnectionMode").is_some_and(|mode| mode == "tenant-only")
}

/// Reads the distribution or tenant of a record; `None` for one without an id.
pub(super) fn resource(session: &Session, record: &Value) -> Option<Resource> {
    let id = lenient::field(record, "Id")?;
    let (id, mut hosts, description) = if record.get("DistributionId").is_some() {
        let domains = items(record.get("Domains"));
        let hosts = domains.iter().filter_map(|domain| lenient::field(domain, "Domain")).collect();
        (tenant_id(&id), hosts, "Name")
    } else {
        let aliases = record.get("Aliases").and_then(|aliases| aliases.get("Items"));
        let mut hosts: Vec<String> = items(aliases).iter().filter_map(lenient::text).collect();
        hosts.extend(lenient::field(record, "DomainName"));
        (ResourceId::from(id), hosts, "Comment")
    };
    hosts.retain(|host| !host.is_empty());
    // A name with a star is none to ask for; the vendor's own always is.
    hosts.sort_by_key(|host| host.contains('*'));
    let mut hosts = hosts.into_iter();
    let cname = hosts.next().unwrap_or_default();
    Some(Resource {
        names: hosts.collect(),
        description: lenient::field(record, description),
        state: state(record),
        ..session.resource(id.as_str().to_owned(), cname)
    })
}

fn state(record: &Value) -> ResourceState {
    if lenient::flag(record, "Enabled") == Some(false) {
        return ResourceState::Suspended;
    }
    let Some(word) = lenient::field(record, "Status") else {
        return ResourceState::Active;
    };
    match word.to_ascii_lowercase().as_str() {
        "deployed" => ResourceState::Active,
        "inprogress" => ResourceState::Changing,
        _ => ResourceState::Other(word),
    }
}
