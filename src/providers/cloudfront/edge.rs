//! The cache headers of CloudFront's edge: `X-Cache` in the vendor's words, `X-Amz-Cf-Pop` for the
//! place and `X-Amz-Cf-Id` for the request (seen in answers and in the vendor's examples).

use std::time::Duration;

use crate::domain::edge::{CacheRule, CacheState, EdgeRules};

/// No document says. A purge is reported as completed once every edge has it, so this is a margin
/// for the report alone.
const GRACE: Duration = Duration::from_mins(2);

/// The words of `X-Cache`, before ` from cloudfront`.
const WORDS: &[(&str, CacheState)] = &[
    ("refreshhit", CacheState::Revalidated),
    ("originshieldhit", CacheState::Hit),
    ("hit", CacheState::Hit),
    ("miss", CacheState::Miss),
    ("error", CacheState::Bypass),
    ("redirect", CacheState::Bypass),
    ("lambdageneratedresponse", CacheState::Bypass),
    ("functiongeneratedresponse", CacheState::Bypass),
];

/// See the module.
pub(super) fn rules() -> EdgeRules {
    EdgeRules {
        cache: vec![CacheRule::new("x-cache", WORDS)],
        edge: ["x-amz-cf-pop", "x-amz-cf-id"].map(str::to_owned).to_vec(),
        grace: Some(GRACE),
        ..EdgeRules::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edge::Headers;

    #[test]
    fn the_header_tells_the_state_and_an_error_is_none_of_the_cache() {
        for (word, state) in [
            ("Hit from cloudfront", CacheState::Hit),
            ("Miss from cloudfront", CacheState::Miss),
            ("RefreshHit from cloudfront", CacheState::Revalidated),
            ("Error from cloudfront", CacheState::Bypass),
        ] {
            let headers: Headers = [("X-Cache", word), ("X-Amz-Cf-Pop", "FRA56-P3"), ("Age", "7")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into_iter()
                .collect();
            let seen = rules().read(200, &headers);
            assert_eq!((seen.cache, seen.age), (Some(state), Some(7)), "{word}");
        }
    }
}
