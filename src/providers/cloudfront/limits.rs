//! The limits of CloudFront by its documents; the API tells none of its own.

use std::time::Duration;

use super::PAGE;
use crate::domain::kind::Kind;
use crate::domain::limits::{
    HistoryRule, KindRule, Limits, Price, QueryUse, ReadPace, Reading, Scope, Syntax, Trap,
    TrapEffect, UnderWay, Wildcard,
};

/// A guess: no document names a rate, and six or seven quick calls were seen to be throttled. It
/// holds for reading purges one by one, too.
const PACE: ReadPace = ReadPace { at_once: 2, requests: 4, per: Duration::from_secs(1) };
/// Documented: at once in progress, per distribution, and in one call. No number is known for tags.
const PATHS: u32 = 3_000;
const WILDCARDS: u32 = 15;
/// Documented, in characters.
const LONGEST_PATH: u32 = 4_000;
const LONGEST_TAG: u32 = 256;
/// Documented: the first thousand paths of a month are free, each further one is half a cent, and a
/// wildcard or a tag counts as one.
const PRICE: Price = Price { free: 1_000, mills: 5 };

/// Seen by users: a `~` is refused, and what is encoded of these is taken and finds nothing.
pub(super) const TRAPS: &[Trap] = &[
    Trap { piece: "~", effect: TrapEffect::Refused },
    Trap { piece: "%2a", effect: TrapEffect::NothingPurged },
    Trap { piece: "%3f", effect: TrapEffect::NothingPurged },
    Trap { piece: "%7e", effect: TrapEffect::NothingPurged },
];

/// A wildcard is a `*` at the end (documented). How long a purge takes, and how long until it is in
/// the list, are guesses.
pub(super) fn documented() -> Limits {
    let rule = |per_request, syntax, wildcard, longest| KindRule {
        longest: Some(longest),
        query: QueryUse::Counts,
        usual: Duration::from_mins(1),
        ..KindRule::new(per_request, syntax, wildcard)
    };
    // Documented: a directory is two paths, with and without its last slash.
    let path = |per_request, wildcard| KindRule {
        traps: TRAPS,
        slash_counts: true,
        ..rule(per_request, Syntax::Path, wildcard, LONGEST_PATH)
    };
    let url = path(PATHS, Wildcard::Nowhere);
    let pattern = path(WILDCARDS, Wildcard::End);
    let tag =
        KindRule { mark: Some("#"), ..rule(PATHS, Syntax::Name, Wildcard::Nowhere, LONGEST_TAG) };
    let all = rule(0, Syntax::Path, Wildcard::End, LONGEST_PATH);
    let history = HistoryRule {
        reach: None,
        reading: Reading::NewestFirst,
        page: PAGE as u32,
        finest: Duration::from_millis(1),
        settle: Duration::from_mins(1),
        per_resource: true,
        bare: true,
        pace: PACE,
        times_note: None,
    };
    let rules = [(Kind::Url, url), (Kind::Pattern, pattern), (Kind::Tag, tag), (Kind::All, all)];
    let under_way = |kinds, targets| UnderWay { kinds, targets, scope: Scope::Resource };
    Limits {
        under_way: vec![
            under_way(&[Kind::Url], PATHS),
            under_way(&[Kind::Pattern, Kind::All], WILDCARDS),
        ],
        price: Some(PRICE),
        ..Limits::documented(rules, history)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn paths_wildcards_and_tags_have_the_documented_limits_price_and_traps() {
        let limits = documented();
        let most: Vec<_> = limits.under_way.iter().map(|it| (it.kinds, it.targets)).collect();
        assert_eq!(most, [(&[Kind::Url][..], 3_000), (&[Kind::Pattern, Kind::All][..], 15)]);
        assert_eq!(limits.price, Some(Price { free: 1_000, mills: 5 }));
        let url = limits.rule(Kind::Url).unwrap();
        assert!(url.slash_counts && url.traps.iter().any(|trap| trap.piece == "%2a"));
        assert_eq!(limits.rule(Kind::Tag).unwrap().mark, Some("#"));
        assert!(limits.history.bare && limits.history.per_resource);
        assert!(limits.rule(Kind::Host).is_none() && limits.rule(Kind::Regex).is_none());
    }
}
