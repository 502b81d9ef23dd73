//! Alibaba Cloud's side of the edge. Everything but a purge by URL keeps what has not changed at
//! the origin, unless it is forced.

use chrono::{DateTime, Utc};

use super::state::Alibaba;
use super::tasks::ObjectType;
use crate::simulator::random;
use crate::simulator::reply::HttpReply;
use crate::simulator::server::http_date;
use crate::simulator::vendor::{CacheLookup, CachedPath};
use crate::simulator::world::PurgeScope;

/// A part of a regular expression that the vendor takes.
struct Part {
    word: &'static str,
    /// True for any number of characters, false for one.
    repeats: bool,
    has: fn(u8) -> bool,
}

const PARTS: [Part; 4] = [
    Part { word: ".*", repeats: true, has: |_| true },
    Part { word: "[^/]*", repeats: true, has: |byte| byte != b'/' },
    Part { word: "[0-9]", repeats: false, has: |byte| byte.is_ascii_digit() },
    Part { word: "[a-z]", repeats: false, has: |byte| byte.is_ascii_lowercase() },
];

pub(super) fn emptied(
    state: &Alibaba,
    object: &CachedPath<'_>,
    now: DateTime<Utc>,
) -> Option<PurgeScope> {
    let own = format!("{}{}", object.host, object.key);
    let ended = state.world.emptied_targets(object.stored, now, |purge| state.objects(purge));
    let covering = ended.filter(|(purge, target)| {
        let Some((_, target)) = target.split_once("://") else { return false };
        let options = state.options_of(purge);
        let covers = match options.object_type {
            ObjectType::File => target == own,
            ObjectType::ExQuery => bare(target) == bare(&own),
            ObjectType::Directory => own.starts_with(target),
            ObjectType::Regex => matches(target.as_bytes(), own.as_bytes()),
            ObjectType::CacheTag => target
                .strip_prefix(object.host)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|tag| tags(object.key).any(|own| own == tag)),
            ObjectType::Preload => false,
        };
        let spares = options.object_type != ObjectType::File && !options.force;
        covers && (object.changed || !spares)
    });
    covering.map(|(purge, _)| purge.scope).max()
}

/// Returns a URL without its query.
fn bare(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

/// Returns the tags of an object: the directories of its path.
fn tags(key: &str) -> impl Iterator<Item = &str> {
    let mut parts: Vec<&str> = bare(key).split('/').filter(|part| !part.is_empty()).collect();
    parts.pop();
    parts.into_iter()
}

/// Returns true if an expression matches all of a text.
fn matches(expression: &[u8], text: &[u8]) -> bool {
    let part = PARTS.iter().find(|part| expression.starts_with(part.word.as_bytes()));
    let (rest, repeats) = match part {
        Some(part) => (expression.get(part.word.len()..), part.repeats),
        None => (expression.get(1..), false),
    };
    let Some(rest) = rest else { return text.is_empty() };
    let first = text.split_first().filter(|(first, _)| match part {
        Some(part) => (part.has)(**first),
        None => expression.first() == Some(*first),
    });
    (repeats && matches(rest, text))
        || first.is_some_and(|(_, left)| matches(if repeats { expression } else { rest }, left))
}

pub(super) fn headers(reply: HttpReply, lookup: &CacheLookup) -> HttpReply {
    let (words, mark) = if lookup.hit { ("HIT TCP_MEM_HIT", "H") } else { ("MISS TCP_MISS", "M") };
    let (node, number) = (lookup.request % 40, random::spread(lookup.request));
    reply
        .with("x-cache", format!("{words} dirn:-2:-2"))
        .with("via", format!("cache{node}.l2cn1818[23,200-0,{mark}], kunlun{node}.cn1481[0,200-0]"))
        .with("x-swift-savetime", http_date(lookup.stored))
        .with("x-swift-cachetime", "43200")
        .with("eagleid", format!("3df09a1b{number:018x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_matches_by_the_four_parts_that_there_are() {
        let fits = |expression: &str, text: &str| matches(expression.as_bytes(), text.as_bytes());
        assert!(fits("h/[0-9][a-z].*.jpg", "h/1a-hero.jpg"));
        assert!(!fits("h/[0-9][a-z].*.jpg", "h/aa-hero.jpg"));
        assert!(fits("h/[^/]*/a.js", "h/build/a.js") && !fits("h/[^/]*/a.js", "h/b/c/a.js"));
        assert!(fits("h/.*", "h/") && !fits("h/a", "h/ab") && !fits("h/ab", "h/a"));
    }

    #[test]
    fn an_object_is_tagged_by_its_directories() {
        assert_eq!(tags("/img/hero/a.jpg?w=1").collect::<Vec<_>>(), ["img", "hero"]);
    }
}
