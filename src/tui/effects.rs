//! Carries out effects with the engine: an effect becomes a call, its result a report with the effect's ticket.
//!
//! This is the only place that knows tickets and which query supersedes which. Nothing is spawned: reports come out of
//! [`EffectRunner::next`], which the event loop waits for.

use std::collections::{HashMap, VecDeque};

use futures_util::future::{AbortHandle, Abortable, FutureExt as _};
use futures_util::stream::{self, BoxStream, SelectAll, StreamExt as _};

use crate::domain::event::{Event, Level, Notice};
use crate::domain::ids::AccountName;
use crate::domain::journal::JournalEntry;
use crate::domain::subject::Subject;
use crate::effect::{Answer, Effect, Order, PaneId, Query, Report};
use crate::engine::{Engine, EventStream, OrderError};

/// Carries out queries and orders.
pub trait EffectRunner {
    /// Starts the work of an effect. It must not wait.
    fn run(&mut self, effect: Effect);

    /// Returns the next report; `None` after the last one. Dropping the future loses nothing.
    fn next(&mut self) -> impl Future<Output = Option<Report>>;

    /// Returns the next report if one is ready.
    fn try_next(&mut self) -> Option<Report> {
        self.next().now_or_never().flatten()
    }

    /// The first frame has been drawn: work that would have delayed it, the network above all, may begin.
    fn first_frame_drawn(&mut self) {}
}

/// Queries of which a pane has one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Superseding {
    Window,
    Summary,
    Detail,
}

/// Carries out effects with an engine.
pub struct EngineEffects {
    engine: Engine,
    events: EventStream,
    /// The reports of each effect that is being carried out.
    working: SelectAll<Abortable<BoxStream<'static, Report>>>,
    newest: HashMap<(PaneId, Superseding), AbortHandle>,
    /// Reports that are ready.
    ready: VecDeque<Report>,
}

impl EngineEffects {
    /// Begins with a warning, if any, then the draft that an earlier run left and all events of the
    /// engine.
    pub fn new(engine: Engine, events: EventStream, warning: Option<Notice>) -> Self {
        let draft = engine.draft();
        let mut effects = Self {
            engine,
            events,
            working: SelectAll::new(),
            newest: HashMap::new(),
            ready: warning.map(|it| Report::Event(Event::Notice(it))).into_iter().collect(),
        };
        effects.push(
            stream::once(draft)
                .filter_map(async |draft| draft.ok().flatten())
                .map(|draft| Report::Answer(Answer::DraftKept(draft))),
        );
        effects
    }

    fn query(&mut self, query: Query) {
        match query {
            Query::Window { pane, ticket, query } => {
                let window = self.engine.window(query);
                self.supersede(pane, Superseding::Window, async move {
                    Answer::Window { pane, ticket, result: window.await }
                });
            }
            Query::Summary { pane, ticket, query } => {
                let summary = self.engine.summary(query);
                self.supersede(pane, Superseding::Summary, async move {
                    Answer::Summary { pane, ticket, result: summary.await }
                });
            }
            Query::Detail { pane, ticket, key } => {
                let detail = self.engine.detail(key);
                self.supersede(pane, Superseding::Detail, async move {
                    let result = detail.await.map(|detail| detail.map(Box::new));
                    Answer::Detail { pane, ticket, result }
                });
            }
            Query::Gather { ticket, keys } => {
                let purges = self.engine.gather(keys);
                self.answer(async move { Answer::Gathered { ticket, result: purges.await } });
            }
            Query::Recent { ticket, resources } => {
                let recent = self.engine.recent(resources);
                self.answer(async move { Answer::Recent { ticket, result: recent.await } });
            }
            Query::Preview { ticket, requests } => {
                let previews = self.engine.previews(requests);
                self.answer(async move { Answer::Previewed { ticket, previews: previews.await } });
            }
            Query::Queue { ticket } => {
                let queue = self.engine.queue();
                self.answer(async move { Answer::Queue { ticket, result: queue.await } });
            }
        }
    }

    fn order(&mut self, order: Order) {
        match order {
            Order::Enqueue { ticket, sends } => {
                let queued = self.engine.enqueue(sends);
                self.answer(async move { Answer::Enqueued { ticket, result: queued.await } });
            }
            Order::Cancel { ids } => {
                let cancelled = self.engine.cancel(ids);
                self.notify(async move { refusals(cancelled.await) });
            }
            Order::Resend { id } => {
                let resent = self.engine.resend(id);
                self.notify(async move { refusals(vec![resent.await]) });
            }
            Order::Reorder { ids } => {
                let moved = self.engine.reorder(ids);
                self.notify(async move { moved.await.err().iter().map(refused).collect() });
            }
            Order::Pause(paused) => {
                let paused = self.engine.pause(paused);
                self.notify(async move { paused.await.err().iter().map(refused).collect() });
            }
            Order::KeepDraft(draft) => {
                let kept = self.engine.keep_draft(draft);
                self.notify(async move {
                    let words = |error| format!("The draft was not kept. {error}");
                    kept.await
                        .err()
                        .map(|error| notice(Level::Warning, None, words(error)))
                        .into_iter()
                        .collect()
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

    /// Reports the answer of a query in the place of the pane's one before it, which is cancelled.
    fn supersede(
        &mut self,
        pane: PaneId,
        query: Superseding,
        answer: impl Future<Output = Answer> + Send + 'static,
    ) {
        let handle = self.answer(answer);
        if let Some(before) = self.newest.insert((pane, query), handle) {
            before.abort();
        }
    }

    fn answer(&mut self, answer: impl Future<Output = Answer> + Send + 'static) -> AbortHandle {
        self.push(stream::once(answer.map(Report::Answer)))
    }

    fn notify(&mut self, notices: impl Future<Output = Vec<Notice>> + Send + 'static) {
        let report = |notice| Report::Event(Event::Notice(notice));
        self.push(stream::once(notices).flat_map(stream::iter).map(report));
    }

    fn push(
        &mut self,
        reports: impl stream::Stream<Item = Report> + Send + 'static,
    ) -> AbortHandle {
        let (reports, handle) = stream::abortable(reports.boxed());
        self.working.push(reports);
        handle
    }
}

impl EffectRunner for EngineEffects {
    fn run(&mut self, effect: Effect) {
        match effect {
            Effect::Query(query) => self.query(query),
            Effect::Order(order) => self.order(order),
            Effect::Terminal(effect) => {
                tracing::error!(?effect, "the terminal's own effects do not reach the engine");
            }
        }
    }

    async fn next(&mut self) -> Option<Report> {
        if let Some(report) = self.ready.pop_front() {
            return Some(report);
        }
        let event = tokio::select! {
            biased;
            Some(report) = self.working.next(), if !self.working.is_empty() => return Some(report),
            event = self.events.recv() => event?,
        };
        // An answer that was there before the event is reported before it: the core must not hear that a request was sent
        // before it hears that it was queued.
        while let Some(Some(report)) = self.working.next().now_or_never() {
            self.ready.push_back(report);
        }
        self.ready.push_back(Report::Event(event));
        self.ready.pop_front()
    }
}

fn notice(level: Level, account: Option<AccountName>, words: String) -> Notice {
    Notice { level, account, words }
}

fn refused(error: &OrderError) -> Notice {
    notice(Level::Error, error.account().cloned(), error.to_string())
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
