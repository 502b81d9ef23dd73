//! `CreatePurgeTask`: taken in part where some targets are refused.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::state::{EdgeOne, TaskOptions};
use super::tasks::{self, TaskType};
use super::{errors, quota};
use crate::simulator::tc3::{ActionParams, ActionResult, ApiError};
use crate::simulator::world::NewPurge;

/// The zone id that stands for any zone.
const ANY: &str = "*";
/// The longest target. Not documented.
const LONGEST: usize = 2048;

/// Accepts a purge, some of its targets, or none.
pub(super) fn create(
    state: &mut EdgeOne,
    params: &ActionParams,
    now: DateTime<Utc>,
) -> ActionResult {
    let word = params.text("Type").ok_or_else(|| errors::missing("Type"))?;
    let kind = TaskType::of(word).ok_or_else(|| errors::wrong_value("Type"))?;
    let zone = zone(state, params, kind)?;
    let delete = match params.text("Method") {
        _ if !kind.has_methods() => true,
        None | Some("invalidate") => false,
        Some("delete") => true,
        Some(_) => return Err(errors::wrong_value("Method")),
    };
    let targets = params.texts("Targets").unwrap_or_default();
    if kind == TaskType::Tag {
        check_domains(state, zone, params)?;
    }
    if targets.is_empty() != (kind == TaskType::All) {
        return Err(if targets.is_empty() {
            errors::missing("Targets")
        } else {
            errors::wrong_value("Targets")
        });
    }
    let mut taken = Vec::new();
    let mut refused: Vec<(&str, Vec<String>)> = Vec::new();
    for target in targets {
        match fault(state, zone, kind, &target) {
            None => taken.push(target),
            Some(reason) => match refused.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, targets)) => targets.push(target),
                None => refused.push((reason, vec![target])),
            },
        }
    }
    let mut body = Map::new();
    body.insert("JobId".to_owned(), json!(""));
    let took_effect = kind == TaskType::All || !taken.is_empty();
    if took_effect {
        check_quota(state, zone, kind, &taken, now)?;
        let job = add(state, TaskOptions { kind, delete, zone }, taken, true, now);
        body.insert("JobId".to_owned(), json!(job));
    }
    let failed = refused
        .into_iter()
        .map(|(reason, targets)| json!({ "Reason": reason, "Targets": targets }));
    body.insert("FailedList".to_owned(), Value::Array(failed.collect()));
    Ok((body, took_effect))
}

/// Adds a purge whose targets have been checked; the first of them decides its site. Returns its
/// job's id.
pub(super) fn add(
    state: &mut EdgeOne,
    options: TaskOptions,
    targets: Vec<String>,
    by_api: bool,
    now: DateTime<Utc>,
) -> String {
    let host = targets.first().and_then(|target| tasks::host(options.kind, target));
    let own = host.and_then(|host| state.world.site_index(&host));
    let of_zone = options.zone.and_then(|zone| state.sites(zone).map(|(site, _)| site).next());
    let (scope, author) = (options.kind.scope(), usize::from(!by_api));
    let site = own.or(of_zone).unwrap_or_default();
    let purge = state.world.add(NewPurge { site, scope, targets, author, by_api }, now);
    state.options.insert(purge.serial, options);
    tasks::job_id(&purge)
}

/// Returns the zone's place; `None` where targets of any zone are taken.
fn zone(state: &EdgeOne, params: &ActionParams, kind: TaskType) -> Result<Option<usize>, ApiError> {
    if params.text("ZoneId") == Some(ANY) {
        let has_hosts = matches!(kind, TaskType::Url | TaskType::Prefix | TaskType::Host);
        return if has_hosts { Ok(None) } else { Err(errors::wrong_value("ZoneId")) };
    }
    let place = state.named_zone(params)?;
    match state.zones.get(place) {
        Some(zone) if !zone.live => Err(errors::zone_paused(&zone.id)),
        Some(_) | None => Ok(Some(place)),
    }
}

/// Refuses domains that are none of the zone's.
fn check_domains(
    state: &EdgeOne,
    zone: Option<usize>,
    params: &ActionParams,
) -> Result<(), ApiError> {
    let domains = params.object("CacheTag").and_then(|tag| tag.get("Domains")?.as_array());
    let names = domains.into_iter().flatten().filter_map(Value::as_str);
    for name in names {
        if !serves(state, zone, name) {
            return Err(errors::domain_not_in_zone(name));
        }
    }
    Ok(())
}

/// Returns true if a live domain of the zone, or of any, serves this host.
fn serves(state: &EdgeOne, zone: Option<usize>, host: &str) -> bool {
    let Some(place) = zone.or_else(|| state.zone_of(host)) else {
        return false;
    };
    let own = state.sites(place).find(|(_, site)| site.host == host);
    own.map_or_else(
        || state.zones.get(place).is_some_and(|zone| zone.wildcard && zone.holds(host)),
        |(_, site)| site.live,
    )
}

/// Returns the reason for which a target is refused.
fn fault(
    state: &EdgeOne,
    zone: Option<usize>,
    kind: TaskType,
    target: &str,
) -> Option<&'static str> {
    let Some(host) = tasks::host(kind, target) else {
        let is_tag = kind == TaskType::Tag && !target.is_empty() && !target.contains(',');
        return (!is_tag).then_some("the target is malformed");
    };
    if target.contains('*') {
        return Some("wildcards are not supported");
    }
    if target.len() > LONGEST {
        return Some("the target is too long");
    }
    if kind == TaskType::Prefix && !target.ends_with('/') {
        return Some("a prefix ends with a slash");
    }
    (!serves(state, zone, &host)).then_some("the domain is none of the zone's that are online")
}

fn check_quota(
    state: &EdgeOne,
    zone: Option<usize>,
    kind: TaskType,
    targets: &[String],
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    for place in 0..state.zones.len() {
        let count = match (zone, kind) {
            (Some(zone), _) if zone != place => continue,
            (_, TaskType::All) => 1,
            (Some(_), _) => targets.len(),
            (None, _) => targets.iter().filter(|target| state.is_in(kind, target, place)).count(),
        };
        let quota = quota::quota(state, place, kind, now);
        if count > quota.batch {
            return Err(errors::batch_quota(quota.batch));
        }
        if count > quota.available {
            return Err(errors::daily_quota(quota.daily));
        }
    }
    Ok(())
}
