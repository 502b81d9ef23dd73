//! Asks for the kinds and targets of purges that their list does not tell, one purge after the
//! other, and stores the answers for ever.
//!
//! The pace is the one of lists and older history. At most half of the questions on their way are
//! for details, and where both wait they take turns, so that neither starves the other.

use tokio::task::JoinError;
use tokio::time::Instant;

use super::AccountSync;
use super::on_their_way::{DetailAnswer, OnTheirWay, joined};
use crate::domain::event::StoreError;
use crate::domain::failure::Cause;
use crate::domain::ids::{PurgeId, ResourceId};
use crate::domain::purge::Purge;

impl AccountSync {
    /// Returns the time to ask for a detail; `None` while an answer has to come first, or there is
    /// nothing to ask for. `older_at` is the time to ask for lists and older history.
    pub(super) fn details_at(
        &self,
        on_their_way: &OnTheirWay,
        older_at: Option<Instant>,
    ) -> Option<Instant> {
        let limits = self.limits.borrow();
        let pace = limits.history.pace;
        let is_full = on_their_way.details.len() >= (pace.at_once / 2).max(1) as usize;
        if !limits.history.bare || !self.schedule.had_news || is_full {
            return None;
        }
        let at = self.details.next_at()?.max(self.pace.free_at(pace, on_their_way.counted())?);
        let is_lists_turn = self.details.had_turn && older_at.is_some_and(|older| older <= at);
        (!is_lists_turn).then_some(at)
    }

    /// True while purges of the account are asked for their targets.
    pub(super) fn reads_targets(&self) -> bool {
        self.limits.borrow().history.bare && self.details.is_at_work()
    }

    /// Asks for the next purge, or looks for more of them in the store.
    pub(super) async fn ask_detail(&mut self, on_their_way: &mut OnTheirWay) {
        self.pace.heed(self.client.provider.slow_downs());
        match self.next_bare().await {
            Ok(Some((resource, id))) => {
                self.pace.asked(self.limits.borrow().history.pace);
                self.details.ask(id.clone());
                let provider = self.client.provider.clone();
                on_their_way.details.spawn(async move {
                    let result = provider.detail(&resource, &id).await;
                    DetailAnswer { id, result }
                });
            }
            Ok(None) => {}
            Err(error) => self.not_written(error),
        }
    }

    /// Returns the next purge of the queue, if the store still has it without targets.
    async fn next_bare(&mut self) -> Result<Option<(ResourceId, PurgeId)>, StoreError> {
        let (writer, account) = (&self.client.writer, self.client.account.clone());
        if let Some(id) = self.details.pop() {
            let wanted = id.clone();
            let found = writer.call(move |store| store.reader.purge_of(&account, &wanted)).await?;
            let Some(purge) = found.filter(Purge::is_bare) else {
                self.details.forget(&id);
                return Ok(None);
            };
            return Ok(Some((purge.resource, id)));
        }
        if let Some(query) = self.details.search(&account) {
            let window = writer.call(move |store| store.reader.window(&query)).await?;
            self.details.found(&window);
        }
        Ok(None)
    }

    /// Takes an answer and all others that are there, and stores them.
    pub(super) async fn take_details(
        &mut self,
        first: Result<DetailAnswer, JoinError>,
        on_their_way: &mut OnTheirWay,
    ) {
        let mut answers: Vec<DetailAnswer> = joined(first).into_iter().collect();
        while let Some(next) = on_their_way.details.try_join_next() {
            answers.extend(joined(next));
        }
        let mut purges = Vec::new();
        for DetailAnswer { id, result } in answers {
            match result {
                Ok(purge) if purge.is_bare() => {
                    self.pace.answered();
                    self.details.told_nothing(&id);
                }
                Ok(purge) => {
                    self.pace.answered();
                    self.details.answered(&id);
                    purges.push(Purge { id, account: self.client.account.clone(), ..purge });
                }
                Err(failure) => {
                    let account = &self.client.account;
                    tracing::warn!(%account, %id, %failure, "a purge's targets were not read");
                    if matches!(failure.cause, Cause::RateLimited { .. }) {
                        self.pace.slow_down();
                    }
                    self.details.failed(&id, &failure);
                }
            }
        }
        match self.client.write(purges, Vec::new()).await {
            Ok(recorded) if recorded.changed > 0 => self.count_unfinished().await,
            Ok(_) => {}
            Err(error) => {
                self.details.not_stored();
                self.not_written(error);
            }
        }
    }
}
