//! Resources and organizations, in the paginator of the vendor's framework.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::state::Medianova;
use super::{MedianovaCall, errors};
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;

/// The number of resources on a page; there is no parameter for it.
const PER_PAGE: usize = 10;

/// `GET /cdn/{organization}/resource`.
pub(super) fn list(state: &Medianova, call: &MedianovaCall<'_>) -> HttpReply {
    let live = (0..state.resources.len()).filter(|index| state.world.is_live(*index));
    let all = live.filter_map(|index| shown(state, index)).collect();
    let page = paginated(call.request, all, PER_PAGE);
    HttpReply::json(200, &json!({"status": true, "data": page}))
}

/// `GET /cdn/{organization}/resource/{uuid}`.
pub(super) fn get(state: &mut Medianova, call: &MedianovaCall<'_>) -> Result<HttpReply, HttpReply> {
    let found = state.find(call.uuid).and_then(|index| {
        let (resource, site) = (state.resources.get(index)?, state.world.sites.get(index)?);
        Some((shown(state, index)?, resource, site))
    });
    let (mut shown, resource, site) =
        found.ok_or_else(|| errors::not_found("Resource not found"))?;
    if let Some(shown) = shown.as_object_mut() {
        shown.remove("alias_domain");
        shown.insert("cname".to_owned(), json!(site.aliases));
        shown.insert("status_full_purge_permission".to_owned(), json!(resource.full_purge));
        shown.insert("updated_at".to_owned(), json!(time(resource.updated)));
        // The list has this as text, the detail as a number: one of the inconsistencies that
        // clients report.
        shown.insert("status".to_owned(), json!(1));
    }
    Ok(HttpReply::json(200, &json!({"status": true, "data": shown})))
}

/// `GET /organizations`.
pub(super) fn organizations(state: &Medianova, call: &MedianovaCall<'_>) -> HttpReply {
    let limit = call.request.param("limit").and_then(|limit| limit.parse().ok()).unwrap_or(10);
    let organization = json!({
        "uuid": state.organization,
        "name": "Velocast Media",
        "domain": "velocast.example.org",
        "is_active": 1,
        "role_name": "Owner",
        "created_at": "2022-03-01 09:00:00",
    });
    let mut page = paginated(call.request, vec![organization], limit);
    if let Some(page) = page.as_object_mut() {
        page.insert("status".to_owned(), json!(true));
    }
    HttpReply::json(200, &page)
}

fn paginated(request: &ReceivedRequest, all: Vec<Value>, per_page: usize) -> Value {
    let per_page = per_page.clamp(1, 100);
    let total = all.len();
    let last = total.div_ceil(per_page).max(1);
    let page: usize = request.param("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1);
    let skip = (page - 1).saturating_mul(per_page);
    let data: Vec<Value> = all.into_iter().skip(skip).take(per_page).collect();
    let path = format!("http://{}{}", request.host(), request.path);
    let link = |page: usize| format!("{path}?page={page}");
    let item = |number: usize| (!data.is_empty()).then_some(number);
    json!({
        "current_page": page,
        "first_page_url": link(1),
        "from": item(skip + 1),
        "last_page": last,
        "last_page_url": link(last),
        "next_page_url": (page < last).then(|| link(page + 1)),
        "prev_page_url": (page > 1).then(|| link(page - 1)),
        "path": path,
        "per_page": per_page,
        "to": item(skip + data.len()),
        "total": total,
        "data": data,
    })
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn shown(state: &Medianova, index: usize) -> Option<Value> {
    let (resource, site) = (state.resources.get(index)?, state.world.sites.get(index)?);
    Some(json!({
        "resource_uuid": resource.uuid,
        "resource_name": site.host.split('.').take(2).collect::<Vec<_>>().join("-"),
        "resource_type": resource.kind,
        "resource_label": site.brand,
        "data_source": "origin",
        "origin_type": "http",
        "protocol": "https",
        "origin_address": format!("origin.{}", site.host),
        "origin_settings": [],
        "cdn_url": site.host,
        "streaming_cdn_url": "",
        "server_name": site.host,
        "alias_domain": site.aliases,
        "waf_status": null,
        "status": "active",
        "updating_status": "done",
        "created_at": time(resource.created),
        "deleted_at": null,
    }))
}
