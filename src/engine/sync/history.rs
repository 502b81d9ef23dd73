//! Reads news and older history into the store: news one question after the other, older history
//! and the lists of resources with several at once, whose answers are stored together where they
//! come together.

use chrono::TimeDelta;
use tokio::task::JoinError;
use tokio::time::Instant;

use super::AccountSync;
use super::on_their_way::{OnTheirWay, joined};
use super::schedule::Task;
use super::strategy::{HistoryAnswer, Step, Stored, Taken};
use crate::domain::event::{Level, StoreError};
use crate::domain::failure::{Cause, Failure};
use crate::engine::account_client::SyncError;
use crate::engine::messages::SenderMsg;
use crate::store::Recorded;

/// Age up to which purges come with news.
const NEWS_REACH: TimeDelta = TimeDelta::days(2);

impl AccountSync {
    pub(super) async fn read_news(&mut self) -> Result<(), SyncError> {
        self.pace.asked(self.limits.borrow().history.pace);
        let step = self.history.read_news(&self.client).await?;
        if step.over {
            self.schedule.news_read();
            self.note_synced().await.map_err(SyncError::Store)?;
        }
        if step.changed {
            self.details.look_since(self.client.vendor_now() - NEWS_REACH);
        }
        if step.changed
            && let Some(attribution) = &mut self.attribution
        {
            attribution.purges_came();
        }
        self.finish_step(step).await;
        Ok(())
    }

    /// Notes that news were read.
    async fn note_synced(&mut self) -> Result<(), StoreError> {
        let now = self.client.clock.now();
        self.status.synced_at = Some(now);
        // Where there is no sender, everything is being stopped.
        let _ = self.client.sender.send(SenderMsg::NewsRead);
        let account = self.client.account.clone();
        self.client.writer.call(move |store| store.writer()?.mark_synced(&account, now)).await
    }

    /// Returns the time to ask for older history; `None` while an answer has to come first.
    pub(super) fn older_at(&self, on_their_way: usize) -> Option<Instant> {
        let at = self.questions_at()?;
        let pace = self.limits.borrow().history.pace;
        Some(self.pace.free_at(pace, on_their_way)?.max(at))
    }

    /// Returns the time to ask, whatever the pace: not before there were news.
    fn questions_at(&self) -> Option<Instant> {
        let begins = self.schedule.had_news || self.history.reads_news_at_once();
        self.history.questions_at(&self.schedule).filter(|_| begins)
    }

    fn are_questions_due(&self) -> bool {
        self.questions_at().is_some_and(|at| at <= Instant::now()) && !self.schedule.is_blocked()
    }

    /// True while nothing but the pace keeps older history from being asked for.
    pub(super) fn is_held_back(&self) -> bool {
        self.are_questions_due() && self.history.older().is_some()
    }

    /// True while older history is read. Its authors have to wait: the activity log names only
    /// purges that are stored.
    pub(super) fn reads_older(&self, on_their_way: usize) -> bool {
        on_their_way > 0 || self.are_questions_due()
    }

    /// Asks for as much older history as may be asked for now.
    pub(super) fn ask_older(&mut self, on_their_way: &mut OnTheirWay) {
        self.pace.heed(self.client.provider.slow_downs());
        let limits = self.limits.borrow().clone();
        while !self.schedule.is_blocked()
            && self.older_at(on_their_way.counted()).is_some_and(|at| at <= Instant::now())
        {
            let Some(question) = self.history.ask(&self.client, &mut self.schedule) else {
                break;
            };
            self.pace.asked(limits.history.pace);
            self.details.had_turn = false;
            let (client, limits) = (self.client.clone(), limits.clone());
            on_their_way.history.spawn(async move {
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
        while let Some(next) = on_their_way.history.try_join_next() {
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
        let taken = self.history.take(answers);
        match failure {
            Some(failure) if taken.fails => self.failed(Task::Older, failure),
            Some(failure) => {
                let account = &self.client.account;
                tracing::warn!(%account, %failure, "one resource's history was not answered well");
            }
            None => {}
        }
        if self.history.reads_news_at_once() {
            self.note_tried(Task::News);
        }
        self.ask_older(on_their_way);
        match self.store(taken).await {
            Ok(()) => {
                let newest_good =
                    newest_good.filter(|asked_at| self.schedule.is_after_failure(*asked_at));
                if let Some(asked_at) = newest_good {
                    self.succeeded(Task::Older, asked_at);
                }
            }
            Err(error) => self.not_written(error),
        }
        self.status.older = self.history.older();
    }

    /// Stores what was taken of answers.
    async fn store(&mut self, taken: Taken) -> Result<(), StoreError> {
        let (covered, mut stored) = (taken.covered.clone(), Stored::default());
        let (mut changed, mut came) = (false, Recorded::default());
        let written = async {
            let recorded = self.client.write(taken.purges, taken.covered).await?;
            changed |= recorded.new + recorded.changed > 0;
            came = recorded;
            for (resource, purges) in taken.known {
                let recorded = self.client.write(purges, Vec::new()).await?;
                changed |= recorded.new + recorded.changed > 0;
                came = came.and(recorded);
                if recorded.new > 0 {
                    stored.incomplete.insert(resource);
                }
            }
            Ok(())
        };
        if let Err(error) = written.await {
            self.history.stored(&self.client, None).await?;
            return Err(error);
        }
        self.note_new(&came);
        stored.covered = covered;
        self.history.stored(&self.client, Some(&stored)).await?;
        if taken.news {
            self.schedule.had_news = true;
            self.note_synced().await?;
        }
        let incomplete = taken.incomplete;
        self.finish_step(Step { changed, incomplete, ..Step::default() }).await;
        Ok(())
    }

    /// Notes that purges came: their targets may not be known.
    fn note_new(&mut self, recorded: &Recorded) {
        if let Some(from) = recorded.from.filter(|_| recorded.new > 0) {
            self.details.look_since(from);
        }
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
