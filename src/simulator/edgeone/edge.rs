//! EdgeOne's side of the edge. URLs are compared by their whole text but the scheme, prefixes by
//! their beginning. What is only invalidated stays where nothing changed at the origin, and the
//! next answer says that it was asked.

use chrono::{DateTime, Utc};

use super::state::{EdgeOne, TaskOptions};
use super::tasks::TaskType;
use crate::simulator::random;
use crate::simulator::reply::HttpReply;
use crate::simulator::vendor::{CacheLookup, CachedPath};
use crate::simulator::world::PurgeScope;

/// Returns the purges that covered an object since it was stored, each with whether it deleted.
fn covering(
    state: &EdgeOne,
    object: &CachedPath<'_>,
    now: DateTime<Utc>,
) -> impl Iterator<Item = (TaskType, bool)> {
    let own = format!("{}{}", object.host, object.key);
    let zone = state.zone_of(object.host);
    let ended = state.world.emptied_targets(object.stored, now, |purge| state.targets(purge));
    ended.filter_map(move |(purge, target)| {
        let TaskOptions { kind, delete, zone: of } = state.options(purge);
        let address = target.split_once("://").map(|(_, address)| address);
        let covers = match kind {
            TaskType::Url => address == Some(own.as_str()),
            TaskType::Prefix => address.is_some_and(|address| own.starts_with(address)),
            TaskType::Host => target == object.host,
            TaskType::Tag => of == zone && has_tag(object.key, &target),
            TaskType::All => of == zone,
        };
        covers.then_some((kind, delete))
    })
}

/// Returns true if an object has a tag: its directories, from the first one on, joined.
fn has_tag(key: &str, tag: &str) -> bool {
    let path = key.split('?').next().unwrap_or_default().trim_start_matches('/');
    let directories = path.rsplit_once('/').map_or("", |(directories, _)| directories);
    let joined = directories.replace('/', "-");
    if joined.is_empty() {
        return tag == "home";
    }
    joined.strip_prefix(tag).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

pub(super) fn emptied(
    state: &EdgeOne,
    object: &CachedPath<'_>,
    now: DateTime<Utc>,
) -> Option<PurgeScope> {
    covering(state, object, now)
        .filter(|(_, delete)| *delete || object.changed)
        .map(|(kind, _)| kind.scope())
        .max()
}

pub(super) fn expired(state: &EdgeOne, object: &CachedPath<'_>, now: DateTime<Utc>) -> bool {
    covering(state, object, now).next().is_some()
}

pub(super) fn headers(reply: HttpReply, lookup: &CacheLookup) -> HttpReply {
    let word = match (lookup.hit, lookup.refreshed) {
        (true, true) => "RefreshHit",
        (true, false) => "HIT",
        (false, _) => "MISS",
    };
    reply
        .with("eo-cache-status", word)
        .with("eo-log-uuid", random::spread(lookup.request).to_string())
}
