//! Changes the journal as the operator orders: queue, confirm, cancel, resend, reorder, pause; and
//! keeps drafts.
//!
//! Orders are carried out in the sequence of the calls, even if their futures are dropped.
//! Read-only and offline are enforced here, for both faces.

use super::Engine;
use super::events::EventHub;
use super::messages::SenderMsg;
use super::store_writer::StoreConnections;
use crate::domain::draft::KeptDraft;
use crate::domain::event::{Event, StoreError};
use crate::domain::ids::{AccountName, DraftId, JournalId};
use crate::domain::journal::{JournalEntry, JournalState, NewEntry};
use crate::domain::payload::PurgeRequest;
use crate::domain::permission::{Action, Permissions, Refusal};
use crate::store::{Access, Reader, StepDetails, StepOutcome, StoreFailure, Writer};

/// Number of closed entries of the journal that are read for a list.
const NEWEST: u32 = 200;

/// A change of the drafts in the store.
type DraftChange = Box<dyn FnOnce(&mut Writer) -> Result<(), StoreFailure> + Send>;

/// The reason why the engine does not carry out an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// A rule forbids it.
    #[error("{}", refusal.error(*action))]
    Refused {
        /// The order.
        action: Action,
        /// The rule.
        refusal: Refusal,
    },
    /// The engine is offline: no vendor is asked for news.
    #[error("Offline: the store is all there is.")]
    Offline,
    /// The request is not in the state that the order is for; `None` where it is not in the
    /// journal.
    #[error("{id} is not {needed} any more.")]
    WrongState {
        /// The request.
        id: JournalId,
        /// Its state.
        state: Option<JournalState>,
        /// The state that the order is for.
        needed: JournalState,
    },
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OrderError {
    /// Returns the account that the refusal is about, if it is about one.
    pub fn account(&self) -> Option<&AccountName> {
        match self {
            Self::Refused {
                refusal: Refusal::ReadOnlyAccount(account) | Refusal::NoAccount(account),
                ..
            } => Some(account),
            Self::Refused { refusal: Refusal::ReadOnly | Refusal::Offline, .. }
            | Self::Offline
            | Self::WrongState { .. }
            | Self::Store(_) => None,
        }
    }
}

/// Reads the journal's newest entries, open ones first; open ones in the order of the queue, the
/// others newest first.
pub(super) fn newest(reader: &Reader) -> Result<Vec<JournalEntry>, StoreFailure> {
    let mut entries = reader.journal_open()?;
    let mut closed = reader.journal_newest(NEWEST)?;
    // An entry that was closed between the two readings is in both.
    closed
        .retain(|entry| !entry.state.is_open() && !entries.iter().any(|open| open.id == entry.id));
    entries.append(&mut closed);
    Ok(entries)
}

impl Engine {
    /// Writes requests into the journal as queued, in the order in which they are to be sent: all
    /// of them, or none. The sender takes them from there.
    pub fn enqueue(
        &self,
        entries: Vec<NewEntry>,
    ) -> impl Future<Output = Result<Vec<JournalEntry>, StoreError>> + Send + use<> {
        let refusal = entries.iter().find_map(|entry| self.refusal(&entry.request));
        let order = if let Some(error) = refusal {
            Err(error)
        } else {
            let (verifier, now) = (self.0.verifier.clone(), self.0.clock.now());
            Ok(self.change_journal(move |store| {
                let queued = store.writer()?.enqueue(&entries, now)?;
                // Where there is no verifier, no edge is watched.
                let _ = verifier.send(queued.clone());
                Ok(queued)
            }))
        };
        async move { order?.await }
    }

    /// Cancels requests that are still queued. Returns a result for each.
    pub fn cancel(
        &self,
        ids: Vec<JournalId>,
    ) -> impl Future<Output = Vec<Result<JournalEntry, OrderError>>> + Send + use<> {
        self.step(ids, JournalState::Queued, JournalState::Cancelled)
    }

    /// Queues a request of unknown outcome again. Called only when the operator orders it.
    pub fn resend(
        &self,
        id: JournalId,
    ) -> impl Future<Output = Result<JournalEntry, OrderError>> + Send + use<> {
        let missing =
            OrderError::WrongState { id: id.clone(), state: None, needed: JournalState::Unknown };
        let step = self.step(vec![id], JournalState::Unknown, JournalState::Queued);
        async move { step.await.pop().unwrap_or(Err(missing)) }
    }

    /// Confirms queued requests that others queued, so that they are sent. Called only when the
    /// operator orders it. Returns those that were confirmed.
    pub fn confirm(
        &self,
        ids: Vec<JournalId>,
    ) -> impl Future<Output = Result<Vec<JournalEntry>, OrderError>> + Send + use<> {
        let read_only = self.read_only_accounts();
        let confirmed = self.check(Action::Resend).map(|()| {
            self.change_queue(move |store| {
                let account = ids.iter().find_map(|id| in_read_only(store, id, &read_only));
                if let Some(account) = account {
                    return Ok(Err(read_only_in(account)));
                }
                store.writer()?.confirm(&ids).map(Ok)
            })
        });
        async move { confirmed?.await }
    }

    /// Puts a canceled request back into its place in the queue.
    pub fn restore(
        &self,
        id: JournalId,
    ) -> impl Future<Output = Result<JournalEntry, OrderError>> + Send + use<> {
        let missing =
            OrderError::WrongState { id: id.clone(), state: None, needed: JournalState::Cancelled };
        let step = self.step(vec![id], JournalState::Cancelled, JournalState::Queued);
        async move { step.await.pop().unwrap_or(Err(missing)) }
    }

    /// Exchanges the places of queued requests, so that they are sent in this order. Returns those
    /// that moved.
    pub fn reorder(
        &self,
        ids: Vec<JournalId>,
    ) -> impl Future<Output = Result<Vec<JournalEntry>, OrderError>> + Send + use<> {
        let read_only = self.read_only_accounts();
        self.change_queue(move |store| {
            if let Some(account) = ids.iter().find_map(|id| in_read_only(store, id, &read_only)) {
                return Ok(Err(read_only_in(account)));
            }
            store.writer()?.reorder(&ids).map(Ok)
        })
    }

    /// Pauses or resumes the queue, for every purgedeck on the store and over restarts. Returns the
    /// requests that the pause, where it ends, had delayed.
    pub fn pause(
        &self,
        paused: bool,
    ) -> impl Future<Output = Result<Vec<JournalEntry>, OrderError>> + Send + use<> {
        let (events, now) = (self.0.events.clone(), self.0.clock.now());
        self.change_queue(move |store| {
            let put_off = store.writer()?.pause(paused, now)?;
            events.publish(Event::QueuePaused(paused));
            Ok(Ok(put_off))
        })
    }

    /// Keeps a draft for the next start. In read-only mode, the drafts of other runs stay as they
    /// are.
    pub fn keep_draft(
        &self,
        kept: KeptDraft,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        self.change_drafts(Box::new(move |writer| writer.save_draft(&kept)))
    }

    /// Forgets a draft. In read-only mode, the drafts of other runs stay as they are.
    pub fn forget_draft(
        &self,
        id: DraftId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        self.change_drafts(Box::new(move |writer| writer.remove_draft(&id).map(drop)))
    }

    fn change_drafts(
        &self,
        change: DraftChange,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let changed = (!self.0.safety.is_read_only())
            .then(|| self.0.writer.call(move |store| change(store.writer()?)));
        async move {
            match changed {
                Some(changed) => changed.await,
                None => Ok(()),
            }
        }
    }

    /// Notes that the operator knows of the bad ends of these requests, for the next start and for
    /// other purgedecks on the store. In read-only mode, they stay as they are.
    pub fn notice_bad_ends(
        &self,
        ids: Vec<JournalId>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let writable = !self.0.safety.is_read_only() && self.0.store.access() == Access::ReadWrite;
        let events = self.0.events.clone();
        let noted = writable.then(|| {
            self.0.writer.call(move |store| {
                let noticed = store.writer()?.notice_bad_ends(&ids)?;
                publish(&events, &noticed);
                Ok(())
            })
        });
        async move {
            match noted {
                Some(noted) => noted.await,
                None => Ok(()),
            }
        }
    }

    /// Keeps the board, as text, for the next start.
    pub fn keep_board(
        &self,
        board: String,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        self.0.writer.call(move |store| store.writer()?.save_board(&board))
    }

    /// Returns the reason why a request must not be queued, if there is one.
    fn refusal(&self, request: &PurgeRequest) -> Option<StoreError> {
        let account = self.0.safety.account(&request.account);
        let checked =
            self.permissions().check_in(Action::Purge, &request.account, account.as_ref());
        checked.err().map(|refusal| refusal.error(Action::Purge))
    }

    fn permissions(&self) -> Permissions {
        Permissions { read_only: self.0.safety.is_read_only(), offline: self.0.offline }
    }

    /// Refuses actions that are forbidden for all accounts.
    fn check(&self, action: Action) -> Result<(), OrderError> {
        let checked = self.permissions().check(action);
        checked.map_err(|refusal| OrderError::Refused { action, refusal })
    }

    /// Returns the read-only accounts.
    fn read_only_accounts(&self) -> Vec<AccountName> {
        let accounts = self.0.safety.accounts().into_iter();
        accounts.filter(|it| it.read_only).map(|it| it.name).collect()
    }

    fn step(
        &self,
        ids: Vec<JournalId>,
        from: JournalState,
        to: JournalState,
    ) -> impl Future<Output = Vec<Result<JournalEntry, OrderError>>> + Send + use<> {
        let sends = to == JournalState::Queued;
        let checked = self.check(if sends { Action::Resend } else { Action::ChangeQueue });
        let steps: Vec<_> = ids
            .into_iter()
            .map(|id| checked.clone().map(|()| self.step_one(id, from, to)))
            .collect();
        async move {
            let mut results = Vec::with_capacity(steps.len());
            for step in steps {
                results.push(match step {
                    Ok(step) => step.await.unwrap_or_else(|error| Err(error.into())),
                    Err(refusal) => Err(refusal),
                });
            }
            results
        }
    }

    fn step_one(
        &self,
        id: JournalId,
        from: JournalState,
        to: JournalState,
    ) -> impl Future<Output = Result<Result<JournalEntry, OrderError>, StoreError>> + Send + use<>
    {
        let (events, now) = (self.0.events.clone(), self.0.clock.now());
        let read_only = self.read_only_accounts();
        self.change_journal(move |store| {
            if let Some(account) = in_read_only(store, &id, &read_only) {
                return Ok(Err(read_only_in(account)));
            }
            let details = StepDetails {
                planned_at: (from == JournalState::Unknown).then_some(now),
                ..StepDetails::at(now)
            };
            Ok(match store.writer()?.step(&id, from, to, &details)? {
                StepOutcome::Done(entry) => {
                    publish(&events, std::slice::from_ref(entry.as_ref()));
                    Ok(*entry)
                }
                StepOutcome::Refused { found } => {
                    Err(OrderError::WrongState { id, state: found, needed: from })
                }
            })
        })
    }

    /// Changes several entries, publishes the changed ones, and notifies the sender; refused where
    /// the queue must not be changed.
    fn change_queue<W>(
        &self,
        change: W,
    ) -> impl Future<Output = Result<Vec<JournalEntry>, OrderError>> + Send + use<W>
    where
        W: FnOnce(
                &mut StoreConnections,
            ) -> Result<Result<Vec<JournalEntry>, OrderError>, StoreFailure>
            + Send
            + 'static,
    {
        let events = self.0.events.clone();
        let order = self.check(Action::ChangeQueue).map(|()| {
            self.change_journal(move |store| {
                let changed = change(store)?;
                if let Ok(moved) = &changed {
                    publish(&events, moved);
                }
                Ok(changed)
            })
        });
        async move { order?.await? }
    }

    /// Changes the journal and notifies the sender. The sender's next steps are written and
    /// published after the caller was answered, since one thread does both.
    fn change_journal<T: Send + 'static, W>(
        &self,
        change: W,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, W>
    where
        W: FnOnce(&mut StoreConnections) -> Result<T, StoreFailure> + Send + 'static,
    {
        let sender = self.0.sender.clone();
        self.0.writer.call(move |store| {
            let changed = change(store);
            // Where there is no sender, everything is being stopped: the next start sends it.
            let _ = sender.send(SenderMsg::Journal);
            changed
        })
    }
}

fn publish(events: &EventHub, entries: &[JournalEntry]) {
    for entry in entries {
        events.publish(Event::Journal(Box::new(entry.clone())));
    }
}

fn read_only_in(account: AccountName) -> OrderError {
    let refusal = Refusal::ReadOnlyAccount(account);
    OrderError::Refused { action: Action::ChangeQueue, refusal }
}

/// Returns the account of a request if it is a read-only one.
fn in_read_only(
    store: &StoreConnections,
    id: &JournalId,
    read_only: &[AccountName],
) -> Option<AccountName> {
    if read_only.is_empty() {
        return None;
    }
    // An entry that cannot be read cannot be changed either; that attempt returns the error.
    let account = store.reader.journal_entry(id).ok()??.request.account;
    read_only.contains(&account).then_some(account)
}
