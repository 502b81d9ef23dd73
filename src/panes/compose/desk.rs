//! What compose lays on the linter's desk: made anew only when the accounts, their resources or their limits change.

use std::sync::Arc;

use crate::domain::account::Account;
use crate::domain::budget::{Consumption, Cooldown, RecentPurge, USUAL_MARGIN};
use crate::domain::ids::AccountName;
use crate::domain::known::Known;
use crate::domain::limits::Limits;
use crate::domain::lint_context::{HostIndex, LintContext};
use crate::domain::resource::Resource;
use crate::panes::PaneCtx;

/// What was known when the index was built.
#[derive(Clone, Debug)]
pub(super) struct LintInputs {
    hosts: Arc<HostIndex>,
    accounts: Vec<Account>,
    resources: Vec<Arc<Vec<Resource>>>,
    limits: Vec<(AccountName, Arc<Limits>)>,
}

impl LintInputs {
    pub(super) fn of(known: &Known) -> Self {
        let resources: Vec<Arc<Vec<Resource>>> = known.resources.values().cloned().collect();
        let hosts = HostIndex::new(resources.iter().flat_map(|resources| resources.iter()));
        let accounts = known
            .accounts
            .iter()
            .map(|account| Account {
                read_only: account.read_only || known.read_only,
                ..account.clone()
            })
            .collect();
        Self {
            hosts: Arc::new(hosts),
            accounts,
            resources,
            limits: known
                .limits
                .iter()
                .map(|(name, limits)| (name.clone(), limits.clone()))
                .collect(),
        }
    }

    /// Whether the world still has the very same resources and limits.
    pub(super) fn is_still(&self, known: &Known) -> bool {
        self.resources.len() == known.resources.len()
            && self.limits.len() == known.limits.len()
            && self.resources.iter().zip(known.resources.values()).all(|(a, b)| Arc::ptr_eq(a, b))
            && self
                .limits
                .iter()
                .zip(&known.limits)
                .all(|((name, a), (other, b))| name == other && Arc::ptr_eq(a, b))
    }

    pub(super) fn desk<'a>(
        &'a self,
        known: &'a Known,
        recent: &'a [RecentPurge],
        queued: &'a [Consumption],
        closed: &'a [Cooldown],
    ) -> LintContext<'a> {
        LintContext {
            hosts: &self.hosts,
            limits: &known.limits,
            accounts: &self.accounts,
            recent,
            queued,
            closed,
            margin: USUAL_MARGIN,
        }
    }
}

/// What our own queue will use up.
pub(super) fn queued(ctx: &PaneCtx<'_>) -> Vec<Consumption> {
    ctx.known.open.values().filter_map(|entry| Consumption::queued(entry, ctx.now)).collect()
}

/// What vendors closed, as our own queue tells it.
pub(super) fn closed(ctx: &PaneCtx<'_>) -> Vec<Cooldown> {
    ctx.known.open.values().filter_map(|entry| Cooldown::told_by(entry, ctx.now)).collect()
}
