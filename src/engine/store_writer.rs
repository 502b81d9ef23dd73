//! The thread that writes into the store, one job after another. Tasks also read there, so that
//! they see their own writes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use tokio::sync::{oneshot, watch};

use super::clock::Clock;
use super::events::EventHub;
use crate::domain::event::{Level, StoreError};
use crate::store::{Access, Duty, Lease, Reader, Store, StoreFailure, Writer};

/// The connections of the writer thread.
pub(super) struct StoreConnections {
    writer: Option<Writer>,
    /// For reads by tasks.
    pub(super) reader: Reader,
    /// Duties that were taken, to be given back at the end.
    duties: BTreeSet<Duty>,
}

impl StoreConnections {
    /// Opens the connections; a read-only store has no writer.
    pub(super) fn open(store: &Store) -> Result<Self, StoreFailure> {
        let writer = match store.access() {
            Access::ReadWrite => Some(store.writer()?),
            Access::ReadOnly => None,
        };
        Ok(Self { writer, reader: store.reader()?, duties: BTreeSet::new() })
    }

    /// Returns a number that changes when another process, or another connection, writes into the
    /// store, and not when we do.
    pub(super) fn data_version(&mut self) -> Result<i64, StoreFailure> {
        match &mut self.writer {
            Some(writer) => writer.data_version(),
            None => self.reader.data_version(),
        }
    }

    /// Returns the connection for writes.
    pub(super) fn writer(&mut self) -> Result<&mut Writer, StoreFailure> {
        self.writer.as_mut().ok_or(StoreFailure::ReadOnly)
    }

    /// Takes a duty, unless another purgedeck has it. It is given back with the connections at the
    /// latest.
    pub(super) fn lease(&mut self, duty: Duty) -> Result<Lease, StoreFailure> {
        let lease = self.writer()?.lease(&duty)?;
        if lease == Lease::Held {
            self.duties.insert(duty);
        }
        Ok(lease)
    }

    /// Gives a duty back.
    pub(super) fn release(&mut self, duty: &Duty) -> Result<(), StoreFailure> {
        self.duties.remove(duty);
        self.writer()?.release(duty)
    }

    /// True if a duty is held: it may have been lost with the connection.
    pub(super) fn holds(&mut self, duty: &Duty) -> Result<bool, StoreFailure> {
        self.writer()?.holds(duty)
    }

    /// Gives all duties back, so that others have them at once.
    fn release_all(&mut self) {
        let Some(writer) = &mut self.writer else { return };
        for duty in std::mem::take(&mut self.duties) {
            // One that was lost is not given back; one that cannot be ends with the connection.
            if writer.holds(&duty) == Ok(true)
                && let Err(failure) = writer.release(&duty)
            {
                tracing::warn!(?duty, %failure, "a duty could not be given back");
            }
        }
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
    /// False while the store's server is known to be out of reach.
    reachable: watch::Sender<bool>,
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
                store.release_all();
            })?;
        Ok((Self { jobs, alarm, clock, reachable: watch::Sender::new(true) }, thread))
    }

    /// False while the store's server is known to be out of reach.
    pub(super) fn is_reachable(&self) -> bool {
        *self.reachable.borrow()
    }

    /// Notes that the store's server can be reached, or cannot.
    pub(super) fn set_reachable(&self, reachable: bool) {
        self.reachable.send_replace(reachable);
    }

    /// Waits until a store that is out of reach can be reached; for ever where it is not.
    pub(super) async fn back(&self) {
        if self.is_reachable() {
            return std::future::pending().await;
        }
        // The sender is ours.
        let _ = self.reachable.subscribe().wait_for(|reachable| *reachable).await;
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
