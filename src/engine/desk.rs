//! Threads that answer questions out of the store, where for each pane only its newest question counts.
//!
//! A newer question of the same pane takes the place of one that waits and interrupts one that is being answered. Windows
//! and summaries have a thread each: rows are never kept waiting by a count.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::clock::Clock;
use crate::effect::PaneId;
use crate::store::{Interrupt, Reader};

/// Which question of which pane.
pub(super) type Key = (PaneId, Question);

/// What panes ask again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// A window of rows.
    Window,
    /// Counts, facets, timeline.
    Summary,
    /// One purge in full.
    Detail,
}

/// Whether a question was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was.
    Answered,
    /// The store was interrupted meanwhile.
    Interrupted,
}

type Work = Box<dyn FnMut(&mut Reader) -> Outcome + Send>;

struct Job {
    key: Option<Key>,
    work: Work,
    /// Dropped with the job.
    _done: oneshot::Sender<()>,
}

/// A thread that answers questions.
#[derive(Debug)]
pub(super) struct Desk {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    clock: Clock,
}

struct Shared {
    state: Mutex<State>,
    bell: Condvar,
    interrupt: Interrupt,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    running: Option<Key>,
    closed: bool,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Desk {
    /// Starts the thread.
    pub(super) fn start(name: &str, reader: Reader, clock: Clock) -> Result<Self, std::io::Error> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            bell: Condvar::new(),
            interrupt: reader.interrupt(),
        });
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.work_off(reader)
        })?;
        Ok(Self { shared, thread: Some(thread), clock })
    }

    /// Asks. The work may be started again where it was interrupted; it answers by itself.
    pub(super) fn ask(
        &self,
        key: Option<Key>,
        work: impl FnMut(&mut Reader) -> Outcome + Send + 'static,
    ) {
        let (done, when_done) = oneshot::channel();
        let job = Job { key, work: Box::new(work), _done: done };
        self.clock.stand_still_for(when_done);
        let mut state = self.shared.lock();
        if key.is_some() && state.running == key {
            self.shared.interrupt.interrupt();
        }
        match state.waiting.iter_mut().find(|waiting| key.is_some() && waiting.key == key) {
            Some(waiting) => *waiting = job,
            None => state.waiting.push_back(job),
        }
        drop(state);
        self.shared.bell.notify_one();
    }

    /// Lets the thread end: what waits is dropped, what is being answered is interrupted.
    pub(super) fn close(&mut self) -> Option<JoinHandle<()>> {
        self.shared.lock().closed = true;
        self.shared.interrupt.interrupt();
        self.shared.bell.notify_one();
        self.thread.take()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work_off(&self, mut reader: Reader) {
        let mut state = self.lock();
        while !state.closed {
            let Some(mut job) = state.waiting.pop_front() else {
                state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            state.running = job.key;
            drop(state);
            let outcome = (job.work)(&mut reader);
            state = self.lock();
            state.running = None;
            // An interruption may hit the question after the one that it was meant for: that one is asked again.
            let superseded =
                job.key.is_some() && state.waiting.iter().any(|waiting| waiting.key == job.key);
            if outcome == Outcome::Interrupted && !superseded && !state.closed {
                state.waiting.push_front(job);
            }
        }
        state.waiting.clear();
    }
}
