//! The simulator's time: the system's, or one that a test moves by hand so that nothing ever sleeps.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// What the simulated vendors take for the present.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    Hand(Arc<Mutex<DateTime<Utc>>>),
}

/// The hand that moves a manual clock; the clock stands still otherwise.
#[derive(Clone, Debug)]
pub struct Hand(Arc<Mutex<DateTime<Utc>>>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that shows `at` until its hand is moved.
    pub fn manual(at: DateTime<Utc>) -> (Self, Hand) {
        let shared = Arc::new(Mutex::new(at));
        (Self(Source::Hand(Arc::clone(&shared))), Hand(shared))
    }

    /// The present.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => Utc::now(),
            Source::Hand(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

impl Hand {
    /// Moves the clock on by `by` (back, if it is negative). A time out of chrono's range leaves it where it is.
    pub fn advance(&self, by: TimeDelta) {
        let mut at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(moved) = at.checked_add_signed(by) {
            *at = moved;
        }
    }

    /// What the clock shows.
    pub fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
