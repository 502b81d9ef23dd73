//! Reads what changes slowly: an account's resources and limits.

use std::sync::Arc;

use super::AccountSync;
use crate::domain::event::Event;
use crate::domain::failure::Cause;
use crate::engine::account_client::SyncError;
use crate::engine::messages::SenderMsg;
use crate::engine::poll::PollPolicy;

impl AccountSync {
    pub(super) async fn read_resources(&mut self) -> Result<(), SyncError> {
        let (asked_at, doubt) = (self.client.vendor_now(), self.client.doubt());
        let resources = self.client.provider.resources().await.map_err(SyncError::Vendor)?;
        self.history.set_resources(&resources, Some(asked_at - doubt));
        if *self.resources != resources {
            self.resources = Arc::new(resources);
            let (saved, account) = (Arc::clone(&self.resources), self.client.account.clone());
            let now = self.client.clock.now();
            self.client.events.publish(Event::Resources {
                account: account.clone(),
                resources: Arc::clone(&self.resources),
            });
            self.client
                .writer
                .call(move |store| store.writer()?.save_resources(&account, &saved, now))
                .await
                .map_err(SyncError::Store)?;
        }
        Ok(())
    }

    pub(super) async fn read_limits(&mut self) -> Result<(), SyncError> {
        let limits = match self.client.provider.live_limits().await {
            Ok(limits) => Arc::new(limits),
            Err(failure) if failure.cause == Cause::Unsupported => return Ok(()),
            Err(failure) => return Err(SyncError::Vendor(failure)),
        };
        if **self.limits.borrow() != *limits {
            self.policy = PollPolicy::of(&limits);
            self.history.set_rule(&limits.history);
            self.limits.send_replace(Arc::clone(&limits));
            // Requests that wait for room may have it now. Where there is no sender, everything is
            // being stopped.
            let _ = self.client.sender.send(SenderMsg::Limits);
            self.client
                .events
                .publish(Event::Limits { account: self.client.account.clone(), limits });
        }
        Ok(())
    }
}
