//! The account: its service, its limits, its users.

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use super::GcoreCall;
use super::state::{GcoreAccount, time};
use crate::simulator::reply::HttpReply;
use crate::simulator::world::{SimulatedUser, USERS};

/// The rate in `limits` when nothing is limited.
const UNLIMITED: &str = "1000/s";

/// `GET /cdn/clients/me/limits`.
pub(super) fn limits(account: &GcoreAccount, call: &GcoreCall<'_>) -> HttpReply {
    let rate = |requests: usize| {
        if call.rate_limits { format!("{requests}/m") } else { UNLIMITED.to_owned() }
    };
    let limits = call.scenario.limits;
    HttpReply::json(
        200,
        &json!({
            "id": account.client_id,
            "resources_limit": 100,
            "rules_limit": 50,
            "origins_in_group_limit": 10,
            "secondary_hostnames_limit": 10,
            "purge_pattern_limit": limits.patterns,
            "purge_max_urls_limit": limits.urls,
            "purge_request_limit": rate(limits.pattern_requests),
            "purge_by_urls_request_limit": rate(limits.url_requests),
            "prefetch_pattern_limit": 100,
            "prefetch_request_limit": rate(1),
        }),
    )
}

/// `GET /cdn/clients/me`.
pub(super) fn service(account: &GcoreAccount) -> HttpReply {
    let resources = &account.resources;
    let first = resources.iter().map(|resource| resource.created).min();
    let last = resources.iter().map(|resource| resource.updated).max();
    let first = first.unwrap_or(DateTime::UNIX_EPOCH);
    HttpReply::json(
        200,
        &json!({
            "id": account.client_id,
            "created": time(first - TimeDelta::days(1)),
            "updated": time(last.unwrap_or(DateTime::UNIX_EPOCH)),
            "service": {"enabled": true, "status": "active", "updated": time(first)},
            "utilization_level": 0,
            "cname": format!("cl-{}.edge.example.net", account.client_id),
            "use_balancer": true,
            "auto_suspend_enabled": true,
            "cdn_resources_rules_max_count": 50,
        }),
    )
}

/// `GET /iam/clients/me`.
pub(super) fn overview(account: &GcoreAccount, call: &GcoreCall<'_>) -> HttpReply {
    let shown = |(index, user): (usize, &SimulatedUser)| -> Value {
        json!({
            "id": account.user_id(index),
            "email": format!("{}@example.com", user.login),
            "name": user.name,
            "lang": "en",
            "phone": null,
            "company": account.company,
            "reseller": 1,
            "client": account.client_id,
            "deleted": false,
            "groups": [{"id": 1, "name": "Administrators"}],
            "activated": true,
            "sso_auth": false,
            "two_fa": true,
            "auth_types": ["password"],
        })
    };
    let status = json!({"status": "active", "enabled": true});
    HttpReply::json(
        200,
        &json!({
            "id": account.client_id,
            "users": USERS.iter().enumerate().map(shown).collect::<Vec<_>>(),
            "email": format!("cdn@{}.example.com", account.name),
            "phone": null,
            "name": USERS.first().map(|owner| owner.name),
            "status": "active",
            "companyName": account.company,
            "website": "https://www.example.com",
            "currentUser": account.user_id(call.token.author),
            "capabilities": ["CDN", "DNS"],
            "serviceStatuses": {"CDN": status, "DNS": status},
            "deleted": false,
            "is_test": false,
            "has_active_admin": true,
            "paidFeatures": {"CDN": [], "DNS": []},
            "freeFeatures": {"CDN": [], "DNS": []},
            "entryBaseDomain": "portal.example.com",
            "bill_type": "automatic",
        }),
    )
}
