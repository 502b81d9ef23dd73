//! `RefreshObjectCaches` and `RefreshObjectCacheByCacheTag`: all of a request or nothing of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::errors::{self, ApiError};
use super::state::{Alibaba, PurgeOptions};
use super::tasks::{self, ObjectType};
use super::{ActionParams, ActionResult, quota};

/// The longest object, and the most domains in one request.
const MAX_OBJECT: usize = 1_024;
const MAX_DOMAINS: usize = 10;

/// Purges objects of one type.
pub(super) fn refresh(
    state: &mut Alibaba,
    params: &ActionParams,
    now: DateTime<Utc>,
) -> ActionResult {
    let given = params.needed("ObjectPath")?;
    let object_type = match params.text("ObjectType") {
        None => ObjectType::File,
        Some(word) => ObjectType::of(word).ok_or_else(errors::object_type)?,
    };
    let objects: Vec<String> =
        given.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let limits = state.scenario.limits;
    let is_directory = object_type == ObjectType::Directory;
    let most = if is_directory { limits.directories } else { limits.urls };
    if objects.len() > most {
        return Err(errors::too_many(most));
    }
    let mut by_site: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for object in objects {
        let site = checked(state, &object, object_type)?;
        by_site.entry(site).or_default().push(object);
    }
    if by_site.is_empty() {
        return Err(errors::object_path(given));
    }
    if by_site.len() > MAX_DOMAINS {
        return Err(errors::too_many_domains());
    }
    let force = object_type == ObjectType::File || params.flag("Force")?;
    accept(state, by_site, PurgeOptions { object_type, force }, now)
}

/// Purges by tags, of one domain.
pub(super) fn refresh_tags(
    state: &mut Alibaba,
    params: &ActionParams,
    now: DateTime<Utc>,
) -> ActionResult {
    let host = params.needed("DomainName")?.to_lowercase();
    let tags = params.needed("CacheTag")?.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    let site = live(state, &host)?;
    let objects: Vec<String> = tags.map(|tag| format!("https://{host}/{tag}")).collect();
    if objects.is_empty() {
        return Err(errors::invalid("CacheTag"));
    }
    let options = PurgeOptions { object_type: ObjectType::CacheTag, force: params.flag("Force")? };
    accept(state, BTreeMap::from([(site, objects)]), options, now)
}

/// Returns the domain of an object that may be purged.
fn checked(state: &Alibaba, object: &str, object_type: ObjectType) -> Result<usize, ApiError> {
    let host = tasks::host(object).ok_or_else(|| errors::object_path(object))?;
    if object.len() > MAX_OBJECT {
        return Err(errors::long_path());
    }
    if object_type == ObjectType::Directory && !object.ends_with('/') {
        return Err(errors::object_path(object));
    }
    live(state, &host)
}

fn live(state: &Alibaba, host: &str) -> Result<usize, ApiError> {
    let site = state.world.site_index(host).ok_or_else(|| errors::no_such_domain(host))?;
    if state.world.is_live(site) { Ok(site) } else { Err(errors::offline(host)) }
}

/// Takes a request: a purge for each domain, whose tasks' ids are the answer.
fn accept(
    state: &mut Alibaba,
    by_site: BTreeMap<usize, Vec<String>>,
    options: PurgeOptions,
    now: DateTime<Utc>,
) -> ActionResult {
    let count: usize = by_site.values().map(Vec::len).sum();
    if quota::quota(state, options.object_type, now).is_some_and(|(_, left)| left < count) {
        return Err(errors::quota());
    }
    let mut ids = Vec::new();
    for (site, objects) in by_site {
        let purge = state.add(site, objects, options, true, now);
        ids.extend(state.task_ids(&purge));
    }
    let body = Map::from_iter([("RefreshTaskId".to_owned(), Value::from(ids.join(",")))]);
    Ok((body, true))
}
