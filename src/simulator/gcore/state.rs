//! The accounts of the simulated Gcore.

use chrono::{DateTime, SecondsFormat, Utc};

use super::activity_log::ActivityLog;
use super::settings::{GcoreToken, ResourceSettings};
use crate::simulator::world::{PurgeScope, SimulatedAccount};

/// One customer of the vendor.
#[derive(Debug)]
pub(super) struct GcoreAccount {
    /// The account's name in a configuration.
    pub(super) name: &'static str,
    pub(super) company: &'static str,
    pub(super) client_id: u64,
    pub(super) tokens: Vec<GcoreToken>,
    pub(super) world: SimulatedAccount,
    /// One per site of the world, in the same order.
    pub(super) resources: Vec<ResourceSettings>,
    pub(super) log: ActivityLog,
    /// The base of this account's purge ids; accounts interleave.
    pub(super) first_purge_id: u64,
}

impl GcoreAccount {
    /// Returns the id of a purge in the history. Ids are the vendor's, not the account's: each
    /// account sees gaps.
    pub(super) fn purge_id(&self, serial: u64) -> u64 {
        self.first_purge_id + serial * 2
    }

    /// Returns the index of a resource, deleted or not, by its id as a path has it.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let id: u64 = id.parse().ok()?;
        self.resources.iter().position(|resource| resource.id == id)
    }

    /// Returns the id of a resource by its index.
    pub(super) fn resource_id(&self, index: usize) -> u64 {
        self.resources.get(index).map_or(0, |resource| resource.id)
    }

    /// Returns the id of a user's login at this account.
    pub(super) fn user_id(&self, author: usize) -> u64 {
        self.client_id * 10 + author as u64
    }
}

/// Returns the vendor's word for a purge's scope.
pub(super) fn purge_type(scope: PurgeScope) -> &'static str {
    match scope {
        PurgeScope::Url => "purge_by_url",
        PurgeScope::Pattern => "purge_by_pattern",
        PurgeScope::All => "purge_all",
    }
}

/// Writes a time as the API does.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
