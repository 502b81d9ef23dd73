//! The cache headers of Medianova's edge: no document names them, so they are read as many caches
//! write, `X-Cache` first (inferred), and by `Age`. An account's `cache_headers` say what its
//! resources really write.

use std::time::Duration;

use crate::domain::edge::{CacheRule, EdgeRules};

/// No document says. Public measurements: half of its purges are through within 10 seconds, nine in
/// ten within 65 or more, which is as long as was measured; so this is a guess above it.
const GRACE: Duration = Duration::from_mins(2);

/// See the module.
pub(super) fn rules() -> EdgeRules {
    EdgeRules {
        cache: vec![CacheRule::usual("x-cache"), CacheRule::usual("x-cache-status")],
        edge: ["x-edge-location", "x-server"].map(str::to_owned).to_vec(),
        grace: Some(GRACE),
        ..EdgeRules::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edge::{CacheState, Headers};

    #[test]
    fn the_generic_header_tells_the_state_and_age_how_old_it_is() {
        for (word, state) in [("HIT", CacheState::Hit), ("MISS", CacheState::Miss)] {
            let headers: Headers = [("X-Cache", word), ("Age", "12")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into_iter()
                .collect();
            let seen = rules().read(206, &headers);
            assert_eq!((seen.cache, seen.age), (Some(state), Some(12)));
        }
    }
}
