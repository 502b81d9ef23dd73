//! The cache headers of Tencent's edge.

use std::time::Duration;

use super::FLUSH;
use crate::domain::edge::{CacheRule, CacheState, EdgeRules};

/// Documented: "about 5 minutes" for URLs, by the FAQ on purging (document 228/36180). That it is
/// the same for directories is inferred.
const GRACE: Duration = Duration::from_mins(5);

/// `X-Cache-Lookup`, once for each tier, and `X-NWS-LOG-UUID` for the request (both documented; the
/// words of a tier behind the first, `Inner Cluster` and `Upstream`, are inferred). `Hit From
/// Upstream` is a hit at the origin: no copy. A copy that any tier had is a copy. A directory that
/// is purged by `flush` keeps what has not changed.
pub(super) fn rules() -> EdgeRules {
    EdgeRules {
        cache: vec![CacheRule::new(
            "x-cache-lookup",
            &[
                ("hit from upstream", CacheState::Miss),
                ("refresh hit", CacheState::Revalidated),
                ("miss", CacheState::Miss),
                ("hit", CacheState::Hit),
            ],
        )],
        edge: vec!["x-nws-log-uuid".to_owned()],
        sparing: vec![FLUSH.to_owned()],
        grace: Some(GRACE),
        ..EdgeRules::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edge::Headers;

    #[test]
    fn the_tiers_are_read_together() {
        for (tiers, state) in [
            (["Cache Hit", "Hit From Disktank3"], CacheState::Hit),
            (["Cache Miss", "Hit From Upstream"], CacheState::Miss),
            (["Cache Miss", "Hit From Inner Cluster"], CacheState::Hit),
            (["Hit From MemCache", "Hit From MemCache"], CacheState::Hit),
            (["Cache Refresh Hit", "Hit From Upstream"], CacheState::Revalidated),
        ] {
            let headers: Headers = tiers
                .iter()
                .map(|tier| ("X-Cache-Lookup".to_owned(), (*tier).to_owned()))
                .chain([("X-NWS-LOG-UUID".to_owned(), "42".to_owned())])
                .collect();
            let seen = rules().read(206, &headers);
            assert_eq!(seen.cache, Some(state), "{tiers:?}");
            assert_eq!(seen.edge.as_deref(), Some("42"));
        }
    }

    #[test]
    fn only_a_flush_spares_what_has_not_changed() {
        assert!(rules().spares(Some("flush")));
        assert!(!rules().spares(Some("delete")) && !rules().spares(None));
    }
}
