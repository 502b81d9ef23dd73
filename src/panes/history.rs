//! A history pane: the purges that its filter selects, in its order, with its cursor, marks, timeline and detail. There may
//! be several; they share nothing.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::commands::{Command, Context};
use crate::domain::event::Event;
use crate::domain::ids::PurgeKey;
use crate::effect::{Answer, PaneId};

use super::{Pane, PaneCtx, Pointer, Update};

mod asking;
pub mod bars;
pub mod columns;
pub mod detail;
pub mod filterbar;
mod gather;
mod pointer;
mod reports;
pub mod rows;
pub mod shape;
mod steps;
pub mod view;

use bars::Overview;
use columns::Column;
use detail::Detail;
use filterbar::FilterBar;
use gather::Gathering;
use rows::Rows;
use shape::{Shape, shape};

/// A history pane.
#[derive(Clone, Debug)]
pub struct HistoryPane {
    pane: PaneId,
    filter: FilterBar,
    rows: Rows,
    overview: Overview,
    detail: Detail,
    marks: BTreeSet<PurgeKey>,
    columns: Vec<Column>,
    gathering: Option<Gathering>,
    /// Whether the history changed while the pane was not on the screen.
    behind: bool,
}

impl HistoryPane {
    /// A pane that shows what this filter selects. It asks for nothing before [`HistoryPane::start`].
    pub fn new(pane: PaneId, filter: &str) -> Self {
        Self {
            pane,
            filter: FilterBar::new(filter),
            rows: Rows::default(),
            overview: Overview::default(),
            detail: Detail::default(),
            marks: BTreeSet::new(),
            columns: Column::USUAL.to_vec(),
            gathering: None,
            behind: false,
        }
    }

    /// A second pane that shows the same.
    #[must_use]
    pub fn twin(&self, pane: PaneId) -> Self {
        Self { columns: self.columns.clone(), ..Self::new(pane, self.filter.text()) }
    }

    /// Whose questions it asks.
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

    /// What is known of its selection as a whole.
    pub fn overview(&self) -> &Overview {
        &self.overview
    }

    /// Its detail.
    pub fn detail(&self) -> &Detail {
        &self.detail
    }

    /// The marked purges.
    pub fn marks(&self) -> &BTreeSet<PurgeKey> {
        &self.marks
    }

    /// The columns that are wanted.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How it divides a place on the screen.
    pub fn shape(&self, area: ratatui::layout::Rect) -> Shape {
        shape(area, self.filter.is_editing(), self.detail.is_open())
    }

    /// The first questions: the first rows and the overview. Also after it was out of sight while the history changed.
    pub fn start(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.fit(ctx);
        if !self.rows.is_known() {
            return self.select(ctx);
        }
        if std::mem::take(&mut self.behind) {
            return self.ask_again(ctx);
        }
        Update::taken()
    }

    /// The history changed while the pane is out of sight.
    pub fn mark_stale(&mut self) {
        self.behind = true;
    }

    /// When it has something to ask although nothing happened.
    pub fn next_wake(&self) -> Option<DateTime<Utc>> {
        self.overview.due()
    }

    /// Asks what has become due.
    pub fn wake(&mut self, ctx: &PaneCtx<'_>) -> Update {
        if self.overview.due().is_some_and(|due| due <= ctx.now) {
            self.filter.resolve(ctx.now, ctx.zone);
            self.ask_overview(ctx)
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
        self.carry_out(command, ctx)
    }

    fn on_answer(&mut self, answer: &Answer, ctx: &PaneCtx<'_>) -> Update {
        self.take_answer(answer, ctx)
    }

    fn on_event(&mut self, event: &Event, ctx: &PaneCtx<'_>) -> Update {
        self.take_event(event, ctx)
    }

    fn on_typed(&mut self, character: char, ctx: &PaneCtx<'_>) -> Update {
        let typing = self.filter.on_typed(character);
        self.typed(typing, ctx)
    }

    fn on_paste(&mut self, text: &str, ctx: &PaneCtx<'_>) -> Update {
        if !self.filter.is_editing() {
            return Update::ignored();
        }
        let typing = self.filter.on_paste(text);
        self.typed(typing, ctx)
    }

    fn on_pointer(&mut self, pointer: Pointer, at: (u16, u16), ctx: &PaneCtx<'_>) -> Update {
        self.point(pointer, at, ctx)
    }

    fn on_overlay_answer(&mut self, answer: &super::OverlayAnswer, ctx: &PaneCtx<'_>) -> Update {
        self.take_overlay_answer(answer, ctx)
    }

    fn on_change(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let bars = self.fit(ctx);
        if !self.rows.is_known() {
            return Update::taken();
        }
        if self.filter.is_read_otherwise_in(ctx.zone) {
            return self.select(ctx);
        }
        let update = self.moved(None, ctx);
        if bars { update.and(self.ask_overview(ctx)) } else { update }
    }

    fn unavailable(&self, command: Command, _ctx: &PaneCtx<'_>) -> Option<&'static str> {
        self.why_not(command)
    }
}
