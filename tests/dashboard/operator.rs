//! An operator at a stage: steps that several tests take, and answers to what they ask.

use std::sync::Arc;

use purgedeck::domain::event::Event;
use purgedeck::domain::ids::PurgeKey;
use purgedeck::effect::{Effect, Query, Report};
use purgedeck::panes::history::HistoryPane;

use super::stage::Stage;

impl Stage {
    /// A stage where one account alone serves the hosts, so that a pasted host says all.
    pub(crate) fn alone(size: (u16, u16)) -> Self {
        let mut stage = Self::new(size);
        stage.report(Report::Event(Event::Resources {
            account: "edge-test".into(),
            resources: Arc::new(Vec::new()),
        }));
        stage.take_asked();
        stage
    }

    /// Has the focused pane show another filter.
    pub(crate) fn show(&mut self, filter: &str) {
        self.press("/ ctrl-u");
        self.type_text(filter);
        self.press("enter");
    }

    /// The focused pane.
    pub(crate) fn pane(&self) -> &HistoryPane {
        let board = self.app.workspace();
        board.pane(board.focus()).unwrap()
    }

    /// Its filter.
    pub(crate) fn filter(&self) -> String {
        self.pane().filter().text().to_owned()
    }

    /// The number of purges that it selects.
    pub(crate) fn selected(&self) -> u64 {
        self.pane().timeline().summary().unwrap().selected
    }

    /// The purges that were gathered for a draft since the last look.
    pub(crate) fn gathered(&mut self) -> Vec<PurgeKey> {
        let keys = |effect| match effect {
            Effect::Query(Query::Gather { keys, .. }) => Some(keys),
            _ => None,
        };
        self.take_asked().into_iter().find_map(keys).unwrap_or_default()
    }
}
