//! What compose lays on the linter's desk: made anew only when the accounts, their resources or their limits change.

use std::sync::Arc;

use crate::domain::account::Account;
use crate::domain::budget::{Closed, RecentPurge, Spent, USUAL_MARGIN};
use crate::domain::desk::{Desk, HostIndex};
use crate::domain::ids::AccountName;
use crate::domain::limits::Limits;
use crate::domain::resource::Resource;
use crate::panes::PaneCtx;
use crate::panes::world::World;

/// What was known when the index was built.
#[derive(Clone, Debug)]
pub(super) struct Known {
    hosts: Arc<HostIndex>,
    accounts: Vec<Account>,
    resources: Vec<Arc<Vec<Resource>>>,
    limits: Vec<(AccountName, Arc<Limits>)>,
}

impl Known {
    pub(super) fn of(world: &World) -> Self {
        let resources: Vec<Arc<Vec<Resource>>> = world.resources.values().cloned().collect();
        let hosts = HostIndex::new(resources.iter().flat_map(|resources| resources.iter()));
        let accounts = world
            .accounts
            .iter()
            .map(|account| Account {
                read_only: account.read_only || world.read_only,
                ..account.clone()
            })
            .collect();
        Self {
            hosts: Arc::new(hosts),
            accounts,
            resources,
            limits: world
                .limits
                .iter()
                .map(|(name, limits)| (name.clone(), limits.clone()))
                .collect(),
        }
    }

    /// Whether the world still has the very same resources and limits.
    pub(super) fn is_still(&self, world: &World) -> bool {
        self.resources.len() == world.resources.len()
            && self.limits.len() == world.limits.len()
            && self.resources.iter().zip(world.resources.values()).all(|(a, b)| Arc::ptr_eq(a, b))
            && self
                .limits
                .iter()
                .zip(&world.limits)
                .all(|((name, a), (other, b))| name == other && Arc::ptr_eq(a, b))
    }

    pub(super) fn desk<'a>(
        &'a self,
        world: &'a World,
        recent: &'a [RecentPurge],
        queued: &'a [Spent],
        closed: &'a [Closed],
    ) -> Desk<'a> {
        Desk {
            hosts: &self.hosts,
            limits: &world.limits,
            accounts: &self.accounts,
            recent,
            queued,
            closed,
            margin: USUAL_MARGIN,
        }
    }
}

/// What our own queue will use up.
pub(super) fn queued(ctx: &PaneCtx<'_>) -> Vec<Spent> {
    ctx.world.open.values().filter_map(|entry| Spent::queued(entry, ctx.now)).collect()
}

/// What vendors closed, as our own queue tells it.
pub(super) fn closed(ctx: &PaneCtx<'_>) -> Vec<Closed> {
    ctx.world.open.values().filter_map(|entry| Closed::told_by(entry, ctx.now)).collect()
}
