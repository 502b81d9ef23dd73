//! Pauses between attempts after a vendor failed.

use std::time::Duration;

use crate::domain::failure::{Cause, Failure};

/// Pause after the first passing failure; doubled with each further one.
const FIRST: Duration = Duration::from_secs(2);
/// Longest pause between two attempts that may well succeed.
const LONGEST: Duration = Duration::from_mins(5);
/// Pause after a failure that somebody has to mend, and its longest form: such attempts burden the
/// vendor and the log, and a refresh by hand does not wait.
const MENDED_BY_HAND: Duration = Duration::from_mins(5);
const MENDED_BY_HAND_LONGEST: Duration = Duration::from_mins(30);
/// Pause after "too many requests" without a time to come back.
const RATE_LIMITED: Duration = Duration::from_mins(1);
/// The longest "come back later" that is believed.
const RATE_LIMITED_LONGEST: Duration = Duration::from_hours(1);

/// Counts consecutive failures and returns the pause after each.
#[derive(Debug)]
pub(in crate::engine) struct Backoff {
    failures: u32,
    dice: fastrand::Rng,
}

impl Backoff {
    /// Starts without a failure. The dice spread the attempts of many accounts, so that a vendor
    /// that comes back is not asked by all of them at once.
    pub(in crate::engine) fn new(dice: fastrand::Rng) -> Self {
        Self { failures: 0, dice }
    }

    /// Resets the count after a success.
    pub(in crate::engine) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Counts a failure and returns the pause after it.
    pub(in crate::engine) fn failed(&mut self, failure: &Failure) -> Duration {
        let before = self.failures;
        self.failures = self.failures.saturating_add(1);
        let growing = |first: Duration, longest: Duration| {
            first.saturating_mul(2_u32.saturating_pow(before.min(20))).min(longest)
        };
        if let Cause::RateLimited { retry_after } = failure.cause {
            return match retry_after {
                Some(after) => after.clamp(Duration::from_secs(1), RATE_LIMITED_LONGEST),
                None => growing(RATE_LIMITED, LONGEST),
            };
        }
        let wait = if failure.is_transient() {
            growing(FIRST, LONGEST)
        } else {
            growing(MENDED_BY_HAND, MENDED_BY_HAND_LONGEST)
        };
        wait.mul_f64(0.8 + 0.4 * self.dice.f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff() -> Backoff {
        Backoff::new(fastrand::Rng::with_seed(3))
    }

    #[test]
    fn passing_failures_are_tried_again_with_growing_pauses_up_to_minutes() {
        let (mut backoff, lost) = (backoff(), Failure::new(Cause::Lost));
        let waits: Vec<u64> = (0..12).map(|_| backoff.failed(&lost).as_secs()).collect();
        assert!(waits.first().is_some_and(|first| *first <= 3));
        assert!(waits.last().is_some_and(|last| (200..=360).contains(last)));
        backoff.succeeded();
        assert!(backoff.failed(&lost).as_secs() <= 3);
    }

    #[test]
    fn the_vendors_word_on_when_to_come_back_is_kept_to_the_second() {
        let failure =
            Failure::new(Cause::RateLimited { retry_after: Some(Duration::from_secs(37)) });
        let mut backoff = backoff();
        assert_eq!(backoff.failed(&failure), Duration::from_secs(37));
        assert_eq!(backoff.failed(&failure), Duration::from_secs(37));
    }

    #[test]
    fn a_refused_token_is_tried_again_in_minutes_and_not_in_seconds() {
        for cause in [Cause::Unauthenticated, Cause::Forbidden, Cause::Retired] {
            assert!(backoff().failed(&Failure::new(cause)) >= Duration::from_mins(4));
        }
    }
}
