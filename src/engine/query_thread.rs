//! Threads that read the store for queries.
//!
//! A query is queued by the call. Dropping its future removes it from the queue, or interrupts it
//! where it is running. Windows and summaries have a thread each: a count never delays rows.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::clock::Clock;
use super::store_writer::{DamageAlarm, closed, store_error};
use crate::domain::event::StoreError;
use crate::store::{Interrupt, Reader, StoreFailure};

struct Job {
    id: u64,
    answer: Box<dyn FnOnce(&mut Reader) + Send>,
}

/// A thread that answers queries.
#[derive(Debug)]
pub(super) struct QueryThread {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    alarm: DamageAlarm,
    clock: Clock,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    interrupt: Interrupt,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    last_id: u64,
    running: Option<u64>,
    closed: bool,
}

/// A query without an answer yet; dropping it cancels the query.
struct Pending {
    shared: Arc<Shared>,
    /// `None` once the query has ended.
    id: Option<u64>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl QueryThread {
    /// Starts the thread.
    pub(super) fn start(
        name: &str,
        reader: Reader,
        alarm: DamageAlarm,
        clock: Clock,
    ) -> Result<Self, std::io::Error> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            interrupt: reader.interrupt(),
        });
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.answer_queries(reader)
        })?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)), alarm, clock })
    }

    /// Queues a query.
    pub(super) fn ask<T: Send + 'static, Q>(
        &self,
        query: Q,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, Q>
    where
        Q: FnOnce(&mut Reader) -> Result<T, StoreFailure> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let alarm = self.alarm.clone();
        let pending = self.shared.begin(Box::new(move |reader| match query(reader) {
            // It was cancelled, or the thread ends.
            Err(StoreFailure::Interrupted) => {}
            result => {
                alarm.watch(&result);
                // Nobody listens where the query was cancelled meanwhile.
                drop(reply.send(result));
            }
        }));
        let clock = self.clock.clone();
        async move {
            let mut pending = pending;
            let answer = clock.answer(answer).await;
            pending.id = None;
            match answer {
                Some(result) => result.map_err(|failure| store_error(&failure)),
                None => Err(closed()),
            }
        }
    }

    /// Lets the thread end: drops the waiting queries and interrupts the running one.
    pub(super) fn close(&self) -> Option<JoinHandle<()>> {
        self.shared.lock().closed = true;
        self.shared.interrupt.interrupt();
        self.shared.changed.notify_one();
        self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for QueryThread {
    fn drop(&mut self) {
        self.close();
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let Some(id) = self.id else { return };
        let mut state = self.shared.lock();
        state.waiting.retain(|job| job.id != id);
        if state.running == Some(id) {
            state.running = None;
            self.shared.interrupt.interrupt();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(self: &Arc<Self>, answer: Box<dyn FnOnce(&mut Reader) + Send>) -> Pending {
        let mut state = self.lock();
        state.last_id += 1;
        let id = state.last_id;
        if !state.closed {
            state.waiting.push_back(Job { id, answer });
        }
        drop(state);
        self.changed.notify_one();
        Pending { shared: Arc::clone(self), id: Some(id) }
    }

    fn answer_queries(&self, mut reader: Reader) {
        let mut state = self.lock();
        while !state.closed {
            let Some(job) = state.waiting.pop_front() else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            state.running = Some(job.id);
            // What is left of an interrupt was meant for a query before this one.
            self.interrupt.clear();
            drop(state);
            (job.answer)(&mut reader);
            state = self.lock();
            state.running = None;
        }
        state.waiting.clear();
    }
}
