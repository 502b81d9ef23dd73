//! The core: the state of the whole program and `update`, which turns what happened into effects. It routes only:
//! behaviour lives in the panes. It knows no clock, starts nothing and waits for nothing.

mod alerts;
mod asks;
pub mod budgets;
mod focus;
mod input;
pub mod layout;
pub mod notices;
pub mod openings;
pub mod overlays;
mod quit;
mod reports;
mod timer;
pub mod workspace;

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use crate::domain::account::Account;
use crate::domain::draft::Draft;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::known::Known;
use crate::domain::zone::Zone;
use crate::effect::{Effect, PaneId, Query, Report, SavedView, Tickets};
use crate::keymap::{Chord, Keymap};
use crate::panes::history::HistoryPane;
use crate::panes::{PaneCtx, Pointer};

use budgets::Budgets;
use layout::{Places, places};
use notices::Notices;
use overlays::{Overlay, Overlays};
use workspace::Workspace;

pub use timer::next_wake;

/// What came in from the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Chord(Chord),
    /// A text that was pasted.
    Paste(String),
    /// The mouse, at a cell of the screen.
    Mouse(Pointer, (u16, u16)),
    /// The terminal has another size; it stands in the [`Ctx`].
    Resized,
    /// The terminal got the keyboard's focus: it may have been redrawn by somebody else.
    FocusGained,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// The terminal reported something.
    Input(Input),
    /// The world reported something.
    Report(Report),
    /// The instant came that [`next_wake`] named.
    Woke,
}

/// What the core is told with every message.
#[derive(Clone, Copy, Debug)]
pub struct Ctx<'a> {
    /// The time.
    pub now: DateTime<Utc>,
    /// The screen's columns and rows.
    pub size: (u16, u16),
    /// The keys.
    pub keymap: &'a Keymap,
}

/// What the program is started with.
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
    /// Whether nothing may be purged.
    pub read_only: bool,
    /// Whether only the store is asked.
    pub offline: bool,
}

/// The state of the whole program.
#[derive(Clone, Debug)]
pub struct App {
    known: Known,
    board: Workspace,
    overlays: Overlays,
    notices: Notices,
    budgets: Budgets,
    tickets: Tickets,
    zones: (Zone, Zone),
    zone: Zone,
    draft: Option<Draft>,
    dirty: bool,
    repaint: bool,
}

impl App {
    /// The program before its first question.
    pub fn new(setup: Setup) -> Self {
        let view = |name: &str, filter: &str| SavedView {
            name: name.to_owned(),
            filter: filter.to_owned(),
        };
        let mut views = vec![
            view("All", ""),
            view("Unfinished", "status:in_progress,unknown"),
            view("Failed 24h", "status:failed since:24h"),
        ];
        views.extend(setup.views);
        Self {
            known: Known::new(setup.accounts, setup.read_only, setup.offline),
            board: Workspace::new(&views),
            overlays: Overlays::default(),
            notices: Notices::default(),
            budgets: Budgets::default(),
            tickets: Tickets::default(),
            zones: (setup.zone, setup.other_zone),
            zone: setup.zone,
            draft: None,
            dirty: true,
            repaint: false,
        }
    }

    /// The first questions, those for the first screen before all others.
    pub fn start(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = self.each_pane(ctx, HistoryPane::start);
        effects.push(Effect::Query(Query::Queue { ticket: self.tickets.take() }));
        effects
    }

    /// The accounts and what their vendors told.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// The panes.
    pub fn board(&self) -> &Workspace {
        &self.board
    }

    /// What stands above the panes.
    pub fn overlays(&self) -> &Overlays {
        &self.overlays
    }

    /// What the operator should read.
    pub fn notices(&self) -> &Notices {
        &self.notices
    }

    /// How much of the limits is left.
    pub fn budgets(&self) -> &Budgets {
        &self.budgets
    }

    /// The zone of the times.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Whether the focused pane knows its rows, so that there is something to draw; and whether it knows all of what it
    /// asked for at the start.
    pub fn readiness(&self) -> (bool, bool) {
        let pane = self.board.pane(self.board.focus());
        pane.map_or((true, true), |pane| {
            let rows = pane.rows().is_known();
            (rows, rows && !pane.overview().is_loading())
        })
    }

    /// Whether the screen may have to be drawn again since this was asked last.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// Whether every cell of the screen should be written again, because the operator asked for it.
    pub fn take_repaint(&mut self) -> bool {
        std::mem::take(&mut self.repaint)
    }

    fn other_zone(&self) -> Zone {
        if self.zone == self.zones.0 { self.zones.1 } else { self.zones.0 }
    }

    /// The parts of the screen; without a size that can be used, none has room.
    fn places(ctx: &Ctx<'_>) -> Places {
        places(ctx.size).unwrap_or_default()
    }

    fn board_area(ctx: &Ctx<'_>) -> Rect {
        Self::places(ctx).board
    }

    fn area_of(&self, pane: PaneId, ctx: &Ctx<'_>) -> Rect {
        self.board.place(pane, Self::board_area(ctx))
    }

    /// Where overlays have room.
    fn overlay_area(ctx: &Ctx<'_>) -> Rect {
        Self::places(ctx).overlays()
    }

    fn pane_ctx(&self, area: Rect, ctx: &Ctx<'_>) -> PaneCtx<'_> {
        PaneCtx { now: ctx.now, zone: self.zone, known: &self.known, tickets: &self.tickets, area }
    }

    /// What is under the cursor is perhaps of another resource, or what is known of its budget is out of date.
    fn follow_budget(&mut self) -> Option<Effect> {
        let above = self.overlays.iter().rev().find_map(|overlay| match overlay {
            Overlay::Compose(pane) => pane.resource_here().map(Some),
            Overlay::Plan(pane) => pane.resource_here().map(Some),
            Overlay::Queue(pane) => Some(pane.resource_here()),
            Overlay::Help(_) | Overlay::Palette(_) | Overlay::Pick(_) | Overlay::Prompt(_) => None,
        });
        let of = match above {
            Some(of) => of,
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

    /// Whether the focused pane knows its rows.
    fn rows_are_known(&self) -> bool {
        self.board.pane(self.board.focus()).is_some_and(|pane| pane.rows().is_known())
    }

    /// The resource of the row under the focused pane's cursor.
    fn resource_of_row(&self) -> Option<(AccountName, ResourceId)> {
        let row = self.board.pane(self.board.focus())?.rows().here()?;
        let resource = self.known.resource_of_host(&row.account, &row.cname)?;
        Some((row.account.clone(), resource.id.clone()))
    }
}

/// Takes in what happened; what is to be done about it in the world comes back as effects, in their order.
pub fn update(app: &mut App, msg: Msg, ctx: &Ctx<'_>) -> Vec<Effect> {
    let mut effects = match msg {
        Msg::Input(input) => {
            app.dirty = true;
            app.on_input(input, ctx)
        }
        Msg::Report(report) => app.on_report(&report, ctx),
        Msg::Woke => {
            app.dirty = true;
            app.each_pane(ctx, HistoryPane::wake)
        }
    };
    effects.extend(app.follow_budget());
    effects
}
