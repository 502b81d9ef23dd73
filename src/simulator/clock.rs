//! The simulator's time: the system's, or one that a test sets, so that nothing ever sleeps.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// The vendors' clock: the system's, unless a [`ManualClock`] sets it.
#[derive(Clone, Debug, Default)]
pub struct SimulatorClock(Option<ManualClock>);

/// Sets a simulator's clock; the clock stands still otherwise.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<DateTime<Utc>>>);

impl SimulatorClock {
    /// Returns the system's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// Returns a clock that shows `at` until it is advanced.
    pub fn manual(at: DateTime<Utc>) -> (Self, ManualClock) {
        let manual = ManualClock(Arc::new(Mutex::new(at)));
        (Self(Some(manual.clone())), manual)
    }

    /// Returns the present.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.as_ref().map_or_else(Utc::now, ManualClock::now)
    }
}

impl ManualClock {
    /// Moves the clock by `by`, back if it is negative. A time out of chrono's range leaves it
    /// unchanged.
    pub fn advance(&self, by: TimeDelta) {
        let mut at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(moved) = at.checked_add_signed(by) {
            *at = moved;
        }
    }

    /// Returns the time that the clock shows.
    pub fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
