//! For which times an account's local history is known to be complete.

use chrono::{DateTime, Utc};

/// Half-open ranges of time, sorted, apart from each other: `from <= t < until` is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    ranges: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Coverage {
    /// The ranges, oldest first.
    pub fn ranges(&self) -> &[(DateTime<Utc>, DateTime<Utc>)] {
        &self.ranges
    }
}
