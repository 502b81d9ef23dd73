//! The limits of Medianova by its documents; the API tells none of its own.

use std::time::Duration;

use super::{PAGE, ROOT};
use crate::domain::kind::Kind;
use crate::domain::limits::{
    HistoryRule, KindRule, Limits, ReadPace, Reading, SentAs, Syntax, Wildcard,
};

/// A guess: the documents name no rate, and neither 429 nor its form, and the vendor has no SDK
/// whose habits would tell. The unofficial client asks for one page after the other, ten a second
/// at a latency of 100 ms; this is twice that in the long run, as for Gcore, with fewer at once,
/// and 429 makes it less. It holds for lists that are read for the first time; later they are
/// asked for far less often.
const PACE: ReadPace = ReadPace { at_once: 4, requests: 100, per: Duration::from_secs(5) };

/// Documented: 1 to 100 absolute paths in one list, with `*` anywhere. How long a purge takes, and
/// how long until it shows in the list, are guesses.
pub(super) fn documented() -> Limits {
    let rule = |per_request, wildcard| KindRule::new(per_request, Syntax::Path, wildcard);
    // A star makes a pattern of a path: there is one list for both.
    let url = rule(PAGE as u32, Wildcard::Nowhere);
    let pattern = rule(PAGE as u32, Wildcard::Anywhere);
    let all = KindRule { sent_as: SentAs::RootPattern(ROOT), ..rule(0, Wildcard::Anywhere) };
    let history = HistoryRule {
        reach: None,
        reading: Reading::Pages,
        page: PAGE as u32,
        finest: Duration::from_secs(1),
        settle: Duration::from_mins(1),
        per_resource: true,
        bare: false,
        pace: PACE,
        times_note: None,
    };
    Limits::documented([(Kind::Url, url), (Kind::Pattern, pattern), (Kind::All, all)], history)
}
