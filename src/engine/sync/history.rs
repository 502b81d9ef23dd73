//! Reads news and older history into the store: news one question after the other, older history
//! with several at once, whose answers are stored together where they come together.

use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::AccountSync;
use super::schedule::Task;
use super::strategy::{HistoryAnswer, Step};
use crate::domain::event::Level;
use crate::domain::failure::{Cause, Failure};
use crate::engine::account_client::SyncError;
use crate::engine::messages::SenderMsg;

/// The questions for older history that are on their way. They go on by themselves while another
/// task waits for its answer.
pub(super) type OnTheirWay = JoinSet<HistoryAnswer>;

impl AccountSync {
    pub(super) async fn read_news(&mut self) -> Result<(), SyncError> {
        self.pace.asked(self.limits.borrow().history.pace);
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

    /// Returns the time to ask for older history; `None` while an answer has to come first.
    pub(super) fn older_at(&self, on_their_way: usize) -> Option<Instant> {
        let at = self.history.older_at().filter(|_| self.schedule.had_news)?;
        if on_their_way > 0 && self.asked_all {
            return None;
        }
        let pace = self.limits.borrow().history.pace;
        Some(self.pace.free_at(pace, on_their_way)?.max(at))
    }

    /// True while nothing but the pace keeps older history from being asked for.
    pub(super) fn is_held_back(&self) -> bool {
        let is_due = self.history.older_at().is_some_and(|at| at <= Instant::now());
        let reads = is_due && self.history.older().is_some();
        reads && self.schedule.had_news && !self.schedule.is_blocked()
    }

    /// True while older history is read. Its authors have to wait: the activity log names only
    /// purges that are stored.
    pub(super) fn reads_older(&self, on_their_way: usize) -> bool {
        let is_due = self.history.older_at().is_some_and(|at| at <= Instant::now());
        on_their_way > 0 || (is_due && !self.schedule.is_blocked())
    }

    /// Asks for as much older history as may be asked for now.
    pub(super) fn ask_older(&mut self, on_their_way: &mut OnTheirWay) {
        self.pace.heed(self.client.provider.slow_downs());
        let limits = self.limits.borrow().clone();
        self.asked_all = false;
        while !self.schedule.is_blocked()
            && self.older_at(on_their_way.len()).is_some_and(|at| at <= Instant::now())
        {
            let Some(question) = self.history.ask_older(&self.client) else {
                self.asked_all = true;
                break;
            };
            self.pace.asked(limits.history.pace);
            let (client, limits) = (self.client.clone(), limits.clone());
            on_their_way.spawn(async move {
                let asked_at = Instant::now();
                let result = client.ask(&question.request, &limits.history).await;
                HistoryAnswer { question, asked_at, result }
            });
        }
        self.status.older = self.history.older();
    }

    /// Takes an answer and all others that are there, stores what they hold, and asks for more
    /// meanwhile.
    pub(super) async fn take_older(
        &mut self,
        first: Result<HistoryAnswer, JoinError>,
        on_their_way: &mut OnTheirWay,
    ) {
        let mut answers: Vec<HistoryAnswer> = joined(first).into_iter().collect();
        while let Some(next) = on_their_way.try_join_next() {
            answers.extend(joined(next));
        }
        let good = answers.iter().filter(|answer| answer.fault().is_none());
        let newest_good = good.map(|answer| answer.asked_at).max();
        // Questions that were on their way together fail together: that is one failure.
        let pace = self.limits.borrow().history.pace;
        let can_slow_down = self.pace.can_slow_down(pace);
        let failure = answers.iter().find_map(|answer| {
            let is_new = self.schedule.is_after_failure(answer.asked_at);
            // Fewer at once may be all that the vendor wants.
            let helps = |failure: &Failure| {
                can_slow_down && failure.cause == Cause::RateLimited { retry_after: None }
            };
            answer.fault().filter(|failure| is_new && !helps(failure)).cloned()
        });
        for answer in &answers {
            match answer.fault().map(|failure| &failure.cause) {
                None => self.pace.answered(),
                Some(Cause::RateLimited { .. }) => self.pace.slow_down(),
                Some(_) => {}
            }
        }
        let taken = self.history.take_older(answers);
        if let Some(failure) = failure {
            self.failed(Task::Older, failure);
        }
        self.ask_older(on_their_way);
        let covered = taken.covered.clone();
        match self.client.write(taken.purges, taken.covered).await {
            Ok(recorded) => {
                self.history.stored_older(Some(&covered));
                if newest_good.is_some_and(|asked_at| self.schedule.is_after_failure(asked_at)) {
                    self.succeeded(Task::Older);
                }
                let changed = recorded.new + recorded.changed > 0;
                let incomplete = taken.incomplete;
                self.finish_step(Step { changed, incomplete, ..Step::default() }).await;
            }
            Err(error) => {
                self.history.stored_older(None);
                self.not_written(error);
            }
        }
        self.status.older = self.history.older();
    }

    async fn finish_step(&mut self, step: Step) {
        for (from, until) in step.incomplete {
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

impl HistoryAnswer {
    /// Returns the failure, unless the vendor refused the question itself: then others may well be
    /// answered.
    fn fault(&self) -> Option<&Failure> {
        self.result.as_ref().err().filter(|failure| !failure.is_about_the_question())
    }
}

/// Returns the answer of a task; `None` where everything is being stopped. A panic goes on here.
fn joined(result: Result<HistoryAnswer, JoinError>) -> Option<HistoryAnswer> {
    match result {
        Ok(answer) => Some(answer),
        Err(error) => {
            if let Ok(panic) = error.try_into_panic() {
                std::panic::resume_unwind(panic);
            }
            None
        }
    }
}
