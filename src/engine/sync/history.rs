//! Reads news and older history into the store, one step of the strategy at a time.

use super::AccountSync;
use super::strategy::Step;
use crate::domain::event::Level;
use crate::engine::account_client::SyncError;
use crate::engine::messages::SenderMsg;

impl AccountSync {
    pub(super) async fn read_news(&mut self) -> Result<(), SyncError> {
        let step = self.history.read_news(&self.client, &mut self.schedule).await?;
        if step.over {
            let now = self.client.clock.now();
            self.status.synced_at = Some(now);
            self.schedule.news_read();
            // Where there is no sender, everything is being stopped.
            let _ = self.client.sender.send(SenderMsg::NewsRead);
            let account = self.client.account.clone();
            self.client
                .writer
                .call(move |store| store.writer()?.mark_synced(&account, now))
                .await
                .map_err(SyncError::Store)?;
        }
        if step.changed
            && let Some(attribution) = &mut self.attribution
        {
            attribution.purges_came();
        }
        self.finish_step(step).await;
        Ok(())
    }

    pub(super) async fn read_older(&mut self) -> Result<(), SyncError> {
        let step = self.history.read_older(&self.client).await?;
        self.finish_step(step).await;
        Ok(())
    }

    async fn finish_step(&mut self, step: Step) {
        if let Some((from, until)) = step.incomplete {
            self.client.events.notice(
                Level::Warning,
                Some(&self.client.account),
                format!(
                    "The vendor holds back a part of its history between {from} and {until}: more \
                     was purged in that time than it tells at once. The list is not complete there."
                ),
            );
        }
        if step.changed {
            self.count_unfinished().await;
        }
    }
}
