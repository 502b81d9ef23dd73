//! Reads what changes slowly: an account's resources and limits, one after the other, beside the
//! questions for history, so that none of these waits for them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::AccountSync;
use super::on_their_way::{Lookup, LookupAnswer, OnTheirWay};
use super::schedule::Task;
use crate::domain::event::Event;
use crate::domain::failure::{Cause, Failure};
use crate::domain::limits::Limits;
use crate::domain::resource::Resource;
use crate::engine::account_client::SyncError;
use crate::engine::messages::SenderMsg;
use crate::engine::poll::PollPolicy;

impl AccountSync {
    /// Asks for resources or limits.
    pub(super) fn look_up(&mut self, task: Task, on_their_way: &mut OnTheirWay) {
        let (client, asked_at) = (self.client.clone(), Instant::now());
        on_their_way.lookups.spawn(async move {
            let found = if task == Task::Limits {
                Lookup::Limits(client.provider.live_limits().await.map(Arc::new))
            } else {
                let until = client.vendor_now() - client.doubt();
                Lookup::Resources(client.provider.resources().await, until)
            };
            LookupAnswer { asked_at, found }
        });
    }

    /// Takes such an answer.
    pub(super) async fn take_lookup(&mut self, answer: LookupAnswer) {
        let (task, done) = match answer.found {
            Lookup::Resources(found, until) => {
                (Task::Resources, self.take_resources(found, until).await)
            }
            Lookup::Limits(found) => {
                (Task::Limits, self.take_limits(found).map_err(SyncError::Vendor))
            }
        };
        self.finish(task, answer.asked_at, done);
    }

    async fn take_resources(
        &mut self,
        found: Result<Vec<Resource>, Failure>,
        until: DateTime<Utc>,
    ) -> Result<(), SyncError> {
        let resources = found.map_err(SyncError::Vendor)?;
        self.history.set_resources(&resources, Some(until));
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

    fn take_limits(&mut self, found: Result<Arc<Limits>, Failure>) -> Result<(), Failure> {
        let limits = match found {
            Ok(limits) => limits,
            Err(failure) if failure.cause == Cause::Unsupported => return Ok(()),
            Err(failure) => return Err(failure),
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
