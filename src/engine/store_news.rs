//! Follows what a store that many share tells unasked: changes by others, and the loss of the
//! connection, after which the store is tried until it is back.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::events::EventHub;
use super::messages::{SenderMsg, SyncMsg};
use super::store_writer::StoreWriter;
use super::sync::SyncDuties;
use crate::domain::event::{Event, StoreError};
use crate::domain::ids::AccountName;
use crate::store::StoreNews;

/// Least time between two readings of what others changed.
const SPACING: Duration = Duration::from_millis(300);
/// Longest time between two readings of the history while it changes all the time: one who reads a
/// long history changes it many times a second, and everybody's board would be read again each
/// time.
const SPACING_LONGEST: Duration = Duration::from_secs(5);
/// Pauses between attempts to reach the store: the first one, doubled each time, and the longest.
const RETRY: Duration = Duration::from_millis(500);
const RETRY_LONGEST: Duration = Duration::from_secs(10);

/// Follows the store's news.
#[derive(Debug)]
pub(super) struct NewsFollower {
    pub(super) news: UnboundedReceiver<StoreNews>,
    pub(super) writer: StoreWriter,
    pub(super) events: EventHub,
    pub(super) clock: Clock,
    pub(super) sender: UnboundedSender<SenderMsg>,
    pub(super) syncs: BTreeMap<AccountName, UnboundedSender<SyncMsg>>,
    pub(super) duties: SyncDuties,
}

impl NewsFollower {
    /// Works until `stop`.
    pub(super) async fn work(mut self, stop: CancellationToken) {
        stop.run_until_cancelled(self.follow()).await;
    }

    async fn follow(&mut self) {
        let mut journal = Spaced::new(SPACING);
        let mut history = Spaced::new(SPACING_LONGEST);
        // Nothing is told before there is a connection.
        if self.reach().await.is_err() {
            self.recover().await;
        }
        loop {
            tokio::select! {
                biased;
                news = self.news.recv() => match news {
                    Some(StoreNews::Changed) => {
                        (journal.is_due, history.is_due) = (true, true);
                    }
                    Some(StoreNews::RefreshWanted(account)) => self.tell(&account, SyncMsg::Wanted),
                    Some(StoreNews::Synced(account, at)) => {
                        self.tell(&account, SyncMsg::Synced(at));
                    }
                    Some(StoreNews::Lost(failure)) => {
                        tracing::warn!(%failure, "the connection to the store was lost");
                        self.recover().await;
                    }
                    None => return,
                },
                () = tokio::time::sleep_until(journal.rests_until), if journal.is_due => {
                    journal.take();
                    // Where nobody receives, nothing is sent.
                    let _ = self.sender.send(SenderMsg::NewsRead);
                }
                () = tokio::time::sleep_until(history.rests_until), if history.is_due => {
                    history.take();
                    self.tell_history();
                }
            }
        }
    }

    fn tell(&self, account: &AccountName, message: SyncMsg) {
        if let Some(sync) = self.syncs.get(account) {
            // Where there is no sync, everything is being stopped.
            let _ = sync.send(message);
        }
    }

    fn tell_history(&self) {
        self.events.others_changed(self.syncs.keys(), self.clock.now());
        for sync in self.syncs.values() {
            // Where there is no sync, everything is being stopped.
            let _ = sync.send(SyncMsg::StoreChanged);
        }
    }

    /// Tries the store until it can be reached, then has everything read again and the duties asked
    /// for, which went with the connection.
    async fn recover(&mut self) {
        self.duties.lose();
        let since = self.clock.now();
        let (mut pause, mut told) = (RETRY, None);
        while let Err(error) = self.reach().await {
            if told.as_ref() != Some(&error) {
                self.writer.set_reachable(false);
                self.events.publish(Event::StoreLost { since, error: error.clone() });
                told = Some(error);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RETRY_LONGEST);
        }
        self.writer.set_reachable(true);
        if told.is_some() {
            self.events.publish(Event::StoreBack);
        }
        self.events.others_changed(self.syncs.keys(), self.clock.now());
        let _ = self.sender.send(SenderMsg::StoreBack);
        // One may have been told after the connection was lost over which it was taken.
        self.duties.lose();
        self.duties.ask_now();
    }

    async fn reach(&self) -> Result<(), StoreError> {
        self.writer.call(|store| store.data_version().map(drop)).await
    }
}

/// Readings of something that changes, each some time after the one before: the longer, the longer
/// it goes on.
#[derive(Debug)]
struct Spaced {
    is_due: bool,
    rests_until: Instant,
    spacing: Duration,
    longest: Duration,
}

impl Spaced {
    /// Makes one that is not due.
    fn new(longest: Duration) -> Self {
        Self { is_due: false, rests_until: Instant::now(), spacing: SPACING, longest }
    }

    /// Notes that it is read now.
    fn take(&mut self) {
        let is_calm = Instant::now() >= self.rests_until + self.spacing;
        self.spacing = if is_calm { SPACING } else { (self.spacing * 2).min(self.longest) };
        (self.is_due, self.rests_until) = (false, Instant::now() + self.spacing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_changes_all_the_time_is_read_ever_more_seldom_and_at_once_after_a_calm() {
        let mut history = Spaced::new(SPACING_LONGEST);
        let mut readings = 0;
        for _ in 0..60 * 20 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if Instant::now() >= history.rests_until {
                history.take();
                readings += 1;
            }
        }
        assert!((12..20).contains(&readings), "{readings} in a minute");
        tokio::time::sleep_until(history.rests_until + SPACING_LONGEST).await;
        history.take();
        assert_eq!(history.rests_until, Instant::now() + SPACING);
    }
}
