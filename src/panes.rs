//! The regions that can have focus: panes side by side, overlays above them. Each is plain data with its own update.
//!
//! A pane never sees another. It answers a command with an [`Update`]: effects for the world and asks for the app. What
//! every pane may know stands in [`domain::known::Known`]; [`field`], [`world`], [`look`] and [`scrolling`] are shared pieces
//! and no panes.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use crate::commands::{Command, Context};
use crate::domain::event::{Event, Level, Notice};
use crate::domain::zone::Zone;
use crate::effect::{Answer, Effect, Tickets};

pub mod asks;
pub mod chooser;
pub mod compose;
pub mod field;
pub mod format;
pub mod help;
pub mod history;
pub mod palette;
pub mod pick;
pub mod plan;
pub mod prompt;
pub mod queue;
#[cfg(test)]
pub(crate) mod samples;
pub mod scrolling;

use crate::domain::known::Known;
pub use asks::{
    Ask, Opening, OverlayAnswer, Pick, PickFor, PickItem, PickValue, Prompt, PromptFor,
};

/// What a pane is told with every event.
#[derive(Clone, Copy, Debug)]
pub struct PaneCtx<'a> {
    /// The time.
    pub now: DateTime<Utc>,
    /// The zone that times are shown and read in.
    pub zone: Zone,
    /// Accounts, resources, limits.
    pub known: &'a Known,
    /// Where new tickets come from.
    pub tickets: &'a Tickets,
    /// The pane's place on the screen, its frame included.
    pub area: Rect,
}

/// What came of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// Whether the pane had a use for it; if not, the app may.
    pub taken: bool,
    /// Work for the world.
    pub effects: Vec<Effect>,
    /// What the pane wants of the app.
    pub asks: Vec<Ask>,
}

impl Update {
    /// The pane has no use for the event.
    pub fn ignored() -> Self {
        Self::default()
    }

    /// The pane took the event; nothing else follows.
    pub fn taken() -> Self {
        Self { taken: true, ..Self::default() }
    }

    /// The pane took the event if it says so; nothing else follows.
    pub fn taken_if(taken: bool) -> Self {
        Self { taken, ..Self::default() }
    }

    /// The pane took the event and wants this of the world.
    pub fn effect(effect: Effect) -> Self {
        Self::taken().and_effect(effect)
    }

    /// The pane took the event and wants this of the app.
    pub fn ask(ask: Ask) -> Self {
        Self::taken().and_ask(ask)
    }

    /// The pane took the event and has something to say.
    pub fn say(level: Level, words: impl Into<String>) -> Self {
        Self::ask(Ask::Notice(Notice { level, account: None, words: words.into() }))
    }

    /// The same with another effect.
    #[must_use]
    pub fn and_effect(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// The same with another ask.
    #[must_use]
    pub fn and_ask(mut self, ask: Ask) -> Self {
        self.asks.push(ask);
        self
    }

    /// Both outcomes; taken if either was.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        self.taken |= other.taken;
        self.effects.append(&mut other.effects);
        self.asks.append(&mut other.asks);
        self
    }
}

/// What the mouse did within a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// A press of the main button.
    Press,
    /// A movement with the main button held.
    Drag,
    /// The main button was let go.
    Release,
    /// The wheel, in lines; negative is up.
    Wheel(i32),
}

/// A region that can have focus.
pub trait Pane {
    /// Where its keys are looked for, the innermost first; [`Context::Global`] is left out. Where [`Context::Text`] is among
    /// them, characters are typed and global keys without ctrl or alt do not count.
    fn contexts(&self) -> &'static [Context];

    /// A command for it.
    fn on_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update;

    /// A character typed into it.
    fn on_typed(&mut self, _character: char, _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
    }

    /// A text pasted into it.
    fn on_paste(&mut self, _text: &str, _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
    }

    /// The mouse, at a cell of the screen.
    fn on_pointer(&mut self, _pointer: Pointer, _at: (u16, u16), _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
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

    /// What an overlay above it was asked for.
    fn on_overlay_answer(&mut self, _answer: &OverlayAnswer, _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
    }

    /// The world, the zone or the place on the screen changed.
    fn on_change(&mut self, _ctx: &PaneCtx<'_>) -> Update {
        Update::ignored()
    }

    /// Why a command of its contexts would do nothing now, in a few words; `None` where it would do something.
    fn unavailable(&self, _command: Command, _ctx: &PaneCtx<'_>) -> Option<&'static str> {
        None
    }

    /// Whether the footer shows the hint of a command of its innermost context now.
    fn shows_hint(&self, _command: Command) -> bool {
        true
    }
}
