//! The limits of Tencent by its documents: the same kinds and forms in both APIs, other numbers.

use std::time::Duration;

use super::time::Times;
use super::{DELETE, FLUSH};
use crate::domain::kind::Kind;
use crate::domain::limits::{
    Hardness, HistoryRule, KindRule, Letters, Limits, Mode, QueryUse, RateWindow, ReadPace,
    Reading, Scope, SentAs, Syntax, Wildcard,
};

const DAY: Duration = Duration::from_hours(24);

/// The numbers in which the two APIs differ.
pub(super) struct Numbers {
    /// The most URLs in a request.
    pub(super) urls: u32,
    /// The most directories in a request.
    pub(super) directories: u32,
    /// The rate of requests for URLs: a number in a time.
    pub(super) url_rate: (u32, Duration),
    /// The rate of requests for directories.
    pub(super) directory_rate: (u32, Duration),
    /// The form of letters beyond ASCII: 3.0 has `UrlEncode` (documented), 2.0 nothing of the kind.
    pub(super) letters: Letters,
    /// The way in which the history is read.
    pub(super) reading: Reading,
    /// The most records in an answer.
    pub(super) page: u32,
    /// The requests for history.
    pub(super) pace: ReadPace,
}

/// The rules with these numbers. "About five minutes" is the vendor's word on how long a purge
/// takes; how long one is missing from the history is a guess.
pub(super) fn documented(numbers: &Numbers, times: Times) -> Limits {
    let rule = |per_request, syntax, rate, bucket| KindRule {
        windows: vec![window(bucket, rate)],
        letters: numbers.letters,
        usual: Duration::from_mins(5),
        ..KindRule::new(per_request, syntax, Wildcard::Nowhere)
    };
    let url = KindRule {
        query: QueryUse::Counts,
        ..rule(numbers.urls, Syntax::FullUrl, numbers.url_rate, "url")
    };
    let flush = "Drops what has changed at the origin by its Last-Modified; the rest stays cached.";
    let delete = "Drops everything in the directory, whether it changed or not; the origin serves \
                  it all again.";
    let directories = KindRule {
        modes: vec![
            Mode { word: FLUSH, meaning: flush, hardness: Hardness::ChangedOnly },
            Mode { word: DELETE, meaning: delete, hardness: Hardness::Hard },
        ],
        ..rule(numbers.directories, Syntax::Directory, numbers.directory_rate, "directory")
    };
    let all = KindRule {
        per_request: 0,
        sent_as: SentAs::RootPattern("https://{cname}/"),
        ..directories.clone()
    };
    let history = HistoryRule {
        reach: Some(30 * DAY),
        reading: numbers.reading,
        page: numbers.page,
        finest: Duration::from_secs(1),
        settle: Duration::from_mins(1),
        per_resource: false,
        bare: false,
        pace: numbers.pace,
        times_note: Some(times.note()),
    };
    Limits::documented([(Kind::Url, url), (Kind::Pattern, directories), (Kind::All, all)], history)
}

fn window(bucket: &'static str, (requests, per): (u32, Duration)) -> RateWindow {
    RateWindow { requests, per, scope: Scope::Account, bucket }
}
