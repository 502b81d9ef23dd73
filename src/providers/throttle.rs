//! The pace of the calls that an adapter makes by itself to answer one question.

use std::collections::VecDeque;

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use crate::domain::limits::ReadPace;

/// The window is longer than the vendor's by this part of it, since requests do not arrive as they
/// were sent.
const MARGIN: u32 = 20;

/// The calls of one action.
#[derive(Debug)]
pub(super) struct Throttle {
    pace: ReadPace,
    at_once: Semaphore,
    /// The times of the newest calls, oldest first.
    made: Mutex<VecDeque<Instant>>,
}

impl Throttle {
    pub(super) fn new(pace: ReadPace) -> Self {
        let at_once = Semaphore::new(pace.at_once.max(1) as usize);
        Self { pace, at_once, made: Mutex::new(VecDeque::new()) }
    }

    /// Waits until another call may be made. The call is on its way while the permit is held.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        let permit = self.at_once.acquire().await.ok();
        let mut made = self.made.lock().await;
        if made.len() >= self.pace.requests.max(1) as usize
            && let Some(oldest) = made.pop_front()
        {
            sleep_until(oldest + self.pace.per + self.pace.per / MARGIN).await;
        }
        made.push_back(Instant::now());
        permit
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_window_has_more_calls_than_the_vendor_allows() {
        let pace = ReadPace { at_once: 4, requests: 20, per: Duration::from_secs(1) };
        let throttle = Throttle::new(pace);
        let mut times = Vec::new();
        for _ in 0..90 {
            drop(throttle.turn().await);
            times.push(Instant::now());
        }
        let windows = times.windows(21);
        for window in windows {
            assert!(window[20] - window[0] > pace.per, "21 calls in a second");
        }
    }

    #[tokio::test]
    async fn calls_that_are_on_their_way_are_counted() {
        let pace = ReadPace { at_once: 2, requests: 20, per: Duration::from_secs(1) };
        let throttle = Throttle::new(pace);
        let first = throttle.turn().await;
        let second = throttle.turn().await;
        assert_eq!(throttle.at_once.available_permits(), 0);
        drop((first, second));
        assert_eq!(throttle.at_once.available_permits(), 2);
    }
}
