//! Gcore's CDN API as its public documents describe it.
//!
//! Sources of each behaviour:
//!
//! - paths, parameters, shapes, status and purge types, time format, limits per purge type, 400
//!   bodies of a purge: documented;
//! - 401 messages, `exception_class` and `request_id`, 404 and 405 classes, token roles: documented
//!   for the platform;
//! - 201 echoes the request, no purge id; by-URL purges refused with a message; history kept one
//!   month: documented, in the guide;
//! - a bare list without `limit`, an envelope with `limit >= 1`, and a client that sends
//!   `limit=1000`: seen in the SDK;
//! - `limit` above the maximum is clamped, an unusable `limit` or `offset` counts as absent:
//!   inferred from the framework's habits;
//! - newest first, `cname` matched exactly, unknown filter values match nothing, an unreadable date
//!   is a 400: inferred;
//! - texts for too many items, an empty `urls`, both fields at once, wrong item types: inferred
//!   from the framework's habits;
//! - windows slide, count accepted purges of anyone, and are apart for patterns and for all:
//!   inferred;
//! - the body of a 429: inferred, the document has none.

mod account;
mod activity;
mod activity_log;
mod auth;
mod edge;
mod errors;
mod generate;
mod handle;
mod history;
mod purge;
mod query;
mod resources;
mod scenario;
mod settings;
mod state;
#[cfg(test)]
mod tests;
mod validate;

use chrono::{DateTime, Utc};

pub use self::handle::{GcoreCredentials, GcorePurge, GcoreResource};
pub use self::scenario::{GcoreLimits, GcoreScenario};

use self::activity_log::LogEntry;
use self::settings::GcoreToken;
use self::state::GcoreAccount;
use super::reply::HttpReply;
use super::request::ReceivedRequest;
use super::vendor::{CacheLookup, CachedPath, ConfiguredAccount, VendorApi, VendorSetup};
use super::world::{PurgeScope, SimulatedAccount};

/// The simulated vendor.
#[derive(Debug)]
pub struct Gcore {
    accounts: Vec<GcoreAccount>,
    scenario: GcoreScenario,
    rate_limits: bool,
    requests: u64,
}

/// One request with good credentials, as a route sees it.
struct GcoreCall<'a> {
    request: &'a ReceivedRequest,
    /// The id in the path; empty when the route has none.
    id: &'a str,
    token: &'a GcoreToken,
    scenario: &'a GcoreScenario,
    rate_limits: bool,
    now: DateTime<Utc>,
}

/// Answers a call, or refuses it.
type Route = fn(&mut GcoreAccount, &GcoreCall<'_>) -> Result<HttpReply, HttpReply>;

/// Finds a path's only method, its id and its route; HEAD goes to the route of GET.
fn route<'a>(path: &[&'a str]) -> Option<(&'static str, &'a str, Route)> {
    Some(match path {
        ["cdn", "purge_statuses"] => ("GET", "", history::list),
        ["cdn", "resources"] => ("GET", "", resources::list),
        ["cdn", "resources", id] => ("GET", id, resources::get),
        ["cdn", "resources", id, "purge"] => ("POST", id, purge::accept),
        ["cdn", "clients", "me", "limits"] => {
            ("GET", "", |own, call| Ok(account::limits(own, call)))
        }
        ["cdn", "clients", "me"] => ("GET", "", |own, _| Ok(account::service(own))),
        ["iam", "clients", "me"] => ("GET", "", |own, call| Ok(account::overview(own, call))),
        ["cdn", "activity_log", "requests"] => ("GET", "", activity::list),
        ["cdn", "activity_log", "requests", id] => ("GET", id, activity::get),
        _ => return None,
    })
}

impl Gcore {
    pub(super) fn generate(setup: &VendorSetup, scenario: GcoreScenario) -> Self {
        let accounts = generate::accounts(setup);
        Self { accounts, scenario, rate_limits: setup.rate_limits, requests: 0 }
    }

    /// Counts one more request.
    fn request_number(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    fn routed(
        &mut self,
        request: &ReceivedRequest,
        number: u64,
        now: DateTime<Utc>,
    ) -> Result<HttpReply, HttpReply> {
        let not_found = || errors::not_found("Not found.");
        let segments = request.segments();
        let (allowed, id, route) = route(&segments).ok_or_else(not_found)?;
        let (index, token) = auth::check(&self.accounts, request, now)?;
        let account = self.accounts.get_mut(index).ok_or_else(not_found)?;
        let (scenario, rate_limits) = (&self.scenario, self.rate_limits);
        let call = GcoreCall { request, id, token: &token, scenario, rate_limits, now };
        let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
        let reply = if method == allowed {
            route(account, &call).unwrap_or_else(|refused| refused)
        } else {
            errors::method_not_allowed(allowed)
        };
        // Accepted purges are logged by the account itself.
        if !reply.took_effect {
            let caller = (token.author, token.id);
            account.log.push(LogEntry::of(request, caller, reply.status, number, now));
        }
        Ok(reply)
    }
}

impl VendorApi for Gcore {
    fn name(&self) -> &'static str {
        "gcore"
    }

    fn accounts_mut(&mut self) -> Vec<&mut SimulatedAccount> {
        self.accounts.iter_mut().map(|account| &mut account.world).collect()
    }

    fn answer(&mut self, request: &ReceivedRequest, now: DateTime<Utc>) -> HttpReply {
        let number = self.request_number();
        let reply = self.routed(request, number, now).unwrap_or_else(|refused| refused);
        errors::with_id(reply, number)
    }

    fn error(&mut self, status: u16) -> HttpReply {
        errors::with_id(errors::of_status(status), self.request_number())
    }

    fn configured(&self) -> Vec<ConfiguredAccount> {
        let configured = |account: &GcoreAccount| {
            let GcoreCredentials { name, token, people, .. } = account.credentials();
            let secrets = vec![("token", token)];
            ConfiguredAccount { name, secrets, user_names: people, ..ConfiguredAccount::default() }
        };
        self.accounts.iter().map(configured).collect()
    }

    fn cache_key(&self, host: &str, path: &str) -> String {
        let caching = self.accounts.iter().find_map(|account| edge::caching(account, host));
        edge::cache_key(&caching.unwrap_or(edge::Caching::Whole), path)
    }

    fn emptied(&self, object: &CachedPath<'_>, now: DateTime<Utc>) -> Option<PurgeScope> {
        self.accounts.iter().find_map(|account| edge::emptied(account, object, now))
    }

    fn edge_headers(&self, reply: HttpReply, lookup: &CacheLookup) -> HttpReply {
        edge::headers(reply, lookup)
    }
}
