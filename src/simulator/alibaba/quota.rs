//! The rest of the day's quota, by type.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::state::Alibaba;
use super::tasks::ObjectType;
use crate::simulator::world::{MEMORY, SimulatedPurge};

/// The offset of the vendor's days.
const BEIJING: TimeDelta = TimeDelta::hours(8);
/// The fields of each quota.
const FIELDS: [(ObjectType, &str, &str); 5] = [
    (ObjectType::File, "UrlQuota", "UrlRemain"),
    (ObjectType::Directory, "DirQuota", "DirRemain"),
    (ObjectType::Regex, "RegexQuota", "RegexRemain"),
    (ObjectType::ExQuery, "IgnoreParamsQuota", "IgnoreParamsRemain"),
    (ObjectType::Preload, "PreloadQuota", "PreloadRemain"),
];
const PRELOADS: usize = 1_000;

/// Returns the objects of a type that a day has in all, and those that are left; `None` for a type
/// without a quota.
pub(super) fn quota(
    state: &Alibaba,
    object_type: ObjectType,
    now: DateTime<Utc>,
) -> Option<(usize, usize)> {
    let limits = state.scenario.limits;
    let a_day = match object_type {
        ObjectType::File => limits.urls_a_day,
        ObjectType::Directory => limits.directories_a_day,
        ObjectType::Regex => limits.expressions_a_day,
        ObjectType::ExQuery => limits.parameterless_a_day,
        ObjectType::Preload => PRELOADS,
        ObjectType::CacheTag => return None,
    };
    let raised = state.raised.get(&object_type).copied().unwrap_or(0);
    let total = if state.rate_limits { a_day } else { 100_000_000 }.max(raised);
    let today = (now + BEIJING).date_naive().and_hms_opt(0, 0, 0).unwrap_or_default();
    let today = (today.and_utc() - BEIJING).timestamp_micros();
    let of_type = |purge: &&SimulatedPurge| state.options_of(purge).object_type == object_type;
    let used = state.world.since(today).iter().filter(of_type);
    let used: usize = used.map(SimulatedPurge::target_count).sum();
    Some((total, total.saturating_sub(used)))
}

/// Returns the answer of the quota call: every number as a text.
pub(super) fn shown(state: &Alibaba, now: DateTime<Utc>) -> Map<String, Value> {
    let mut body = Map::new();
    for (object_type, quota_field, left_field) in FIELDS {
        if let Some((total, left)) = quota(state, object_type, now) {
            body.insert(quota_field.to_owned(), Value::from(total.to_string()));
            body.insert(left_field.to_owned(), Value::from(left.to_string()));
        }
    }
    body
}

/// Returns the daily quotas that the generated past needs: four times its mean, rounded up.
pub(super) fn raised(state: &Alibaba, now: DateTime<Utc>) -> BTreeMap<ObjectType, usize> {
    let mut month: BTreeMap<ObjectType, usize> = BTreeMap::new();
    for purge in state.world.remembered(now) {
        *month.entry(state.options_of(purge).object_type).or_default() += purge.target_count();
    }
    let days = usize::try_from(MEMORY.num_days()).unwrap_or(30);
    month.into_iter().map(|(kind, count)| (kind, (count * 4 / days).div_ceil(100) * 100)).collect()
}
