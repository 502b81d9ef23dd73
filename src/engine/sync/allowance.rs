//! Limits the questions for news of lists to a number a minute, with bursts.

use std::time::Duration;

use tokio::time::Instant;

/// Questions a minute, in the long run: how many lists there are never makes the load heavier. It
/// is our own modesty; the pace that a vendor allows is in its limits.
pub(super) const QUESTIONS: u32 = 40;
/// Largest number of questions at once.
const BURST: u32 = 20;
const EACH: Duration = Duration::from_millis(60_000 / QUESTIONS as u64);

/// The questions of one account.
#[derive(Debug)]
pub(super) struct Allowance {
    /// The time at which the full burst is available again.
    full_at: Instant,
}

impl Allowance {
    /// Makes a full allowance.
    pub(super) fn new() -> Self {
        Self { full_at: Instant::now() }
    }

    /// Notes a question.
    pub(super) fn take(&mut self) {
        self.full_at = self.full_at.max(Instant::now()) + EACH;
    }

    /// Returns the time at which a question is allowed.
    pub(super) fn free_at(&self) -> Instant {
        self.full_at.checked_sub(EACH * (BURST - 1)).unwrap_or(self.full_at)
    }
}
