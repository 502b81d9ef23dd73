//! The limits of EdgeOne: few are documented, and the plan of a zone decides; the quota call tells.

use std::time::Duration;

use super::{DELETE, INVALIDATE, zone_lists};
use crate::domain::kind::Kind;
use crate::domain::limits::{
    Hardness, HistoryRule, KindRule, Letters, Limits, Mode, RateWindow, ReadPace, Reading, Scope,
    Syntax, Wildcard,
};

/// Documented: 20 requests a second for each action. These are the calls that one question makes.
pub(super) const CALLS: ReadPace =
    ReadPace { at_once: 8, requests: 20, per: Duration::from_secs(1) };
/// The questions for history; each is several calls where there are several zones.
const PACE: ReadPace = ReadPace { at_once: 4, ..CALLS };
/// The most targets in a request until the quota call has told: of URLs as in the documents'
/// example; of all others a guess on the safe side.
const URLS: u32 = 2_000;
const OTHERS: u32 = 20;

/// The rules until the quota call has told.
pub(super) fn documented() -> Limits {
    let expire = "Counts everything as expired: the origin is asked, and what has not changed \
                  there is served on.";
    let remove = "Removes everything, whether it changed or not; the origin serves it all again.";
    let delete = Mode { word: DELETE, meaning: remove, hardness: Hardness::Hard };
    let modes = vec![Mode { word: INVALIDATE, meaning: expire, hardness: Hardness::Soft }, delete];
    let rule = |per_request, syntax, modes: &[Mode]| KindRule {
        windows: vec![RateWindow {
            requests: CALLS.requests,
            per: CALLS.per,
            scope: Scope::Account,
            bucket: "purge",
        }],
        // `EncodeUrl` has the vendor encode them.
        letters: Letters::Raw,
        modes: modes.to_vec(),
        // As long as at the vendor's other CDN (inferred).
        usual: Duration::from_mins(5),
        ..KindRule::new(per_request, syntax, Wildcard::Nowhere)
    };
    let rules = [
        (Kind::Url, rule(URLS, Syntax::FullUrl, &[delete])),
        (Kind::Pattern, rule(OTHERS, Syntax::Directory, &modes)),
        (Kind::Host, rule(OTHERS, Syntax::Name, &modes)),
        (Kind::Tag, rule(OTHERS, Syntax::Name, &[delete])),
        (Kind::All, rule(0, Syntax::Name, &modes)),
    ];
    let history = HistoryRule {
        reach: None,
        reading: Reading::RangesAndOffsets,
        page: zone_lists::ROWS as u32,
        finest: Duration::from_secs(1),
        settle: Duration::from_mins(1),
        per_resource: false,
        bare: false,
        pace: PACE,
        times_note: None,
    };
    Limits::documented(rules, history)
}
