//! The cache headers of Gcore's edge.

use std::time::Duration;

use crate::domain::edge::{CacheRule, EdgeRules};

/// Documented: the page on troubleshooting says to wait up to 15 minutes until all servers are
/// cleared. Most are within seconds, by public measurements.
const GRACE: Duration = Duration::from_mins(15);

/// `Cache`, `X-Cached-Since` and `X-ID` (documented). After a purge by URL the first answer is
/// `MISS`, after one by pattern or of everything `BYPASS`. `X-ID-FE` is inferred: the server in
/// front, where there are two.
pub(super) fn rules() -> EdgeRules {
    EdgeRules {
        cache: vec![CacheRule::usual("cache")],
        since: vec!["x-cached-since".to_owned()],
        edge: ["x-id", "x-id-fe"].map(str::to_owned).to_vec(),
        grace: Some(GRACE),
        ..EdgeRules::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edge::{CacheState, Headers, Observation};

    fn seen(headers: &[(&str, &str)]) -> Observation {
        let headers: Headers =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        rules().read(206, &headers)
    }

    #[test]
    fn a_hit_tells_its_age_and_the_server() {
        let seen = seen(&[
            ("Date", "Sat, 21 Nov 2026 12:01:30 GMT"),
            ("Cache", "HIT"),
            ("X-Cached-Since", "2026-11-21T12:00:00+00:00"),
            ("X-ID", "am3-up-gc12"),
            ("X-ID-FE", "am3-hw-edge-gc7"),
            ("ETag", "\"5f-1\""),
        ]);
        assert_eq!((seen.cache, seen.age), (Some(CacheState::Hit), Some(90)));
        assert_eq!(seen.edge.as_deref(), Some("am3-up-gc12 am3-hw-edge-gc7"));
        assert_eq!(seen.etag.as_deref(), Some("\"5f-1\""));
    }

    #[test]
    fn both_first_answers_after_a_purge_are_no_copies() {
        for (word, state) in [("MISS", CacheState::Miss), ("BYPASS", CacheState::Bypass)] {
            assert_eq!(seen(&[("cache", word)]).cache, Some(state));
        }
    }
}
