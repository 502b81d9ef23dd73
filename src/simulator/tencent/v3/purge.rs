//! `PurgeUrlsCache` and `PurgePathCache`, and the checks that API 2.0 shares.

use chrono::{DateTime, Utc};
use serde_json::{Map, json};

use super::super::errors;
use super::super::state::{Area, PurgeOptions, Tencent};
use super::super::{quota, tasks};
use crate::simulator::tc3::{ActionParams, ActionResult, ApiError};
use crate::simulator::world::PurgeScope;

/// The longest URL. Not documented.
const MAX_URL: usize = 2048;

/// Accepts a purge or refuses all of it.
pub(super) fn purge(
    state: &mut Tencent,
    params: &ActionParams,
    scope: PurgeScope,
    now: DateTime<Utc>,
) -> ActionResult {
    let name = if scope == PurgeScope::Url { "Urls" } else { "Paths" };
    let targets = params
        .texts(name)
        .filter(|targets| !targets.is_empty())
        .ok_or_else(|| errors::missing(name))?;
    let flush = match (scope, params.text("FlushType")) {
        (PurgeScope::Url, _) | (_, Some("delete")) => false,
        (_, Some("flush")) => true,
        (_, Some(_)) => return Err(errors::wrong_value("FlushType")),
        (_, None) => return Err(errors::missing("FlushType")),
    };
    let asked = match params.text("Area") {
        None => None,
        Some(word) => Some(
            Area::of(word)
                .filter(|area| *area != Area::Global)
                .ok_or_else(|| errors::wrong_value("Area"))?,
        ),
    };
    let limits = state.scenario.limits;
    let most = if scope == PurgeScope::Url { limits.urls } else { limits.paths };
    let area = check(state, &targets, scope, asked, most, now)?;
    let purge = state.add(scope, targets, PurgeOptions { flush, area }, true, now);
    let mut body = Map::new();
    body.insert("TaskId".to_owned(), json!(tasks::task_id(&purge)));
    Ok((body, true))
}

/// Checks the targets of a purge, all or none, at most `most` of them; returns the area in which it
/// counts.
pub(in crate::simulator::tencent) fn check(
    state: &Tencent,
    targets: &[String],
    scope: PurgeScope,
    asked: Option<Area>,
    most: usize,
    now: DateTime<Utc>,
) -> Result<Area, ApiError> {
    let url = scope == PurgeScope::Url;
    if targets.len() > most {
        return Err(errors::too_many(url, false, most));
    }
    let name = if url { "Urls" } else { "Paths" };
    let mut wide: Option<Area> = None;
    for target in targets {
        let host = tasks::host(target).ok_or_else(|| errors::wrong_value(name))?;
        if target.contains('*') {
            return Err(errors::wildcard(target));
        }
        if target.len() > MAX_URL {
            return Err(errors::too_long(MAX_URL));
        }
        let (index, domain) = state.domain(target).ok_or_else(|| errors::host_not_found(&host))?;
        if !state.world.is_live(index) {
            return Err(errors::host_not_online(&host));
        }
        if asked.is_some_and(|asked| !domain.area.covers(asked)) {
            return Err(errors::wrong_value("Area"));
        }
        wide = Some(match wide {
            Some(area) if area != domain.area => Area::Global,
            Some(_) | None => domain.area,
        });
    }
    let area = asked.or(wide).unwrap_or(Area::Global);
    for part in [Area::Mainland, Area::Overseas] {
        if area.covers(part) {
            let quota = quota::quota(state, scope, part, now);
            if quota.available < targets.len() {
                return Err(errors::too_many(url, true, quota.total));
            }
        }
    }
    Ok(area)
}
