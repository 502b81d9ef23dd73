//! The difference between the vendor's clock and ours, by the dates of its answers.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// The newest difference that was seen.
#[derive(Debug, Default)]
pub(super) struct ClockOffset {
    ahead: Mutex<Option<TimeDelta>>,
}

impl ClockOffset {
    /// Measures the difference by an answer's date.
    pub(super) fn record(&self, date: DateTime<Utc>, sent: DateTime<Utc>, received: DateTime<Utc>) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(smallest(date, sent, received));
    }

    /// Returns the vendor's clock minus ours.
    pub(super) fn get(&self) -> Option<TimeDelta> {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the smallest difference that explains the answer: its date is cut to the second, and the
/// vendor wrote it at some time between the two of ours. So clocks that may agree are said to
/// agree.
fn smallest(date: DateTime<Utc>, sent: DateTime<Utc>, received: DateTime<Utc>) -> TimeDelta {
    let least = date - received;
    let most = date + TimeDelta::seconds(1) - sent;
    if least > TimeDelta::zero() {
        least
    } else if most < TimeDelta::zero() {
        most
    } else {
        TimeDelta::zero()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_700_000_000_000 + millis).unwrap()
    }

    #[test]
    fn clocks_that_may_agree_are_said_to_agree() {
        assert_eq!(smallest(at(0), at(900), at(1_100)), TimeDelta::zero());
        assert_eq!(smallest(at(1_000), at(900), at(1_100)), TimeDelta::zero());
    }

    #[test]
    fn a_difference_is_at_least_what_the_answer_proves() {
        assert_eq!(smallest(at(400_000), at(0), at(100)), TimeDelta::milliseconds(399_900));
        assert_eq!(smallest(at(-400_000), at(0), at(100)), TimeDelta::milliseconds(-399_000));
    }

    #[test]
    fn the_newest_answer_counts() {
        let clock = ClockOffset::default();
        assert_eq!(clock.get(), None);
        clock.record(at(60_000), at(0), at(0));
        clock.record(at(0), at(0), at(0));
        assert_eq!(clock.get(), Some(TimeDelta::zero()));
    }
}
