//! Vendors' times: read in the forms that they are seen in, rounded for questions about a range.

use chrono::{DateTime, DurationRound, FixedOffset, NaiveDateTime, SubsecRound, TimeDelta, Utc};

use crate::domain::instant::is_writable;

/// Reads `2021-10-29T13:21:01.550849Z` or `2021-10-29 13:21:01.550849+00:00`, and both without an
/// offset, which is then `offset`. To the microsecond; `None` for anything else, and for a time
/// that no export could name.
pub(crate) fn read(text: &str, offset: FixedOffset) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let naive = || {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
            .ok()
            .and_then(|time| time.and_local_timezone(offset).earliest())
    };
    let time = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"))
        .ok()
        .or_else(naive)?;
    Some(time.with_timezone(&Utc).trunc_subsecs(6)).filter(|time| is_writable(*time))
}

/// Rounds the end of a range up to whole steps, so that the vendor never leaves out its last part.
pub(crate) fn round_up(time: DateTime<Utc>, step: TimeDelta) -> DateTime<Utc> {
    time.duration_round_up(step).unwrap_or(time)
}
