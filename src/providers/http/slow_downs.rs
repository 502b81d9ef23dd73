//! The vendor's answers that say "too many requests".

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::failure::{Cause, Failure};
use crate::providers::SlowDowns;

/// Counts the answers of one account's vendor, also those after which the same question was asked
/// again and answered.
#[derive(Debug, Default)]
pub(super) struct SlowDownCounter(Mutex<SlowDowns>);

impl SlowDownCounter {
    /// Counts a failure if it is one of these, with the pause that the vendor asks for.
    pub(super) fn record(&self, failure: &Failure, wait: Option<Duration>) {
        let Cause::RateLimited { retry_after } = failure.cause else {
            return;
        };
        let until = retry_after.or(wait).and_then(|wait| Instant::now().checked_add(wait));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = SlowDowns { count: known.count + 1, until: known.until.max(until) };
    }

    /// Returns the answers so far.
    pub(super) fn get(&self) -> SlowDowns {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_too_many_requests_count_and_the_longest_pause_stays() {
        let (counter, now) = (SlowDownCounter::default(), Instant::now());
        let limited = |retry_after| Failure::new(Cause::RateLimited { retry_after });
        counter.record(&Failure::new(Cause::VendorError), Some(Duration::from_mins(1)));
        assert_eq!(counter.get(), SlowDowns::default());
        counter.record(&limited(None), Some(Duration::from_secs(9)));
        counter.record(&limited(Some(Duration::from_secs(4))), None);
        counter.record(&limited(None), None);
        let until = Some(now + Duration::from_secs(9));
        assert_eq!(counter.get(), SlowDowns { count: 3, until });
    }
}
