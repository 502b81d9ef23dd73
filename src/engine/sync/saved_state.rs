//! The stored state of an account, from which its sync continues.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::coverage::Coverage;
use crate::domain::event::AccountStatus;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::resource::Resource;
use crate::store::{Reader, StoreFailure};

/// Time after its newest purge in which a resource is active.
pub(super) const ACTIVE_FOR: TimeDelta = TimeDelta::hours(2);

/// The stored state of an account from which its sync starts.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct SavedState {
    pub(super) coverage: Coverage,
    /// The ranges for which the vendor's activity log was read.
    pub(super) activity: Coverage,
    pub(super) synced_at: Option<DateTime<Utc>>,
    pub(super) resources: Arc<Vec<Resource>>,
    pub(super) active: Vec<(ResourceId, DateTime<Utc>)>,
    /// The resources whose lists had been read to their end when the coverage was stored.
    pub(super) whole_lists: BTreeSet<ResourceId>,
}

impl SavedState {
    /// Reads it from the store.
    pub(super) fn read(
        reader: &Reader,
        account: &AccountName,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreFailure> {
        let seen = reader.accounts()?;
        let resources = reader.resources(account)?.resources;
        let all: Vec<_> =
            resources.iter().map(|resource| (account.clone(), resource.id.clone())).collect();
        let recent = reader.recent(&all, now - ACTIVE_FOR)?.into_iter();
        Ok(Self {
            coverage: reader.coverage(account)?,
            activity: reader.attempt_coverage(account)?,
            synced_at: seen
                .into_iter()
                .find(|seen| seen.account == *account)
                .and_then(|seen| seen.synced_at),
            resources: Arc::new(resources),
            whole_lists: reader.whole_lists(account)?,
            active: recent.map(|recent| (recent.spent.resource, recent.spent.at)).collect(),
        })
    }

    /// Returns the account's status before the first request.
    pub(super) fn status(&self) -> AccountStatus {
        AccountStatus { synced_at: self.synced_at, ..AccountStatus::default() }
    }
}
