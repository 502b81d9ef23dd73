//! Regions that can have focus: panes side by side, overlays above them. Each is plain data with
//! its own update.
//!
//! A pane never sees another. It answers a command with an [`Update`]: effects, and requests to the
//! app. Every pane may read [`Known`]; [`badges`], [`field`], [`fuzzy_list`], [`item_list`],
//! [`mod@format`] and [`scrolling`] are shared pieces and no panes.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use crate::commands::{Command, Context};
use crate::domain::event::{Event, Level, Notice};
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::zone::Zone;
use crate::effect::{Answer, Effect, Tickets};

pub mod accounts;
pub mod badges;
pub mod calls;
pub mod clicks;
pub mod columns;
pub mod compose;
mod copy;
pub mod drafts;
pub mod facets;
pub mod field;
pub mod format;
pub mod fuzzy_list;
pub mod help;
pub mod history;
pub mod item_list;
pub mod notices;
pub mod overlay;
pub mod palette;
pub mod pick;
pub mod plan;
pub mod prompt;
pub mod queue;
pub mod requests;
pub mod scrolling;
pub mod start;

use crate::domain::known::Known;
pub use requests::{
    AppRequest, Opening, OverlayAnswer, Pick, PickFor, PickItem, PickValue, Prompt, PromptFor,
    StartOffer,
};

/// The surroundings of an event, for a pane.
#[derive(Clone, Copy, Debug)]
pub struct PaneCtx<'a> {
    /// The time.
    pub now: DateTime<Utc>,
    /// The zone that times are shown and read in.
    pub zone: Zone,
    /// Accounts, resources, limits.
    pub known: &'a Known,
    /// The source of new tickets.
    pub tickets: &'a Tickets,
    /// The pane's place on the screen, its frame included.
    pub area: Rect,
}

/// The result of an event: effects, and requests to the app.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// Set if the pane took the event; if not, the app may.
    pub taken: bool,
    /// Effects, in their order.
    pub effects: Vec<Effect>,
    /// Requests to the app.
    pub requests: Vec<AppRequest>,
}

impl Update {
    /// Leaves the event to others.
    pub fn ignored() -> Self {
        Self::default()
    }

    /// Takes the event; nothing else follows.
    pub fn taken() -> Self {
        Self { taken: true, ..Self::default() }
    }

    /// Takes the event on a condition; nothing else follows.
    pub fn taken_if(taken: bool) -> Self {
        Self { taken, ..Self::default() }
    }

    /// Takes the event, with an effect.
    pub fn effect(effect: Effect) -> Self {
        Self::taken().and_effect(effect)
    }

    /// Takes the event, with a request to the app.
    pub fn request(request: AppRequest) -> Self {
        Self::taken().and_request(request)
    }

    /// Takes the event and opens an overlay.
    pub fn open(opening: Opening) -> Self {
        Self::request(AppRequest::Open(opening))
    }

    /// Takes the event, with a notice.
    pub fn say(level: Level, words: impl Into<String>) -> Self {
        Self::request(AppRequest::Notice(Notice { level, account: None, words: words.into() }))
    }

    /// Adds an effect.
    #[must_use]
    pub fn and_effect(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// Adds a request.
    #[must_use]
    pub fn and_request(mut self, request: AppRequest) -> Self {
        self.requests.push(request);
        self
    }

    /// Joins two updates; taken if either was.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        self.taken |= other.taken;
        self.effects.append(&mut other.effects);
        self.requests.append(&mut other.requests);
        self
    }
}

/// The resource whose budget is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BudgetOf {
    /// The one of the pane below.
    Below,
    /// None.
    Nothing,
    /// This one.
    Resource(AccountName, ResourceId),
}

/// An action of the mouse within a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// A press of the main button.
    Press,
    /// A movement with the main button held.
    Drag,
    /// A release of the main button.
    Release,
    /// The wheel, in lines; negative is up.
    Wheel(i32),
}

/// A region that can have focus.
pub trait Pane {
    /// Returns its contexts, the innermost first; [`Context::Global`] is left out. Where
    /// [`Context::Text`] is among them, characters are typed and global keys without ctrl or alt do
    /// not count.
    fn contexts(&self) -> &'static [Context];

    /// Runs a command.
    fn on_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update;

    /// Types characters, as many as came at once; in a text of many lines line feeds are among
    /// them.
    fn on_typed(&mut self, _text: &str, _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
    }

    /// Pastes a text.
    fn on_paste(&mut self, _text: &str, _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
    }

    /// Handles the mouse, at a cell of the screen.
    fn on_pointer(&mut self, _pointer: Pointer, _at: (u16, u16), _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
    }

    /// Handles a click on an item of its list.
    fn on_item(&mut self, _item: usize, _ctx: &PaneCtx<'_>) -> Update {
        Update::taken()
    }

    /// Takes the answer to an effect: it looks for its own tickets. An overlay that takes it keeps
    /// it from those below it.
    fn on_answer(&mut self, _answer: &Answer, _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
    }

    /// Takes an event, which [`Known`] has learned already.
    fn on_event(&mut self, _event: &Event, _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
    }

    /// Takes the answer of an overlay above it.
    fn on_overlay_answer(&mut self, _answer: &OverlayAnswer, _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
    }

    /// Handles a change of what is known, of the zone or of its area.
    fn on_change(&mut self, _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
    }

    /// Returns the reason why a command of its contexts would do nothing now, as a sentence without
    /// its full stop.
    fn unavailable(&self, _command: Command, _ctx: &PaneCtx<'_>) -> Option<&'static str> {
        None
    }

    /// Returns the resource whose budget is shown while the pane is on top.
    fn budget_of(&self) -> BudgetOf {
        BudgetOf::Below
    }

    /// Returns whether the footer shows the hint of a command of its innermost context now.
    fn shows_hint(&self, _command: Command) -> bool {
        true
    }
}
