//! The origin behind the edge: its content follows from host, path and the number of versions.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

/// The published versions of all content.
#[derive(Debug)]
pub(super) struct OriginServer {
    start: DateTime<Utc>,
    published: BTreeMap<(String, String), (u64, DateTime<Utc>)>,
}

/// One version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OriginContent {
    host: String,
    path: String,
    version: u64,
    pub(super) published: DateTime<Utc>,
}

impl OriginServer {
    /// Returns an origin whose content was published at `start`.
    pub(super) fn new(start: DateTime<Utc>) -> Self {
        Self { start, published: BTreeMap::new() }
    }

    /// Publishes a new version. `path` may have a query.
    pub(super) fn publish(&mut self, host: &str, path: &str, now: DateTime<Utc>) {
        let version = self.published.entry((host.to_owned(), path.to_owned())).or_insert((1, now));
        *version = (version.0 + 1, now);
    }

    /// Returns the present version.
    pub(super) fn content(&self, host: &str, path: &str) -> OriginContent {
        let known = self.published.get(&(host.to_owned(), path.to_owned()));
        let (version, published) = known.copied().unwrap_or((1, self.start));
        OriginContent { host: host.to_owned(), path: path.to_owned(), version, published }
    }
}

impl OriginContent {
    pub(super) fn body(&self) -> String {
        format!("version {} of {}{}\n", self.version, self.host, self.path)
    }

    /// Returns the entity tag, another one for every version.
    pub(super) fn etag(&self) -> String {
        let hash = self.body().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        format!("\"{hash:016x}\"")
    }
}
