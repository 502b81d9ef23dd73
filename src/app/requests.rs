//! Handles what panes request of the app: open, close, answer, split, notify.

use crate::commands::Command;
use crate::domain::event::{Level, Notice};
use crate::domain::filter::Filter;
use crate::effect::{Effect, Order};
use crate::panes::history::HistoryPane;
use crate::panes::{AppRequest, Opening, OverlayAnswer, PickFor, Update};

use super::focus::Origin;
use super::notices::Standing;
use super::open_overlay::{OverlayContext, open_overlay};
use super::{App, Ctx};

impl App {
    pub(super) fn open(&mut self, opening: Opening, ctx: &Ctx<'_>) -> Vec<Effect> {
        let unavailable =
            |command| self.out_of_place(command).or_else(|| self.unavailable(command, ctx));
        let context = OverlayContext {
            drafts: &self.drafts,
            contexts: self.contexts(),
            keys: &|command| ctx.keymap.keys_text(command),
            unavailable: &unavailable,
            views: self.workspace.tabs().0.map(str::to_owned).collect(),
            themes: &self.themes,
        };
        let (overlay, update) =
            open_overlay(opening, &context, &self.pane_ctx(self.overlay_area(ctx), ctx));
        let tells = overlay.shows_bad_news();
        self.overlays.push(overlay);
        let top = Origin::Overlay(self.overlays.len() - 1);
        let mut effects = self.apply(update, top, ctx);
        if tells {
            self.notices.tell_of(Standing::Purges, None, ctx.now);
            effects.extend(self.know_bad_news());
        }
        effects
    }

    /// Applies an update: handles its requests, and returns the effects.
    pub(super) fn apply(&mut self, update: Update, from: Origin, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.dirty |= update.taken || !update.requests.is_empty();
        let mut effects = update.effects;
        self.learn_drafts(&effects);
        for request in update.requests {
            effects.extend(self.handle(request, from, ctx));
        }
        effects
    }

    pub(super) fn handle(
        &mut self,
        request: AppRequest,
        from: Origin,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        match request {
            AppRequest::Close => {
                self.close(from);
                Vec::new()
            }
            AppRequest::LeaveDraft(id) => {
                self.close(from);
                self.workspace.panes_mut().for_each(HistoryPane::on_draft_left);
                self.say_kept(&id, ctx);
                Vec::new()
            }
            AppRequest::CloseAll => {
                self.overlays.clear();
                Vec::new()
            }
            AppRequest::Open(opening) => self.open(opening, ctx),
            AppRequest::Answer(answer @ OverlayAnswer::Prompted { purpose, .. })
                if purpose.names_a_file() =>
            {
                self.answer_below(&answer, ctx)
            }
            AppRequest::Answer(answer) => {
                self.close(from);
                if let OverlayAnswer::Picked { purpose: PickFor::Leaving, values } = &answer {
                    return self.on_leaving(values);
                }
                let (from, update) =
                    self.with_focus(ctx, |pane, ctx| pane.on_overlay_answer(&answer, ctx));
                self.apply(update, from, ctx)
            }
            AppRequest::Run(command) => {
                self.close(from);
                self.run(command, ctx)
            }
            AppRequest::Show(text) => {
                self.overlays.clear();
                let Ok(filter) = Filter::parse(&text) else {
                    return Vec::new();
                };
                let pane = self.workspace.focus();
                let update =
                    self.with_pane(pane, ctx, |pane, ctx| pane.narrow(filter.clone(), ctx));
                self.apply(update, Origin::Pane(pane), ctx)
            }
            AppRequest::Narrow(term) => {
                self.overlays.clear();
                let pane = self.workspace.focus();
                let update =
                    self.with_pane(pane, ctx, |pane, ctx| pane.narrow_to(term.clone(), ctx));
                self.apply(update, Origin::Pane(pane), ctx)
            }
            AppRequest::ShowView(place) => {
                self.overlays.clear();
                if self.workspace.tabs().1 == place && !self.workspace.is_narrowed(place) {
                    return Vec::new();
                }
                self.show_tab(place, ctx)
            }
            AppRequest::Notice(notice) => {
                self.answer_key(notice, ctx);
                Vec::new()
            }
            AppRequest::Told { words, key } => {
                let words = match ctx.keymap.keys_of(key).first() {
                    Some(key) => format!("{words} ({key})."),
                    None => format!("{words}."),
                };
                self.say(Level::Info, words, ctx);
                Vec::new()
            }
            AppRequest::SaveView(name) => {
                let (view, tab) = self.workspace.save_as(name);
                let mut effects = vec![Effect::Order(Order::SaveView(view))];
                effects.extend(self.show_tab(tab, ctx));
                effects
            }
            AppRequest::Split { right } => {
                if self.workspace.split(right, self.workspace_area(ctx)).is_none() {
                    self.say(Level::Info, "There is no room for another pane here.", ctx);
                    return Vec::new();
                }
                let mut effects = self.each_pane(ctx, HistoryPane::start);
                effects.extend(self.on_resized(ctx));
                effects
            }
            AppRequest::ClosePane => {
                if !self.workspace.close() {
                    self.say(Level::Info, "This is the tab's only pane.", ctx);
                    return Vec::new();
                }
                self.on_resized(ctx)
            }
        }
    }

    /// Answers the pane below the topmost overlay, which stays until the result is known.
    fn answer_below(&mut self, answer: &OverlayAnswer, ctx: &Ctx<'_>) -> Vec<Effect> {
        let top = self.overlays.pop();
        let (from, update) = self.with_focus(ctx, |pane, ctx| pane.on_overlay_answer(answer, ctx));
        let effects = self.apply(update, from, ctx);
        if let Some(top) = top {
            self.overlays.push(top);
        }
        effects
    }

    pub(super) fn close(&mut self, from: Origin) {
        match from {
            Origin::Overlay(at) if at < self.overlays.len() => {
                self.overlays.remove(at);
            }
            Origin::Overlay(_) => {}
            Origin::Pane(_) => {
                self.overlays.pop();
            }
        }
    }

    pub(super) fn say(&mut self, level: Level, words: impl Into<String>, ctx: &Ctx<'_>) {
        let notice = Notice { level, account: None, words: words.into() };
        self.answer_key(notice, ctx);
    }

    fn answer_key(&mut self, notice: Notice, ctx: &Ctx<'_>) {
        self.known.notices.add(&notice, ctx.now);
        self.notices.answer(notice, ctx.now);
        self.dirty = true;
    }

    /// Shows a tab; its panes ask for what they miss. The tab that is shown already gets its own
    /// filter back; one that comes back with another filter says so.
    pub(super) fn show_tab(&mut self, tab: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        if self.workspace.tabs().1 == tab && self.workspace.is_narrowed(tab) {
            let (pane, own) = (self.workspace.focus(), self.workspace.own_filter());
            let update = self.with_pane(pane, ctx, |pane, ctx| pane.narrow(own, ctx));
            return self.apply(update, Origin::Pane(pane), ctx);
        }
        if !self.workspace.show(tab) {
            let words = format!("There is no view {}.", tab + 1);
            self.say(Level::Info, words, ctx);
            return Vec::new();
        }
        if self.workspace.is_narrowed(tab) {
            let key = Command::of_view(tab).map(|view| ctx.keymap.keys_text(view));
            let key = key.unwrap_or_default();
            let words =
                format!("This view was left with another filter; {key} once more shows its own.");
            self.say(Level::Info, words, ctx);
        }
        self.each_pane(ctx, HistoryPane::start)
    }
}
