//! Access to panes and overlays: each acts on itself and reads the rest of the app.

use crate::effect::{Effect, PaneId};
use crate::panes::history::HistoryPane;
use crate::panes::{Pane, PaneCtx, Update};

use super::{App, Ctx};

/// The pane or overlay that an update comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The overlay at this height of the stack.
    Overlay(usize),
    /// A pane.
    Pane(PaneId),
}

impl App {
    /// Tells the overlays that what is known, the zone or the screen's size changed.
    pub(super) fn tell_overlays(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.each_overlay(ctx, |pane, ctx| pane.on_change(ctx))
    }

    /// Lets every overlay do something, the topmost first, so that closing one does not move those
    /// below it.
    pub(super) fn each_overlay(
        &mut self,
        ctx: &Ctx<'_>,
        mut tell: impl FnMut(&mut dyn Pane, &PaneCtx<'_>) -> Update,
    ) -> Vec<Effect> {
        let area = self.overlay_area(ctx);
        let mut overlays = std::mem::take(&mut self.overlays);
        let updates: Vec<(usize, Update)> = {
            let pane_ctx = self.pane_ctx(area, ctx);
            let from_the_top = overlays.iter_mut().enumerate().rev();
            from_the_top.map(|(at, overlay)| (at, tell(overlay.as_mut(), &pane_ctx))).collect()
        };
        self.overlays = overlays;
        let mut effects = Vec::new();
        for (at, update) in updates {
            effects.extend(self.apply(update, Origin::Overlay(at), ctx));
        }
        effects
    }

    /// Lets every pane on the screen do something.
    pub(super) fn each_pane(
        &mut self,
        ctx: &Ctx<'_>,
        mut act: impl FnMut(&mut HistoryPane, &PaneCtx<'_>) -> Update,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        for pane in self.workspace.shown() {
            let update = self.with_pane(pane, ctx, &mut act);
            effects.extend(self.apply(update, Origin::Pane(pane), ctx));
        }
        effects
    }

    /// Lets every pane do something that has the focus in a tab that is not shown.
    pub(super) fn each_unseen(
        &mut self,
        ctx: &Ctx<'_>,
        mut act: impl FnMut(&mut HistoryPane, &PaneCtx<'_>) -> Update,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        for pane in self.workspace.unseen() {
            let update = self.with_pane(pane, ctx, &mut act);
            effects.extend(self.apply(update, Origin::Pane(pane), ctx));
        }
        effects
    }

    /// Lets whatever has the focus do something.
    pub(super) fn with_focus(
        &mut self,
        ctx: &Ctx<'_>,
        act: impl FnOnce(&mut dyn Pane, &PaneCtx<'_>) -> Update,
    ) -> (Origin, Update) {
        if self.overlays.is_empty() {
            let pane = self.workspace.focus();
            let update = self.with_pane(pane, ctx, |pane, ctx| act(pane, ctx));
            return (Origin::Pane(pane), update);
        }
        let area = self.overlay_area(ctx);
        let at = self.overlays.len() - 1;
        let mut overlays = std::mem::take(&mut self.overlays);
        let update = match overlays.last_mut() {
            Some(overlay) => act(overlay.as_mut(), &self.pane_ctx(area, ctx)),
            None => Update::ignored(),
        };
        self.overlays = overlays;
        (Origin::Overlay(at), update)
    }

    pub(super) fn with_pane(
        &mut self,
        pane: PaneId,
        ctx: &Ctx<'_>,
        act: impl FnOnce(&mut HistoryPane, &PaneCtx<'_>) -> Update,
    ) -> Update {
        let area = self.area_of(pane, ctx);
        let pane_ctx = PaneCtx {
            now: ctx.now,
            zone: self.zone,
            known: &self.known,
            tickets: &self.tickets,
            area,
        };
        match self.workspace.pane_mut(pane) {
            Some(pane) => act(pane, &pane_ctx),
            None => Update::ignored(),
        }
    }
}
