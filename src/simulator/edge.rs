//! The edge: one caching HTTP server for the hosts of all vendors, told apart by the Host header, in front of an origin
//! that makes its content up. Purges of every vendor really empty it, when they end and not before.
//!
//! The state of the cache shows in each vendor's own headers: Gcore's `Cache`, `X-Cached-Since` and `X-ID`, where the first
//! answer after a purge by pattern or of all is `BYPASS` and after one by URL `MISS`; Tencent's repeated `X-Cache-Lookup`
//! and `X-NWS-LOG-UUID`; for Medianova, of which no header is known, the generic `X-Cache`. All have `Age`, `ETag` and
//! `Last-Modified`. A HEAD fills no cache, and a range is answered from the whole.
//!
//! What a purge covers is the vendor's affair ([`Cleared`]). Not simulated: slices, variants by Vary, several servers.

mod gcore;
mod medianova;
mod origin;
mod tencent;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use wildmatch::WildMatch;

use self::origin::{Content, Origin};
use super::reply::Reply;
use super::request::Request;
use super::server::Vendor;

/// How long an object is good, as the resources' settings say.
const GOOD_FOR: TimeDelta = TimeDelta::hours(12);
/// How many objects are cached at most; the one that was fetched first gives way.
const OBJECTS: usize = 50_000;

/// What the edge asks of a vendor.
pub(crate) trait Cleared: Send + Sync {
    /// The vendor's name.
    fn vendor(&self) -> Brand;

    /// The main host of the site that is served under this name; `None` when the vendor has no such live site.
    fn site(&self, host: &str) -> Option<String>;

    /// The part of a path and query by which the site tells objects apart.
    fn key(&self, site: &str, path: &str) -> String;

    /// What has emptied this object after `since` and by `now`, if anything has. `changed`: the origin has newer content.
    fn cleared(
        &self,
        site: &str,
        key: &str,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
        changed: bool,
    ) -> Option<By>;
}

/// Whose edge it is: decides the headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brand {
    Gcore,
    Tencent,
    Medianova,
}

/// What emptied an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A purge of this very object.
    Url,
    /// A purge of more.
    Pattern,
}

/// The simulated edge.
#[derive(Clone)]
pub(crate) struct Edge {
    vendors: Arc<Vec<Box<dyn Cleared>>>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    objects: BTreeMap<(String, String), Object>,
    origin: Origin,
    stale: Vec<WildMatch>,
    requests: u64,
}

#[derive(Clone, Debug)]
struct Object {
    stored: DateTime<Utc>,
    content: Content,
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Hit,
    Miss,
    Bypass,
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edge").field("state", &self.state).finish_non_exhaustive()
    }
}

impl Edge {
    pub(crate) fn new(
        vendors: Vec<Box<dyn Cleared>>,
        stale: &[String],
        start: DateTime<Utc>,
    ) -> Self {
        let state = State {
            objects: BTreeMap::new(),
            origin: Origin::new(start),
            stale: stale.iter().map(|pattern| WildMatch::new(pattern)).collect(),
            requests: 0,
        };
        Self { vendors: Arc::new(vendors), state: Arc::new(Mutex::new(state)) }
    }

    /// The origin has new content for this host and path from now on.
    pub(crate) fn publish(&self, host: &str, path: &str, now: DateTime<Utc>) {
        let (site, key) = match self.find(host) {
            Some((vendor, site)) => (site.clone(), vendor.key(&site, path)),
            None => (host.to_owned(), path.to_owned()),
        };
        self.with(|state| state.origin.publish(&site, &key, now));
    }

    /// From now on, purges that cover what matches this pattern of host and path have no effect.
    pub(crate) fn keep_stale(&self, pattern: &str) {
        self.with(|state| state.stale.push(WildMatch::new(pattern)));
    }

    /// Purges have their effect again.
    pub(crate) fn let_go(&self) {
        self.with(|state| state.stale.clear());
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn find(&self, host: &str) -> Option<(&dyn Cleared, String)> {
        self.vendors.iter().find_map(|vendor| Some((vendor.as_ref(), vendor.site(host)?)))
    }

    fn serve(&self, state: &mut State, request: &Request, now: DateTime<Utc>) -> Reply {
        state.requests += 1;
        let host = request.host().split(':').next().unwrap_or_default().to_lowercase();
        let Some((vendor, site)) = self.find(&host) else {
            return Reply::html(404, "Not Found");
        };
        if request.method != "GET" && request.method != "HEAD" {
            return Reply::html(405, "Method Not Allowed").with("allow", "GET, HEAD");
        }
        let path = if request.query.is_empty() {
            request.path.clone()
        } else {
            format!("{}?{}", request.path, request.query)
        };
        let key = vendor.key(&site, &path);
        let fresh = state.origin.content(&site, &key);
        let known = state.objects.get(&(site.clone(), key.clone())).cloned();
        let (found, object) = match known.filter(|object| now - object.stored < GOOD_FOR) {
            None => (Found::Miss, None),
            Some(object) => {
                let held =
                    state.stale.iter().any(|pattern| pattern.matches(&format!("{site}{path}")));
                let changed = object.content != fresh;
                let by = vendor.cleared(&site, &key, object.stored, now, changed).filter(|_| !held);
                match by {
                    None => (Found::Hit, Some(object)),
                    Some(By::Pattern) if vendor.vendor() == Brand::Gcore => (Found::Bypass, None),
                    Some(By::Url | By::Pattern) => (Found::Miss, None),
                }
            }
        };
        let object = object.unwrap_or(Object { stored: now, content: fresh });
        if found != Found::Hit && request.method == "GET" {
            state.store((site, key), object.clone());
        }
        let number = state.requests;
        let reply = ranged(request, &object.content);
        headed(reply, vendor.vendor(), found, &object, number, now)
    }
}

impl State {
    fn store(&mut self, key: (String, String), object: Object) {
        self.objects.insert(key, object);
        if self.objects.len() > OBJECTS {
            let oldest = self
                .objects
                .iter()
                .min_by_key(|(_, object)| object.stored)
                .map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                self.objects.remove(&oldest);
            }
        }
    }
}

/// The whole, or the one range that is asked for.
fn ranged(request: &Request, content: &Content) -> Reply {
    let body = Bytes::from(content.body());
    let length = body.len();
    let range = request.header("range").and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        let first: usize = first.parse().ok()?;
        let last = if last.is_empty() { length - 1 } else { last.parse().ok()? };
        Some((first, last.min(length - 1)))
    });
    match range {
        None => Reply { body, ..Reply::empty(200) },
        Some((first, last)) if first <= last => {
            Reply { body: body.slice(first..=last), ..Reply::empty(206) }
                .with("content-range", format!("bytes {first}-{last}/{length}"))
        }
        Some(_) => Reply::empty(416).with("content-range", format!("bytes */{length}")),
    }
}

/// The answer with what the brand's edge tells of itself.
fn headed(
    reply: Reply,
    brand: Brand,
    found: Found,
    object: &Object,
    number: u64,
    now: DateTime<Utc>,
) -> Reply {
    let hit = found == Found::Hit;
    let http = |at: DateTime<Utc>| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut reply = reply
        .with("content-type", "text/plain; charset=utf-8")
        .with("cache-control", format!("max-age={}", GOOD_FOR.num_seconds()))
        .with("etag", object.content.etag())
        .with("last-modified", http(object.content.published))
        .with("accept-ranges", "bytes");
    if hit {
        reply = reply.with("age", (now - object.stored).num_seconds().max(0).to_string());
    }
    match brand {
        Brand::Gcore => {
            let word = match found {
                Found::Hit => "HIT",
                Found::Miss => "MISS",
                Found::Bypass => "BYPASS",
            };
            reply = reply
                .with("cache", word)
                .with("x-id", "am3-up-gc12")
                .with("x-id-fe", "am3-hw-edge-gc7");
            if hit {
                reply = reply.with(
                    "x-cached-since",
                    object.stored.to_rfc3339_opts(SecondsFormat::Secs, false),
                );
            }
            reply
        }
        Brand::Tencent => {
            let (first, second) = if hit {
                ("Cache Hit", "Hit From Disktank3")
            } else {
                ("Cache Miss", "Hit From Upstream")
            };
            reply
                .with("x-cache-lookup", first)
                .with("x-cache-lookup", second)
                .with("x-nws-log-uuid", number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string())
        }
        Brand::Medianova => reply.with("x-cache", if hit { "HIT" } else { "MISS" }),
    }
}

impl Vendor for Edge {
    fn name(&self) -> &'static str {
        "edge"
    }

    fn answer(&self, request: &Request, now: DateTime<Utc>) -> Reply {
        self.with(|state| self.serve(state, request, now))
    }

    fn error(&self, status: u16) -> Reply {
        Reply::html(status, "Error")
    }
}
