//! Instants that a text can name.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, Utc};

/// The years that RFC 3339 has a text for. An offset can carry a time out of them.
pub const WRITABLE_YEARS: RangeInclusive<i32> = 0..=9999;

/// Returns whether RFC 3339 has a text for an instant, in UTC.
pub fn is_writable(instant: DateTime<Utc>) -> bool {
    WRITABLE_YEARS.contains(&instant.year())
}
