//! The task of one account: publishes its stored state, then keeps it up to date, or waits while
//! another purgedeck on the store does.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::AccountSync;
use super::duty::{SyncDuties, Turn};
use super::saved_state::SavedState;
use super::waiting::WaitingAccount;
use crate::domain::activity::Names;
use crate::domain::event::{Event, Level, StoreError};
use crate::domain::limits::Limits;
use crate::engine::account_client::AccountClient;
use crate::engine::messages::SyncMsg;

/// Pause before the stored state is read again where that failed.
const READ_AGAIN: Duration = Duration::from_secs(5);

/// The task of one account.
#[derive(Debug)]
pub(in crate::engine) struct AccountTask {
    pub(in crate::engine) client: AccountClient,
    pub(in crate::engine) inbox: mpsc::UnboundedReceiver<SyncMsg>,
    pub(in crate::engine) limits: watch::Sender<Arc<Limits>>,
    pub(in crate::engine) names: Names,
    /// Pause between two readings of news; `None`: no vendor is asked.
    pub(in crate::engine) refresh: Option<Duration>,
    /// Set where the purgedecks on the store share the reading.
    pub(in crate::engine) duties: Option<SyncDuties>,
}

impl AccountTask {
    /// Publishes the stored state of the account, and keeps the account up to date until `stop`.
    pub(in crate::engine) async fn work(mut self, stop: CancellationToken) {
        let known = Arc::clone(&self.limits.borrow());
        let account = self.client.account.clone();
        self.client.events.publish(Event::Limits { account, limits: known });
        let saved = self.read().await;
        self.publish(&saved);
        let Some(refresh) = self.refresh else { return };
        match self.duties.take() {
            None => {
                self.sync(saved, refresh).run(stop).await;
            }
            Some(duties) => self.take_turns(&duties, saved, refresh, &stop).await,
        }
    }

    /// Keeps the account up to date while it is this purgedeck's turn.
    async fn take_turns(
        mut self,
        duties: &SyncDuties,
        mut saved: SavedState,
        refresh: Duration,
        stop: &CancellationToken,
    ) {
        let account = self.client.account.clone();
        let mut turns = duties.follow();
        loop {
            let Self { client, inbox, limits, .. } = &mut self;
            let mut waiting = WaitingAccount::new(client, inbox, limits, saved);
            let Some(number) = waiting.wait(&mut turns, stop).await else { return };
            // Others may have read on meanwhile.
            let Some(newest) = self.read_at_last(stop).await else { return };
            self.publish(&newest);
            let ended = stop.child_token();
            let (client, limits, names) =
                (self.client.clone(), self.limits.clone(), self.names.clone());
            let sync = self.sync(newest, refresh);
            let mut run = std::pin::pin!(sync.run(ended.clone()));
            let ours = Turn::Ours(number);
            let lost = async {
                // Where nobody gives turns any more, everything is being stopped.
                drop(turns.wait_for(|turns| turns.get(&account) != Some(&ours)).await);
            };
            let (inbox, status) = tokio::select! {
                biased;
                ended = &mut run => ended,
                () = lost => {
                    ended.cancel();
                    run.await
                }
            };
            if stop.is_cancelled() {
                return;
            }
            client.events.publish(Event::Account { account: account.clone(), status });
            self = Self { client, inbox, limits, names, refresh: Some(refresh), duties: None };
            let Some(newest) = self.read_at_last(stop).await else { return };
            saved = newest;
        }
    }

    /// Reads the stored state as soon as the store can be read; `None` where everything is being
    /// stopped. What is shown stays until then.
    async fn read_at_last(&self, stop: &CancellationToken) -> Option<SavedState> {
        loop {
            match stop.run_until_cancelled(self.try_read()).await? {
                Ok(saved) => return Some(saved),
                Err(error) => tracing::warn!(%error, "an account could not be read"),
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => return None,
                () = self.client.writer.back() => {}
                () = tokio::time::sleep(READ_AGAIN) => {}
            }
        }
    }

    fn sync(self, saved: SavedState, refresh: Duration) -> AccountSync {
        AccountSync::new(self.client, self.inbox, self.limits, saved, refresh, self.names)
    }

    async fn try_read(&self) -> Result<SavedState, StoreError> {
        let (account, now) = (self.client.account.clone(), self.client.clock.now());
        let read =
            self.client.writer.call(move |store| SavedState::read(&store.reader, &account, now));
        read.await
    }

    async fn read(&self) -> SavedState {
        match self.try_read().await {
            Ok(saved) => saved,
            Err(error) => {
                let account = Some(&self.client.account);
                self.client.events.notice(Level::Error, account, error.to_string());
                SavedState::default()
            }
        }
    }

    fn publish(&self, saved: &SavedState) {
        let account = self.client.account.clone();
        if !saved.resources.is_empty() {
            let resources = Arc::clone(&saved.resources);
            self.client.events.publish(Event::Resources { account: account.clone(), resources });
        }
        self.client.events.publish(Event::Account { account, status: saved.status() });
    }
}
