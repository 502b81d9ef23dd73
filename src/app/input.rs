//! Routes input to the focused pane, then to app-wide commands.

use ratatui::layout::Rect;

use crate::commands::{Command, Context, Sends};
use crate::domain::event::Level;
use crate::domain::permission::Action;
use crate::effect::{Effect, Order, TerminalEffect};
use crate::keymap::{Chord, Keymap};
use crate::panes::clicks::Click;
use crate::panes::{Opening, Pane, Pointer};

use super::focus::Origin;
use super::{App, Ctx, Input};

impl App {
    /// The keys that show the list of drafts.
    pub(super) fn keys_of_drafts(ctx: &Ctx<'_>) -> String {
        ctx.keymap.keys_text(Command::DraftsOpen)
    }

    /// The first key that closes what is on top.
    pub(super) fn back_key(ctx: &Ctx<'_>) -> String {
        ctx.keymap.keys_of(Command::Back).first().map(ToString::to_string).unwrap_or_default()
    }

    pub(super) fn on_input(&mut self, input: Input, ctx: &Ctx<'_>) -> Vec<Effect> {
        match input {
            Input::Chord(chord) => {
                self.notices.on_key(ctx.now);
                self.on_chord(chord, ctx)
            }
            Input::Typed(text) => {
                self.notices.on_key(ctx.now);
                self.on_typed(&text, ctx)
            }
            Input::Paste(text) => self.on_paste(&text, ctx),
            Input::TooLargePaste => {
                let words = "Nothing was pasted: it is larger than 16 MiB; split it, or purge by \
                             pattern.";
                self.say(Level::Warning, words.to_owned(), ctx);
                Vec::new()
            }
            Input::Click(click) => {
                self.notices.on_key(ctx.now);
                self.on_click(click, ctx)
            }
            Input::Mouse(pointer, at) => self.on_mouse(pointer, at, ctx),
            Input::Resized => self.on_resized(ctx),
            Input::FocusGained => Vec::new(),
        }
    }

    /// Pastes into what has the focus; on the board, where it has no text, into a draft of its own.
    fn on_paste(&mut self, text: &str, ctx: &Ctx<'_>) -> Vec<Effect> {
        let (from, update) = self.with_focus(ctx, |pane, ctx| pane.on_paste(text, ctx));
        let goes_nowhere = !update.taken && !text.trim().is_empty();
        let mut effects = self.apply(update, from, ctx);
        if goes_nowhere && !self.overlays.is_empty() {
            // An overlay may ask for a key that means yes: a paste never gets there.
            let words = format!(
                "Nothing was pasted: there is no text field here. Press {} to close this, and \
                 paste on the board to draft a purge.",
                Self::back_key(ctx)
            );
            self.say(Level::Warning, words, ctx);
        } else if goes_nowhere {
            effects.extend(self.run(Command::PurgeCompose, ctx));
            if !self.overlays.is_empty() {
                let (from, update) = self.with_focus(ctx, |pane, ctx| pane.on_paste(text, ctx));
                effects.extend(self.apply(update, from, ctx));
            }
        }
        effects
    }

    pub(super) fn on_chord(&mut self, chord: Chord, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(character) = self.typed_by(chord, ctx.keymap) {
            return self.on_typed(character.encode_utf8(&mut [0; 4]), ctx);
        }
        let command = ctx.keymap.lookup(self.contexts(), chord);
        match command.or_else(|| ctx.keymap.lookup(&[Context::Global], chord)) {
            Some(command) => self.run(command, ctx),
            None => Vec::new(),
        }
    }

    /// Returns the character that a chord types into the text that has the keys; `None` where it
    /// means something else.
    pub fn typed_by(&self, chord: Chord, keymap: &Keymap) -> Option<char> {
        let contexts = self.contexts();
        match keymap.lookup(contexts, chord) {
            Some(Command::TextNewline) => Some('\n'),
            Some(_) => None,
            None => chord.typed().filter(|_| contexts.contains(&Context::Text)),
        }
    }

    fn on_typed(&mut self, text: &str, ctx: &Ctx<'_>) -> Vec<Effect> {
        let (from, update) = self.with_focus(ctx, |pane, ctx| pane.on_typed(text, ctx));
        self.apply(update, from, ctx)
    }

    /// Returns the contexts of the focused pane, the innermost first, without the global one.
    pub fn contexts(&self) -> &'static [Context] {
        match self.overlays.last() {
            Some(overlay) => overlay.contexts(),
            None => self.workspace.pane(self.workspace.focus()).map_or(&[], Pane::contexts),
        }
    }

    /// The overlay or pane that has the keys, with its place on the screen.
    fn focused(&self, ctx: &Ctx<'_>) -> Option<(&dyn Pane, Rect)> {
        let focus = self.workspace.focus();
        match self.overlays.last() {
            Some(overlay) => Some((overlay.as_ref(), self.overlay_area(ctx))),
            None => Some((self.workspace.pane(focus)?, self.area_of(focus, ctx))),
        }
    }

    /// Explains why read-only or offline mode refuses a command, if it does.
    fn forbidden(&self, command: Command) -> Option<&'static str> {
        let action = match command.about().sends? {
            Sends::Purge => Action::Purge,
            Sends::Request | Sends::Queue => Action::ChangeQueue,
        };
        self.known.check(action).err().map(|refusal| refusal.reason(action))
    }

    /// Explains why a command would do nothing now, in a sentence without its full stop; `None`
    /// where it would do something.
    pub fn unavailable(&self, command: Command, ctx: &Ctx<'_>) -> Option<&'static str> {
        let of_pane = || {
            let (pane, area) = self.focused(ctx)?;
            pane.unavailable(command, &self.pane_ctx(area, ctx))
        };
        self.forbidden(command).or_else(of_pane)
    }

    /// Says where alone a command has its meaning, if that is not here; `None` where it has it.
    pub(super) fn out_of_place(&self, command: Command) -> Option<&'static str> {
        let (contexts, here) = (command.about().contexts, self.contexts());
        if contexts.contains(&Context::Global) {
            let of_board = command.view().is_some()
                || matches!(
                    command,
                    Command::PurgeCompose
                        | Command::Refresh
                        | Command::FocusNext
                        | Command::FocusPrevious
                );
            return Context::History.only_here().filter(|_| of_board && !self.overlays.is_empty());
        }
        if contexts.iter().any(|context| here.contains(context)) {
            return None;
        }
        contexts.first().and_then(|context| context.only_here())
    }

    /// Returns the commands for the footer, the most important first: what the focused pane can do
    /// now.
    pub fn hints(&self, ctx: &Ctx<'_>) -> Vec<Command> {
        let Some((pane, _)) = self.focused(ctx) else {
            return Vec::new();
        };
        let mut hints = pane.contexts().first().map_or_else(Vec::new, |it| Command::hints(*it));
        hints.retain(|command| {
            pane.shows_hint(*command) && self.unavailable(*command, ctx).is_none()
        });
        hints
    }

    /// Runs a command: the focused pane may take it, then the app.
    pub(super) fn run(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(why) = self.unavailable(command, ctx) {
            self.say(Level::Info, format!("{why}."), ctx);
            return Vec::new();
        }
        // The notice itself says that this key puts it away; then it must do nothing else. Below an
        // overlay it says no key: there, the key closes what is on top.
        if command == Command::Back && self.overlays.is_empty() && self.notices.dismiss_standing() {
            self.dirty = true;
            return Vec::new();
        }
        let (from, update) = self.with_focus(ctx, |pane, ctx| pane.on_command(command, ctx));
        if update.taken {
            return self.apply(update, from, ctx);
        }
        self.own_command(command, ctx)
    }

    pub(super) fn own_command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        let covered = !self.overlays.is_empty();
        if let Some(tab) = command.view().filter(|_| !covered) {
            return self.show_tab(tab, ctx);
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are a pane's")]
        match command {
            Command::Quit => self.on_quit(ctx),
            Command::Suspend => vec![Effect::Terminal(TerminalEffect::Suspend)],
            Command::Redraw => {
                self.repaint = true;
                Vec::new()
            }
            Command::ZoneToggle if self.zones.0 == self.zones.1 => {
                let words = "Local time is not known: TZ names no time zone. Times stay in UTC.";
                self.say(Level::Warning, words.to_owned(), ctx);
                Vec::new()
            }
            Command::ZoneToggle => {
                self.zone = self.other_zone();
                self.on_resized(ctx)
            }
            Command::ConfigPath => {
                let words = match &self.config_file {
                    Some(path) => format!("The configuration is {}.", path.display()),
                    None => "There is no configuration here.".to_owned(),
                };
                self.say(Level::Info, words, ctx);
                Vec::new()
            }
            Command::Help => self.open(Opening::Help, ctx),
            Command::Palette => self.open(Opening::Palette, ctx),
            Command::QueueOpen => self.open(Opening::Queue, ctx),
            Command::AccountsOpen => self.open(Opening::Accounts, ctx),
            Command::CallsOpen => self.open(Opening::Calls, ctx),
            Command::NoticesOpen => self.open(Opening::Notices, ctx),
            Command::Back if !covered => {
                self.notices.dismiss();
                Vec::new()
            }
            Command::PurgeCompose if !covered => self.open(Opening::Compose(Box::default()), ctx),
            Command::DraftsOpen if !covered => self.open(Opening::Drafts, ctx),
            Command::Refresh if !covered => {
                if self.known.offline {
                    self.say(Level::Info, "Offline: no vendor is asked.", ctx);
                    return Vec::new();
                }
                vec![Effect::Order(Order::Refresh { account: None })]
            }
            Command::FocusNext | Command::FocusPrevious if !covered => {
                self.workspace.move_focus(command == Command::FocusPrevious);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn on_click(&mut self, click: Click, ctx: &Ctx<'_>) -> Vec<Effect> {
        match click {
            Click::Command(command) => self.run(command, ctx),
            Click::View(tab) => self.show_tab(tab, ctx),
            Click::Column(pane, column) => {
                self.workspace.set_focus(pane);
                let update =
                    self.with_pane(pane, ctx, |pane, ctx| pane.sort_by_column(column, ctx));
                self.apply(update, Origin::Pane(pane), ctx)
            }
            Click::Item(item) => {
                let (from, update) = self.with_focus(ctx, |pane, ctx| pane.on_item(item, ctx));
                self.apply(update, from, ctx)
            }
        }
    }

    pub(super) fn on_mouse(
        &mut self,
        pointer: Pointer,
        at: (u16, u16),
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        if !self.overlays.is_empty() {
            return self.on_mouse_in_overlay(pointer, ctx);
        }
        let position = ratatui::layout::Position::from(at);
        let places = self.workspace.places(self.workspace_area(ctx));
        let Some((pane, _)) = places.into_iter().find(|(_, place)| place.contains(position)) else {
            return Vec::new();
        };
        if pointer == Pointer::Press {
            self.workspace.set_focus(pane);
        }
        let update = self.with_pane(pane, ctx, |pane, ctx| pane.on_pointer(pointer, at, ctx));
        self.apply(update, Origin::Pane(pane), ctx)
    }

    /// Has the wheel do in an overlay what the arrows do, a line at a time. What else of it can be
    /// pointed at is a click on what was drawn.
    fn on_mouse_in_overlay(&mut self, pointer: Pointer, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Pointer::Wheel(lines) = pointer else { return Vec::new() };
        let arrow = if lines < 0 { Chord::UP } else { Chord::DOWN };
        let mut effects = Vec::new();
        for _ in 0..lines.unsigned_abs() {
            effects.extend(self.on_chord(arrow, ctx));
        }
        effects
    }

    pub(super) fn on_resized(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = self.each_pane(ctx, Pane::on_change);
        effects.extend(self.tell_overlays(ctx));
        effects
    }
}
