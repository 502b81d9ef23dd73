//! The limits of Gcore: as documented, and as an account's own limits say.

use std::time::Duration;

use serde_json::Value;

use super::PAGE;
use crate::domain::kind::Kind;
use crate::domain::limits::{
    HistoryRule, KindRule, Limits, LimitsSource, QueryUse, RateWindow, ReadPace, Reading, Scope,
    Syntax, Wildcard,
};
use crate::providers::lenient;

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// A guess: the documents name no rate for reading, only that 429 is to be expected. The vendor's
/// own SDK asks one page after the other with nothing between them, ten a second at a latency of
/// 100 ms; this is twice that in the long run, so that a month of a busy account, some 70 requests,
/// comes in one go; and 429 makes it less.
const PACE: ReadPace = ReadPace { at_once: 6, requests: 100, per: Duration::from_secs(5) };

/// The purge page of the documents: by URL 100 at once and two requests a minute, by pattern 10 at
/// once and one, all one; per resource. The guide's word on the history: it holds one month. How
/// long a purge takes, and how long until one shows in the history, no document says: those two are
/// guesses.
pub(super) fn documented() -> Limits {
    let url = KindRule {
        windows: vec![window("url", 2, MINUTE)],
        query: QueryUse::Counts,
        usual: Duration::from_secs(20),
        ..KindRule::new(100, Syntax::Path, Wildcard::Nowhere)
    };
    // A star "only at the end" by the API's document, twice and in the middle by the guide's
    // examples.
    let pattern = KindRule {
        windows: vec![window("pattern", 1, MINUTE)],
        // Ignored by the API's document; the guide says that one can be named.
        query: QueryUse::Ignored,
        ..KindRule::new(10, Syntax::Path, Wildcard::EndDisputed)
    };
    let all = KindRule {
        windows: vec![window("all", 1, MINUTE)],
        query: QueryUse::Ignored,
        usual: MINUTE,
        ..KindRule::new(0, Syntax::Path, Wildcard::Nowhere)
    };
    let history = HistoryRule {
        reach: Some(30 * DAY),
        reading: Reading::RangesAndOffsets,
        page: PAGE as u32,
        finest: Duration::from_millis(1),
        settle: MINUTE,
        per_resource: false,
        bare: false,
        pace: PACE,
        times_note: None,
    };
    Limits::documented([(Kind::Url, url), (Kind::Pattern, pattern), (Kind::All, all)], history)
}

/// `GET /cdn/clients/me/limits`, every field of which may be missing; the documented number stands
/// in for each that is missing or makes no sense. `purge_request_limit` is described as the one for
/// patterns; that it holds for a purge of everything, too, which is sent as an empty list of
/// patterns, is inferred.
pub(super) fn live(answer: &Value) -> Limits {
    let mut limits = documented();
    limits.source = LimitsSource::Live;
    let by_url = rate(answer, "purge_by_urls_request_limit");
    let by_pattern = rate(answer, "purge_request_limit");
    let per_url = count(answer, "purge_max_urls_limit");
    let per_pattern = count(answer, "purge_pattern_limit");
    apply(limits.rule_mut(Kind::Url), per_url, by_url, "url");
    apply(limits.rule_mut(Kind::Pattern), per_pattern, by_pattern, "pattern");
    apply(limits.rule_mut(Kind::All), None, by_pattern, "all");
    limits
}

fn apply(
    rule: Option<&mut KindRule>,
    per_request: Option<u32>,
    rate: Option<(u32, Duration)>,
    bucket: &'static str,
) {
    let Some(rule) = rule else { return };
    if let Some(per_request) = per_request {
        rule.per_request = per_request;
    }
    if let Some((requests, per)) = rate {
        rule.windows = vec![window(bucket, requests, per)];
    }
}

fn window(bucket: &'static str, requests: u32, per: Duration) -> RateWindow {
    RateWindow { requests, per, scope: Scope::Resource, bucket }
}

fn count(answer: &Value, name: &str) -> Option<u32> {
    lenient::number(answer, name)
        .and_then(|count| u32::try_from(count).ok())
        .filter(|count| *count > 0)
}

/// `2/m` and the like. Only `m` is documented; the other units are those of the framework that
/// writes it so.
fn rate(answer: &Value, name: &str) -> Option<(u32, Duration)> {
    let text = lenient::field(answer, name)?;
    let (requests, unit) = text.split_once('/')?;
    let requests = requests.trim().parse().ok().filter(|requests| *requests > 0)?;
    let per = match unit.trim().to_ascii_lowercase().as_str() {
        "s" | "sec" | "second" => Duration::from_secs(1),
        "m" | "min" | "minute" => MINUTE,
        "h" | "hour" => 60 * MINUTE,
        "d" | "day" => DAY,
        _ => return None,
    };
    Some((requests, per))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::kind::Kind;

    fn rule(limits: &Limits, kind: Kind) -> (u32, u32, Duration) {
        let rule = limits.rule(kind).unwrap();
        let [window] = rule.windows.as_slice() else { panic!("{rule:?}") };
        (rule.per_request, window.requests, window.per)
    }

    #[test]
    fn what_the_account_tells_counts_and_the_documents_fill_the_rest() {
        let limits = live(&json!({
            "id": 1, "purge_pattern_limit": 50, "purge_request_limit": "5/h",
            "purge_max_urls_limit": null
        }));
        assert_eq!(limits.source, LimitsSource::Live);
        assert_eq!(rule(&limits, Kind::Pattern), (50, 5, 60 * MINUTE));
        assert_eq!(rule(&limits, Kind::All), (0, 5, 60 * MINUTE));
        assert_eq!(rule(&limits, Kind::Url), (100, 2, MINUTE));
    }

    #[test]
    fn a_rate_that_makes_no_sense_is_as_if_it_were_not_there() {
        for odd in ["", "2", "m", "2/w", "0/m", "-1/m", "x/m", "99999999999/m"] {
            let limits =
                live(&json!({ "purge_by_urls_request_limit": odd, "purge_max_urls_limit": 0 }));
            assert_eq!(rule(&limits, Kind::Url), (100, 2, MINUTE), "{odd}");
        }
    }

    #[test]
    fn every_unit_is_known() {
        for (text, requests, per) in [
            ("1000/s", 1000, Duration::from_secs(1)),
            ("2/m", 2, MINUTE),
            ("3/h", 3, 60 * MINUTE),
            (" 4 / d ", 4, DAY),
        ] {
            let limits = live(&json!({ "purge_by_urls_request_limit": text }));
            assert_eq!(rule(&limits, Kind::Url), (100, requests, per), "{text}");
        }
    }
}
