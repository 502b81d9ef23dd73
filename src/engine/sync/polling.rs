//! Polls an account's unfinished purges.

use super::AccountSync;
use crate::domain::ids::{PurgeId, ResourceId};
use crate::domain::limits::Reading;
use crate::engine::account_client::SyncError;
use crate::engine::poll::{Poll, Unfinished};

/// Largest number of pages to poll one purge where the vendor cannot look it up.
const POLL_PAGES: usize = 20;
/// Largest number of purges of a bare list that are polled one by one; of more, the list is read.
const BY_DETAIL: usize = 3;

impl AccountSync {
    pub(super) async fn count_unfinished(&mut self) {
        let now = self.client.vendor_now();
        let (account, since) = (self.client.account.clone(), now - self.policy.reach());
        let unfinished =
            self.client.writer.call(move |store| store.reader.unfinished(&account, since)).await;
        match unfinished {
            Ok(purges) => {
                let purges = purges.into_iter().map(Unfinished::from).collect();
                self.polls.update(purges, &self.policy, now);
                self.status.unfinished = self.polls.len() as u32;
            }
            Err(error) => self.not_written(error),
        }
    }

    pub(super) async fn follow(&mut self) -> Result<(), SyncError> {
        let now = self.client.vendor_now();
        for poll in self.polls.due(&self.policy, now) {
            // Noted first: a poll that fails must not be repeated at once.
            self.polls.polled(&poll.ids, now);
            self.poll(&poll).await?;
        }
        self.polls.give_up(&self.policy, now);
        self.count_unfinished().await;
        Ok(())
    }

    async fn poll(&mut self, poll: &Poll) -> Result<(), SyncError> {
        let rule = self.limits.borrow().history.clone();
        if let Some((resource, _)) = poll.resource.as_ref().filter(|_| rule.bare)
            && poll.ids.len() <= BY_DETAIL
        {
            return self.poll_details(resource, &poll.ids).await;
        }
        let mut pages = self.history.pages(&rule, poll.range_to_ask(&rule));
        for _ in 0..POLL_PAGES {
            let Some(mut ask) = pages.ask() else { break };
            poll.narrow(&mut ask);
            let told = match self.client.ask(&ask, &rule).await {
                Ok(told) => told,
                // Only this request failed; the others are still made.
                Err(failure) if failure.is_about_the_question() => break,
                Err(failure) => return Err(SyncError::Vendor(failure)),
            };
            pages.answer(&told.page, told.settled_until);
            let found =
                poll.ids.iter().all(|id| told.page.purges.iter().any(|purge| purge.id == *id));
            let oldest = told.page.purges.last().map(|purge| purge.created);
            let is_passed = rule.reading == Reading::NewestFirst
                && oldest.is_some_and(|oldest| oldest < poll.range_to_ask(&rule).0);
            self.client.write(told.page.purges, Vec::new()).await.map_err(SyncError::Store)?;
            if found || is_passed {
                break;
            }
        }
        Ok(())
    }

    /// Polls a few purges one by one, which tells their targets as well.
    async fn poll_details(
        &mut self,
        resource: &ResourceId,
        ids: &[PurgeId],
    ) -> Result<(), SyncError> {
        for id in ids {
            self.pace.asked(self.limits.borrow().history.pace);
            let purge = match self.client.provider.detail(resource, id).await {
                Ok(purge) => purge,
                Err(failure) if failure.is_about_the_question() => continue,
                Err(failure) => return Err(SyncError::Vendor(failure)),
            };
            self.client.write(vec![purge], Vec::new()).await.map_err(SyncError::Store)?;
        }
        Ok(())
    }
}
