//! How purges are spread over time: bars of equal length.

use chrono::{DateTime, TimeDelta, Utc};

/// Bars of equal length, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Where the first bar begins; `None` where there are no bars.
    pub from: Option<DateTime<Utc>>,
    /// How long a bar is.
    pub step: TimeDelta,
    /// The bars.
    pub bars: Vec<Bar>,
}

/// How many purges were created in one bar's time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    /// All of them.
    pub all: u32,
    /// The failed ones among them.
    pub failed: u32,
}
