//! Amazon CloudFront's API of version 2020-05-31, and the one call of CloudTrail that tells who
//! purged.
//!
//! Sources of each behaviour:
//!
//! - paths, parameters, shapes, error codes and their statuses, tenants, newest first, the mark of
//!   a page: seen in the SDKs;
//! - 3000 paths and 15 wildcards in progress, a `*` at the end only, tags behind a `#`, compared in
//!   any case, where the distribution names a header for them: documented;
//! - one purge for each caller reference, another one's paths are refused: documented; a tag counts
//!   against neither limit: inferred;
//! - a `~` is refused, an encoded `*` or `?` is taken and finds nothing, a distribution of tenants
//!   is unknown to purges: seen by users;
//! - signatures over the headers that a request names, `host` and every `x-amz-…` among them,
//!   within 15 minutes: documented for all of the vendor's services;
//! - 50 events a page and 2 calls a second: documented; the JSON of an event: by the vendor's
//!   examples of other events;
//! - no limit of calls, unless a scenario sets one: nothing is known;
//! - an object's tag is its first directory: our own.

mod distributions;
mod errors;
mod handle;
mod invalidations;
mod scenario;
mod sigv4;
mod state;
#[cfg(test)]
mod tests;
mod trail;
mod xml;

use chrono::{DateTime, TimeDelta, Utc};

pub use self::handle::{CloudFrontCredentials, CloudFrontPurge, CloudFrontResource};
pub use self::scenario::CloudFrontScenario;
pub use self::state::CloudFront;

use self::errors::ApiError;
use super::random;
use super::reply::HttpReply;
use super::request::ReceivedRequest;
use super::vendor::{CacheLookup, CachedPath, ConfiguredAccount, VendorApi};
use super::world::{PurgeScope, SimulatedAccount};

const LOOKUP: &str = ".LookupEvents";

fn routed(
    state: &mut CloudFront,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<HttpReply, ApiError> {
    sigv4::check(request, "cloudfront", &state.keys, now)?;
    if let Some(most) = state.scenario.requests_a_second.filter(|_| state.rate_limits) {
        let counted = state.calls.count(most, TimeDelta::seconds(1), now);
        counted.map_err(|_| errors::throttled())?;
    }
    let segments = request.segments();
    let (list, place, rest) = match (request.method.as_str(), &segments[..]) {
        ("GET", ["2020-05-31", "distribution"]) => return distributions::list(state, request),
        ("GET", ["2020-05-31", "distribution", id]) => return distributions::get(state, id, now),
        ("POST", ["2020-05-31", "distribution-tenants"]) => {
            return distributions::tenants(state, request);
        }
        (_, ["2020-05-31", list, place, "invalidation", rest @ ..]) => (*list, *place, rest),
        _ => return Err(errors::no_route()),
    };
    let is_tenant = match list {
        "distribution" => false,
        "distribution-tenant" => true,
        _ => return Err(errors::no_route()),
    };
    let unknown = if is_tenant { errors::no_entity } else { errors::no_distribution };
    let site = state.find(place, is_tenant).ok_or_else(unknown);
    match (request.method.as_str(), rest) {
        ("GET", []) => invalidations::list(state, site?, request, now),
        ("GET", [id]) => invalidations::get(state, site?, id, now),
        ("POST", []) => {
            let created = site.and_then(|site| invalidations::create(state, site, request, now));
            if let Err(error) = &created {
                trail::note(state, request, (place, is_tenant), error, now);
            }
            created
        }
        _ => Err(errors::no_route()),
    }
}

fn looked_up(
    state: &mut CloudFront,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<HttpReply, ApiError> {
    sigv4::check(request, "cloudtrail", &state.keys, now)?;
    trail::lookup(state, request, now)
}

impl VendorApi for CloudFront {
    fn name(&self) -> &'static str {
        "cloudfront"
    }

    fn accounts_mut(&mut self) -> Vec<&mut SimulatedAccount> {
        vec![&mut self.world]
    }

    fn answer(&mut self, request: &ReceivedRequest, now: DateTime<Utc>) -> HttpReply {
        self.requests += 1;
        let number = self.requests;
        if request.header("x-amz-target").is_some_and(|target| target.ends_with(LOOKUP)) {
            return looked_up(self, request, now).unwrap_or_else(|error| error.json(number));
        }
        routed(self, request, now).unwrap_or_else(|error| error.xml(number))
    }

    fn error(&mut self, status: u16) -> HttpReply {
        errors::of_status(status).xml(self.requests)
    }

    fn configured(&self) -> Vec<ConfiguredAccount> {
        let CloudFrontCredentials { name, access_key_id, secret_access_key, .. } =
            self.credentials();
        let secrets =
            vec![("access_key_id", access_key_id), ("secret_access_key", secret_access_key)];
        let flags = vec!["cloudtrail"];
        vec![ConfiguredAccount { name, flags, secrets, ..ConfiguredAccount::default() }]
    }

    /// Compares paths as they are, and tags in any case.
    fn emptied(&self, object: &CachedPath<'_>, now: DateTime<Utc>) -> Option<PurgeScope> {
        let site = self.world.site_index(object.host)?;
        let tag =
            state::tag(object.key).filter(|_| self.places.get(site).is_some_and(|it| it.has_tags));
        let ended = self.world.emptied(object.stored, now).filter(|purge| purge.site == site);
        let paths = ended.flat_map(|purge| self.paths(purge));
        let covering = paths.filter_map(|path| {
            if path == "/*" {
                Some(PurgeScope::All)
            } else if let Some(wanted) = path.strip_prefix('#') {
                tag?.eq_ignore_ascii_case(wanted).then_some(PurgeScope::Pattern)
            } else if let Some(begin) = path.strip_suffix('*') {
                object.key.starts_with(begin).then_some(PurgeScope::Pattern)
            } else {
                (path == object.key).then_some(PurgeScope::Url)
            }
        });
        covering.max()
    }

    fn edge_headers(&self, reply: HttpReply, lookup: &CacheLookup) -> HttpReply {
        let word = if lookup.hit { "Hit" } else { "Miss" };
        let mut rng = random::stream(lookup.request, "cloudfront request");
        reply
            .with("x-cache", format!("{word} from cloudfront"))
            .with("via", "1.1 edge.cloudfront.net (CloudFront)")
            .with("x-amz-cf-pop", "FRA56-P3")
            .with("x-amz-cf-id", format!("{}==", random::text(&mut rng, 54)))
    }
}
