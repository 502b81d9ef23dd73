//! Tencent's side of the edge. URLs are compared by their whole text but the scheme, directories by
//! their beginning. A directory that is flushed loses only what has changed at the origin.

use chrono::{DateTime, Utc};

use super::state::Tencent;
use crate::simulator::random;
use crate::simulator::reply::HttpReply;
use crate::simulator::vendor::{CacheLookup, CachedPath};
use crate::simulator::world::PurgeScope;

pub(super) fn emptied(
    state: &Tencent,
    object: &CachedPath<'_>,
    now: DateTime<Utc>,
) -> Option<PurgeScope> {
    let own = format!("{}{}", object.host, object.key);
    let ended = state.world.emptied_targets(object.stored, now, |purge| state.targets(purge));
    let covering = ended.filter(|(purge, target)| {
        let Some((_, target)) = target.split_once("://") else {
            return false;
        };
        match purge.scope {
            PurgeScope::Url => target == own,
            PurgeScope::Pattern | PurgeScope::All => {
                own.starts_with(target) && (object.changed || state.flush_type(purge) != "flush")
            }
        }
    });
    covering.map(|(purge, _)| purge.scope).max()
}

pub(super) fn headers(reply: HttpReply, lookup: &CacheLookup) -> HttpReply {
    let (first, second) = if lookup.hit {
        ("Cache Hit", "Hit From Disktank3")
    } else {
        ("Cache Miss", "Hit From Upstream")
    };
    reply
        .with("x-cache-lookup", first)
        .with("x-cache-lookup", second)
        .with("x-nws-log-uuid", random::spread(lookup.request).to_string())
}
