//! What may still be purged today, per area.

use chrono::{DateTime, TimeDelta, Utc};

use super::state::{Area, Limits, State};
use super::tasks::BEIJING;
use crate::simulator::world::Kind;
use crate::simulator::world::ledger::Purge;

/// One line of the quota call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quota {
    pub(super) batch: usize,
    pub(super) total: usize,
    pub(super) available: usize,
}

/// The quota of an area, mainland or overseas, at `now`.
pub(super) fn quota(
    state: &State,
    kind: Kind,
    area: Area,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Quota {
    let (batch, total) = match kind {
        Kind::Url => (limits.urls, limits.urls_a_day.max(state.raised_urls)),
        Kind::Pattern | Kind::All => (limits.paths, limits.paths_a_day.max(state.raised_paths)),
    };
    let used = used(state, kind, area, now);
    Quota { batch, total, available: total.saturating_sub(used) }
}

fn used(state: &State, kind: Kind, area: Area, now: DateTime<Utc>) -> usize {
    let midnight =
        (now + BEIJING).date_naive().and_hms_opt(0, 0, 0).unwrap_or_default().and_utc() - BEIJING;
    let today = state.ledger.since(midnight.timestamp_micros());
    let of_area = |purge: &&Purge| state.area_of(purge).covers(area);
    let same = |other: Kind| (other == Kind::Url) == (kind == Kind::Url);
    today.iter().filter(|purge| same(purge.kind)).filter(of_area).map(Purge::count).sum()
}

/// How much a day must at least allow, so that the drawn past can have happened: four times its mean, rounded up.
pub(super) fn raised(state: &State, kind: Kind, now: DateTime<Utc>, step: usize) -> usize {
    let month: usize = state
        .ledger
        .remembered(now)
        .iter()
        .filter(|purge| purge.kind == kind)
        .map(Purge::count)
        .sum();
    let days = usize::try_from(TimeDelta::days(30).num_days()).unwrap_or(30);
    (month * 4 / days).div_ceil(step) * step
}
