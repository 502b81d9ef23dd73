//! Queries of a history pane to the store.

use std::sync::Arc;

use crate::domain::filter::{Filter, Term};
use crate::domain::query::{SummaryQuery, WindowQuery};
use crate::effect::{Effect, Query};
use crate::panes::{PaneCtx, Update};

use super::HistoryPane;
use super::columns::Contents;
use super::rows::PageRequest;

impl HistoryPane {
    /// Shows what another filter selects; the one before stays in the field's memory.
    pub fn narrow(&mut self, filter: Filter, ctx: &PaneCtx<'_>) -> Update {
        if self.filter.narrow(filter) {
            self.resize(ctx);
            self.select(ctx)
        } else {
            Update::taken()
        }
    }

    /// Narrows the filter by a term.
    pub fn narrow_to(&mut self, term: Term, ctx: &PaneCtx<'_>) -> Update {
        let filter = self.filter.filter().narrow(term);
        self.narrow(filter, ctx)
    }

    /// Asks for the rows and the overview of another selection. An open detail stays at its purge,
    /// whatever is selected around it.
    pub(super) fn select(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let want = self.rows.first_page();
        let want = self.around_detail().unwrap_or(want);
        self.filter.resolve(ctx.now, ctx.zone);
        self.detail.find(self.filter.predicate());
        self.timeline.leave();
        self.forget_question();
        self.contents = Contents::default();
        self.rows.select_other();
        self.ask_rows(&want, ctx).and(self.ask_timeline(ctx))
    }

    /// Asks for the same rows and the overview anew.
    pub(super) fn ask_again(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.filter.resolve(ctx.now, ctx.zone);
        let want = self.rows.reload();
        self.ask_rows(&want, ctx).and(self.ask_timeline(ctx)).and(self.ask_detail(true, ctx))
    }

    /// The rows around the purge whose detail is open.
    pub(super) fn around_detail(&mut self) -> Option<PageRequest> {
        self.pin_to_detail();
        (self.detail.is_open() && self.rows.here().is_some()).then(|| self.rows.reload())
    }

    pub(super) fn ask_rows(&mut self, want: &PageRequest, ctx: &PaneCtx<'_>) -> Update {
        let ticket = ctx.tickets.take();
        self.rows.asked(ticket, want.placement);
        Update::effect(Effect::Query(Query::Window {
            pane: self.pane,
            ticket,
            query: self.window_query(want),
        }))
    }

    pub(super) fn window_query(&self, want: &PageRequest) -> WindowQuery {
        WindowQuery {
            predicate: Arc::clone(self.filter.predicate()),
            sort: self.rows.sort(),
            anchor: want.anchor.clone(),
            limit: want.limit,
        }
    }

    pub(super) fn ask_timeline(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let ticket = ctx.tickets.take();
        self.timeline.asked(ticket, ctx.now);
        Update::effect(Effect::Query(Query::Summary {
            pane: self.pane,
            ticket,
            query: SummaryQuery {
                predicate: Arc::clone(self.filter.predicate()),
                bars: self.timeline.bars(),
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

    /// Follows a movement of the cursor: asks for rows beyond a near edge, and for the detail of
    /// another row.
    pub(super) fn moved(&mut self, want: Option<PageRequest>, ctx: &PaneCtx<'_>) -> Update {
        let mut update = Update::taken();
        if let Some(want) = want.or_else(|| self.rows.prefetch()) {
            update = update.and(self.ask_rows(&want, ctx));
        }
        update.and(self.ask_detail(false, ctx))
    }

    /// Takes its area: the rows in view, and the room for bars. Returns whether that is another
    /// number of bars.
    pub(super) fn resize(&mut self, ctx: &PaneCtx<'_>) -> bool {
        let layout = self.layout(ctx.area);
        self.rows.set_page(usize::from(layout.list.height));
        self.timeline.set_bars(layout.bars.width)
    }
}
