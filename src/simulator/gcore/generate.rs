//! Generates the simulated Gcore's accounts from the seed.

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::activity_log::ActivityLog;
use super::settings::{GcoreToken, ResourceSettings, ResourceStatus, TokenRole};
use super::state::GcoreAccount;
use crate::simulator::random;
use crate::simulator::vendor::VendorSetup;
use crate::simulator::world::{ContentKind, PurgeRates, SimulatedAccount, Site, sites};

/// Name, company, brands, number of resources, share of the records in percent, first ids.
type AccountPlan = (&'static str, &'static str, std::ops::Range<usize>, usize, usize, u64);

const PLANS: [AccountPlan; 2] = [
    ("gcore-prod", "Lumen Group", 0..6, 24, 65, 1),
    ("gcore-labs", "Quarry Labs", 6..10, 16, 35, 2),
];

/// Percentages of purges by URL and by pattern; the rest are of all.
const SCOPES: (f64, f64) = (83.0, 14.0);

/// Generates the accounts of a new world.
pub(super) fn accounts(setup: &VendorSetup) -> Vec<GcoreAccount> {
    PLANS.into_iter().map(|plan| account(setup, plan)).collect()
}

fn account(setup: &VendorSetup, plan: AccountPlan) -> GcoreAccount {
    let VendorSetup { seed, records, now, rates, .. } = *setup;
    let (name, company, brands, count, share, number) = plan;
    let mut rng = random::stream(seed, name);
    let mut sites = sites(&mut rng, "example.com", brands, count);
    let first_id = 218_000 + number * 10_000;
    let mut resources = resources(&mut rng, &mut sites, first_id, now);
    if let (Some(site), Some(resource)) = (sites.last_mut(), resources.last_mut()) {
        // The quiet end of the list: one is deleted, the one before it suspended.
        site.live = false;
        resource.status = ResourceStatus::Deleted;
    }
    let suspended = resources.len().saturating_sub(2);
    if let (1, Some(site), Some(resource)) =
        (number, sites.get_mut(suspended), resources.get_mut(suspended))
    {
        site.live = false;
        resource.status = ResourceStatus::Suspended;
    }
    let of_this =
        if number == 1 { records * share / 100 } else { records - records * (100 - share) / 100 };
    let past = random::stream(seed, &format!("{name} past"));
    let rates = PurgeRates { scopes: SCOPES, ..rates };
    let world = SimulatedAccount::generate(past, now, sites, of_this, rates);
    let client_id = 29_800 + number * 41;
    let tokens = tokens(&mut rng, client_id, now);
    let ids: Vec<u64> = resources.iter().map(|resource| resource.id).collect();
    let refused = random::stream(seed, &format!("{name} refused"));
    let log = ActivityLog::generate(refused, &world, &ids, now);
    let first_purge_id = 7_400_000 + number;
    GcoreAccount { name, company, client_id, tokens, world, resources, log, first_purge_id }
}

fn tokens(rng: &mut Rng, client_id: u64, now: DateTime<Utc>) -> Vec<GcoreToken> {
    let mut token = |role, ends, author| {
        let secret: String = (0..64).map(|_| rng.digit(16)).collect();
        let id = client_id + 7 + rng.u64(1..500) * 3 + author as u64;
        GcoreToken { id, text: format!("{id}_{secret}"), role, ends, author }
    };
    vec![
        token(TokenRole::Administrators, None, 0),
        token(TokenRole::Users, None, 3),
        token(TokenRole::Administrators, Some(now - TimeDelta::days(2)), 5),
    ]
}

fn resources(
    rng: &mut Rng,
    sites: &mut [Site],
    first_id: u64,
    now: DateTime<Utc>,
) -> Vec<ResourceSettings> {
    let mut resources = Vec::with_capacity(sites.len());
    let mut id = first_id;
    for (index, site) in sites.iter_mut().enumerate() {
        id += rng.u64(1..40);
        // One resource cannot be purged by URL: its responses vary.
        site.by_url = index != 4;
        let created = random::before(rng, now, 90..1500, 1);
        let updated = random::before(rng, now, 0..80, 1);
        let named = rng.u8(0..10) > 1;
        resources.push(ResourceSettings {
            id,
            name: named.then(|| {
                format!("{} {}", site.brand, site.host.split('.').next().unwrap_or_default())
            }),
            description: if rng.bool() {
                format!("Content of {}", site.host)
            } else {
                String::new()
            },
            status: ResourceStatus::Active,
            created,
            updated,
            origin_group: 5_000 + rng.u64(1..900),
            origin_protocol: random::pick(rng, &["HTTPS", "HTTPS", "MATCH", "HTTP"], "HTTPS"),
            shielded: rng.u8(0..4) == 0,
            options: options(rng, site, index),
            primary: None,
        });
    }
    // Two resources of one brand share their settings: the second is a copy of the first.
    if let (Some(first), Some(copy)) =
        (resources.first().map(|first| first.id), resources.get_mut(3))
    {
        copy.primary = Some(first);
    }
    resources
}

/// Draws the options that a purge depends on, and a few that every resource has.
fn options(rng: &mut Rng, site: &Site, index: usize) -> Map<String, Value> {
    let on = |value: Value| json!({"enabled": true, "value": value});
    let mut options = Map::new();
    let mut set = |name: &str, value: Value| options.insert(name.to_owned(), on(value));
    set("edge_cache_settings", json!("43200s"));
    set("gzipOn", json!(true));
    if site.by_url {
        set("ignore_vary_header", json!(true));
    }
    match site.content {
        ContentKind::Video | ContentKind::Download => {
            set("slice", json!(true));
        }
        ContentKind::Img => {
            set("query_params_whitelist", json!(["w", "h", "format"]));
        }
        ContentKind::Shop => {
            set("query_params_blacklist", json!(["utm_source", "utm_campaign"]));
        }
        ContentKind::Www if index > 0 && index.is_multiple_of(8) => {
            set("ignoreQueryString", json!(true));
        }
        ContentKind::Static | ContentKind::Blog if rng.bool() => {
            set("ignoreQueryString", json!(true));
        }
        ContentKind::Static | ContentKind::Blog | ContentKind::Www | ContentKind::Api => {}
    }
    if rng.bool() {
        set("redirect_http_to_https", json!(true));
    }
    if site.content == ContentKind::Static {
        set("cors", json!(["*"]));
    }
    options
}
