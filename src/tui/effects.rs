//! Carries out effects with the engine: an effect becomes a call, its result a report with the
//! effect's ticket.
//!
//! This is the only place that knows tickets and which query supersedes which. Nothing is spawned:
//! reports come out of [`EffectRunner::next`], which the event loop waits for.

mod orders;
mod queries;

use std::collections::{HashMap, VecDeque};

use futures_util::future::{AbortHandle, Abortable, FutureExt as _};
use futures_util::stream::{self, BoxStream, SelectAll, StreamExt as _};

use super::ConfigWatch;
use crate::config::paths::Paths;
use crate::domain::event::{Event, Notice};
use crate::effect::{Answer, Effect, PaneId, Report};
use crate::engine::{Engine, EventStream};

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
    /// The newest query for calls.
    calls: Option<AbortHandle>,
    /// Reports that are ready.
    ready: VecDeque<Report>,
    watch: Option<ConfigWatch>,
    /// The files of a configuration that may be written.
    sets_up: Option<Paths>,
    /// The test of an account that is under way.
    test: Option<AbortHandle>,
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
            calls: None,
            watch: None,
            sets_up: None,
            test: None,
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

    /// Sets up a first account, too, and writes the configuration of these paths.
    #[must_use]
    pub fn setting_up(self, paths: Paths) -> Self {
        Self { sets_up: Some(paths), ..self }
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

#[cfg(test)]
mod tests;
