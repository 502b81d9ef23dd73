//! The clock of all tasks: the system's, or a virtual one that a test moves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Largest drift of the wall clock from the monotonic one that does not count as a jump: more than
/// a time server corrects between two readings, less than what would spoil a rate window.
const JUMP: TimeDelta = TimeDelta::seconds(5);

/// Detects jumps of the wall clock: somebody set it, or the machine slept.
#[derive(Debug)]
pub(super) struct JumpWatch {
    clock: Clock,
    wall: DateTime<Utc>,
    steady: Instant,
}

impl JumpWatch {
    /// Returns the size of the jump since the last call; `None` for less than [`JUMP`].
    pub(super) fn jumped(&mut self) -> Option<TimeDelta> {
        let (wall, steady) = (self.clock.now(), Instant::now());
        let moved = (wall - self.wall) - delta(steady.duration_since(self.steady));
        (self.wall, self.steady) = (wall, steady);
        (moved.abs() > JUMP).then_some(moved)
    }
}

/// A source of the time. Clones read the same clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    /// Reads the system's clock.
    System,
    /// Moves with tokio's clock, which a test can pause.
    Virtual { started: Instant, at: Mutex<DateTime<Utc>> },
}

impl Clock {
    /// Reads the system's clock.
    pub fn system() -> Self {
        Self(Arc::new(Source::System))
    }

    /// Makes a clock that shows `at` now and goes on as tokio's time does, so that paused time
    /// pauses it. To be made, and read, inside the runtime whose time it follows.
    pub fn following_tokio(at: DateTime<Utc>) -> Self {
        Self(Arc::new(Source::Virtual { started: Instant::now(), at: Mutex::new(at) }))
    }

    /// Returns the time by this machine.
    pub fn now(&self) -> DateTime<Utc> {
        match &*self.0 {
            Source::System => Utc::now(),
            Source::Virtual { started, at } => {
                *at.lock().unwrap_or_else(PoisonError::into_inner) + delta(started.elapsed())
            }
        }
    }

    /// Starts to watch for jumps of the wall clock.
    pub(super) fn watch(&self) -> JumpWatch {
        JumpWatch { clock: self.clone(), wall: self.now(), steady: Instant::now() }
    }

    /// Sets a virtual clock forward, or back with a negative span, as somebody may do to a real
    /// one. Has no effect on the system's.
    pub fn set_on(&self, by: TimeDelta) {
        if let Source::Virtual { at, .. } = &*self.0 {
            *at.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }

    /// Waits until this machine's clock shows `at`; returns at once where that time is past.
    pub async fn sleep_until(&self, at: DateTime<Utc>) {
        if let Ok(wait) = (at - self.now()).to_std() {
            tokio::time::sleep(wait).await;
        }
    }

    /// Waits for the answer of a store thread; `None` where the thread is gone. Virtual time stops
    /// meanwhile: paused time advances by itself when all tasks wait, and cannot see that a thread
    /// is at work for one of them.
    pub(super) async fn answer<T: Send + 'static>(&self, reply: oneshot::Receiver<T>) -> Option<T> {
        match &*self.0 {
            Source::System => reply.await.ok(),
            Source::Virtual { .. } => {
                tokio::task::spawn_blocking(move || reply.blocking_recv().ok()).await.ok().flatten()
            }
        }
    }
}

/// Converts a span into chrono's type; spans beyond its range (292 million years) become its
/// longest.
pub(super) fn delta(span: Duration) -> TimeDelta {
    TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_virtual_clock_goes_on_with_tokios_time_and_can_be_set_back() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let clock = Clock::following_tokio(at);
        tokio::time::sleep(Duration::from_secs(90)).await;
        assert_eq!(clock.now(), at + TimeDelta::seconds(90));
        let mut watch = clock.watch();
        clock.set_on(TimeDelta::hours(-1));
        assert_eq!(watch.jumped(), Some(TimeDelta::hours(-1)));
        assert_eq!(watch.jumped(), None);
        assert_eq!(clock.now(), at + TimeDelta::seconds(90) - TimeDelta::hours(1));
    }

    #[tokio::test(start_paused = true)]
    async fn sleeping_until_a_past_instant_takes_no_time() {
        let at = DateTime::UNIX_EPOCH;
        let clock = Clock::following_tokio(at);
        clock.sleep_until(at - TimeDelta::days(1)).await;
        clock.sleep_until(at + TimeDelta::seconds(7)).await;
        assert_eq!(clock.now(), at + TimeDelta::seconds(7));
    }

    #[tokio::test(start_paused = true)]
    async fn virtual_time_stands_still_while_a_thread_works() {
        let clock = Clock::following_tokio(DateTime::UNIX_EPOCH);
        let (tell, told) = oneshot::channel();
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            let _ = gone.recv();
            let _ = tell.send(7);
        });
        let timer = tokio::spawn(tokio::time::sleep(Duration::from_secs(1)));
        let answer = tokio::spawn({
            let clock = clock.clone();
            async move { clock.answer(told).await }
        });
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH);
        go.send(()).unwrap_or_default();
        assert_eq!(answer.await.ok().flatten(), Some(7));
        timer.await.unwrap_or_default();
        assert!(thread.join().is_ok());
    }
}
