//! `DescribeDomains` and its filters.

use serde_json::{Map, Value, json};

use super::super::errors;
use super::super::state::Tencent;
use super::super::tasks;
use super::page;
use crate::simulator::tc3::{ActionParams, ActionResult, ApiError};

/// The default and the largest number of domains of a page.
const DOMAINS: i64 = 100;
const MAX_DOMAINS: i64 = 1000;

/// Lists the domains.
pub(super) fn describe_domains(state: &Tencent, params: &ActionParams) -> ActionResult {
    let (offset, limit) = page(params, DOMAINS, MAX_DOMAINS)?;
    let mut filters = Vec::new();
    for filter in params.objects("Filters") {
        filters.push(DomainFilter::of(filter)?);
    }
    let matching: Vec<Value> = (0..state.domains.len())
        .filter_map(|index| shown(state, index))
        .filter(|domain| filters.iter().all(|filter| filter.matches(domain)))
        .collect();
    let mut body = Map::new();
    body.insert("TotalNumber".to_owned(), json!(matching.len()));
    body.insert("Domains".to_owned(), matching.into_iter().skip(offset).take(limit).collect());
    Ok((body, false))
}

struct DomainFilter {
    /// The field of a domain that is compared.
    field: &'static str,
    values: Vec<String>,
    fuzzy: bool,
}

impl DomainFilter {
    fn of(filter: &Map<String, Value>) -> Result<Self, ApiError> {
        let name = filter
            .get("Name")
            .and_then(Value::as_str)
            .ok_or_else(|| errors::missing("Filters.Name"))?;
        let field = match name {
            "domain" => "/Domain",
            "origin" => "/Origin/Origins/0",
            "resourceId" => "/ResourceId",
            "status" => "/Status",
            "serviceType" => "/ServiceType",
            "projectId" => "/ProjectId",
            "https" => "/Https",
            "originPullProtocol" => "/Origin/OriginPullProtocol",
            "domainType" => "/Origin/OriginType",
            "fullUrlCache" | "tagKey" => "/Unknown",
            _ => return Err(errors::wrong_value("Filters.Name")),
        };
        let values: Vec<String> = filter
            .get("Value")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
            .ok_or_else(|| errors::missing("Filters.Value"))?;
        // From a form it is a word.
        let fuzzy = match filter.get("Fuzzy") {
            Some(Value::String(word)) => word.eq_ignore_ascii_case("true"),
            other => other.and_then(Value::as_bool).unwrap_or(false),
        };
        if values.len() > if fuzzy { 1 } else { 5 } {
            return Err(errors::wrong_value("Filters.Value"));
        }
        Ok(Self { field, values, fuzzy })
    }

    fn matches(&self, domain: &Value) -> bool {
        let has = match domain.pointer(self.field) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => return false,
        };
        self.values
            .iter()
            .any(|value| if self.fuzzy { has.contains(value.as_str()) } else { has == *value })
    }
}

fn shown(state: &Tencent, index: usize) -> Option<Value> {
    let (domain, site) = (state.domains.get(index)?, state.world.sites.get(index)?);
    Some(json!({
        "ResourceId": format!("cdn-{:08x}", domain.id),
        "AppId": state.app_id,
        "Domain": site.host,
        "Cname": format!("{}.cdn.dnsv1.example", site.host),
        "Status": if site.live { "online" } else { "offline" },
        "ProjectId": 0,
        "ServiceType": domain.service,
        "CreateTime": tasks::write_time(domain.created),
        "UpdateTime": tasks::write_time(domain.updated),
        "Origin": {
            "Origins": [format!("origin.{}", site.host)],
            "OriginType": "domain",
            "ServerName": site.host,
            "OriginPullProtocol": if domain.https { "https" } else { "http" },
            "BackupOrigins": [],
            "BackupOriginType": null,
            "BackupServerName": null,
        },
        "Disable": "normal",
        "Area": domain.area.word(),
        "Readonly": "normal",
        "Product": "cdn",
        "ParentHost": "",
    }))
}
