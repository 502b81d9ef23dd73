//! A history pane: the purges that its filter selects, in its order, with its cursor, marks,
//! timeline and detail. There may be several; they share nothing.

use std::collections::BTreeSet;
use std::hash::{Hash as _, Hasher};

use chrono::{DateTime, Utc};

use crate::commands::{Command, Context};
use crate::domain::board::KeptPane;
use crate::domain::column::ShownColumn;
use crate::domain::event::Event;
use crate::domain::filter::Filter;
use crate::domain::ids::PurgeKey;
use crate::domain::query::Sort;
use crate::effect::{Answer, PaneId};

use super::{Pane, PaneCtx, Pointer, Update};

mod actions;
pub mod columns;
mod commands;
pub mod detail;
pub mod filterbar;
pub mod layout;
mod marks;
mod pointer;
mod queries;
mod reports;
pub mod rows;
mod sorting;
pub mod timeline;
mod times;
pub mod view;

use actions::PendingRead;
use columns::Contents;
use detail::Detail;
use filterbar::FilterBar;
use layout::{PaneLayout, layout};
use marks::Marks;
use rows::Rows;
use timeline::TimelineState;

/// A history pane.
#[derive(Clone, Debug)]
pub struct HistoryPane {
    pane: PaneId,
    filter: FilterBar,
    rows: Rows,
    timeline: TimelineState,
    detail: Detail,
    marks: Marks,
    columns: Vec<ShownColumn>,
    contents: Contents,
    pending: Option<PendingRead>,
    /// Set if the history changed while the pane was not on the screen.
    stale: bool,
}

impl HistoryPane {
    /// A pane that shows what this filter selects. It asks for nothing before
    /// [`HistoryPane::start`].
    pub fn new(pane: PaneId, filter: &str) -> Self {
        Self {
            pane,
            filter: FilterBar::new(filter),
            rows: Rows::default(),
            timeline: TimelineState::default(),
            detail: Detail::default(),
            marks: Marks::default(),
            columns: ShownColumn::usual(),
            contents: Contents::default(),
            pending: None,
            stale: false,
        }
    }

    /// Makes a second pane that shows the same.
    #[must_use]
    pub fn duplicate(&self, pane: PaneId) -> Self {
        Self::restored(pane, &self.kept())
    }

    /// Returns what is kept of it for the next start.
    pub fn kept(&self) -> KeptPane {
        let text = self.filter.text();
        KeptPane {
            own: self.filter.own().to_string(),
            filter: (self.filter.filter() != self.filter.own()).then(|| text.to_owned()),
            sort: self.rows.sort().to_string(),
            columns: self.columns.iter().map(ToString::to_string).collect(),
        }
    }

    /// Hashes what [`HistoryPane::kept`] returns, without making it. A pane's own filter never
    /// changes.
    pub fn hash_kept(&self, state: &mut impl Hasher) {
        self.filter.text().hash(state);
        self.rows.sort().hash(state);
        self.columns.hash(state);
    }

    /// Makes a pane as it was left.
    pub fn restored(pane: PaneId, kept: &KeptPane) -> Self {
        let mut filter = FilterBar::new(kept.filter.as_deref().unwrap_or(&kept.own));
        if let Ok(own) = Filter::parse(&kept.own) {
            filter.set_own(own);
        }
        Self { filter, ..Self::new(pane, "") }.arranged(kept.order(), &kept.shown_columns())
    }

    /// Has it show its rows in this order and with these columns; without any, with the usual
    /// ones.
    #[must_use]
    pub fn arranged(self, sort: Sort, columns: &[ShownColumn]) -> Self {
        let usual = columns.is_empty().then(ShownColumn::usual);
        let columns = usual.unwrap_or_else(|| columns.to_vec());
        Self { rows: Rows::sorted(sort), columns, ..self }
    }

    /// Returns its id.
    pub fn pane(&self) -> PaneId {
        self.pane
    }

    /// Its filter.
    pub fn filter(&self) -> &FilterBar {
        &self.filter
    }

    /// Its rows.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Returns the counts and the timeline of its selection.
    pub fn timeline(&self) -> &TimelineState {
        &self.timeline
    }

    /// Its detail.
    pub fn detail(&self) -> &Detail {
        &self.detail
    }

    /// The marked purges.
    pub fn marks(&self) -> &BTreeSet<PurgeKey> {
        self.marks.keys()
    }

    /// Divides an area of the screen.
    pub fn layout(&self, area: ratatui::layout::Rect) -> PaneLayout {
        layout(area, self.filter.is_editing(), self.detail.is_open())
    }

    /// Asks for the first rows and the timeline. Also after it was out of sight while the history
    /// changed.
    pub fn start(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let bars = self.resize(ctx);
        if !self.rows.is_known() {
            return self.select(ctx);
        }
        if std::mem::take(&mut self.stale) {
            return self.ask_again(ctx);
        }
        if bars { self.ask_timeline(ctx) } else { Update::taken() }
    }

    /// The history changed while the pane is out of sight.
    pub fn mark_stale(&mut self) {
        self.stale = true;
    }

    /// Counts its selection while it is out of sight, where it was not counted yet or the history
    /// changed at these times since; not again and again while history streams in.
    pub fn count_unseen(
        &mut self,
        changed: Option<(DateTime<Utc>, DateTime<Utc>)>,
        ctx: &PaneCtx<'_>,
    ) -> Update {
        let predicate = self.filter.predicate();
        let counted = self.timeline.summary().is_some() || self.timeline.is_loading();
        let wanted = match changed {
            Some((from, until)) if counted => {
                predicate.from.is_none_or(|begin| until >= begin)
                    && predicate.until.is_none_or(|end| from < end)
                    && self.timeline.changed(ctx.now)
            }
            Some(_) | None => !counted,
        };
        if !wanted {
            return Update::ignored();
        }
        self.filter.resolve(ctx.now, ctx.zone);
        self.ask_timeline(ctx)
    }

    /// Returns the instant of its next query although nothing happened.
    pub fn next_wake(&self) -> Option<DateTime<Utc>> {
        self.timeline.due()
    }

    /// Asks for the counts again where that is due.
    pub fn wake(&mut self, ctx: &PaneCtx<'_>) -> Update {
        if self.timeline.due().is_some_and(|due| due <= ctx.now) {
            self.filter.resolve(ctx.now, ctx.zone);
            self.ask_timeline(ctx)
        } else {
            Update::ignored()
        }
    }
}

impl Pane for HistoryPane {
    fn contexts(&self) -> &'static [Context] {
        if self.filter.is_editing() {
            &[Context::Field, Context::Text]
        } else if self.detail.is_focused() {
            &[Context::Detail]
        } else {
            &[Context::History]
        }
    }

    fn on_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        self.run_command(command, ctx)
    }

    fn on_answer(&mut self, answer: &Answer, ctx: &PaneCtx<'_>) -> Update {
        self.take_answer(answer, ctx)
    }

    fn on_event(&mut self, event: &Event, ctx: &PaneCtx<'_>) -> Update {
        self.take_event(event, ctx)
    }

    fn on_typed(&mut self, text: &str, ctx: &PaneCtx<'_>) -> Update {
        let (edit, of_field) = self.filter.on_typed(text);
        self.typed(edit, ctx).and(of_field.update())
    }

    fn on_paste(&mut self, text: &str, ctx: &PaneCtx<'_>) -> Update {
        if !self.filter.is_editing() {
            return Update::ignored();
        }
        let (edit, of_field) = self.filter.on_paste(text);
        self.typed(edit, ctx).and(of_field.update())
    }

    fn on_pointer(&mut self, pointer: Pointer, at: (u16, u16), ctx: &PaneCtx<'_>) -> Update {
        self.point(pointer, at, ctx)
    }

    fn on_overlay_answer(&mut self, answer: &super::OverlayAnswer, ctx: &PaneCtx<'_>) -> Update {
        self.take_overlay_answer(answer, ctx)
    }

    fn on_change(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let bars = self.resize(ctx);
        if !self.rows.is_known() {
            return Update::taken();
        }
        if self.filter.is_read_otherwise_in(ctx.zone) {
            return self.select(ctx);
        }
        let update = self.moved(None, ctx);
        if bars { update.and(self.ask_timeline(ctx)) } else { update }
    }

    fn unavailable(&self, command: Command, ctx: &PaneCtx<'_>) -> Option<&'static str> {
        self.why_not(command, ctx.known)
    }
}
