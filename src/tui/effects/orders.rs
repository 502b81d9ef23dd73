//! Carries out orders: each becomes a change, a probe or a file, and a notice where it fails.

use futures_util::stream;

use super::EngineEffects;
use crate::domain::event::{Event, Level, Notice, StoreError};
use crate::domain::ids::AccountName;
use crate::domain::journal::JournalEntry;
use crate::domain::subject::Subject;
use crate::effect::{Answer, Order, Report};
use crate::engine::OrderError;

impl EngineEffects {
    /// Begins to carry out an order.
    pub(super) fn order(&mut self, order: Order) {
        match order {
            Order::Enqueue { ticket, sends } => {
                let queued = self.engine.enqueue(sends);
                self.answer(async move { Answer::Enqueued { ticket, result: queued.await } });
            }
            Order::Cancel { ids } => {
                let cancelled = self.engine.cancel(ids);
                self.notify(async move { refusals(cancelled.await) });
            }
            Order::NoticeBadEnds { ids } => {
                let noticed = self.engine.notice_bad_ends(ids);
                self.notify(async move {
                    let words = |error| format!("The failures will be counted again. {error}");
                    let error = noticed.await.err();
                    error.map(|it| notice(Level::Warning, None, words(it))).into_iter().collect()
                });
            }
            Order::Resend { id } => {
                let resent = self.engine.resend(id);
                self.notify(async move { refusals(vec![resent.await]) });
            }
            Order::Confirm { id } => {
                let confirmed = self.engine.confirm(vec![id]);
                self.notify(async move { confirmed.await.err().iter().map(refused).collect() });
            }
            Order::Restore { id } => {
                let restored = self.engine.restore(id);
                self.notify(async move { refusals(vec![restored.await]) });
            }
            Order::Reorder { ids } => {
                let moved = self.engine.reorder(ids);
                self.notify(async move { moved.await.err().iter().map(refused).collect() });
            }
            Order::Pause(paused) => {
                let paused = self.engine.pause(paused);
                self.notify(async move { paused.await.err().iter().map(refused).collect() });
            }
            Order::KeepDraft(kept) => {
                let kept = self.engine.keep_draft(kept);
                self.notify(async move { not_kept(kept.await.err(), "The draft was not kept.") });
            }
            Order::ForgetDraft(id) => {
                let gone = self.engine.forget_draft(id);
                self.notify(async move { not_kept(gone.await.err(), "The draft stays.") });
            }
            Order::KeepBoard(board) => {
                let Ok(text) = board.to_text() else { return };
                let kept = self.engine.keep_board(text);
                self.notify(async move {
                    let words = |error| format!("The board was not kept. {error}");
                    let notice = |error| notice(Level::Warning, None, words(error));
                    kept.await.err().map(notice).into_iter().collect()
                });
            }
            Order::SaveView(view) => {
                let saved = self.engine.save_view(view);
                self.notify(async move { vec![saved.await] });
            }
            Order::Refresh { account } => {
                if let Err(error) = self.engine.refresh(account.as_ref()) {
                    let notice = notice(Level::Info, account, error.to_string());
                    self.ready.push_back(Report::Event(Event::Notice(notice)));
                }
            }
            Order::Verify(subjects) => self.verify(subjects),
            Order::ReadFile { ticket, path } => {
                let text = self.engine.read_file(path);
                self.answer(async move { Answer::FileRead { ticket, result: text.await } });
            }
            Order::TestAccount { ticket, account } => {
                let Some(paths) = &self.sets_up else { return };
                let tested = self.engine.test_account(account, paths.clone());
                let answer = async move { Answer::AccountTested { ticket, result: tested.await } };
                self.test = Some(self.answer(answer));
            }
            Order::StopTest => {
                if let Some(test) = self.test.take() {
                    test.abort();
                }
            }
            Order::WriteAccount { ticket, account } => {
                let Some(paths) = &self.sets_up else { return };
                let written = self.engine.write_account(account, paths.clone());
                self.answer(
                    async move { Answer::AccountWritten { ticket, result: written.await } },
                );
            }
            Order::Export { ticket, query, path } => {
                let exported = self.engine.export(query, path);
                self.answer(async move { Answer::Exported { ticket, result: exported.await } });
            }
        }
    }

    fn verify(&mut self, subjects: Vec<Subject>) {
        let verifications = self.engine.verify(subjects);
        self.push(stream::unfold(verifications, async |mut verifications| {
            let (subject, result) = verifications.next().await?;
            let result = result.map(Box::new);
            Some((Report::Answer(Answer::Verified { subject, result }), verifications))
        }));
    }
}

fn notice(level: Level, account: Option<AccountName>, words: String) -> Notice {
    Notice { level, account, words }
}

fn refused(error: &OrderError) -> Notice {
    notice(Level::Error, error.account().cloned(), error.to_string())
}

fn not_kept(error: Option<StoreError>, words: &str) -> Vec<Notice> {
    let notice = |error| notice(Level::Warning, None, format!("{words} {error}"));
    error.map(notice).into_iter().collect()
}

/// Says once each why requests stay as they are; those that have moved on meanwhile are counted.
fn refusals(results: Vec<Result<JournalEntry, OrderError>>) -> Vec<Notice> {
    let all = results.len();
    let (mut notices, mut gone) = (Vec::new(), None);
    for error in results.into_iter().filter_map(Result::err) {
        if let OrderError::WrongState { needed, .. } = error {
            gone.get_or_insert((0, needed)).0 += 1;
        } else {
            let notice = refused(&error);
            if !notices.contains(&notice) {
                notices.push(notice);
            }
        }
    }
    if let Some((gone, needed)) = gone {
        let words = format!("{gone} of {all} requests were not {needed} any more.");
        notices.push(notice(Level::Warning, None, words));
    }
    notices
}
