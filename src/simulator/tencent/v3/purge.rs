//! `PurgeUrlsCache` and `PurgePathCache`, and the checks that API 2.0 shares.

use chrono::{DateTime, Utc};
use serde_json::{Map, json};

use super::super::errors::{self, Refusal};
use super::super::params::Params;
use super::super::state::{Area, Limits, State, Way};
use super::super::{quota, tasks};
use super::Answered;
use crate::simulator::world::Kind;

/// The longest URL. Not documented.
const LONGEST: usize = 2048;

/// Accepts a purge or refuses all of it.
pub(super) fn purge(
    state: &mut State,
    params: &Params,
    kind: Kind,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Answered {
    let name = if kind == Kind::Url { "Urls" } else { "Paths" };
    let targets = params
        .texts(name)
        .filter(|targets| !targets.is_empty())
        .ok_or_else(|| errors::missing(name))?;
    let flush = match (kind, params.text("FlushType")) {
        (Kind::Url, _) | (_, Some("delete")) => false,
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
    let area = check(state, &targets, kind, asked, limits, now)?;
    let purge = state.accept(kind, targets, Way { flush, area }, true, now);
    let mut body = Map::new();
    body.insert("TaskId".to_owned(), json!(tasks::task_id(&purge)));
    Ok((body, true))
}

/// Checks the targets of a purge, all or none; returns the area in which it counts.
pub(in crate::simulator::tencent) fn check(
    state: &State,
    targets: &[String],
    kind: Kind,
    asked: Option<Area>,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Area, Refusal> {
    let url = kind == Kind::Url;
    let most = if url { limits.urls } else { limits.paths };
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
        if target.len() > LONGEST {
            return Err(errors::too_long(LONGEST));
        }
        let (index, domain) =
            tasks::domain(state, target).ok_or_else(|| errors::host_not_found(&host))?;
        if !state.sites.get(index).is_some_and(|site| site.live) {
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
            let quota = quota::quota(state, kind, part, limits, now);
            if quota.available < targets.len() {
                return Err(errors::too_many(url, true, quota.total));
            }
        }
    }
    Ok(area)
}
