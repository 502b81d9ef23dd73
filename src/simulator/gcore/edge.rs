//! Gcore's side of the edge. Patterns are recursive: `/path` and `/path*` are the same; a query in
//! a pattern is ignored. The first answer after a purge by pattern or of all is `BYPASS`, after one
//! by URL `MISS`.

use chrono::{DateTime, SecondsFormat, Utc};
use url::form_urlencoded;
use wildmatch::WildMatch;

use super::state::GcoreAccount;
use crate::simulator::reply::HttpReply;
use crate::simulator::vendor::{CacheLookup, CachedPath};
use crate::simulator::world::PurgeScope;

/// The parts of a URL by which a resource's options tell objects apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Caching {
    /// Path and query.
    Whole,
    /// Path alone.
    NoQuery,
    /// Path and these parameters.
    Only(Vec<String>),
    /// Path and all parameters but these.
    Without(Vec<String>),
}

/// Reads the caching options of the resource with this cname; `None` when it is of another account.
pub(super) fn caching(account: &GcoreAccount, cname: &str) -> Option<Caching> {
    let options = &account.resources.get(account.world.site_index(cname)?)?.options;
    let value = |name: &str| options.get(name).and_then(|option| option.get("value"));
    let names = |name: &str| {
        let list = value(name)?.as_array()?;
        Some(list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
    };
    let no_query = || (value("ignoreQueryString")?.as_bool()?).then_some(Caching::NoQuery);
    let only = || names("query_params_whitelist").map(Caching::Only);
    let without = || names("query_params_blacklist").map(Caching::Without);
    Some(no_query().or_else(only).or_else(without).unwrap_or(Caching::Whole))
}

/// Returns the part of a path and query that tells objects apart.
pub(super) fn cache_key(caching: &Caching, path: &str) -> String {
    let Some((bare, query)) = path.split_once('?') else {
        return path.to_owned();
    };
    let counts = |name: &String| match caching {
        Caching::Whole => true,
        Caching::NoQuery => false,
        Caching::Only(names) => names.contains(name),
        Caching::Without(names) => !names.contains(name),
    };
    if *caching == Caching::Whole {
        return path.to_owned();
    }
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    let mut kept: Vec<(String, String)> = pairs.filter(|(name, _)| counts(name)).collect();
    if kept.is_empty() {
        return bare.to_owned();
    }
    kept.sort();
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    format!("{bare}?{query}")
}

/// Returns the widest purge that emptied the object; `None` when its site is another account's.
pub(super) fn emptied(
    account: &GcoreAccount,
    object: &CachedPath<'_>,
    now: DateTime<Utc>,
) -> Option<PurgeScope> {
    let site = account.world.site_index(object.host)?;
    let caching = caching(account, object.host)?;
    let purges = account.world.emptied(object.stored, now).filter(|purge| purge.site == site);
    let covering = purges.filter(|purge| {
        let targets = account.world.targets(purge);
        match purge.scope {
            PurgeScope::All => true,
            PurgeScope::Pattern => targets.iter().any(|target| covers(target, object.key)),
            PurgeScope::Url => {
                targets.iter().any(|target| cache_key(&caching, target) == object.key)
            }
        }
    });
    covering.map(|purge| purge.scope).max()
}

fn covers(pattern: &str, key: &str) -> bool {
    let pattern = pattern.split('?').next().unwrap_or_default();
    let path = key.split('?').next().unwrap_or_default();
    if pattern.starts_with('/') {
        WildMatch::new(&format!("{}*", pattern.trim_end_matches('*'))).matches(path)
    } else {
        WildMatch::new(pattern).matches(path)
    }
}

pub(super) fn headers(reply: HttpReply, lookup: &CacheLookup) -> HttpReply {
    let word = match lookup.emptied_by {
        _ if lookup.hit => "HIT",
        Some(PurgeScope::Pattern | PurgeScope::All) => "BYPASS",
        Some(PurgeScope::Url) | None => "MISS",
    };
    let reply =
        reply.with("cache", word).with("x-id", "am3-up-gc12").with("x-id-fe", "am3-hw-edge-gc7");
    if lookup.hit {
        reply.with("x-cached-since", lookup.stored.to_rfc3339_opts(SecondsFormat::Secs, false))
    } else {
        reply
    }
}
