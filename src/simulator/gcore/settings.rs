//! The tokens and resources of an account, as its owner has set them.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// A permanent token.
#[derive(Clone, Debug)]
pub(super) struct GcoreToken {
    pub(super) id: u64,
    pub(super) text: String,
    pub(super) role: TokenRole,
    pub(super) ends: Option<DateTime<Utc>>,
    /// Index into the users of the world.
    pub(super) author: usize,
}

/// The rights of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenRole {
    Administrators,
    Users,
}

/// The settings of a CDN resource, beside those of its site.
#[derive(Clone, Debug)]
pub(super) struct ResourceSettings {
    pub(super) id: u64,
    pub(super) name: Option<String>,
    pub(super) description: String,
    pub(super) status: ResourceStatus,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) origin_group: u64,
    pub(super) origin_protocol: &'static str,
    pub(super) shielded: bool,
    pub(super) options: Map<String, Value>,
    /// The resource that this one is a copy of.
    pub(super) primary: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResourceStatus {
    Active,
    Suspended,
    Deleted,
}

impl ResourceStatus {
    /// Returns the documented word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }
}
