//! What the API tells of the account: its service, its limits, its people.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::UNLIMITED;
use super::state::{Account, Token};
use crate::simulator::reply::Reply;
use crate::simulator::scenario::GcoreScenario;
use crate::simulator::world::people::{PEOPLE, Person};

/// `GET /cdn/clients/me/limits`.
pub(super) fn limits(account: &Account, scenario: &GcoreScenario, rate_limits: bool) -> Reply {
    let rate = |requests: usize| {
        if rate_limits { format!("{requests}/m") } else { UNLIMITED.to_owned() }
    };
    let limits = scenario.limits;
    Reply::json(
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
pub(super) fn service(account: &Account) -> Reply {
    let first = account
        .resources
        .iter()
        .map(|resource| resource.created)
        .min()
        .unwrap_or(DateTime::UNIX_EPOCH);
    let last = account
        .resources
        .iter()
        .map(|resource| resource.updated)
        .max()
        .unwrap_or(DateTime::UNIX_EPOCH);
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    Reply::json(
        200,
        &json!({
            "id": account.client_id,
            "created": time(first - TimeDelta::days(1)),
            "updated": time(last),
            "service": {"enabled": true, "status": "active", "updated": time(first)},
            "utilization_level": 0,
            "cname": format!("cl-{}.edge.example.net", account.client_id),
            "use_balancer": true,
            "auto_suspend_enabled": true,
            "cdn_resources_rules_max_count": 50,
        }),
    )
}

/// The id of a person's login at this account.
pub(super) fn user_id(account: u64, author: usize) -> u64 {
    account * 10 + author as u64
}

/// `GET /iam/clients/me`.
pub(super) fn overview(account: &Account, token: &Token) -> Reply {
    let user = |(index, person): (usize, &Person)| -> Value {
        json!({
            "id": user_id(account.client_id, index),
            "email": format!("{}@example.com", person.login),
            "name": person.name,
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
    Reply::json(
        200,
        &json!({
            "id": account.client_id,
            "users": PEOPLE.iter().enumerate().map(user).collect::<Vec<_>>(),
            "email": format!("cdn@{}.example.com", account.name),
            "phone": null,
            "name": PEOPLE.first().map(|owner| owner.name),
            "status": "active",
            "companyName": account.company,
            "website": "https://www.example.com",
            "currentUser": user_id(account.client_id, token.author),
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
