//! Questions to the store: each is answered on a thread, and for each pane only the newest counts.

use std::time::Duration;

use super::clerk::trouble;
use super::clock::delta;
use super::desk::{Outcome, Question};
use super::outbox::Outbox;
use super::{Runner, orders};
use crate::domain::event::StoreError;
use crate::domain::ids::{AccountName, PurgeKey, ResourceId, Ticket};
use crate::domain::kind::Kind;
use crate::domain::query::{SummaryQuery, WindowQuery};
use crate::effect::{Answer, PaneId, Report};
use crate::store::StoreFailure;

/// How far back purges are recent, where no window is longer.
const RECENT: Duration = Duration::from_hours(1);
/// The longest time that purges are recent for.
const RECENT_LONGEST: Duration = Duration::from_hours(24);

/// Posts what a question came to, unless it was interrupted.
fn answer<T>(
    outbox: &Outbox,
    result: Result<T, StoreFailure>,
    report: impl FnOnce(Result<T, StoreError>) -> Report,
) -> Outcome {
    if let Err(StoreFailure::Interrupted) = result {
        return Outcome::Interrupted;
    }
    outbox.post(report(result.map_err(|failure| trouble(&failure))));
    Outcome::Answered
}

impl Runner {
    pub(super) fn window(&self, pane: PaneId, ticket: Ticket, query: WindowQuery) {
        let outbox = self.outbox.clone();
        self.windows.ask(Some((pane, Question::Window)), move |reader| {
            answer(&outbox, reader.window(&query), |result| {
                Report::Answer(Answer::Window { pane, ticket, result })
            })
        });
    }

    pub(super) fn summary(&self, pane: PaneId, ticket: Ticket, query: SummaryQuery) {
        let outbox = self.outbox.clone();
        self.summaries.ask(Some((pane, Question::Summary)), move |reader| {
            answer(&outbox, reader.summary(&query), |result| {
                Report::Answer(Answer::Summary { pane, ticket, result })
            })
        });
    }

    pub(super) fn detail(&self, pane: PaneId, ticket: Ticket, key: PurgeKey) {
        let outbox = self.outbox.clone();
        self.windows.ask(Some((pane, Question::Detail)), move |reader| {
            answer(&outbox, reader.detail(key), |result| {
                Report::Answer(Answer::Detail {
                    pane,
                    ticket,
                    result: result.map(|detail| detail.map(Box::new)),
                })
            })
        });
    }

    pub(super) fn gather(&self, ticket: Ticket, keys: Vec<PurgeKey>) {
        let outbox = self.outbox.clone();
        self.windows.ask(None, move |reader| {
            answer(&outbox, reader.purges(&keys), |result| {
                Report::Answer(Answer::Gathered { ticket, result })
            })
        });
    }

    pub(super) fn recent(&self, ticket: Ticket, resources: Vec<(AccountName, ResourceId)>) {
        let outbox = self.outbox.clone();
        let since = self.clock.now() - delta(self.recent_span(&resources));
        self.windows.ask(None, move |reader| {
            answer(&outbox, reader.recent(&resources, since), |result| {
                Report::Answer(Answer::Recent { ticket, result })
            })
        });
    }

    /// How far back purges of these resources matter: as long as the longest window that counts them.
    fn recent_span(&self, resources: &[(AccountName, ResourceId)]) -> Duration {
        let windows = resources.iter().filter_map(|(account, _)| {
            let limits = self.seats.get(account)?.limits.borrow();
            let rules = Kind::EVERY.into_iter().filter_map(|kind| limits.rule(kind));
            rules.flat_map(|rule| &rule.windows).map(|window| window.per).max()
        });
        windows.max().unwrap_or(RECENT).clamp(RECENT, RECENT_LONGEST)
    }

    pub(super) fn queue(&self, ticket: Ticket) {
        let outbox = self.outbox.clone();
        self.windows.ask(None, move |reader| {
            answer(&outbox, orders::newest(reader), |result| {
                Report::Answer(Answer::Queue { ticket, result })
            })
        });
    }
}
