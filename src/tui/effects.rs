//! Carries out effects with the engine: an effect becomes a call, its result a report with the
//! effect's ticket.
//!
//! This is the only place that knows tickets and which query supersedes which. Nothing is spawned:
//! reports come out of [`EffectRunner::next`], which the event loop waits for.

use std::collections::{HashMap, VecDeque};

use futures_util::future::{AbortHandle, Abortable, FutureExt as _};
use futures_util::stream::{self, BoxStream, SelectAll, StreamExt as _};

use super::ConfigWatch;
use crate::domain::event::{Event, Level, Notice, StoreError};
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

    /// The first frame has been drawn: work that would have delayed it, the network above all, may
    /// begin.
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
    watch: Option<ConfigWatch>,
}

impl EngineEffects {
    /// Begins with the drafts that earlier runs kept, then all events of the engine.
    pub fn new(engine: Engine, events: EventStream) -> Self {
        let drafts = engine.drafts();
        let mut effects = Self {
            engine,
            events,
            working: SelectAll::new(),
            newest: HashMap::new(),
            watch: None,
            ready: VecDeque::new(),
        };
        effects.push(
            stream::once(drafts)
                .filter_map(async |drafts| drafts.ok().filter(|drafts| !drafts.is_empty()))
                .map(|drafts| Report::Answer(Answer::DraftsKept(drafts))),
        );
        effects
    }

    /// Reports changes of the configuration's file, too.
    #[must_use]
    pub fn watching(self, watch: Option<ConfigWatch>) -> Self {
        Self { watch, ..self }
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
            Query::Keys { ticket, query } => {
                let keys = self.engine.keys(query);
                self.answer(async move { Answer::Keys { ticket, result: keys.await } });
            }
            Query::Gather { ticket, keys } => {
                let purges = self.engine.gather(keys);
                self.answer(async move { Answer::Gathered { ticket, result: purges.await } });
            }
            Query::PurgesOf { ticket, requests } => {
                let purges = self.engine.purges_of(requests);
                self.answer(async move { Answer::Gathered { ticket, result: purges.await } });
            }
            Query::Recent { ticket, resources } => {
                let recent = self.engine.recent(resources);
                self.answer(async move { Answer::Recent { ticket, result: recent.await } });
            }
            Query::Served { ticket, hosts } => {
                let served = self.engine.served(hosts);
                self.answer(async move { Answer::Served { ticket, result: served.await } });
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
            report = changed(&mut self.watch) => return Some(report),
            event = self.events.recv() => event?,
        };
        // An answer that was there before the event is reported before it: the core must not hear
        // that a request was sent before it hears that it was queued.
        while let Some(Some(report)) = self.working.next().now_or_never() {
            self.ready.push_back(report);
        }
        self.ready.push_back(Report::Event(event));
        self.ready.pop_front()
    }
}

async fn changed(watch: &mut Option<ConfigWatch>) -> Report {
    match watch {
        Some(watch) => watch.next().await,
        None => std::future::pending().await,
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

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::panic,
        clippy::wildcard_enum_match_arm,
        reason = "tests"
    )]

    use std::sync::Arc;
    use std::time::Duration;

    use chrono::DateTime;

    use super::*;
    use crate::domain::ids::{PurgeKey, Ticket};
    use crate::domain::query::{Anchor, Sort, SummaryQuery, WindowQuery};
    use crate::engine::{Clock, EngineConfig};
    use crate::store::{Access, Store};

    const ONE: PaneId = PaneId(1);
    const OTHER: PaneId = PaneId(2);

    /// Effects on an empty store, without accounts.
    struct Bench {
        effects: EngineEffects,
        engine: Engine,
        directory: tempfile::TempDir,
    }

    impl Bench {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("store.db");
            let (engine, events) = Engine::start(EngineConfig {
                store: Store::open(&path, Access::ReadWrite).unwrap(),
                accounts: Vec::new(),
                clock: Clock::system(),
                refresh: Duration::from_secs(30),
                offline: true,
                read_only: false,
                export: None,
                keep_view: None,
            })
            .unwrap();
            let effects = EngineEffects::new(engine.clone(), events);
            Self { effects, engine, directory }
        }

        fn run(&mut self, effects: impl IntoIterator<Item = Effect>) {
            effects.into_iter().for_each(|effect| self.effects.run(effect));
        }

        /// Returns this many answers and all that come at the end of the engine after them.
        async fn answers(mut self, count: usize) -> Vec<Answer> {
            let mut answers = Vec::new();
            while answers.len() < count {
                answers.extend(answer(self.effects.next().await.unwrap()));
            }
            self.engine.shutdown().await;
            while let Some(report) = self.effects.next().await {
                answers.extend(answer(report));
            }
            answers
        }
    }

    fn answer(report: Report) -> Option<Answer> {
        match report {
            Report::Answer(answer) => Some(answer),
            Report::Event(_) | Report::Settings(_) | Report::BadSettings(_) => None,
        }
    }

    fn window(pane: PaneId, ticket: u64) -> Effect {
        let query = WindowQuery {
            predicate: Arc::default(),
            sort: Sort::Newest,
            anchor: Anchor::Start,
            limit: 10,
        };
        Effect::Query(Query::Window { pane, ticket: Ticket(ticket), query })
    }

    fn summary(pane: PaneId, ticket: u64) -> Effect {
        let query = SummaryQuery { predicate: Arc::default(), bars: 0, now: DateTime::UNIX_EPOCH };
        Effect::Query(Query::Summary { pane, ticket: Ticket(ticket), query })
    }

    fn detail(pane: PaneId, ticket: u64) -> Effect {
        Effect::Query(Query::Detail { pane, ticket: Ticket(ticket), key: PurgeKey(7) })
    }

    fn gather(ticket: u64) -> Effect {
        Effect::Query(Query::Gather { ticket: Ticket(ticket), keys: Vec::new() })
    }

    /// Returns the kinds of these answers with their tickets, in the order of the tickets.
    fn tickets(answers: &[Answer]) -> Vec<(&'static str, u64)> {
        let mut tickets: Vec<_> = answers
            .iter()
            .map(|answer| match answer {
                Answer::Window { ticket, .. } => ("window", ticket.0),
                Answer::Summary { ticket, .. } => ("summary", ticket.0),
                Answer::Detail { ticket, .. } => ("detail", ticket.0),
                Answer::Gathered { ticket, .. } => ("gathered", ticket.0),
                Answer::Enqueued { ticket, .. } => ("enqueued", ticket.0),
                Answer::FileRead { ticket, .. } => ("file", ticket.0),
                other => panic!("{other:?}"),
            })
            .collect();
        tickets.sort_by_key(|(_, ticket)| *ticket);
        tickets
    }

    #[tokio::test]
    async fn a_query_supersedes_the_one_before_of_its_kind_and_pane() {
        let mut bench = Bench::new();
        bench.run([window(ONE, 1), summary(ONE, 2), detail(ONE, 3)]);
        bench.run([window(ONE, 4), summary(ONE, 5), detail(ONE, 6), window(ONE, 7)]);
        let answers = bench.answers(3).await;
        assert_eq!(tickets(&answers), [("summary", 5), ("detail", 6), ("window", 7)]);
    }

    #[tokio::test]
    async fn an_answer_that_is_ready_is_superseded_as_well() {
        let mut bench = Bench::new();
        bench.run([window(ONE, 1)]);
        // A later query of the same thread is answered after it.
        bench.engine.queue().await.unwrap();
        bench.run([window(ONE, 2)]);
        let answers = bench.answers(1).await;
        assert_eq!(tickets(&answers), [("window", 2)]);
    }

    #[tokio::test]
    async fn queries_of_other_kinds_and_panes_go_on() {
        let mut bench = Bench::new();
        bench.run([window(ONE, 1), window(OTHER, 2), summary(ONE, 3), detail(ONE, 4)]);
        bench.run([gather(5), gather(6), window(OTHER, 7)]);
        let answers = bench.answers(6).await;
        let expected = [
            ("window", 1),
            ("summary", 3),
            ("detail", 4),
            ("gathered", 5),
            ("gathered", 6),
            ("window", 7),
        ];
        assert_eq!(tickets(&answers), expected);
    }

    #[tokio::test]
    async fn an_order_is_never_superseded_and_its_answer_has_its_ticket() {
        let mut bench = Bench::new();
        let file = |number: u64| bench.directory.path().join(format!("{number}.txt"));
        let orders = (1..=3).map(|number| {
            std::fs::write(file(number), format!("/{number}")).unwrap();
            Effect::Order(Order::ReadFile { ticket: Ticket(number), path: file(number) })
        });
        let orders: Vec<Effect> = orders.collect();
        let enqueue =
            |number| Effect::Order(Order::Enqueue { ticket: Ticket(number), sends: Vec::new() });
        bench.run(orders.into_iter().chain((4..=6).map(enqueue)));
        let answers = bench.answers(6).await;
        let expected = [
            ("file", 1),
            ("file", 2),
            ("file", 3),
            ("enqueued", 4),
            ("enqueued", 5),
            ("enqueued", 6),
        ];
        assert_eq!(tickets(&answers), expected);
        for answer in answers {
            if let Answer::FileRead { ticket, result } = answer {
                assert_eq!(result, Ok(format!("/{}", ticket.0)));
            }
        }
    }
}
