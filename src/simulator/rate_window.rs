//! A sliding window over the calls of one kind.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

/// The times of the calls that a limit counts.
#[derive(Debug, Default)]
pub(crate) struct RequestWindow(VecDeque<i64>);

impl RequestWindow {
    /// Counts a call, or returns the seconds until there is room when `most` calls were counted
    /// within the `window` before now. Refused calls do not count.
    pub(crate) fn count(
        &mut self,
        most: usize,
        window: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<(), u64> {
        let (now, window) = (now.timestamp_micros(), window.num_microseconds().unwrap_or(0));
        while self.0.front().is_some_and(|at| *at <= now - window) {
            self.0.pop_front();
        }
        if self.0.len() < most {
            self.0.push_back(now);
            return Ok(());
        }
        let oldest = self.0.front().copied().unwrap_or(now);
        Err((oldest + window - now).unsigned_abs().div_ceil(1_000_000))
    }
}
