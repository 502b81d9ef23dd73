//! Whither an input goes: to what has the focus, and what that has no use for, to the app's own commands.

use crate::commands::{Command, Context};
use crate::domain::event::Level;
use crate::effect::{Effect, Order, TerminalEffect};
use crate::keymap::Chord;
use crate::panes::{Opening, Pane, Pointer};

use super::focus::Origin;
use super::{App, Ctx, Input};

impl App {
    pub(super) fn on_input(&mut self, input: Input, ctx: &Ctx<'_>) -> Vec<Effect> {
        match input {
            Input::Chord(chord) => {
                self.notices.on_key(ctx.now);
                self.on_chord(chord, ctx)
            }
            Input::Paste(text) => {
                let (from, update) = self.with_focus(ctx, |pane, ctx| pane.on_paste(&text, ctx));
                self.settle(update, from, ctx)
            }
            Input::Mouse(pointer, at) => self.on_mouse(pointer, at, ctx),
            Input::Resized => self.on_resized(ctx),
            Input::FocusGained => Vec::new(),
        }
    }

    pub(super) fn on_chord(&mut self, chord: Chord, ctx: &Ctx<'_>) -> Vec<Effect> {
        let contexts = self.contexts();
        let typing = contexts.contains(&Context::Text);
        if let Some(command) = ctx.keymap.lookup(contexts, chord) {
            return self.run(command, ctx);
        }
        if typing && let Some(character) = chord.typed() {
            let (from, update) = self.with_focus(ctx, |pane, ctx| pane.on_typed(character, ctx));
            return self.settle(update, from, ctx);
        }
        match ctx.keymap.lookup(&[Context::Global], chord) {
            Some(command) => self.run(command, ctx),
            None => Vec::new(),
        }
    }

    /// Where keys are looked for, the innermost first, without the global ones.
    pub fn contexts(&self) -> &'static [Context] {
        match self.overlays.top() {
            Some(overlay) => overlay.pane().contexts(),
            None => self.board.pane(self.board.focus()).map_or(&[], |pane| pane.contexts()),
        }
    }

    /// Why the command does nothing for as long as the program runs; `None` where it may do something.
    pub fn forbidden(&self, command: Command) -> Option<&'static str> {
        let (read_only, offline) = (self.known.read_only, self.known.offline);
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other command only looks")]
        match command {
            Command::PurgeCompose | Command::PurgeAgain if read_only => {
                Some("read-only: nothing can be purged")
            }
            Command::PurgeCompose | Command::PurgeAgain if offline => {
                Some("offline: nothing can be purged")
            }
            Command::QueueCancel
            | Command::QueueResend
            | Command::QueueEarlier
            | Command::QueueLater
            | Command::QueuePause
                if read_only =>
            {
                Some("read-only: the queue stays as it is")
            }
            _ => None,
        }
    }

    /// Why the command would do nothing now; `None` where it would do something.
    pub fn unavailable(&self, command: Command, ctx: &Ctx<'_>) -> Option<&'static str> {
        let focus = self.board.focus();
        if let Some(why) = self.forbidden(command) {
            return Some(why);
        }
        let area = self.area_of(focus, ctx);
        match self.overlays.top() {
            Some(overlay) => {
                overlay.pane().unavailable(command, &self.pane_ctx(Self::overlay_area(ctx), ctx))
            }
            None => self.board.pane(focus)?.unavailable(command, &self.pane_ctx(area, ctx)),
        }
    }

    /// Carries a command out: what has the focus may have it, then the app.
    pub(super) fn run(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(why) = self.unavailable(command, ctx) {
            let words = format!("{}: {why}.", command.about().title);
            self.say(Level::Info, words, ctx);
            return Vec::new();
        }
        // The notice itself says that this key puts it away; then it must do nothing else.
        if command == Command::Back && self.notices.dismiss_standing() {
            self.dirty = true;
            return Vec::new();
        }
        let (from, update) = self.with_focus(ctx, |pane, ctx| pane.on_command(command, ctx));
        if update.taken {
            return self.settle(update, from, ctx);
        }
        self.own_command(command, ctx)
    }

    pub(super) fn own_command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        let covered = !self.overlays.is_empty();
        #[expect(clippy::wildcard_enum_match_arm, reason = "every other command is some pane's")]
        match command {
            Command::Quit => self.on_quit(ctx),
            Command::Suspend => vec![Effect::Terminal(TerminalEffect::Suspend)],
            Command::Redraw => {
                self.repaint = true;
                Vec::new()
            }
            Command::ZoneTurn => {
                self.zone = self.other_zone();
                self.on_resized(ctx)
            }
            Command::Help => self.open(Opening::Help, ctx),
            Command::Palette => self.open(Opening::Palette, ctx),
            Command::QueueOpen => self.open(Opening::Queue, ctx),
            Command::Back if !covered => {
                self.notices.dismiss();
                Vec::new()
            }
            Command::PurgeCompose if !covered => self.open(Opening::Compose(None), ctx),
            Command::Refresh if !covered => {
                if self.known.offline {
                    self.say(Level::Info, "Offline: no vendor is asked.", ctx);
                    return Vec::new();
                }
                vec![Effect::Order(Order::Refresh { account: None })]
            }
            Command::View(number) if !covered => {
                self.show_tab(usize::from(number).saturating_sub(1), ctx)
            }
            Command::FocusNext | Command::FocusPrevious if !covered => {
                self.board.turn_focus(command == Command::FocusPrevious);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn on_mouse(
        &mut self,
        pointer: Pointer,
        at: (u16, u16),
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        if !self.overlays.is_empty() {
            let (from, update) =
                self.with_focus(ctx, |pane, ctx| pane.on_pointer(pointer, at, ctx));
            return self.settle(update, from, ctx);
        }
        let position = ratatui::layout::Position::from(at);
        let places = self.board.places(Self::board_area(ctx));
        let Some((pane, _)) = places.into_iter().find(|(_, place)| place.contains(position)) else {
            return Vec::new();
        };
        if pointer == Pointer::Press {
            self.board.set_focus(pane);
        }
        let update = self.with_pane(pane, ctx, |pane, ctx| pane.on_pointer(pointer, at, ctx));
        self.settle(update, Origin::Pane(pane), ctx)
    }

    pub(super) fn on_resized(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for pane in self.board.shown() {
            let update = self.with_pane(pane, ctx, Pane::on_change);
            effects.extend(self.settle(update, Origin::Pane(pane), ctx));
        }
        effects.extend(self.tell_overlays(ctx));
        effects
    }
}
