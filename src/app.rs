//! The core: the state of the whole program, and `update`, which turns messages into effects. It
//! routes only: behaviour lives in the panes. It knows no clock, starts nothing and waits for
//! nothing.

mod alerts;
mod bad_news;
pub mod budgets;
mod drafts;
mod focus;
mod input;
mod kept_board;
pub mod layout;
pub mod notices;
mod open_overlay;
mod quit;
mod reports;
mod requests;
pub mod shown_notice;
mod timer;
pub mod workspace;

use std::collections::HashMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use crate::domain::account::Account;
use crate::domain::board::{KeptBoard, KeptView};
use crate::domain::draft::KeptDraft;
use crate::domain::event::Notice;
use crate::domain::ids::{AccountName, ResourceId, Ticket};
use crate::domain::known::Known;
use crate::domain::view::ViewPlace;
use crate::domain::zone::Zone;
use crate::effect::{Effect, PaneId, Query, Report, SavedView, TerminalEffect, Tickets};
use crate::keymap::{Chord, Keymap};
use crate::panes::clicks::Click;
use crate::panes::history::HistoryPane;
use crate::panes::overlay::Overlay;
use crate::panes::{BudgetOf, Opening, PaneCtx, Pointer, StartOffer};

use budgets::Budgets;
use kept_board::BoardKeeper;
use layout::{ScreenLayout, layout};
use notices::Notices;
use workspace::Workspace;

pub use timer::next_wake;

/// An input of the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Chord(Chord),
    /// Characters that were typed into the text that has the keys, as many as came at once.
    Typed(String),
    /// A text that was pasted.
    Paste(String),
    /// A paste that was larger than a file of targets may be; nothing of it was kept.
    TooLargePaste,
    /// A click of the mouse on something that was drawn to be clicked on.
    Click(Click),
    /// The mouse, at a cell of the screen.
    Mouse(Pointer, (u16, u16)),
    /// The terminal has another size, given in the [`Ctx`].
    Resized,
    /// The terminal got the keyboard's focus: it may have been redrawn by somebody else.
    FocusGained,
}

/// A message to the core.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// The terminal reported something.
    Input(Input),
    /// The world reported something.
    Report(Report),
    /// The instant came that [`next_wake`] named.
    Woke,
}

/// The surroundings of a message: time, size, keys.
#[derive(Clone, Copy, Debug)]
pub struct Ctx<'a> {
    /// The time.
    pub now: DateTime<Utc>,
    /// The screen's columns and rows.
    pub size: (u16, u16),
    /// The keys.
    pub keymap: &'a Keymap,
}

/// The settings that the program starts with.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// The operator's own views, after the built-in ones.
    pub views: Vec<SavedView>,
    /// The zone of the times.
    pub zone: Zone,
    /// The zone that the operator can turn to.
    pub other_zone: Zone,
    /// Set in read-only mode: nothing may be purged.
    pub read_only: bool,
    /// Set offline: only the store is read.
    pub offline: bool,
    /// The configuration's file, if there is one to name.
    pub config_file: Option<PathBuf>,
    /// The themes to choose from, with a note on each.
    pub themes: Vec<(String, String)>,
    /// The board as an earlier run left it.
    pub board: Option<KeptBoard>,
    /// Set if the board is kept for the next start.
    pub keeps_board: bool,
    /// The place of saved views.
    pub view_place: ViewPlace,
    /// The view to show, as it is defined; `None`: the one that was left.
    pub view: Option<String>,
    /// Notices of the start.
    pub notices: Vec<Notice>,
    /// The first start, where there is no account yet.
    pub start: Option<StartOffer>,
}

/// The state of the whole program.
#[derive(Debug)]
pub struct App {
    known: Known,
    workspace: Workspace,
    overlays: Vec<Box<dyn Overlay>>,
    notices: Notices,
    budgets: Budgets,
    tickets: Tickets,
    /// Taken at the newest event of the journal: an answer of an older ticket may not know of it.
    journal_changed: Ticket,
    zones: (Zone, Zone),
    zone: Zone,
    /// The drafts that are kept, the one that was changed last first.
    drafts: Vec<KeptDraft>,
    config_file: Option<PathBuf>,
    themes: Vec<(String, String)>,
    keeper: BoardKeeper,
    first_notices: Vec<Notice>,
    /// The first start, until it is opened.
    start: Option<StartOffer>,
    dirty: bool,
    repaint: bool,
    /// The rows of the notice that the panes know of.
    notice_rows: u16,
}

impl App {
    /// Makes the program before its first query.
    pub fn new(setup: Setup) -> Self {
        let views = all_views(&setup.views);
        let mut app = Self {
            known: Known::new(setup.accounts, setup.read_only, setup.offline),
            workspace: Workspace::new(&views),
            overlays: Vec::new(),
            notices: Notices::default(),
            budgets: Budgets::default(),
            tickets: Tickets::default(),
            journal_changed: Ticket::default(),
            zones: (setup.zone, setup.other_zone),
            zone: setup.zone,
            keeper: BoardKeeper::default(),
            first_notices: setup.notices,
            start: setup.start,
            drafts: Vec::new(),
            config_file: setup.config_file,
            themes: setup.themes,
            dirty: true,
            repaint: false,
            notice_rows: 1,
        };
        app.known.view_place = setup.view_place;
        if let Some(board) = &setup.board {
            let others = |kept: &&KeptView| setup.view.as_ref() != Some(&kept.name);
            let kept: Vec<KeptView> = board.views.iter().filter(others).cloned().collect();
            app.workspace.restore(&kept);
            app.workspace.show_view(&board.view);
            if board.other_zone && board.zone == Some(setup.zone) {
                app.zone = app.zones.1;
            }
        }
        if let Some(view) = &setup.view {
            app.workspace.show_view(view);
        }
        if setup.keeps_board {
            app.begin_keeping();
        }
        app
    }

    /// Returns the first queries, those for the first screen before all others.
    pub fn start(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        for notice in std::mem::take(&mut self.first_notices) {
            self.known.notices.add(&notice, ctx.now);
            self.notices.add(notice, ctx.now);
        }
        let mut effects = self.each_pane(ctx, HistoryPane::start);
        effects.push(Effect::Query(Query::Queue { ticket: self.tickets.take() }));
        if let Some(offer) = self.start.take() {
            effects.extend(self.open(Opening::Start(Box::new(offer)), ctx));
        }
        effects
    }

    /// Accounts, resources, limits, the queue.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// Returns the panes.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Returns the overlays above the panes, the lowest first; the topmost has the keys.
    pub fn overlays(&self) -> &[Box<dyn Overlay>] {
        &self.overlays
    }

    /// Returns the notices to the operator.
    pub fn notices(&self) -> &Notices {
        &self.notices
    }

    /// Returns the budgets of the resource under the cursor.
    pub fn budgets(&self) -> &Budgets {
        &self.budgets
    }

    /// The zone of the times.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Progress of the start: the focused pane knows its rows, so that there is something to draw;
    /// and it knows all that it asked for.
    pub fn readiness(&self) -> (bool, bool) {
        let pane = self.workspace.pane(self.workspace.focus());
        let counted =
            (0..self.workspace.tabs().0.len()).all(|tab| self.workspace.count(tab).is_some());
        pane.map_or((true, true), |pane| {
            let rows = pane.rows().is_known();
            (rows, rows && counted && !pane.timeline().is_loading())
        })
    }

    /// True if the screen may have changed since the last call.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// True once after the operator asked for every cell of the screen to be written again.
    pub fn take_repaint(&mut self) -> bool {
        std::mem::take(&mut self.repaint)
    }

    fn other_zone(&self) -> Zone {
        if self.zone == self.zones.0 { self.zones.1 } else { self.zones.0 }
    }

    /// The parts of the screen; without a size that can be used, none has room.
    fn layout(&self, ctx: &Ctx<'_>) -> ScreenLayout {
        layout(ctx.size, self.notice_rows(ctx)).unwrap_or_default()
    }

    fn workspace_area(&self, ctx: &Ctx<'_>) -> Rect {
        self.layout(ctx).workspace
    }

    fn area_of(&self, pane: PaneId, ctx: &Ctx<'_>) -> Rect {
        self.workspace.place(pane, self.workspace_area(ctx))
    }

    /// Returns the area that overlays may cover.
    fn overlay_area(&self, ctx: &Ctx<'_>) -> Rect {
        self.layout(ctx).overlays()
    }

    fn pane_ctx(&self, area: Rect, ctx: &Ctx<'_>) -> PaneCtx<'_> {
        PaneCtx { now: ctx.now, zone: self.zone, known: &self.known, tickets: &self.tickets, area }
    }

    /// Follows the cursor to another resource's budget, or asks for it again where it is out of
    /// date.
    fn follow_budget(&mut self) -> Option<Effect> {
        let mut above = self.overlays.iter().rev().map(|overlay| overlay.budget_of());
        let of = match above.find(|it| *it != BudgetOf::Below) {
            Some(BudgetOf::Resource(account, resource)) => Some((account, resource)),
            Some(BudgetOf::Nothing | BudgetOf::Below) => None,
            // Until the rows are known, what was shown last is the best guess.
            None if !self.rows_are_known() => return None,
            None => self.resource_of_row(),
        };
        let Some((account, resource)) = of else {
            self.budgets.leave();
            return None;
        };
        self.budgets.follow(account, resource, &self.tickets)
    }

    fn rows_are_known(&self) -> bool {
        self.workspace.pane(self.workspace.focus()).is_some_and(|pane| pane.rows().is_known())
    }

    /// The resource of the row under the focused pane's cursor.
    fn resource_of_row(&self) -> Option<(AccountName, ResourceId)> {
        let row = self.workspace.pane(self.workspace.focus())?.rows().here()?;
        let resource = self.known.resource_of_host(&row.account, &row.cname)?;
        Some((row.account.clone(), resource.id.clone()))
    }
}

/// Returns the views that are built in, then the operator's own; one of these that has the name of
/// a built-in view takes its place.
pub fn all_views(own: &[SavedView]) -> Vec<SavedView> {
    let view = |name: &str, filter: &str| SavedView {
        name: name.to_owned(),
        filter: filter.to_owned(),
        ..SavedView::default()
    };
    let mut views = vec![
        view("All", ""),
        view("Unfinished", "status:in_progress,unknown"),
        view("Failed 24h", "status:failed since:24h"),
    ];
    let places = views.iter().enumerate().map(|(place, view)| (view.name.clone(), place));
    let mut places: HashMap<String, usize> = places.collect();
    for own in own {
        if let Some(view) = places.get(&own.name).and_then(|place| views.get_mut(*place)) {
            view.clone_from(own);
        } else {
            places.insert(own.name.clone(), views.len());
            views.push(own.clone());
        }
    }
    views
}

/// Handles a message and returns the effects that follow, in their order.
pub fn update(app: &mut App, msg: Msg, ctx: &Ctx<'_>) -> Vec<Effect> {
    let acts = !matches!(msg, Msg::Report(_));
    let mut effects = match msg {
        Msg::Input(input) => {
            app.dirty = true;
            app.on_input(input, ctx)
        }
        Msg::Report(report) => app.on_report(&report, ctx),
        Msg::Woke => {
            app.dirty = true;
            let mut effects = app.each_pane(ctx, HistoryPane::wake);
            effects.extend(app.each_unseen(ctx, HistoryPane::wake));
            effects
        }
    };
    effects.extend(app.follow_notice_rows(ctx));
    effects.extend(app.follow_budget());
    if let Some(quit) = effects.iter().position(|it| *it == Effect::Terminal(TerminalEffect::Quit))
    {
        let kept = app.leave();
        effects.splice(quit..quit, kept);
    } else if acts {
        effects.extend(app.follow_board(ctx.now));
    }
    effects
}
