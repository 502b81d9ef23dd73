//! How the simulated Gcore's accounts come about: from the seed alone.

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::activity::Log;
use super::state::{Account, Resource, Role, Standing, Token};
use crate::simulator::random;
use crate::simulator::scenario::Scenario;
use crate::simulator::world::ledger::Ledger;
use crate::simulator::world::site::{self, Flavour, Site};

/// Name, company, brands, number of resources, share of the records in percent, first ids.
type Plan = (&'static str, &'static str, std::ops::Range<usize>, usize, usize, u64);

const PLANS: [Plan; 2] = [
    ("gcore-prod", "Lumen Group", 0..6, 24, 65, 1),
    ("gcore-labs", "Quarry Labs", 6..10, 16, 35, 2),
];

/// Of 100 purges, how many are by URL and by pattern; the rest are all.
const MIX: (f64, f64) = (83.0, 14.0);

/// The accounts of a fresh world.
pub(super) fn drawn_accounts(
    seed: u64,
    records: usize,
    now: DateTime<Utc>,
    scenario: &Scenario,
) -> Vec<Account> {
    PLANS.into_iter().map(|plan| account(seed, records, now, scenario, plan)).collect()
}

fn account(
    seed: u64,
    records: usize,
    now: DateTime<Utc>,
    scenario: &Scenario,
    plan: Plan,
) -> Account {
    let (name, company, brands, count, share, number) = plan;
    let mut rng = random::stream(seed, name);
    let mut sites = site::sites(&mut rng, "example.com", brands, count);
    let first_id = 218_000 + number * 10_000;
    let mut resources = resources(&mut rng, &mut sites, first_id, now);
    if let (Some(site), Some(resource)) = (sites.last_mut(), resources.last_mut()) {
        // The quiet end of the list: one is gone, the one before it rests.
        site.live = false;
        resource.standing = Standing::Deleted;
    }
    let rests = resources.len().saturating_sub(2);
    if let (1, Some(site), Some(resource)) =
        (number, sites.get_mut(rests), resources.get_mut(rests))
    {
        site.live = false;
        resource.standing = Standing::Suspended;
    }
    let of_this =
        if number == 1 { records * share / 100 } else { records - records * (100 - share) / 100 };
    let past = random::stream(seed, &format!("{name} past"));
    let ledger = Ledger::drawn(past, now, &sites, of_this, MIX, scenario);
    let client_id = 29_800 + number * 41;
    let tokens = tokens(&mut rng, client_id, now);
    let logged = Log::drawn(
        random::stream(seed, &format!("{name} refused")),
        &ledger,
        &sites,
        &resources,
        now,
    );
    Account {
        name,
        company,
        client_id,
        tokens,
        sites,
        resources,
        ledger,
        logged,
        first_purge_id: 7_400_000 + number,
    }
}

fn tokens(rng: &mut Rng, client_id: u64, now: DateTime<Utc>) -> Vec<Token> {
    let mut token = |role, ends, author| {
        let secret: String = (0..64).map(|_| rng.digit(16)).collect();
        let id = client_id + 7 + rng.u64(1..500) * 3 + author as u64;
        Token { id, text: format!("{id}_{secret}"), role, ends, author }
    };
    vec![
        token(Role::Administrators, None, 0),
        token(Role::Users, None, 3),
        token(Role::Administrators, Some(now - TimeDelta::days(2)), 5),
    ]
}

fn resources(
    rng: &mut Rng,
    sites: &mut [Site],
    first_id: u64,
    now: DateTime<Utc>,
) -> Vec<Resource> {
    let mut resources = Vec::with_capacity(sites.len());
    let mut id = first_id;
    for (index, site) in sites.iter_mut().enumerate() {
        id += rng.u64(1..40);
        // One resource cannot be purged by URL: its responses vary.
        site.by_url = index != 4;
        let created = now
            - TimeDelta::days(rng.i64(90..1500))
            - TimeDelta::microseconds(rng.i64(0..86_400_000_000));
        let updated = now
            - TimeDelta::days(rng.i64(0..80))
            - TimeDelta::microseconds(rng.i64(0..86_400_000_000));
        let named = rng.u8(0..10) > 1;
        resources.push(Resource {
            id,
            name: named.then(|| {
                format!("{} {}", site.brand, site.host.split('.').next().unwrap_or_default())
            }),
            description: if rng.bool() {
                format!("Content of {}", site.host)
            } else {
                String::new()
            },
            standing: Standing::Active,
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

/// The options that a purge depends on, and a few that every resource has.
fn options(rng: &mut Rng, site: &Site, index: usize) -> Map<String, Value> {
    let on = |value: Value| json!({"enabled": true, "value": value});
    let mut options = Map::new();
    let mut set = |name: &str, value: Value| options.insert(name.to_owned(), on(value));
    set("edge_cache_settings", json!("43200s"));
    set("gzipOn", json!(true));
    if site.by_url {
        set("ignore_vary_header", json!(true));
    }
    match site.flavour {
        Flavour::Video | Flavour::Download => {
            set("slice", json!(true));
        }
        Flavour::Img => {
            set("query_params_whitelist", json!(["w", "h", "format"]));
        }
        Flavour::Shop => {
            set("query_params_blacklist", json!(["utm_source", "utm_campaign"]));
        }
        Flavour::Www if index > 0 && index.is_multiple_of(8) => {
            set("ignoreQueryString", json!(true));
        }
        Flavour::Static | Flavour::Blog if rng.bool() => {
            set("ignoreQueryString", json!(true));
        }
        Flavour::Static | Flavour::Blog | Flavour::Www | Flavour::Api => {}
    }
    if rng.bool() {
        set("redirect_http_to_https", json!(true));
    }
    if site.flavour == Flavour::Static {
        set("cors", json!(["*"]));
    }
    options
}
