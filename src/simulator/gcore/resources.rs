//! `GET /cdn/resources` and `GET /cdn/resources/{id}`.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::page::{Page, Rules};
use super::state::{Account, Standing};
use super::{errors, filters};
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;
use crate::simulator::scenario::GcoreScenario;

/// The documented maximum of a page.
const MOST: usize = 1000;

/// Filters that compare a field of the same name.
const EXACT: [&str; 15] = [
    "cname",
    "status",
    "active",
    "enabled",
    "deleted",
    "suspended",
    "is_primary",
    "originGroup",
    "originProtocol",
    "sslEnabled",
    "sslData",
    "shielded",
    "shield_dc",
    "vp_enabled",
    "primary_resource",
];

/// The list that a request asks for.
pub(super) fn list(account: &Account, request: &Request, scenario: &GcoreScenario) -> Reply {
    let listed = || -> Result<Reply, Reply> {
        let page =
            Page::of(request, Rules { most: MOST, bare: None, strict: scenario.strict_paging })?;
        let times = Times::of(request)?;
        let matching: Vec<Value> = (0..account.resources.len())
            .filter(|index| times.match_resource(account, *index))
            .filter_map(|index| shown(account, index))
            .filter(|resource| matches(resource, request))
            .collect();
        let count = matching.len();
        Ok(page.reply(
            request,
            count,
            &page.cut(matching.into_iter()),
            scenario.next_host.as_deref(),
        ))
    };
    listed().unwrap_or_else(|refused| refused)
}

/// One resource.
pub(super) fn get(account: &Account, id: &str) -> Reply {
    match account.find(id).and_then(|index| shown(account, index)) {
        Some(resource) => Reply::json(200, &resource),
        None => errors::not_found("CDN resource is not found."),
    }
}

struct Times {
    created: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    updated: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
}

impl Times {
    fn of(request: &Request) -> Result<Self, Reply> {
        Ok(Self {
            created: (
                filters::instant(request, "min_created", false)?,
                filters::instant(request, "max_created", true)?,
            ),
            updated: (
                filters::instant(request, "min_updated", false)?,
                filters::instant(request, "max_updated", true)?,
            ),
        })
    }

    fn match_resource(&self, account: &Account, index: usize) -> bool {
        let within = |(from, to): (Option<DateTime<Utc>>, Option<DateTime<Utc>>), at| {
            from.is_none_or(|from| at >= from) && to.is_none_or(|to| at <= to)
        };
        account.resources.get(index).is_some_and(|resource| {
            within(self.created, resource.created) && within(self.updated, resource.updated)
        })
    }
}

fn matches(resource: &Value, request: &Request) -> bool {
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
        name if EXACT.contains(&name) => text(name).eq_ignore_ascii_case(wanted),
        // Names that are not filters are ignored, as the vendor's framework does.
        _ => true,
    })
}

/// A resource as it is shown; a deleted one has few fields.
fn shown(account: &Account, index: usize) -> Option<Value> {
    let resource = account.resources.get(index)?;
    let site = account.sites.get(index)?;
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    if resource.standing == Standing::Deleted {
        return Some(json!({
            "id": resource.id,
            "deleted": true,
            "client": account.client_id,
            "status": resource.standing.word(),
            "updated": time(resource.updated),
            "cname": site.host,
        }));
    }
    let active = resource.standing == Standing::Active;
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("id", json!(resource.id));
    put("name", json!(resource.name));
    put("description", json!(resource.description));
    put("cname", json!(site.host));
    put("secondaryHostnames", json!(site.aliases));
    put("client", json!(account.client_id));
    put("status", json!(resource.standing.word()));
    put("active", json!(active));
    put("enabled", json!(true));
    put("deleted", json!(false));
    put("suspended", json!(!active));
    put("suspend_date", if active { Value::Null } else { json!(time(resource.updated)) });
    put("created", json!(time(resource.created)));
    put("updated", json!(time(resource.updated)));
    put("can_purge_by_urls", json!(site.by_url));
    put("originGroup", json!(resource.origin_group));
    put("originGroup_name", json!(format!("origin of {}", site.host)));
    put("originProtocol", json!(resource.origin_protocol));
    put("sslEnabled", json!(true));
    put("sslData", json!(resource.origin_group + 40_000));
    put("proxy_ssl_enabled", json!(false));
    put("proxy_ssl_ca", Value::Null);
    put("proxy_ssl_data", Value::Null);
    put("preset_applied", json!(false));
    put("vp_enabled", json!(false));
    put("full_custom_enabled", json!(false));
    put("shielded", json!(resource.shielded));
    put("shield_enabled", json!(resource.shielded));
    put("shield_dc", if resource.shielded { json!("am3") } else { Value::Null });
    put("shield_routing_map", Value::Null);
    put("primary_resource", json!(resource.primary));
    put("is_primary", json!(resource.primary.is_none()));
    put("waap_domain_id", Value::Null);
    put("rules", json!([]));
    put("options", Value::Object(resource.options.clone()));
    Some(Value::Object(shown))
}
