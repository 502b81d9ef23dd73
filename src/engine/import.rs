//! Imports history into the local store: one thread reads the next batch while the caller's stores
//! the one before. Storing takes longer, so the reading thread also frees what was stored.

use std::ops::ControlFlow;
use std::sync::mpsc;
use std::thread;

use chrono::{DateTime, Utc};

use super::local_store::LocalStore;
use crate::domain::event::StoreError;
use crate::domain::purge::Purge;
use crate::store::{Reader, StoreFailure};

pub use crate::store::Recorded;

/// Batches that wait between the two threads. There is none: of those that are read, stored or to
/// be freed, three are in memory.
const WAITING_BATCHES: usize = 0;

/// Takes a batch and the progress of its reading; breaks where nothing more is stored.
pub type BatchSink<P> = dyn FnMut(Vec<Purge>, P) -> ControlFlow<()>;

impl LocalStore {
    /// Checks a file's pages, then stores the batches that `read` hands on, which runs on a
    /// thread of its own. Each batch is stored, whole, when `stored` is called with its progress.
    /// Returns what `read` returned, also where it ended early. Batches of some ten thousand
    /// purges, roughly in the order of time, are fastest.
    ///
    /// A failure of the store is returned at once, also while `read` waits for its input.
    pub fn import<P: Send + 'static, T: Send + 'static>(
        &self,
        seen_at: DateTime<Utc>,
        read: impl FnOnce(&mut BatchSink<P>) -> T + Send + 'static,
        mut stored: impl FnMut(&P),
    ) -> Result<(T, Recorded), StoreError> {
        let failed = |failure: StoreFailure| self.failed(&failure);
        self.read(Reader::check_pages)?;
        let mut writer = self.0.writer().map_err(failed)?;
        let mut import = writer.import().map_err(failed)?;
        let (batches, arriving) = mpsc::sync_channel(WAITING_BATCHES);
        let (spent, to_free) = mpsc::channel::<Vec<Purge>>();
        let reading = thread::Builder::new()
            .name("import-reader".to_owned())
            .spawn(move || {
                read(&mut move |batch, progress| {
                    let sent = batches.send((batch, progress));
                    to_free.try_iter().for_each(drop);
                    match sent {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(mpsc::SendError(_)) => ControlFlow::Break(()),
                    }
                })
            })
            .map_err(|error| failed(StoreFailure::Io(error.to_string())))?;
        for (batch, progress) in arriving {
            import.record(&batch, seen_at).map_err(failed)?;
            stored(&progress);
            // If nothing is read any more, it is freed here.
            let _ = spent.send(batch);
        }
        let recorded = import.finish().map_err(failed)?;
        // It has ended, since it hands on no more; a panic of its goes on here.
        let read = reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((read, recorded))
    }
}
