//! The cache headers of Alibaba Cloud's edge.

use std::time::Duration;

use super::CHANGED;
use crate::domain::edge::{CacheRule, CacheState, EdgeRules};

/// Documented: a purge takes 5 to 6 minutes.
const GRACE: Duration = Duration::from_mins(6);

/// `X-Cache: HIT TCP_MEM_HIT dirn:-2:-2`, `X-Swift-SaveTime` for the time of the copy (an HTTP
/// date), `EagleId` for the request and `Via` for its way. No document of the vendor's lists them:
/// they were seen in answers that are published (tnie.github.io, 2019); the words of a copy that
/// was checked with the origin are those of Squid, inferred.
pub(super) fn rules() -> EdgeRules {
    EdgeRules {
        cache: vec![CacheRule::new(
            "x-cache",
            &[
                ("tcp_refresh_miss", CacheState::Miss),
                ("tcp_refresh_hit", CacheState::Revalidated),
                ("miss", CacheState::Miss),
                ("hit", CacheState::Hit),
            ],
        )],
        since: vec!["x-swift-savetime".to_owned()],
        edge: vec!["eagleid".to_owned(), "via".to_owned()],
        sparing: vec![CHANGED.to_owned()],
        grace: Some(GRACE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edge::Headers;

    fn headers(cache: &str) -> Headers {
        let all = [
            ("X-Cache", cache),
            ("X-Swift-SaveTime", "Tue, 23 Jul 2019 05:52:14 GMT"),
            ("X-Swift-CacheTime", "1765"),
            ("EagleId", "3df09a1b15638622147584175e"),
        ];
        all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn the_answers_of_the_edge_are_read() {
        for (cache, state) in [
            ("HIT TCP_MEM_HIT dirn:-2:-2", CacheState::Hit),
            ("HIT TCP_HIT dirn:10:442350281", CacheState::Hit),
            ("MISS TCP_MISS dirn:-2:-2", CacheState::Miss),
            ("MISS TCP_REFRESH_MISS dirn:-2:-2", CacheState::Miss),
            ("HIT TCP_REFRESH_HIT dirn:-2:-2", CacheState::Revalidated),
        ] {
            let seen = rules().read(200, &headers(cache));
            assert_eq!(seen.cache, Some(state), "{cache}");
            assert_eq!(seen.edge.as_deref(), Some("3df09a1b15638622147584175e"));
        }
    }

    #[test]
    fn only_a_purge_of_what_changed_spares_the_rest() {
        assert!(rules().spares(Some("changed")));
        assert!(!rules().spares(Some("force")) && !rules().spares(None));
    }
}
