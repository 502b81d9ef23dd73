//! The origin behind the edge: content that follows from host, path and how often it was published.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

/// The origin.
#[derive(Debug)]
pub(super) struct Origin {
    start: DateTime<Utc>,
    published: BTreeMap<(String, String), (u64, DateTime<Utc>)>,
}

/// One version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    site: String,
    path: String,
    version: u64,
    pub(super) published: DateTime<Utc>,
}

impl Origin {
    /// An origin whose content has been there since `start`.
    pub(super) fn new(start: DateTime<Utc>) -> Self {
        Self { start, published: BTreeMap::new() }
    }

    /// There is a new version from now on. `path` may have a query.
    pub(super) fn publish(&mut self, site: &str, path: &str, now: DateTime<Utc>) {
        let version = self.published.entry((site.to_owned(), path.to_owned())).or_insert((1, now));
        *version = (version.0 + 1, now);
    }

    /// The present version.
    pub(super) fn content(&self, site: &str, path: &str) -> Content {
        let known = self.published.get(&(site.to_owned(), path.to_owned()));
        let (version, published) = known.copied().unwrap_or((1, self.start));
        Content { site: site.to_owned(), path: path.to_owned(), version, published }
    }
}

impl Content {
    /// The text.
    pub(super) fn body(&self) -> String {
        format!("version {} of {}{}\n", self.version, self.site, self.path)
    }

    /// The entity tag: another one for every version.
    pub(super) fn etag(&self) -> String {
        let hash = self.body().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        format!("\"{hash:016x}\"")
    }
}
