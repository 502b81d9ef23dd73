//! Medianova's API, as far as it is written down anywhere.
//!
//! Sources of each behaviour:
//!
//! - base, Bearer token, login with key and secret, `expire` in Unix seconds: documented;
//! - the purge's paths and body, 1 to 100 absolute paths, wildcards, `page` and `limit` required,
//!   `limit` at most 100, `opID`: documented;
//! - `400`, `401` and `404` with these texts: documented for resources, without bodies;
//! - the shape of answers: `opID`, rows per URL, the resource paginator, organizations: seen in an
//!   unofficial client;
//! - the header `org-token` in place of the Bearer: seen in an unofficial client;
//! - tokens of a login end after four hours: documented, on an older page;
//! - status 2 while it runs, 1 when it is done, 0 with a message when nothing was cached: the
//!   legacy API's numbers; inferred;
//! - status 3 for a failure: invented: nothing is known; so is every error's JSON;
//! - newest first, history of a month: inferred; a scenario can choose another order;
//! - `/*` is a purge of all and needs `status_full_purge_permission`: inferred;
//! - no rate limit, unless a scenario sets one: nothing is known;
//! - the edge's headers: nothing is known: the generic `X-Cache`;
//! - paths work with and without `/api/v1` before them: leniency of ours: the base is written both
//!   ways.

mod auth;
mod errors;
mod handle;
mod jobs;
mod resources;
mod scenario;
mod state;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use wildmatch::WildMatch;

pub use self::handle::{MedianovaCredentials, MedianovaPurge, MedianovaResource};
pub use self::scenario::MedianovaScenario;
pub use self::state::Medianova;

use super::reply::HttpReply;
use super::request::ReceivedRequest;
use super::vendor::{CacheLookup, CachedPath, ConfiguredAccount, VendorApi};
use super::world::{PurgeScope, SimulatedAccount};

/// One request with a good token, as a route sees it.
struct MedianovaCall<'a> {
    request: &'a ReceivedRequest,
    /// The resource's UUID in the path; empty when the route has none.
    uuid: &'a str,
    now: DateTime<Utc>,
}

/// Answers a call, or refuses it.
type Route = fn(&mut Medianova, &MedianovaCall<'_>) -> Result<HttpReply, HttpReply>;

fn routed(
    state: &mut Medianova,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<HttpReply, HttpReply> {
    let method = request.method.as_str();
    let segments = request.segments();
    let path = segments.strip_prefix(&["api", "v1"]).unwrap_or(&segments);
    let (organization, uuid, get, post): (_, _, Route, Option<Route>) = match path {
        ["auth", "login", "token"] if method == "POST" => {
            return auth::login(state, request, now);
        }
        ["auth", "login", "token"] => return Err(errors::method()),
        ["organizations"] => {
            (None, "", |state, call| Ok(resources::organizations(state, call)), None)
        }
        ["cdn", organization, "resource"] => {
            (Some(*organization), "", |state, call| Ok(resources::list(state, call)), None)
        }
        ["cdn", organization, "resource", uuid] => {
            (Some(*organization), *uuid, resources::get, None)
        }
        ["cdn", organization, "job", uuid, "purge"] => {
            (Some(*organization), *uuid, jobs::list, Some(jobs::purge))
        }
        _ => return Err(errors::not_found("Not found")),
    };
    auth::check(state, request, now)?;
    if let Some(most) = state.scenario.requests_a_minute.filter(|_| state.rate_limits) {
        let counted = state.calls.count(most, TimeDelta::minutes(1), now);
        counted.map_err(|seconds| errors::too_many(most, seconds))?;
    }
    let route = match method {
        "GET" => get,
        "POST" => post.ok_or_else(errors::method)?,
        _ => return Err(errors::method()),
    };
    if organization.is_some_and(|organization| organization != state.organization) {
        return Err(errors::not_found("Organization not found"));
    }
    route(state, &MedianovaCall { request, uuid, now })
}

impl VendorApi for Medianova {
    fn name(&self) -> &'static str {
        "medianova"
    }

    fn accounts_mut(&mut self) -> Vec<&mut SimulatedAccount> {
        vec![&mut self.world]
    }

    fn answer(&mut self, request: &ReceivedRequest, now: DateTime<Utc>) -> HttpReply {
        routed(self, request, now).unwrap_or_else(|refused| refused)
    }

    fn error(&mut self, status: u16) -> HttpReply {
        errors::of_status(status)
    }

    fn redacted(&self, request: &ReceivedRequest) -> (String, String) {
        let body = match serde_json::from_slice::<Value>(&request.body) {
            Ok(Value::Object(mut body))
                if body.contains_key("api_key") || body.contains_key("api_secret") =>
            {
                for name in ["api_key", "api_secret"] {
                    body.insert(name.to_owned(), Value::from("…"));
                }
                Value::Object(body).to_string()
            }
            // A login that cannot be read may still hold a secret.
            Err(_) if request.path.contains("/login") => String::new(),
            _ => request.text().into_owned(),
        };
        (request.query.clone(), body)
    }

    fn configured(&self) -> Vec<ConfiguredAccount> {
        let MedianovaCredentials { name, organization, token, .. } = self.credentials();
        let settings = vec![("organization", organization)];
        let secrets = vec![("token", token)];
        vec![ConfiguredAccount { name, settings, secrets, ..ConfiguredAccount::default() }]
    }

    /// Compares paths as they are; `*` matches any text, anywhere.
    fn emptied(&self, object: &CachedPath<'_>, now: DateTime<Utc>) -> Option<PurgeScope> {
        let ended = self.world.emptied_targets(object.stored, now, |purge| self.targets(purge));
        let here = ended.filter(|(purge, _)| self.world.host(purge) == object.host);
        let covering = here.filter_map(|(_, target)| {
            if target.contains('*') && WildMatch::new(&target).matches(object.key) {
                Some(PurgeScope::Pattern)
            } else {
                (target == object.key).then_some(PurgeScope::Url)
            }
        });
        covering.max()
    }

    fn edge_headers(&self, reply: HttpReply, lookup: &CacheLookup) -> HttpReply {
        reply.with("x-cache", if lookup.hit { "HIT" } else { "MISS" })
    }
}
