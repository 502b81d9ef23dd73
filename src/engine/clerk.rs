//! The thread that writes: everything that goes into the store goes through it, one thing after another, and what tasks
//! read for themselves is read there too, so that they see what they wrote.

use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::clock::Clock;
use crate::domain::event::StoreError;
use crate::store::{Access, Reader, Store, StoreFailure, Writer};

/// The store as the clerk holds it.
pub(super) struct Books {
    writer: Option<Writer>,
    /// For what tasks read.
    pub(super) reader: Reader,
}

impl Books {
    /// Opens them; a store that is for reading only has no writer.
    pub(super) fn open(store: &Store) -> Result<Self, StoreFailure> {
        let writer = match store.access() {
            Access::ReadWrite => Some(store.writer()?),
            Access::ReadOnly => None,
        };
        Ok(Self { writer, reader: store.reader()? })
    }

    /// A number that changes when another process, or another connection, writes into the store, and not when we do.
    pub(super) fn data_version(&self) -> Result<i64, StoreFailure> {
        match &self.writer {
            Some(writer) => writer.data_version(),
            None => self.reader.data_version(),
        }
    }

    /// For what is written.
    pub(super) fn writer(&mut self) -> Result<&mut Writer, StoreFailure> {
        self.writer.as_mut().ok_or(StoreFailure::ReadOnly)
    }
}

type Job = Box<dyn FnOnce(&mut Books) + Send>;

/// Gives the clerk work. Clones give it to the same one; it ends when all of them are gone, after its last job.
#[derive(Clone, Debug)]
pub(super) struct Clerk {
    jobs: mpsc::Sender<Job>,
    clock: Clock,
}

impl Clerk {
    /// Starts the thread.
    pub(super) fn start(
        mut books: Books,
        clock: Clock,
    ) -> Result<(Self, JoinHandle<()>), std::io::Error> {
        let (jobs, work) = mpsc::channel::<Job>();
        let thread =
            std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
                while let Ok(job) = work.recv() {
                    job(&mut books);
                }
            })?;
        Ok((Self { jobs, clock }, thread))
    }

    /// Has something done and waits for what came of it.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Books) -> Result<T, StoreFailure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        self.hand_over(move |books| {
            let _ = tell.send(work(books));
        });
        match self.clock.answer(told).await {
            Some(result) => result.map_err(|failure| trouble(&failure)),
            None => Err(StoreError {
                words: "The store is closed already.".to_owned(),
                advice: "Start purgedeck again.".to_owned(),
            }),
        }
    }

    /// Has something done and does not wait. It is done even if everything is stopped right after.
    pub(super) fn tell(&self, work: impl FnOnce(&mut Books) + Send + 'static) {
        let (tell, told) = oneshot::channel();
        self.hand_over(move |books| {
            work(books);
            let _ = tell.send(());
        });
        self.clock.stand_still_for(told);
    }

    fn hand_over(&self, work: impl FnOnce(&mut Books) + Send + 'static) {
        // Nobody works any more only when everything has been stopped.
        let _ = self.jobs.send(Box::new(work));
    }
}

/// The store's words for the core.
pub(super) fn trouble(failure: &StoreFailure) -> StoreError {
    let mut words = failure.to_string();
    if let Some(first) = words.get(..1).map(str::to_uppercase) {
        words.replace_range(..1, &first);
    }
    words.push('.');
    StoreError { words, advice: failure.advice().to_owned() }
}
