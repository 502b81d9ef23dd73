//! Resources and organizations, in the paginator that the vendor's framework makes.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::errors;
use super::state::State;
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;

/// How many resources a page has; there is no parameter for it.
const PER_PAGE: usize = 10;

/// `GET /cdn/{organization}/resource`.
pub(super) fn list(state: &State, request: &Request) -> Reply {
    let all: Vec<Value> = (0..state.resources.len())
        .filter(|index| state.sites.get(*index).is_some_and(|site| site.live))
        .filter_map(|index| shown(state, index))
        .collect();
    Reply::json(200, &json!({"status": true, "data": paginated(request, all, PER_PAGE)}))
}

/// `GET /cdn/{organization}/resource/{uuid}`.
pub(super) fn get(state: &State, uuid: &str) -> Result<Reply, Reply> {
    let index = state.find(uuid).ok_or_else(|| errors::not_found("Resource not found"))?;
    let (Some(mut shown), Some(resource), Some(site)) =
        (shown(state, index), state.resources.get(index), state.sites.get(index))
    else {
        return Err(errors::not_found("Resource not found"));
    };
    if let Some(shown) = shown.as_object_mut() {
        shown.remove("alias_domain");
        shown.insert("cname".to_owned(), json!(site.aliases));
        shown.insert("status_full_purge_permission".to_owned(), json!(resource.full_purge));
        shown.insert("updated_at".to_owned(), json!(time(resource.updated)));
        // The list has this as text, the detail as a number: one of the inconsistencies that clients report.
        shown.insert("status".to_owned(), json!(1));
    }
    Ok(Reply::json(200, &json!({"status": true, "data": shown})))
}

/// `GET /organizations`.
pub(super) fn organizations(state: &State, request: &Request) -> Reply {
    let limit = request.param("limit").and_then(|limit| limit.parse().ok()).unwrap_or(10);
    let organization = json!({
        "uuid": state.organization,
        "name": "Velocast Media",
        "domain": "velocast.example.org",
        "is_active": 1,
        "role_name": "Owner",
        "created_at": "2022-03-01 09:00:00",
    });
    let mut page = paginated(request, vec![organization], limit);
    page.insert("status".to_owned(), json!(true));
    Reply::json(200, &Value::Object(page))
}

fn paginated(request: &Request, all: Vec<Value>, per_page: usize) -> Map<String, Value> {
    let per_page = per_page.clamp(1, 100);
    let total = all.len();
    let last = total.div_ceil(per_page).max(1);
    let page =
        request.param("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).max(1);
    let skip = (page - 1).saturating_mul(per_page);
    let data: Vec<Value> = all.into_iter().skip(skip).take(per_page).collect();
    let path = format!("http://{}{}", request.host(), request.path);
    let link = |page: usize| format!("{path}?page={page}");
    let numbers = |number: usize| {
        if data.is_empty() { Value::Null } else { json!(number) }
    };
    let mut shown = Map::new();
    shown.insert("current_page".to_owned(), json!(page));
    shown.insert("first_page_url".to_owned(), json!(link(1)));
    shown.insert("from".to_owned(), numbers(skip + 1));
    shown.insert("last_page".to_owned(), json!(last));
    shown.insert("last_page_url".to_owned(), json!(link(last)));
    shown.insert(
        "next_page_url".to_owned(),
        if page < last { json!(link(page + 1)) } else { Value::Null },
    );
    shown.insert(
        "prev_page_url".to_owned(),
        if page > 1 { json!(link(page - 1)) } else { Value::Null },
    );
    shown.insert("path".to_owned(), json!(path));
    shown.insert("per_page".to_owned(), json!(per_page));
    shown.insert("to".to_owned(), numbers(skip + data.len()));
    shown.insert("total".to_owned(), json!(total));
    shown.insert("data".to_owned(), Value::Array(data));
    shown
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn shown(state: &State, index: usize) -> Option<Value> {
    let (resource, site) = (state.resources.get(index)?, state.sites.get(index)?);
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
