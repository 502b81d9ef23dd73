//! What a history pane asks of the store, and when.

use std::sync::Arc;

use crate::domain::filter::{Filter, Term};
use crate::domain::query::{SummaryQuery, WindowQuery};
use crate::effect::{Effect, Query};
use crate::panes::{PaneCtx, Update};

use super::HistoryPane;
use super::rows::Want;

impl HistoryPane {
    /// Shows what another filter selects; the one before is remembered.
    pub fn narrow(&mut self, filter: Filter, ctx: &PaneCtx<'_>) -> Update {
        if self.filter.narrow(filter) { self.select(ctx) } else { Update::taken() }
    }

    pub(super) fn narrow_to(&mut self, term: Term, ctx: &PaneCtx<'_>) -> Update {
        let filter = self.filter.filter().narrow(term);
        self.narrow(filter, ctx)
    }

    /// Asks for the rows and the overview of another selection. An open detail stays at its purge, whatever is selected
    /// around it.
    pub(super) fn select(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let want = self.rows.first_page();
        let want = self.around_detail().unwrap_or(want);
        self.filter.resolve(ctx.now, ctx.zone);
        self.detail.find(self.filter.predicate());
        self.overview.leave();
        self.ask_rows(&want, ctx).and(self.ask_overview(ctx))
    }

    /// Asks for the same rows and the overview anew.
    pub(super) fn ask_again(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.filter.resolve(ctx.now, ctx.zone);
        let want = self.rows.again();
        self.ask_rows(&want, ctx).and(self.ask_overview(ctx)).and(self.ask_detail(true, ctx))
    }

    /// The rows around the purge whose detail is open.
    pub(super) fn around_detail(&mut self) -> Option<Want> {
        self.keep_to_detail();
        (self.detail.is_open() && self.rows.here().is_some()).then(|| self.rows.again())
    }

    pub(super) fn ask_rows(&mut self, want: &Want, ctx: &PaneCtx<'_>) -> Update {
        let ticket = ctx.tickets.take();
        self.rows.asked(ticket, want.landing);
        Update::effect(Effect::Query(Query::Window {
            pane: self.pane,
            ticket,
            query: self.window_query(want),
        }))
    }

    pub(super) fn window_query(&self, want: &Want) -> WindowQuery {
        WindowQuery {
            predicate: Arc::clone(self.filter.predicate()),
            sort: self.rows.sort(),
            anchor: want.anchor.clone(),
            limit: want.limit,
        }
    }

    pub(super) fn ask_overview(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let ticket = ctx.tickets.take();
        self.overview.asked(ticket, ctx.now);
        Update::effect(Effect::Query(Query::Summary {
            pane: self.pane,
            ticket,
            query: SummaryQuery {
                predicate: Arc::clone(self.filter.predicate()),
                bars: self.overview.bars(),
                now: ctx.now,
            },
        }))
    }

    pub(super) fn ask_detail(&mut self, anew: bool, ctx: &PaneCtx<'_>) -> Update {
        let key = self.rows.here().map(|row| row.key);
        let Some(key) = self.detail.wants(key, anew) else {
            return Update::taken();
        };
        let ticket = ctx.tickets.take();
        self.detail.asked(ticket);
        Update::effect(Effect::Query(Query::Detail { pane: self.pane, ticket, key }))
    }

    /// What follows a movement of the cursor: rows beyond an edge that came near, the detail of another row.
    pub(super) fn moved(&mut self, want: Option<Want>, ctx: &PaneCtx<'_>) -> Update {
        let mut update = Update::taken();
        if let Some(want) = want.or_else(|| self.rows.ahead()) {
            update = update.and(self.ask_rows(&want, ctx));
        }
        update.and(self.ask_detail(false, ctx))
    }

    /// Takes its place on the screen: how many rows are in view, how many bars there is room for.
    pub(super) fn fit(&mut self, ctx: &PaneCtx<'_>) -> bool {
        let shape = self.shape(ctx.area);
        self.rows.set_page(usize::from(shape.list.height));
        self.overview.set_bars(shape.bars.width)
    }
}
