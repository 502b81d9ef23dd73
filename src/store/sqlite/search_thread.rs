//! A second thread that searches chunks while the first one reads them from the file.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::thread;

use super::chunk::Chunk;
use super::text_search::{Hits, TextSearch};
use crate::store::failure::StoreFailure;

/// Chunks that wait for the thread.
const MOST_WAITING: usize = 4;

/// Chunks that were searched or are to be, before the first of them is awaited.
const MOST_AHEAD: usize = 16;

/// A chunk and the purges that its search found.
pub(super) type Searched = (Chunk<'static>, Hits);

/// Chunks under way, in the order in which they were given.
pub(super) struct SearchQueue<'s> {
    search: &'s mut TextSearch,
    under_way: VecDeque<Slot>,
    /// `None` if there is no thread.
    to: Option<SyncSender<Vec<u8>>>,
    from: Receiver<Result<Searched, StoreFailure>>,
    /// Memory for the next chunks.
    spare: Vec<Vec<u8>>,
}

enum Slot {
    OnThread,
    Done(Box<Searched>),
}

impl SearchQueue<'_> {
    /// Gives a chunk to the thread, or searches it here if the thread has enough.
    pub(super) fn push(&mut self, body: &[u8]) -> Result<(), StoreFailure> {
        let mut copy = self.spare.pop().unwrap_or_default();
        copy.clear();
        copy.extend_from_slice(body);
        let mut body = copy;
        if let Some(to) = &self.to {
            match to.try_send(body) {
                Ok(()) => {
                    self.under_way.push_back(Slot::OnThread);
                    return Ok(());
                }
                Err(TrySendError::Full(back) | TrySendError::Disconnected(back)) => body = back,
            }
        }
        self.under_way.push_back(Slot::Done(Box::new(searched(self.search, body)?)));
        Ok(())
    }

    /// Takes back a chunk that is not needed any more.
    pub(super) fn give_back(&mut self, chunk: Chunk<'static>) {
        self.spare.push(chunk.into_bytes());
    }

    /// Returns the first chunk under way; `None` if there is none or, unless too many are, if it is
    /// not done yet. With `is_last` it is awaited.
    pub(super) fn next(&mut self, is_last: bool) -> Result<Option<Searched>, StoreFailure> {
        let is_awaited = is_last || self.under_way.len() >= MOST_AHEAD;
        match self.under_way.pop_front() {
            None => Ok(None),
            Some(Slot::Done(searched)) => Ok(Some(*searched)),
            Some(Slot::OnThread) => {
                let ended = || StoreFailure::Io("the thread that searches has ended".to_owned());
                let searched = if is_awaited {
                    Some(self.from.recv().map_err(|_| ended())?)
                } else {
                    self.from.try_recv().ok()
                };
                if searched.is_none() {
                    self.under_way.push_front(Slot::OnThread);
                }
                searched.transpose()
            }
        }
    }
}

fn searched(search: &mut TextSearch, body: Vec<u8>) -> Result<Searched, StoreFailure> {
    let chunk = Chunk::decode(body)?;
    let hits = search.search(&chunk)?;
    Ok((chunk, hits))
}

/// Does work with a thread beside it. If none can be had, all is searched here.
pub(super) fn with_thread<T>(
    search: &mut TextSearch,
    work: impl FnOnce(&mut SearchQueue<'_>) -> T,
) -> T {
    thread::scope(|scope| {
        let (to, bodies) = sync_channel::<Vec<u8>>(MOST_WAITING);
        let (done, from) = channel();
        let mut own = search.clone();
        let spawned =
            thread::Builder::new().name("search".to_owned()).spawn_scoped(scope, move || {
                for body in bodies {
                    if done.send(searched(&mut own, body)).is_err() {
                        break;
                    }
                }
            });
        let to = spawned.is_ok().then_some(to);
        // It is dropped before the scope waits for the thread, which ends then.
        let (under_way, spare) = (VecDeque::new(), Vec::new());
        work(&mut SearchQueue { search, under_way, to, from, spare })
    })
}
