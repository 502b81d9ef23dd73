//! The limits of Medianova by its documents; the API tells none of its own.

use std::time::Duration;

use super::{PAGE, ROOT};
use crate::domain::limits::{
    HistoryRule, KindRule, Limits, LimitsSource, QueryUse, Reading, SentAs, Syntax, Wildcard,
};

/// Documented: 1 to 100 absolute paths in one list, with `*` anywhere. How long a purge takes, and
/// how long until it shows in the list, are guesses.
pub(super) fn documented() -> Limits {
    let paths = KindRule {
        per_request: PAGE as u32,
        longest: None,
        windows: Vec::new(),
        syntax: Syntax::Path,
        wildcard: Wildcard::Anywhere,
        query: QueryUse::Unknown,
        modes: Vec::new(),
        sent_as: SentAs::Itself,
        usual: Duration::from_secs(30),
    };
    Limits {
        url: Some(KindRule {
            // A star makes a pattern of a path: there is one list for both.
            wildcard: Wildcard::Nowhere,
            ..paths.clone()
        }),
        all: Some(KindRule { per_request: 0, sent_as: SentAs::RootPattern(ROOT), ..paths.clone() }),
        pattern: Some(paths),
        history: HistoryRule {
            reach: None,
            reading: Reading::Pages,
            page: PAGE as u32,
            finest: Duration::from_secs(1),
            settle: Duration::from_mins(1),
            per_resource: true,
            times_note: None,
        },
        quotas: Vec::new(),
        source: LimitsSource::Documented,
    }
}
