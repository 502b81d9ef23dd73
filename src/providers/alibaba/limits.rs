//! The limits of Alibaba Cloud CDN by its documents.

use std::time::Duration;

use chrono::TimeDelta;

use super::{CHANGED, FORCE};
use crate::domain::kind::Kind;
use crate::domain::limits::{
    Hardness, HistoryRule, KindRule, Limits, Mode, QueryUse, RateWindow, ReadPace, Reading, Scope,
    SentAs, Syntax, Wildcard,
};

/// The reach of the history: documented.
pub(super) const REACH: TimeDelta = TimeDelta::days(3);
/// The most rows in an answer: documented.
pub(super) const PAGE: u64 = 100;
/// The most URLs in a request. Documented for DCDN and for tags here; the CDN's page is silent.
const URLS: u32 = 1_000;
/// The longest object: documented.
const LONGEST: u32 = 1_024;
/// Calls a second of the account: documented.
const CALLS: RateWindow = RateWindow {
    requests: 50,
    per: Duration::from_secs(1),
    scope: Scope::Account,
    bucket: "request",
};
/// Not the vendor's but ours: purges by URL of one domain in one second share a task, and a request
/// is followed by its own. Two seconds leave room for a delay on the way.
const APART: RateWindow =
    RateWindow { requests: 1, per: Duration::from_secs(2), scope: Scope::Resource, bucket: "url" };
/// Documented: 5 calls a second. The rest of the time is for delays on the way.
const PACE: ReadPace = ReadPace { at_once: 4, requests: 5, per: Duration::from_millis(1_100) };

/// The rules. Everything but single URLs goes out one by one, although a request may carry up to
/// 100 directories: each of them is a task of its own (inferred), and a day has few of them (100
/// directories, 20 expressions).
pub(super) fn documented() -> Limits {
    let rule = |per_request, syntax, wildcard| KindRule {
        longest: Some(LONGEST),
        windows: vec![CALLS],
        usual: Duration::from_mins(5),
        ..KindRule::new(per_request, syntax, wildcard)
    };
    let by_choice = |syntax, wildcard| KindRule { modes: modes(), ..rule(1, syntax, wildcard) };
    let url = KindRule {
        query: QueryUse::Counts,
        windows: vec![CALLS, APART],
        ..rule(URLS, Syntax::FullUrl, Wildcard::Nowhere)
    };
    let ignore_query =
        KindRule { query: QueryUse::Ignored, ..by_choice(Syntax::FullUrl, Wildcard::Nowhere) };
    let directory = by_choice(Syntax::Directory, Wildcard::Nowhere);
    // Documented: of expressions only `[0-9]`, `[a-z]`, `[^/]*` and `.*`.
    let regex = by_choice(Syntax::FullUrl, Wildcard::Anywhere);
    let tag = by_choice(Syntax::Name, Wildcard::Nowhere);
    let all = KindRule {
        per_request: 0,
        sent_as: SentAs::RootPattern("https://{cname}/"),
        ..directory.clone()
    };
    let history = HistoryRule {
        reach: REACH.to_std().ok(),
        reading: Reading::RangesAndOffsets,
        page: PAGE as u32,
        finest: Duration::from_secs(1),
        // Not documented.
        settle: Duration::from_mins(1),
        per_resource: false,
        bare: false,
        pace: PACE,
        times_note: None,
    };
    Limits::documented(
        [
            (Kind::Url, url),
            (Kind::IgnoreQuery, ignore_query),
            (Kind::Pattern, directory),
            (Kind::Regex, regex),
            (Kind::Tag, tag),
            (Kind::All, all),
        ],
        history,
    )
}

/// `Force`, which is false unless it is sent: documented.
fn modes() -> Vec<Mode> {
    let changed = "Drops what has changed at the origin by its Last-Modified; the rest stays \
                   cached.";
    let force = "Drops everything, whether it changed or not; the origin serves it all again.";
    vec![
        Mode { word: CHANGED, meaning: changed, hardness: Hardness::ChangedOnly },
        Mode { word: FORCE, meaning: force, hardness: Hardness::Hard },
    ]
}
