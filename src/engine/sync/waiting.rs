//! An account that another purgedeck on the store reads: shows what is stored of it, and passes on
//! that its news are wanted.
//!
//! The vendor is asked for limits once, since nobody stores them, and for the resources where the
//! store has none.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::duty::Turn;
use super::on_their_way::{Lookup, joined};
use super::saved_state::SavedState;
use crate::domain::event::{AccountStatus, Event, Holder, Unread};
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::AccountName;
use crate::domain::limits::Limits;
use crate::domain::resource::Resource;
use crate::engine::account_client::AccountClient;
use crate::engine::messages::{SenderMsg, SyncMsg};
use crate::engine::poll::PollPolicy;

/// Least time between two readings of what the others changed, unless the operator asks for it.
const READ_AGAIN: Duration = Duration::from_secs(10);
/// Time in which news that were wanted should have been read.
const PATIENCE: Duration = Duration::from_mins(1);

/// An account while it is not this purgedeck's turn to read it.
pub(super) struct WaitingAccount<'t> {
    client: &'t AccountClient,
    inbox: &'t mut mpsc::UnboundedReceiver<SyncMsg>,
    limits: &'t watch::Sender<Arc<Limits>>,
    resources: Arc<Vec<Resource>>,
    status: AccountStatus,
    published: AccountStatus,
    lookups: JoinSet<Lookup>,
    /// The time before which the store is not read again.
    rests_until: Instant,
    /// The store was changed since it was read.
    is_changed: bool,
    /// The time at which news that are wanted are given up.
    gives_up_at: Option<Instant>,
}

impl<'t> WaitingAccount<'t> {
    /// Makes one of which this is stored.
    pub(super) fn new(
        client: &'t AccountClient,
        inbox: &'t mut mpsc::UnboundedReceiver<SyncMsg>,
        limits: &'t watch::Sender<Arc<Limits>>,
        saved: SavedState,
    ) -> Self {
        Self {
            client,
            inbox,
            limits,
            status: saved.status(),
            published: saved.status(),
            resources: saved.resources,
            lookups: JoinSet::new(),
            rests_until: Instant::now(),
            is_changed: false,
            gives_up_at: None,
        }
    }

    /// Waits for the turn of this purgedeck; returns its number. `None`: everything is being
    /// stopped.
    pub(super) async fn wait(
        &mut self,
        turns: &mut watch::Receiver<BTreeMap<AccountName, Turn>>,
        stop: &CancellationToken,
    ) -> Option<u64> {
        loop {
            let turn = turns.borrow_and_update().get(&self.client.account).cloned();
            match turn {
                Some(Turn::Ours(number)) => return Some(number),
                Some(Turn::Theirs(by)) => self.leave_to(by).await,
                Some(Turn::Open) => self.status.read_by = None,
                None => return None,
            }
            self.publish();
            tokio::select! {
                biased;
                () = stop.cancelled() => return None,
                changed = turns.changed() => changed.ok()?,
                Some(message) = self.inbox.recv() => self.receive(&message).await,
                Some(answer) = self.lookups.join_next() => {
                    if let Some(answer) = joined(answer) {
                        self.take(answer);
                    }
                }
                () = tokio::time::sleep_until(self.rests_until), if self.is_changed => {
                    self.read_again().await;
                }
                () = sleep_until(self.gives_up_at), if self.gives_up_at.is_some() => {
                    self.gives_up_at = None;
                    self.status.unread = Unread::Later;
                }
            }
        }
    }

    /// Takes note of who reads the account; of the first one, asks for news.
    async fn leave_to(&mut self, by: Holder) {
        let is_first = self.status.read_by.is_none();
        self.status.read_by = Some(by);
        if !is_first || self.status.initial_sync_done || !self.lookups.is_empty() {
            return;
        }
        let provider = Arc::clone(&self.client.provider);
        if self.resources.is_empty() {
            let provider = Arc::clone(&provider);
            let until = self.client.vendor_now();
            self.lookups.spawn(async move { Lookup::Resources(provider.resources().await, until) });
        }
        self.lookups
            .spawn(async move { Lookup::Limits(provider.live_limits().await.map(Arc::new)) });
        self.read_again().await;
        self.want_refresh().await;
    }

    async fn receive(&mut self, message: &SyncMsg) {
        match message {
            SyncMsg::Refresh => {
                self.want_refresh().await;
                self.read_again().await;
            }
            SyncMsg::Sent(_) => self.want_refresh().await,
            SyncMsg::Synced(at) => {
                self.gives_up_at = None;
                self.status.unread = Unread::Nothing;
                self.status.synced_at = self.status.synced_at.max(Some(*at));
            }
            SyncMsg::StoreChanged => self.is_changed = true,
            // It is for the one who reads.
            SyncMsg::Wanted | SyncMsg::Shown(_) => {}
        }
    }

    /// Asks the one who reads the account for news.
    async fn want_refresh(&mut self) {
        self.gives_up_at = Some(Instant::now() + PATIENCE);
        let account = self.client.account.clone();
        let asked = self.client.writer.call(move |store| store.writer()?.want_refresh(&account));
        if let Err(error) = asked.await {
            tracing::warn!(%error, "news could not be asked for");
        }
    }

    /// Reads what is stored of the account again.
    async fn read_again(&mut self) {
        (self.is_changed, self.rests_until) = (false, Instant::now() + READ_AGAIN);
        let client = self.client;
        let (account, now) = (client.account.clone(), client.vendor_now());
        let since = now - PollPolicy::of(&self.limits.borrow()).reach();
        let read = client.writer.call(move |store| {
            let resources = store.reader.resources(&account)?.resources;
            let synced = store.reader.accounts()?.into_iter().find(|it| it.account == account);
            let unfinished = store.reader.unfinished(&account, since)?.len();
            Ok((resources, synced.and_then(|it| it.synced_at), unfinished))
        });
        match read.await {
            Ok((resources, synced_at, unfinished)) => {
                self.status.synced_at = self.status.synced_at.max(synced_at);
                self.status.unfinished = unfinished as u32;
                if !resources.is_empty() {
                    self.show(resources);
                }
            }
            Err(error) => tracing::warn!(%error, "an account could not be read from the store"),
        }
    }

    fn show(&mut self, resources: Vec<Resource>) {
        self.status.failure = None;
        if *self.resources != resources {
            self.resources = Arc::new(resources);
            self.client.events.publish(Event::Resources {
                account: self.client.account.clone(),
                resources: Arc::clone(&self.resources),
            });
        }
    }

    /// Takes an answer of the vendor.
    fn take(&mut self, answer: Lookup) {
        match answer {
            Lookup::Resources(Ok(resources), _) => {
                // Those that were stored meanwhile are newer.
                if self.resources.is_empty() {
                    self.show(resources);
                }
            }
            Lookup::Resources(Err(failure), _) => self.status.failure = Some(failure),
            Lookup::Limits(found) => self.take_limits(found),
        }
        if self.lookups.is_empty() {
            self.status.initial_sync_done = true;
            self.status.named = true;
        }
    }

    fn take_limits(&self, found: Result<Arc<Limits>, Failure>) {
        let client = self.client;
        match found {
            Ok(limits) if **self.limits.borrow() != *limits => {
                self.limits.send_replace(Arc::clone(&limits));
                // Where there is no sender, everything is being stopped.
                let _ = client.sender.send(SenderMsg::Limits);
                client.events.publish(Event::Limits { account: client.account.clone(), limits });
            }
            Ok(_) => {}
            Err(failure) if failure.cause == Cause::Unsupported => {}
            // Those of the vendor's documents stay in force.
            Err(failure) => {
                tracing::warn!(account = %client.account, %failure, "the limits were not read");
            }
        }
    }

    fn publish(&mut self) {
        if self.status != self.published {
            self.published = self.status.clone();
            self.client.events.publish(Event::Account {
                account: self.client.account.clone(),
                status: self.status.clone(),
            });
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    if let Some(at) = at {
        tokio::time::sleep_until(at).await;
    }
}
