//! Starts the tasks of the accounts, and the one that follows the store's news.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::account_client::AccountClient;
use super::clock::Clock;
use super::events::EventHub;
use super::messages::SenderMsg;
use super::retention::HistoryFloor;
use super::safety::Safety;
use super::send::AccountQueue;
use super::store_news::NewsFollower;
use super::store_writer::StoreWriter;
use super::sync::{AccountTask, SyncDuties};
use super::{AccountHandle, Connection};
use crate::domain::ids::AccountName;
use crate::providers::CallRecorder;
use crate::store::{Access, StoreNews};

/// The part that the tasks of an engine share.
#[derive(Debug)]
pub(super) struct TaskContext {
    pub(super) writer: StoreWriter,
    pub(super) events: EventHub,
    pub(super) clock: Clock,
    pub(super) sender: UnboundedSender<SenderMsg>,
    pub(super) floor: HistoryFloor,
    pub(super) safety: Arc<Safety>,
    pub(super) calls: CallRecorder,
    /// Pause between two readings of news; `None`: no vendor is asked.
    pub(super) refresh: Option<Duration>,
    /// Set where the purgedecks on the store share the reading.
    pub(super) duties: Option<SyncDuties>,
    pub(super) tasks: TaskTracker,
    pub(super) stop: CancellationToken,
}

impl TaskContext {
    /// Starts the task of an account; returns its vendor and its queue.
    pub(super) fn start_account(&self, handle: AccountHandle) -> (Connection, AccountQueue) {
        let AccountHandle { account, provider, refresh, edge: _ } = handle;
        provider.record_calls(&self.calls);
        let (sync, inbox) = unbounded_channel();
        let (limits, seen_limits) = watch::channel(Arc::new(provider.documented_limits()));
        let client = AccountClient {
            account: account.name,
            provider: Arc::clone(&provider),
            writer: self.writer.clone(),
            events: self.events.clone(),
            clock: self.clock.clone(),
            sender: self.sender.clone(),
            floor: self.floor.clone(),
        };
        let safety = Arc::clone(&self.safety);
        let queue = AccountQueue::new(client.clone(), seen_limits, sync.clone(), safety);
        let task = AccountTask {
            client,
            inbox,
            limits: limits.clone(),
            names: account.names,
            refresh: self.refresh.map(|usual| refresh.unwrap_or(usual)),
            duties: self.duties.clone(),
        };
        self.tasks.spawn(task.work(self.stop.clone()));
        (Connection { provider, sync, limits }, queue)
    }

    /// Starts to follow what the store tells and, where this purgedeck may have duties, to ask for
    /// them, with this pause.
    pub(super) fn follow(
        &self,
        news: UnboundedReceiver<StoreNews>,
        accounts: &BTreeMap<AccountName, Connection>,
        access: Access,
        pause: Duration,
    ) {
        let Some(duties) = self.duties.clone() else { return };
        if access == Access::ReadOnly {
            duties.leave_to_others();
        } else if self.refresh.is_some() {
            let (writer, events) = (self.writer.clone(), self.events.clone());
            self.tasks.spawn(duties.clone().work(writer, events, pause, self.stop.clone()));
        }
        let syncs = accounts.iter().map(|(name, account)| (name.clone(), account.sync.clone()));
        let follower = NewsFollower {
            news,
            writer: self.writer.clone(),
            events: self.events.clone(),
            clock: self.clock.clone(),
            sender: self.sender.clone(),
            syncs: syncs.collect(),
            duties,
        };
        self.tasks.spawn(follower.work(self.stop.clone()));
    }
}
