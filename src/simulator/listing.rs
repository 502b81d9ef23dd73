//! Lists of purges as vendors give them: filtered by time, and with a row for each target.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde_json::Value;

use super::world::SimulatedPurge;

/// The times between which something must be, ends included.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TimeFilter {
    pub(crate) from: Option<DateTime<Utc>>,
    pub(crate) until: Option<DateTime<Utc>>,
}

impl TimeFilter {
    pub(crate) fn contains(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at <= until)
    }
}

/// Reads RFC 3339, or a date and time (or a date alone, its end where `end_of_day`) in UTC.
pub(crate) fn read_time(text: &str, end_of_day: bool) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    {
        if let Ok(at) = NaiveDateTime::parse_from_str(text, form) {
            return Some(at.and_utc());
        }
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let last = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999)?;
    Some(date.and_time(if end_of_day { last } else { NaiveTime::MIN }).and_utc())
}

/// Pages the rows of purges that have a row for each target: returns the number of all rows, and
/// those of the page. `count` is the number of a purge's rows, where it is known without them: rows
/// that are only counted need not be generated.
pub(crate) fn target_rows<'p>(
    purges: impl IntoIterator<Item = &'p SimulatedPurge>,
    (offset, limit): (usize, usize),
    count: impl Fn(&SimulatedPurge) -> Option<usize>,
    rows: impl Fn(&SimulatedPurge) -> Vec<Value>,
) -> (usize, Vec<Value>) {
    let (mut total, mut page) = (0, Vec::new());
    for purge in purges {
        let is_full = page.len() == limit;
        if let Some(count) = count(purge).filter(|count| total + count <= offset || is_full) {
            total += count;
            continue;
        }
        for row in rows(purge) {
            if total >= offset && page.len() < limit {
                page.push(row);
            }
            total += 1;
        }
    }
    (total, page)
}
