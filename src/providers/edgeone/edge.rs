//! The cache headers of EdgeOne's edge.

use std::time::Duration;

use super::INVALIDATE;
use crate::domain::edge::{CacheRule, CacheState, EdgeRules};

/// Not documented: inferred from the vendor's other CDN, whose purges take "about 5 minutes".
const GRACE: Duration = Duration::from_mins(5);

/// `EO-Cache-Status` and `EO-LOG-UUID` (documented). After a purge by `invalidate` the origin is
/// asked and may say that nothing changed: `RefreshHit` then is as good as `MISS` (inferred).
pub(super) fn rules() -> EdgeRules {
    EdgeRules {
        cache: vec![CacheRule::new(
            "eo-cache-status",
            &[
                ("refreshhit", CacheState::Revalidated),
                ("miss", CacheState::Miss),
                ("hit", CacheState::Hit),
            ],
        )],
        edge: vec!["eo-log-uuid".to_owned()],
        sparing: vec![INVALIDATE.to_owned()],
        grace: Some(GRACE),
        ..EdgeRules::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edge::Headers;

    #[test]
    fn the_word_of_the_edge_tells_the_state_and_its_request_is_kept() {
        for (word, state) in [
            ("HIT", CacheState::Hit),
            ("MISS", CacheState::Miss),
            ("RefreshHit", CacheState::Revalidated),
        ] {
            let headers: Headers = [("EO-Cache-Status", word), ("EO-LOG-UUID", "42")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into_iter()
                .collect();
            let seen = rules().read(206, &headers);
            assert_eq!((seen.cache, seen.edge.as_deref()), (Some(state), Some("42")), "{word}");
        }
    }

    #[test]
    fn only_invalidation_spares_what_has_not_changed() {
        assert!(rules().spares(Some("invalidate")));
        assert!(!rules().spares(Some("delete")) && !rules().spares(None));
    }
}
