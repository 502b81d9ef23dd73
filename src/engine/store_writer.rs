//! The thread that writes into the store, one job after another. Tasks also read there, so that
//! they see their own writes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::clock::Clock;
use super::events::EventHub;
use crate::domain::event::{Level, StoreError};
use crate::store::{Access, Reader, Store, StoreFailure, Writer};

/// The connections of the writer thread.
pub(super) struct StoreConnections {
    writer: Option<Writer>,
    /// For reads by tasks.
    pub(super) reader: Reader,
}

impl StoreConnections {
    /// Opens the connections; a read-only store has no writer.
    pub(super) fn open(store: &Store) -> Result<Self, StoreFailure> {
        let writer = match store.access() {
            Access::ReadWrite => Some(store.writer()?),
            Access::ReadOnly => None,
        };
        Ok(Self { writer, reader: store.reader()? })
    }

    /// Returns a number that changes when another process, or another connection, writes into the
    /// store, and not when we do.
    pub(super) fn data_version(&self) -> Result<i64, StoreFailure> {
        match &self.writer {
            Some(writer) => writer.data_version(),
            None => self.reader.data_version(),
        }
    }

    /// Returns the connection for writes.
    pub(super) fn writer(&mut self) -> Result<&mut Writer, StoreFailure> {
        self.writer.as_mut().ok_or(StoreFailure::ReadOnly)
    }
}

/// Tells the operator once that the store is damaged, whoever meets it.
#[derive(Clone, Debug)]
pub(super) struct DamageAlarm {
    events: EventHub,
    told: Arc<AtomicBool>,
}

impl DamageAlarm {
    /// Creates an alarm that nobody has heard yet.
    pub(super) fn new(events: EventHub) -> Self {
        Self { events, told: Arc::default() }
    }

    /// Tells it if a result of the store says so.
    pub(super) fn watch<T>(&self, result: &Result<T, StoreFailure>) {
        if let Err(failure @ (StoreFailure::Corrupt | StoreFailure::Damaged { .. })) = result
            && !self.told.swap(true, Ordering::SeqCst)
        {
            let advice = failure.advice();
            let words = format!(
                "The store is damaged: nothing is written into it or sent from it. {advice}"
            );
            self.events.notice(Level::Error, None, words);
        }
    }
}

/// `None` ends the thread.
type Job = Option<Box<dyn FnOnce(&mut StoreConnections) + Send>>;

/// A handle on the writer thread. The thread ends, after its last job, when it is closed or when
/// all clones are gone.
#[derive(Clone, Debug)]
pub(super) struct StoreWriter {
    jobs: mpsc::Sender<Job>,
    alarm: DamageAlarm,
    clock: Clock,
}

impl StoreWriter {
    /// Starts the thread.
    pub(super) fn start(
        mut store: StoreConnections,
        alarm: DamageAlarm,
        clock: Clock,
    ) -> Result<(Self, JoinHandle<()>), std::io::Error> {
        let (jobs, work) = mpsc::channel::<Job>();
        let thread =
            std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
                while let Ok(Some(job)) = work.recv() {
                    job(&mut store);
                }
            })?;
        Ok((Self { jobs, alarm, clock }, thread))
    }

    /// Runs a job on the thread. It runs even if the future is dropped or everything is stopped
    /// right after.
    pub(super) fn call<T: Send + 'static, W>(
        &self,
        work: W,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, W>
    where
        W: FnOnce(&mut StoreConnections) -> Result<T, StoreFailure> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let alarm = self.alarm.clone();
        // The thread is gone only when everything has been stopped.
        let _ = self.jobs.send(Some(Box::new(move |store: &mut StoreConnections| {
            let result = work(store);
            alarm.watch(&result);
            // The caller may not be interested.
            let _ = reply.send(result);
        })));
        let clock = self.clock.clone();
        async move {
            match clock.answer(answer).await {
                Some(result) => result.map_err(|failure| store_error(&failure)),
                None => Err(closed()),
            }
        }
    }

    /// Ends the thread after the jobs that it was given.
    pub(super) fn close(&self) {
        let _ = self.jobs.send(None);
    }
}

/// Returns the error for calls after everything was stopped.
pub(super) fn closed() -> StoreError {
    StoreError {
        words: "The store is closed already.".to_owned(),
        advice: "Start purgedeck again.".to_owned(),
    }
}

/// Words a failure of the store for the operator.
pub(super) fn store_error(failure: &StoreFailure) -> StoreError {
    let mut words = failure.to_string();
    if let Some(first) = words.get(..1).map(str::to_uppercase) {
        words.replace_range(..1, &first);
    }
    words.push('.');
    StoreError { words, advice: failure.advice().to_owned() }
}
