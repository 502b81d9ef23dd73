//! The limits of Tencent by its documents: the same kinds and forms in both APIs, other numbers.

use std::time::Duration;

use super::time::Times;
use super::{DELETE, FLUSH};
use crate::domain::limits::{
    HistoryRule, KindRule, Limits, LimitsSource, Mode, QueryUse, RateWindow, Reading, Scope,
    SentAs, Syntax, Wildcard,
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
    /// The way in which the history is read.
    pub(super) reading: Reading,
    /// The most records in an answer.
    pub(super) page: u32,
}

/// The rules with these numbers. "About five minutes" is the vendor's word on how long a purge
/// takes; how long one is missing from the history is a guess.
pub(super) fn documented(numbers: &Numbers, times: Times) -> Limits {
    let directories = KindRule {
        per_request: numbers.directories,
        longest: None,
        windows: vec![window("directory", numbers.directory_rate)],
        syntax: Syntax::Directory,
        wildcard: Wildcard::Nowhere,
        query: QueryUse::Unknown,
        modes: vec![
            Mode {
                word: FLUSH,
                meaning: "Drops what has changed at the origin by its Last-Modified; the rest \
                          stays cached.",
            },
            Mode {
                word: DELETE,
                meaning: "Drops everything in the directory, whether it changed or not; the origin \
                          serves it all again.",
            },
        ],
        sent_as: SentAs::Itself,
        usual: Duration::from_mins(5),
    };
    Limits {
        url: Some(KindRule {
            per_request: numbers.urls,
            windows: vec![window("url", numbers.url_rate)],
            syntax: Syntax::FullUrl,
            query: QueryUse::Counts,
            modes: Vec::new(),
            ..directories.clone()
        }),
        all: Some(KindRule {
            per_request: 0,
            sent_as: SentAs::RootPattern("https://{cname}/"),
            ..directories.clone()
        }),
        pattern: Some(directories),
        history: HistoryRule {
            reach: Some(30 * DAY),
            reading: numbers.reading,
            page: numbers.page,
            finest: Duration::from_secs(1),
            settle: Duration::from_mins(1),
            per_resource: false,
            times_note: Some(times.note()),
        },
        quotas: Vec::new(),
        source: LimitsSource::Documented,
    }
}

fn window(bucket: &'static str, (requests, per): (u32, Duration)) -> RateWindow {
    RateWindow { requests, per, scope: Scope::Account, bucket }
}
