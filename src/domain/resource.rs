//! The resource that a purge applies to.

use serde::{Deserialize, Serialize};

use super::ids::{AccountName, ProviderName, ResourceId};

/// A CDN resource or a domain, with what is known of its cache key. Vendors list deleted ones with
/// next to nothing, so everything but the first fields may be absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// The account that it belongs to.
    pub account: AccountName,
    /// The account's provider.
    pub provider: ProviderName,
    /// The vendor's id for it.
    pub id: ResourceId,
    /// The host name that it serves.
    pub cname: String,
    /// Further host names that it serves.
    pub names: Vec<String>,
    /// The name or description that somebody gave it.
    pub description: Option<String>,
    /// Its state.
    pub state: ResourceState,
    /// True if single URLs may be purged, where the vendor says.
    pub url_purge: Option<bool>,
    /// True if everything may be purged, where the vendor says.
    pub all_purge: Option<bool>,
    /// Its cache key, where known.
    pub cache: CacheKey,
    /// Its area, in the vendor's words, where the vendor splits its quotas by area.
    pub area: Option<String>,
}

/// The state of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceState {
    /// It serves.
    Active,
    /// The vendor is setting it up or taking it down.
    Changing,
    /// Switched off, by its owner or by the vendor.
    Suspended,
    /// Gone; the vendor still lists it.
    Deleted,
    /// A word that we do not know, as it came.
    Other(String),
}

impl ResourceState {
    /// The word for it on the screen and in exports.
    pub fn word(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Changing => "changing",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
            Self::Other(word) => word,
        }
    }
}

/// The parts of a request that make a cached object another one. `None` everywhere: not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheKey {
    /// The origin's `Vary` splits objects, so that a purge by URL removes one variant only.
    pub vary: Option<bool>,
    /// Large files are cached in slices, so that a purge by URL removes the first one only.
    pub slice: Option<bool>,
    /// The use of query strings.
    pub query: Option<QueryRule>,
}

/// The query string's part in the cache key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryRule {
    /// All of it counts.
    Counts,
    /// None of it counts.
    Ignored,
    /// Only these parameters count.
    Only(Vec<String>),
    /// All parameters but these count.
    AllBut(Vec<String>),
}

impl Resource {
    /// Makes an active resource of which nothing else is known.
    pub fn new(
        account: impl Into<AccountName>,
        provider: impl Into<ProviderName>,
        id: impl Into<ResourceId>,
        cname: impl Into<String>,
    ) -> Self {
        Self {
            account: account.into(),
            provider: provider.into(),
            id: id.into(),
            cname: cname.into(),
            names: Vec::new(),
            description: None,
            state: ResourceState::Active,
            url_purge: None,
            all_purge: None,
            cache: CacheKey::default(),
            area: None,
        }
    }

    /// Returns true if the resource answers to this host name, upper or lower case alike.
    pub fn answers_to(&self, host: &str) -> bool {
        self.cname.eq_ignore_ascii_case(host)
            || self.names.iter().any(|name| name.eq_ignore_ascii_case(host))
    }
}
