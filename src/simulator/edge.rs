//! The edge: one caching HTTP server for the hosts of all vendors, told apart by the Host header,
//! in front of an origin that makes its content up. Purges of every vendor really empty it, when
//! they end and not before.
//!
//! The vendor decides what a purge covers and which headers report on the cache
//! ([`VendorApi::emptied`], [`VendorApi::edge_headers`]). All answers have `ETag` and
//! `Last-Modified`, hits have `Age`. A HEAD fills no cache, and a range is answered from the whole.
//! Not simulated: slices, variants by Vary, several servers.
//!
//! [`VendorApi::emptied`]: super::vendor::VendorApi::emptied
//! [`VendorApi::edge_headers`]: super::vendor::VendorApi::edge_headers

mod origin;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use wildmatch::WildMatch;

use self::origin::{OriginContent, OriginServer};
use super::reply::HttpReply;
use super::request::ReceivedRequest;
use super::server::{HttpService, http_date};
use super::vendor::{CacheLookup, CachedPath, Handle, Simulated, VendorApi};

/// The time that an object stays fresh, as the resources' settings say.
const FRESH_FOR: TimeDelta = TimeDelta::hours(12);
/// The most objects in the cache; the one stored first is dropped.
const MAX_OBJECTS: usize = 50_000;

/// The simulated edge.
#[derive(Debug)]
pub struct EdgeServer {
    vendors: Vec<Simulated<dyn VendorApi>>,
    objects: BTreeMap<(String, String), CachedObject>,
    origin: OriginServer,
    stale: Vec<WildMatch>,
    requests: u64,
}

#[derive(Clone, Debug)]
struct CachedObject {
    stored: DateTime<Utc>,
    content: OriginContent,
}

impl EdgeServer {
    pub(crate) fn new(
        vendors: Vec<Simulated<dyn VendorApi>>,
        stale: &[String],
        start: DateTime<Utc>,
    ) -> Self {
        Self {
            vendors,
            objects: BTreeMap::new(),
            origin: OriginServer::new(start),
            stale: stale.iter().map(|pattern| WildMatch::new(pattern)).collect(),
            requests: 0,
        }
    }

    /// Finds the vendor that serves this name, and the site's main host.
    fn find(&self, name: &str) -> Option<(Simulated<dyn VendorApi>, String)> {
        self.vendors.iter().find_map(|vendor| Some((vendor.clone(), vendor.served_host(name)?)))
    }

    fn serve(&mut self, request: &ReceivedRequest, now: DateTime<Utc>) -> HttpReply {
        self.requests += 1;
        let name = request.host().split(':').next().unwrap_or_default().to_lowercase();
        let Some((vendor, host)) = self.find(&name) else {
            return HttpReply::html(404, "Not Found");
        };
        if request.method != "GET" && request.method != "HEAD" {
            return HttpReply::html(405, "Method Not Allowed").with("allow", "GET, HEAD");
        }
        let path = if request.query.is_empty() {
            request.path.clone()
        } else {
            format!("{}?{}", request.path, request.query)
        };
        let key = vendor.with(|vendor| vendor.cache_key(&host, &path));
        let content = self.origin.content(&host, &key);
        let cached = self.objects.get(&(host.clone(), key.clone())).cloned();
        let cached = cached.filter(|object| now - object.stored < FRESH_FOR);
        let held = self.stale.iter().any(|pattern| pattern.matches(&format!("{host}{path}")));
        let emptied_by = cached.as_ref().and_then(|object| {
            let (stored, changed) = (object.stored, object.content != content);
            let cached = CachedPath { host: &host, key: &key, stored, changed };
            vendor.with_at(now, |vendor| vendor.emptied(&cached, now)).filter(|_| !held)
        });
        let mut hit = cached.filter(|_| emptied_by.is_none());
        let refreshed = hit.as_mut().is_some_and(|object| {
            let (stored, changed) = (object.stored, object.content != content);
            let cached = CachedPath { host: &host, key: &key, stored, changed };
            let is_expired =
                !changed && !held && vendor.with_at(now, |vendor| vendor.expired(&cached, now));
            if is_expired {
                object.stored = now;
            }
            is_expired
        });
        let lookup = CacheLookup {
            hit: hit.is_some(),
            refreshed,
            emptied_by,
            stored: hit.as_ref().map_or(now, |object| object.stored),
            request: self.requests,
        };
        let object = hit.unwrap_or(CachedObject { stored: now, content });
        let mut reply = ranged(request, &object.content)
            .with("content-type", "text/plain; charset=utf-8")
            .with("cache-control", format!("max-age={}", FRESH_FOR.num_seconds()))
            .with("etag", object.content.etag())
            .with("last-modified", http_date(object.content.published))
            .with("accept-ranges", "bytes");
        if lookup.hit {
            reply = reply.with("age", (now - lookup.stored).num_seconds().max(0).to_string());
        }
        if (!lookup.hit || refreshed) && request.method == "GET" {
            self.store((host, key), object);
        }
        vendor.with(|vendor| vendor.edge_headers(reply, &lookup))
    }

    fn store(&mut self, key: (String, String), object: CachedObject) {
        self.objects.insert(key, object);
        if self.objects.len() > MAX_OBJECTS {
            let oldest = self.objects.iter().min_by_key(|(_, object)| object.stored);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.objects.remove(&oldest);
            }
        }
    }
}

/// Returns the whole content, or the one range that is requested.
fn ranged(request: &ReceivedRequest, content: &OriginContent) -> HttpReply {
    let body = Bytes::from(content.body());
    let length = body.len();
    let range = request.header("range").and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        let first: usize = first.parse().ok()?;
        let last = if last.is_empty() { length - 1 } else { last.parse().ok()? };
        Some((first, last.min(length - 1)))
    });
    match range {
        None => HttpReply { body, ..HttpReply::empty(200) },
        Some((first, last)) if first <= last => {
            HttpReply { body: body.slice(first..=last), ..HttpReply::empty(206) }
                .with("content-range", format!("bytes {first}-{last}/{length}"))
        }
        Some(_) => HttpReply::empty(416).with("content-range", format!("bytes */{length}")),
    }
}

impl HttpService for Simulated<EdgeServer> {
    fn name(&self) -> &'static str {
        "edge"
    }

    fn answer(&self, request: &ReceivedRequest, now: DateTime<Utc>) -> HttpReply {
        self.with(|edge| edge.serve(request, now))
    }

    fn error(&self, status: u16) -> HttpReply {
        HttpReply::html(status, "Error")
    }
}

/// The edge's controls: connect to its address and name the host in the Host header.
impl Handle<'_, EdgeServer> {
    /// Gives the origin new content for this host and path (with its query, where that counts).
    pub fn publish(&self, name: &str, path: &str) {
        self.state.with(|edge| {
            let (host, key) = match edge.find(name) {
                Some((vendor, host)) => {
                    let key = vendor.with(|vendor| vendor.cache_key(&host, path));
                    (host, key)
                }
                None => (name.to_owned(), path.to_owned()),
            };
            edge.origin.publish(&host, &key, self.clock.now());
        });
    }

    /// Stops purges from having an effect on objects that match this pattern of host and path,
    /// whatever their vendor says.
    pub fn keep_stale(&self, pattern: &str) {
        self.state.with(|edge| edge.stale.push(WildMatch::new(pattern)));
    }

    /// Lets purges have their effect again.
    pub fn clear_stale(&self) {
        self.state.with(|edge| edge.stale.clear());
    }
}
