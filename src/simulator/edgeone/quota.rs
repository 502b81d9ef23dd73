//! The rest of a zone's day, by type.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::state::EdgeOne;
use super::tasks::TaskType;
use crate::simulator::tc3::{ActionParams, ActionResult};

/// The offset of the vendor's day.
const BEIJING: TimeDelta = TimeDelta::hours(8);

/// One line of the quota call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DayQuota {
    pub(super) batch: usize,
    pub(super) daily: usize,
    pub(super) available: usize,
}

/// Returns a zone's quota of purges of a type at `now`.
pub(super) fn quota(state: &EdgeOne, zone: usize, kind: TaskType, now: DateTime<Utc>) -> DayQuota {
    let limits = state.scenario.limits;
    let (batch, daily) = match kind {
        TaskType::Url => (limits.urls, limits.urls_a_day),
        TaskType::Prefix | TaskType::Host | TaskType::Tag => (limits.others, limits.others_a_day),
        TaskType::All => (1, limits.others_a_day),
    };
    let daily = if state.rate_limits { daily } else { 100_000_000 };
    DayQuota { batch, daily, available: daily.saturating_sub(used(state, zone, kind, now)) }
}

fn used(state: &EdgeOne, zone: usize, kind: TaskType, now: DateTime<Utc>) -> usize {
    let midnight =
        (now + BEIJING).date_naive().and_hms_opt(0, 0, 0).unwrap_or_default().and_utc() - BEIJING;
    let today = state.world.since(midnight.timestamp_micros()).iter();
    let counted = today.filter(|purge| {
        let options = state.options(purge);
        purge.serial > state.past
            && options.kind == kind
            && options.zone.is_none_or(|of| of == zone)
    });
    counted
        .map(|purge| {
            let of_zone = |target: &&String| state.is_in(kind, target, zone);
            state
                .row_count(purge)
                .unwrap_or_else(|| state.targets(purge).iter().filter(of_zone).count())
        })
        .sum()
}

/// Answers the quota call.
pub(super) fn describe(state: &EdgeOne, params: &ActionParams, now: DateTime<Utc>) -> ActionResult {
    let zone = state.named_zone(params)?;
    let lines = TaskType::EVERY.into_iter().map(|kind| {
        let quota = quota(state, zone, kind, now);
        json!({
            "Type": kind.word(),
            "Batch": quota.batch,
            "Daily": quota.daily,
            "DailyAvailable": quota.available,
        })
    });
    let mut body = Map::new();
    body.insert("PurgeQuota".to_owned(), lines.collect());
    body.insert("PrefetchQuota".to_owned(), Value::Null);
    Ok((body, false))
}
