//! What panes ask of the app: to open and close, to answer each other, to split and to say something.

use crate::commands::Command;
use crate::domain::event::{Level, Notice};
use crate::domain::filter::Filter;
use crate::effect::{Effect, Order};
use crate::panes::history::HistoryPane;
use crate::panes::{Ask, Opening, OverlayAnswer, PickFor, Update};

use super::focus::Origin;
use super::openings::{Means, open};
use super::{App, Ctx};

impl App {
    pub(super) fn open(&mut self, opening: Opening, ctx: &Ctx<'_>) -> Vec<Effect> {
        let unavailable = |command| self.unavailable(command, ctx);
        let means = Means {
            keymap: ctx.keymap,
            draft: self.draft.as_ref(),
            contexts: self.contexts(),
            unavailable: &unavailable,
        };
        let (overlay, update) = open(opening, means, &self.pane_ctx(Self::overlay_area(ctx), ctx));
        self.overlays.open(overlay);
        let top = Origin::Overlay(self.overlays.len() - 1);
        self.settle(update, top, ctx)
    }

    /// Carries out what an outcome asks for; what is left is for the world.
    pub(super) fn settle(&mut self, update: Update, from: Origin, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.dirty |= update.taken || !update.asks.is_empty();
        let mut effects = update.effects;
        for effect in &effects {
            if let Effect::Order(Order::KeepDraft(draft)) = effect {
                self.draft.clone_from(draft);
            }
        }
        for ask in update.asks {
            effects.extend(self.grant(ask, from, ctx));
        }
        effects
    }

    pub(super) fn grant(&mut self, ask: Ask, from: Origin, ctx: &Ctx<'_>) -> Vec<Effect> {
        match ask {
            Ask::Close => {
                self.close(from);
                Vec::new()
            }
            Ask::CloseAll => {
                self.overlays.close_all();
                Vec::new()
            }
            Ask::Open(opening) => self.open(opening, ctx),
            Ask::Answer(answer @ OverlayAnswer::Prompted { purpose, .. })
                if purpose.names_a_file() =>
            {
                self.answer_below(&answer, ctx)
            }
            Ask::Answer(answer) => {
                self.close(from);
                if let OverlayAnswer::Picked { purpose: PickFor::Leaving, values } = &answer {
                    return self.on_leaving(values);
                }
                let (from, update) =
                    self.with_focus(ctx, |pane, ctx| pane.on_overlay_answer(&answer, ctx));
                self.settle(update, from, ctx)
            }
            Ask::Run(command) => {
                self.close(from);
                self.run(command, ctx)
            }
            Ask::Show(text) => {
                self.overlays.close_all();
                let Ok(filter) = Filter::parse(&text) else {
                    return Vec::new();
                };
                let pane = self.board.focus();
                let update =
                    self.with_pane(pane, ctx, |pane, ctx| pane.narrow(filter.clone(), ctx));
                self.settle(update, Origin::Pane(pane), ctx)
            }
            Ask::Notice(notice) => {
                self.notices.answer(notice, ctx.now);
                self.dirty = true;
                Vec::new()
            }
            Ask::KeepView(view) => {
                let tab = self.board.add(&view);
                self.show_tab(tab, ctx)
            }
            Ask::Split { right } => {
                if self.board.split(right, Self::board_area(ctx)).is_none() {
                    self.say(Level::Info, "There is no room for another pane here.", ctx);
                    return Vec::new();
                }
                let mut effects = self.each_pane(ctx, HistoryPane::start);
                effects.extend(self.on_resized(ctx));
                effects
            }
            Ask::ClosePane => {
                if !self.board.close() {
                    self.say(Level::Info, "This is the tab's only pane.", ctx);
                    return Vec::new();
                }
                self.on_resized(ctx)
            }
        }
    }

    /// Answers the pane below the topmost overlay, which stays until it is known what came of the answer.
    fn answer_below(&mut self, answer: &OverlayAnswer, ctx: &Ctx<'_>) -> Vec<Effect> {
        let top = self.overlays.take_top();
        let (from, update) = self.with_focus(ctx, |pane, ctx| pane.on_overlay_answer(answer, ctx));
        let effects = self.settle(update, from, ctx);
        if let Some(top) = top {
            self.overlays.open(top);
        }
        effects
    }

    pub(super) fn close(&mut self, from: Origin) {
        match from {
            Origin::Overlay(at) => self.overlays.close_at(at),
            Origin::Pane(_) => self.overlays.close(),
        }
    }

    pub(super) fn say(&mut self, level: Level, words: impl Into<String>, ctx: &Ctx<'_>) {
        let notice = Notice { level, account: None, words: words.into() };
        self.notices.answer(notice, ctx.now);
        self.dirty = true;
    }

    /// Shows a tab; its panes ask for what they miss. The tab that is shown already gets its own filter back; one that comes
    /// back with another filter says so.
    pub(super) fn show_tab(&mut self, tab: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        if self.board.tabs().1 == tab && self.board.is_narrowed(tab) {
            let (pane, own) = (self.board.focus(), self.board.own_filter());
            let update = self.with_pane(pane, ctx, |pane, ctx| pane.narrow(own, ctx));
            return self.settle(update, Origin::Pane(pane), ctx);
        }
        if !self.board.show(tab) {
            let words = format!("There is no view {}.", tab + 1);
            self.say(Level::Info, words, ctx);
            return Vec::new();
        }
        if self.board.is_narrowed(tab) {
            let key = Command::of_view(tab).map(|view| ctx.keymap.keys_text(view));
            let key = key.unwrap_or_default();
            let words =
                format!("This view was left with another filter; {key} once more shows its own.");
            self.say(Level::Info, words, ctx);
        }
        self.each_pane(ctx, HistoryPane::start)
    }
}
