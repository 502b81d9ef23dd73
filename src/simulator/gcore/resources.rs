//! `GET /cdn/resources` and `GET /cdn/resources/{id}`.

use serde_json::{Value, json};

use super::query::{ListPage, PagingRules, times};
use super::settings::ResourceStatus;
use super::state::{GcoreAccount, time};
use super::{GcoreCall, errors};
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;

/// The documented maximum of a page.
const MAX_PAGE: usize = 1000;

/// Filters that compare with a field of the same name.
const EXACT: &str = "cname status active enabled deleted suspended is_primary originGroup \
    originProtocol sslEnabled sslData shielded shield_dc vp_enabled primary_resource";

/// Lists the resources.
pub(super) fn list(
    account: &mut GcoreAccount,
    call: &GcoreCall<'_>,
) -> Result<HttpReply, HttpReply> {
    let GcoreCall { request, scenario, .. } = *call;
    let rules = PagingRules { most: MAX_PAGE, bare: None, strict: scenario.strict_paging };
    let page = ListPage::of(request, rules)?;
    let created = times(request, "min_created", "max_created")?;
    let updated = times(request, "min_updated", "max_updated")?;
    let within = account.resources.iter().enumerate().filter(|(_, resource)| {
        created.contains(resource.created) && updated.contains(resource.updated)
    });
    let matching: Vec<Value> = within
        .filter_map(|(index, _)| shown(account, index))
        .filter(|resource| matches(resource, request))
        .collect();
    let count = matching.len();
    Ok(page.reply(request, count, &page.cut(matching), scenario.next_host.as_deref()))
}

/// Returns one resource.
pub(super) fn get(
    account: &mut GcoreAccount,
    call: &GcoreCall<'_>,
) -> Result<HttpReply, HttpReply> {
    account
        .find(call.id)
        .and_then(|index| shown(account, index))
        .map(|resource| HttpReply::json(200, &resource))
        .ok_or_else(|| errors::not_found("CDN resource is not found."))
}

fn matches(resource: &Value, request: &ReceivedRequest) -> bool {
    let text = |name: &str| match resource.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_))) => {
            other.to_string()
        }
    };
    request.pairs().iter().filter(|(_, wanted)| !wanted.is_empty()).all(|(name, wanted)| match name
        .as_str()
    {
        "name" => text("name").to_lowercase().contains(&wanted.to_lowercase()),
        "secondaryHostnames" => resource
            .get("secondaryHostnames")
            .and_then(Value::as_array)
            .is_some_and(|names| names.iter().any(|name| name.as_str() == Some(wanted))),
        "suspend" => text("suspended").eq_ignore_ascii_case(wanted),
        "originGroup__in" => wanted.split(',').any(|one| one.trim() == text("originGroup")),
        name if EXACT.split(' ').any(|exact| exact == name) => {
            text(name).eq_ignore_ascii_case(wanted)
        }
        // Names that are not filters are ignored, as the vendor's framework does.
        _ => true,
    })
}

/// Shows a resource; a deleted one has few fields.
fn shown(account: &GcoreAccount, index: usize) -> Option<Value> {
    let resource = account.resources.get(index)?;
    let site = account.world.sites.get(index)?;
    if resource.status == ResourceStatus::Deleted {
        return Some(json!({
            "id": resource.id,
            "deleted": true,
            "client": account.client_id,
            "status": resource.status.word(),
            "updated": time(resource.updated),
            "cname": site.host,
        }));
    }
    let active = resource.status == ResourceStatus::Active;
    Some(json!({
        "id": resource.id,
        "name": resource.name,
        "description": resource.description,
        "cname": site.host,
        "secondaryHostnames": site.aliases,
        "client": account.client_id,
        "status": resource.status.word(),
        "active": active,
        "enabled": true,
        "deleted": false,
        "suspended": !active,
        "suspend_date": (!active).then(|| time(resource.updated)),
        "created": time(resource.created),
        "updated": time(resource.updated),
        "can_purge_by_urls": site.by_url,
        "originGroup": resource.origin_group,
        "originGroup_name": format!("origin of {}", site.host),
        "originProtocol": resource.origin_protocol,
        "sslEnabled": true,
        "sslData": resource.origin_group + 40_000,
        "proxy_ssl_enabled": false,
        "proxy_ssl_ca": null,
        "proxy_ssl_data": null,
        "preset_applied": false,
        "vp_enabled": false,
        "full_custom_enabled": false,
        "shielded": resource.shielded,
        "shield_enabled": resource.shielded,
        "shield_dc": resource.shielded.then_some("am3"),
        "shield_routing_map": null,
        "primary_resource": resource.primary,
        "is_primary": resource.primary.is_none(),
        "waap_domain_id": null,
        "rules": [],
        "options": resource.options,
    }))
}
