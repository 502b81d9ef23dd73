//! Carries out queries: each becomes a reading of the store, or of the request log.

use super::{EngineEffects, Superseding};
use crate::effect::{Answer, Query};

impl EngineEffects {
    /// Begins to answer a query.
    pub(super) fn query(&mut self, query: Query) {
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
            Query::Calls { ticket, since } => {
                let calls = self.engine.calls(since);
                let handle =
                    self.answer(async move { Answer::Calls { ticket, calls: calls.await } });
                // The one before may wait for ever.
                if let Some(before) = self.calls.replace(handle) {
                    before.abort();
                }
            }
        }
    }
}
