//! How far the vendor's clock is from ours, by the dates of its answers.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// The newest difference that was seen.
#[derive(Debug, Default)]
pub(super) struct Clock {
    ahead: Mutex<Option<TimeDelta>>,
}

impl Clock {
    /// Takes note of an answer's date.
    pub(super) fn saw(&self, date: DateTime<Utc>, sent: DateTime<Utc>, received: DateTime<Utc>) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(smallest(date, sent, received));
    }

    /// The vendor's clock minus ours.
    pub(super) fn ahead(&self) -> Option<TimeDelta> {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The smallest difference that explains the answer: its date is cut to the second, and the vendor wrote it at some
/// time between the two of ours. So clocks that may agree are said to agree.
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
        let clock = Clock::default();
        assert_eq!(clock.ahead(), None);
        clock.saw(at(60_000), at(0), at(0));
        clock.saw(at(0), at(0), at(0));
        assert_eq!(clock.ahead(), Some(TimeDelta::zero()));
    }
}
