//! A history pane: the purges that its filter selects, in its order, with its cursor, marks, timeline and detail. There may
//! be several; they share nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::commands::{Command, Context};
use crate::domain::filter::{Filter, Term};
use crate::domain::ids::PurgeKey;
use crate::domain::query::{SummaryQuery, WindowQuery};
use crate::effect::{Effect, Report, Slot, Tone};

use super::{Outcome, Pane, PaneCtx, Pointer};

pub mod bars;
pub mod columns;
pub mod detail;
pub mod filterbar;
mod gather;
mod pointer;
pub mod rows;
pub mod shape;
pub mod view;

use bars::Overview;
use columns::Column;
use detail::Detail;
use filterbar::{FilterBar, Typing};
use gather::Gathering;
use rows::{Rows, Want};
use shape::{Shape, shape};

/// A history pane.
#[derive(Clone, Debug)]
pub struct HistoryPane {
    slot: Slot,
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
    pub fn new(slot: Slot, filter: &str) -> Self {
        Self {
            slot,
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
    pub fn twin(&self, slot: Slot) -> Self {
        Self {
            columns: self.columns.clone(),
            ..Self::new(slot, self.filter.text())
        }
    }

    /// Whose questions it asks.
    pub fn slot(&self) -> Slot {
        self.slot
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
    pub fn start(&mut self, ctx: &PaneCtx<'_>) -> Outcome {
        self.fit(ctx);
        if !self.rows.is_known() {
            return self.select(ctx);
        }
        if std::mem::take(&mut self.behind) {
            return self.ask_again(ctx);
        }
        Outcome::taken()
    }

    /// The history changed while the pane is out of sight.
    pub fn fall_behind(&mut self) {
        self.behind = true;
    }

    /// When it has something to ask although nothing happened.
    pub fn next_wake(&self) -> Option<DateTime<Utc>> {
        self.overview.due()
    }

    /// Asks what has become due.
    pub fn wake(&mut self, ctx: &PaneCtx<'_>) -> Outcome {
        if self.overview.due().is_some_and(|due| due <= ctx.now) {
            self.filter.resolve(ctx.now, ctx.zone);
            self.ask_overview(ctx)
        } else {
            Outcome::ignored()
        }
    }

    /// Shows what another filter selects; the one before is remembered.
    pub fn narrow(&mut self, filter: Filter, ctx: &PaneCtx<'_>) -> Outcome {
        if self.filter.narrow(filter) {
            self.select(ctx)
        } else {
            Outcome::taken()
        }
    }

    fn narrow_to(&mut self, term: Term, ctx: &PaneCtx<'_>) -> Outcome {
        let filter = self.filter.filter().narrow(term);
        self.narrow(filter, ctx)
    }

    /// Asks for the rows and the overview of another selection.
    fn select(&mut self, ctx: &PaneCtx<'_>) -> Outcome {
        let want = self.rows.first_page();
        self.filter.resolve(ctx.now, ctx.zone);
        self.detail.find(self.filter.predicate());
        self.overview.leave();
        self.ask_rows(&want, ctx).and(self.ask_overview(ctx))
    }

    /// Asks for the same rows and the overview anew.
    fn ask_again(&mut self, ctx: &PaneCtx<'_>) -> Outcome {
        self.filter.resolve(ctx.now, ctx.zone);
        let want = self.rows.again();
        self.ask_rows(&want, ctx)
            .and(self.ask_overview(ctx))
            .and(self.ask_detail(true, ctx))
    }

    fn ask_rows(&mut self, want: &Want, ctx: &PaneCtx<'_>) -> Outcome {
        let ticket = ctx.tickets.take();
        self.rows.asked(ticket, want.landing);
        Outcome::effect(Effect::Window {
            slot: self.slot,
            ticket,
            query: self.window_query(want),
        })
    }

    fn window_query(&self, want: &Want) -> WindowQuery {
        WindowQuery {
            predicate: Arc::clone(self.filter.predicate()),
            sort: self.rows.sort(),
            anchor: want.anchor.clone(),
            limit: want.limit,
        }
    }

    fn ask_overview(&mut self, ctx: &PaneCtx<'_>) -> Outcome {
        let ticket = ctx.tickets.take();
        self.overview.asked(ticket, ctx.now);
        Outcome::effect(Effect::Summary {
            slot: self.slot,
            ticket,
            query: SummaryQuery {
                predicate: Arc::clone(self.filter.predicate()),
                bars: self.overview.bars(),
                now: ctx.now,
            },
        })
    }

    fn ask_detail(&mut self, anew: bool, ctx: &PaneCtx<'_>) -> Outcome {
        let key = self.rows.here().map(|row| row.key);
        let Some(key) = self.detail.wants(key, anew) else {
            return Outcome::taken();
        };
        let ticket = ctx.tickets.take();
        self.detail.asked(ticket);
        Outcome::effect(Effect::Detail {
            slot: self.slot,
            ticket,
            key,
        })
    }

    /// What follows a movement of the cursor: rows beyond an edge that came near, the detail of another row.
    fn moved(&mut self, want: Option<Want>, ctx: &PaneCtx<'_>) -> Outcome {
        let mut outcome = Outcome::taken();
        if let Some(want) = want.or_else(|| self.rows.ahead()) {
            outcome = outcome.and(self.ask_rows(&want, ctx));
        }
        outcome.and(self.ask_detail(false, ctx))
    }

    /// Takes its place on the screen: how many rows are in view, how many bars there is room for.
    fn fit(&mut self, ctx: &PaneCtx<'_>) -> bool {
        let shape = self.shape(ctx.area);
        self.rows.set_page(usize::from(shape.list.height));
        self.overview.set_bars(shape.bars.width)
    }

    fn typed(&mut self, typing: Typing, ctx: &PaneCtx<'_>) -> Outcome {
        match typing {
            Typing::Ignored => Outcome::ignored(),
            Typing::Same => {
                self.fit(ctx);
                Outcome::taken()
            }
            Typing::Another => {
                self.fit(ctx);
                self.select(ctx)
            }
        }
    }

    fn mark(&mut self, ctx: &PaneCtx<'_>) -> Outcome {
        let Some(key) = self.rows.here().map(|row| row.key) else {
            return Outcome::taken();
        };
        if !self.marks.remove(&key) {
            self.marks.insert(key);
        }
        self.rows.go(1);
        self.moved(None, ctx)
    }

    /// Marks all rows in view; where all of them are marked, takes every mark away.
    fn mark_all(&mut self) -> Outcome {
        let before = self.marks.len();
        self.marks
            .extend(self.rows.in_view().iter().map(|row| row.key));
        if self.marks.len() == before {
            self.marks.clear();
        }
        Outcome::taken()
    }

    fn zoom_in(&mut self, ctx: &PaneCtx<'_>) -> Outcome {
        let Some((from, until, _)) = self.overview.choice() else {
            return Outcome::say(
                Tone::Info,
                "Choose a bar of the timeline first, with the left and right keys.",
            );
        };
        let filter = self.filter.filter().with_range(from, until);
        self.narrow(filter, ctx)
    }

    /// Closes what is open within the pane, then undoes the last narrowing.
    fn back(&mut self, ctx: &PaneCtx<'_>) -> Outcome {
        if self.detail.is_open() {
            self.detail.set_open(false);
            self.fit(ctx);
            return self.moved(None, ctx);
        }
        if self.overview.leave() {
            return Outcome::taken();
        }
        if self.filter.widen() {
            return self.select(ctx);
        }
        if !self.marks.is_empty() {
            self.marks.clear();
            return Outcome::taken();
        }
        Outcome::ignored()
    }

    fn open(&mut self, ctx: &PaneCtx<'_>) -> Outcome {
        let open = !(self.detail.is_open() && self.detail.is_focused());
        if open && self.rows.here().is_none() {
            return Outcome::taken();
        }
        self.detail.set_open(open);
        self.fit(ctx);
        self.moved(None, ctx)
    }

    /// Tab goes into an open detail and out of it again, before it goes to the next pane.
    fn focus_next(&mut self) -> Outcome {
        if self.detail.is_open() && !self.detail.is_focused() {
            self.detail.set_focused(true);
            return Outcome::taken();
        }
        self.detail.set_focused(false);
        Outcome::ignored()
    }

    fn in_detail(&mut self, command: Command, page: isize) -> Option<Outcome> {
        if !self.detail.is_focused() {
            return None;
        }
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "every other command is the list's"
        )]
        match command {
            Command::MoveDown => self.detail.go(1),
            Command::MoveUp => self.detail.go(-1),
            Command::PageDown => self.detail.go(page),
            Command::PageUp => self.detail.go(-page),
            Command::MoveFirst => self.detail.go(isize::MIN),
            Command::MoveLast => self.detail.go(isize::MAX),
            Command::MoveLeft => self.detail.go_aside(-8),
            Command::MoveRight => self.detail.go_aside(8),
            _ => return None,
        }
        Some(Outcome::taken())
    }

    /// Goes to the next or previous match; opens the detail for it.
    fn step(&mut self, by: isize, ctx: &PaneCtx<'_>) -> Outcome {
        let opened = if self.detail.is_open() {
            Outcome::taken()
        } else {
            self.open(ctx)
        };
        self.detail.step(by);
        opened
    }

    fn of_row(&mut self, term: impl Fn(&str, &str) -> Term, ctx: &PaneCtx<'_>) -> Outcome {
        let Some(row) = self.rows.here() else {
            return Outcome::taken();
        };
        let term = term(&row.cname, row.account.as_str());
        self.narrow_to(term, ctx)
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

    fn on_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Outcome {
        if self.filter.is_editing() {
            let typing = self.filter.on_command(command);
            let paging = matches!(command, Command::PageDown | Command::PageUp);
            if typing != Typing::Ignored || !paging {
                return self.typed(typing, ctx);
            }
        }
        let page = isize::from(i16::try_from(self.shape(ctx.area).detail.height).unwrap_or(1));
        if let Some(outcome) = self.in_detail(command, page) {
            return outcome;
        }
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "every other command is not a history pane's"
        )]
        match command {
            Command::MoveDown => {
                self.rows.go(1);
                self.moved(None, ctx)
            }
            Command::MoveUp => {
                self.rows.go(-1);
                self.moved(None, ctx)
            }
            Command::PageDown => {
                self.rows.go_page(1);
                self.moved(None, ctx)
            }
            Command::PageUp => {
                self.rows.go_page(-1);
                self.moved(None, ctx)
            }
            Command::MoveFirst => {
                let want = self.rows.go_first();
                self.moved(want, ctx)
            }
            Command::MoveLast => {
                let want = self.rows.go_last();
                self.moved(want, ctx)
            }
            Command::MoveLeft | Command::MoveRight => {
                let by = if command == Command::MoveLeft { -1 } else { 1 };
                self.overview.go(by);
                Outcome::taken()
            }
            Command::FocusNext | Command::FocusPrevious => self.focus_next(),
            Command::Open => self.open(ctx),
            Command::Back => self.back(ctx),
            Command::FilterEdit => {
                self.detail.set_focused(false);
                self.filter.edit(ctx.world);
                self.fit(ctx);
                Outcome::taken()
            }
            Command::FilterClear => {
                if self.filter.clear() {
                    self.select(ctx)
                } else {
                    Outcome::taken()
                }
            }
            Command::FilterToCname => self.of_row(|cname, _| Term::cname(cname), ctx),
            Command::FilterToAccount => self.of_row(|_, account| Term::account(account), ctx),
            Command::MatchNext => self.step(1, ctx),
            Command::MatchPrevious => self.step(-1, ctx),
            Command::SortTurn => {
                let want = self.rows.turn();
                self.moved(Some(want), ctx)
            }
            Command::Mark => self.mark(ctx),
            Command::MarkAll => self.mark_all(),
            Command::TimelineZoomIn => self.zoom_in(ctx),
            Command::TimelineZoomOut => {
                if self.filter.widen() {
                    self.select(ctx)
                } else {
                    Outcome::taken()
                }
            }
            other => self.on_wish(other, ctx),
        }
    }

    fn on_typed(&mut self, character: char, ctx: &PaneCtx<'_>) -> Outcome {
        let typing = self.filter.on_typed(character);
        self.typed(typing, ctx)
    }

    fn on_paste(&mut self, text: &str, ctx: &PaneCtx<'_>) -> Outcome {
        if !self.filter.is_editing() {
            return Outcome::ignored();
        }
        let typing = self.filter.on_paste(text);
        self.typed(typing, ctx)
    }

    fn on_pointer(&mut self, pointer: Pointer, at: (u16, u16), ctx: &PaneCtx<'_>) -> Outcome {
        self.point(pointer, at, ctx)
    }

    fn on_report(&mut self, report: &Report, ctx: &PaneCtx<'_>) -> Outcome {
        match report {
            Report::Window {
                slot,
                ticket,
                result,
            } if *slot == self.slot => match (self.rows.answer(*ticket, result), result) {
                (None, _) => Outcome::ignored(),
                (Some(_), Err(trouble)) => Outcome::say(Tone::Error, trouble.to_string()),
                (Some(true), Ok(_)) => self.ask_again(ctx),
                (Some(false), Ok(_)) => self.moved(None, ctx),
            },
            Report::Summary {
                slot,
                ticket,
                result,
            } if *slot == self.slot => {
                if self.overview.answer(*ticket, result, ctx.now) {
                    self.wake(ctx).and(Outcome::taken())
                } else {
                    Outcome::ignored()
                }
            }
            Report::Detail {
                slot,
                ticket,
                result,
            } if *slot == self.slot => {
                let predicate = Arc::clone(self.filter.predicate());
                if self.detail.answer(*ticket, result, &predicate) {
                    Outcome::taken()
                } else {
                    Outcome::ignored()
                }
            }
            Report::HistoryChanged { from, until, .. } => {
                let predicate = self.filter.predicate();
                if predicate.from.is_some_and(|begin| *until < begin)
                    || predicate.until.is_some_and(|end| *from >= end)
                {
                    return Outcome::ignored();
                }
                let mut outcome = Outcome::taken();
                if self.rows.touches(*from, *until) && self.rows.changed() {
                    self.filter.resolve(ctx.now, ctx.zone);
                    let want = self.rows.again();
                    outcome = outcome
                        .and(self.ask_rows(&want, ctx))
                        .and(self.ask_detail(true, ctx));
                }
                if self.overview.changed(ctx.now) {
                    outcome = outcome.and(self.ask_overview(ctx));
                }
                outcome
            }
            Report::Gathered { ticket, result } => self.on_gathered(*ticket, result, ctx),
            Report::Previewed { ticket, previews } => self.on_previewed(*ticket, previews),
            Report::Window { .. }
            | Report::Summary { .. }
            | Report::Detail { .. }
            | Report::Recent { .. }
            | Report::Account { .. }
            | Report::Resources { .. }
            | Report::Limits { .. }
            | Report::Enqueued { .. }
            | Report::Journal(_)
            | Report::Queue { .. }
            | Report::DraftKept(_)
            | Report::Edited { .. }
            | Report::FileRead { .. }
            | Report::Exported { .. }
            | Report::Notice(_) => Outcome::ignored(),
        }
    }

    fn on_answer(&mut self, answer: &super::Answer, ctx: &PaneCtx<'_>) -> Outcome {
        self.take_answer(answer, ctx)
    }

    fn on_change(&mut self, ctx: &PaneCtx<'_>) -> Outcome {
        let bars = self.fit(ctx);
        if !self.rows.is_known() {
            return Outcome::taken();
        }
        if self.filter.is_read_otherwise_in(ctx.zone) {
            return self.select(ctx);
        }
        let outcome = self.moved(None, ctx);
        if bars {
            outcome.and(self.ask_overview(ctx))
        } else {
            outcome
        }
    }

    fn unavailable(&self, command: Command, ctx: &PaneCtx<'_>) -> Option<&'static str> {
        self.why_not(command, ctx)
    }

    fn hints(&self) -> &'static [Command] {
        if self.filter.is_editing() {
            &[
                Command::FieldAccept,
                Command::Back,
                Command::FieldComplete,
                Command::FieldOlder,
            ]
        } else if self.detail.is_focused() {
            &[
                Command::Back,
                Command::MatchNext,
                Command::Copy,
                Command::PurgeAgain,
                Command::CopyCurl,
                Command::FilterEdit,
                Command::Help,
            ]
        } else {
            &[
                Command::PurgeCompose,
                Command::FilterEdit,
                Command::Open,
                Command::Mark,
                Command::Palette,
                Command::Help,
                Command::Copy,
                Command::PurgeAgain,
                Command::QueueOpen,
                Command::TimelineZoomIn,
                Command::SplitRight,
                Command::Refresh,
                Command::Quit,
            ]
        }
    }
}
