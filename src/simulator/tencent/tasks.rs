//! Purge tasks in the vendor's words: ids, statuses and times, for both APIs.

use chrono::{DateTime, NaiveDateTime, SubsecRound as _, TimeDelta, Utc};

use crate::simulator::random;
use crate::simulator::world::{PurgeOutcome, PurgeProgress, PurgeScope, SimulatedPurge};

/// The offset of the vendor's times.
pub(super) const BEIJING: TimeDelta = TimeDelta::hours(8);
const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// Writes a time as the vendor does.
pub(super) fn write_time(at: DateTime<Utc>) -> String {
    (at + BEIJING).format(FORMAT).to_string()
}

/// Reads a time as the vendor does.
pub(super) fn read_time(text: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, FORMAT).ok()?;
    local.and_utc().checked_sub_signed(BEIJING)
}

/// Returns the second of a purge's creation. The vendor's times have whole seconds: a row of the
/// last second is in range.
pub(super) fn second(purge: &SimulatedPurge) -> DateTime<Utc> {
    purge.created().trunc_subsecs(0)
}

/// Returns the status of a target as a word of API 3.0 and a number of API 2.0.
pub(super) fn status(progress: PurgeProgress) -> (&'static str, i64) {
    match progress {
        PurgeProgress::InProgress => ("process", 0),
        PurgeProgress::Ended(PurgeOutcome::Successful | PurgeOutcome::ReportDisabled) => {
            ("done", 1)
        }
        PurgeProgress::Ended(PurgeOutcome::Failed) => ("fail", -1),
    }
}

/// Returns the task id of a purge. The vendor's documents show two forms, so there are two here.
pub(super) fn task_id(purge: &SimulatedPurge) -> String {
    let seconds = purge.at.div_euclid(1_000_000);
    if purge.serial.is_multiple_of(3) {
        let mut left = random::spread(purge.serial) >> 23;
        let letters: String = (0..8)
            .map(|_| {
                let digit = char::from_digit((left % 36) as u32, 36).unwrap_or('0');
                left /= 36;
                digit
            })
            .collect();
        format!("{seconds}-{letters}")
    } else {
        format!("{seconds}{:08}", purge.serial % 100_000_000)
    }
}

/// Returns `url` or `path`.
pub(super) fn purge_type(scope: PurgeScope) -> &'static str {
    match scope {
        PurgeScope::Url => "url",
        PurgeScope::Pattern | PurgeScope::All => "path",
    }
}

/// Returns the host of a URL with a scheme, in lower case and without a port; `None` when it has
/// none.
pub(super) fn host(url: &str) -> Option<String> {
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })?;
    let host = rest.split(['/', '?', '#']).next()?.split(':').next()?;
    (!host.is_empty()).then(|| host.to_lowercase())
}
