//! The rest of the day's quota, per area.

use chrono::{DateTime, Utc};

use super::state::{Area, Tencent};
use super::tasks::BEIJING;
use crate::simulator::world::{MEMORY, PurgeScope, SimulatedAccount, SimulatedPurge};

/// One line of the quota call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DayQuota {
    pub(super) batch: usize,
    pub(super) total: usize,
    pub(super) available: usize,
}

/// Returns the quota of an area, mainland or overseas, at `now`.
pub(super) fn quota(
    state: &Tencent,
    scope: PurgeScope,
    area: Area,
    now: DateTime<Utc>,
) -> DayQuota {
    let limits = state.scenario.limits;
    let (batch, a_day, raised) = match scope {
        PurgeScope::Url => (limits.urls, limits.urls_a_day, state.raised_urls),
        PurgeScope::Pattern | PurgeScope::All => {
            (limits.paths, limits.paths_a_day, state.raised_paths)
        }
    };
    let total = if state.rate_limits { a_day } else { 100_000_000 }.max(raised);
    DayQuota { batch, total, available: total.saturating_sub(used(state, scope, area, now)) }
}

fn used(state: &Tencent, scope: PurgeScope, area: Area, now: DateTime<Utc>) -> usize {
    let midnight =
        (now + BEIJING).date_naive().and_hms_opt(0, 0, 0).unwrap_or_default().and_utc() - BEIJING;
    let today = state.world.since(midnight.timestamp_micros()).iter();
    let same = |other: PurgeScope| (other == PurgeScope::Url) == (scope == PurgeScope::Url);
    let counted = today.filter(|purge| same(purge.scope) && state.area_of(purge).covers(area));
    counted.map(SimulatedPurge::target_count).sum()
}

/// Returns the daily quota that the generated past needs: four times its mean, rounded up.
pub(super) fn raised(
    world: &SimulatedAccount,
    scope: PurgeScope,
    now: DateTime<Utc>,
    step: usize,
) -> usize {
    let purges = world.remembered(now).iter().filter(|purge| purge.scope == scope);
    let month: usize = purges.map(SimulatedPurge::target_count).sum();
    let days = usize::try_from(MEMORY.num_days()).unwrap_or(30);
    (month * 4 / days).div_ceil(step) * step
}
