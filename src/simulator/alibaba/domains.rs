//! `DescribeUserDomains` and its filters.

use serde_json::{Map, Value, json};

use super::errors;
use super::state::Alibaba;
use super::{ActionParams, ActionResult};
use crate::simulator::world::Site;

/// The default and the largest number of domains of a page.
const DOMAINS: usize = 20;
const MAX_DOMAINS: usize = 500;
const MAX_PAGE: usize = 100_000;
/// The time at which every domain was made.
const CREATED: &str = "2025-05-04T10:10:53Z";

/// Lists the domains.
pub(super) fn describe(state: &Alibaba, params: &ActionParams) -> ActionResult {
    let page = params.number("PageNumber", 1, MAX_PAGE)?;
    let size = params.number("PageSize", DOMAINS, MAX_DOMAINS)?;
    let name = params.text("DomainName");
    let fits: fn(&str, &str) -> bool = match params.text("DomainSearchType") {
        None | Some("full_match") => |host, name| host == name,
        Some("fuzzy_match") => |host, name| host.contains(name),
        Some("pre_match") => |host, name| host.starts_with(name),
        Some("suf_match") => |host, name| host.ends_with(name),
        Some(_) => return Err(errors::invalid("DomainSearchType")),
    };
    let status = params.text("DomainStatus");
    let domains = state.world.sites.iter().zip(&state.coverages);
    let matching: Vec<Value> = domains
        .filter(|(site, _)| name.is_none_or(|name| fits(&site.host, name)))
        .filter(|(site, _)| status.is_none_or(|status| status == word(site)))
        .map(|(site, coverage)| shown(site, coverage))
        .collect();
    let total = matching.len();
    let listed: Vec<Value> = matching.into_iter().skip((page - 1) * size).take(size).collect();
    let mut body = Map::new();
    body.insert("Domains".to_owned(), json!({ "PageData": listed }));
    body.insert("TotalCount".to_owned(), json!(total));
    body.insert("PageNumber".to_owned(), json!(page));
    body.insert("PageSize".to_owned(), json!(size));
    Ok((body, false))
}

/// Returns the status of a domain.
pub(super) fn word(site: &Site) -> &'static str {
    if site.live { "online" } else { "offline" }
}

fn shown(site: &Site, coverage: &str) -> Value {
    json!({
        "DomainName": site.host,
        "Cname": format!("{}.w.kunlun.example", site.host),
        "DomainStatus": word(site),
        "CdnType": "web",
        "Coverage": coverage,
        "Description": site.brand,
        "SslProtocol": "on",
        "Sandbox": "normal",
        "GmtCreated": CREATED,
        "GmtModified": CREATED,
        "Sources": { "Source": [{
            "Type": "domain", "Content": format!("origin.{}", site.host), "Port": 443,
            "Priority": "20", "Weight": "10",
        }] },
    })
}
