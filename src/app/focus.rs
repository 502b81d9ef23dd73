//! Reaching the panes and overlays: each acts on itself and sees the world beside it.

use crate::effect::{Effect, PaneId};
use crate::panes::history::HistoryPane;
use crate::panes::{Pane, PaneCtx, Update};

use super::{App, Ctx};

/// Where an outcome comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The overlay at this height of the stack.
    Overlay(usize),
    /// A pane.
    Pane(PaneId),
}

impl App {
    /// The world, the zone or the screen's size changed.
    pub(super) fn tell_overlays(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.each_overlay(ctx, |pane, ctx| pane.on_change(ctx))
    }

    pub(super) fn each_overlay(
        &mut self,
        ctx: &Ctx<'_>,
        mut tell: impl FnMut(&mut dyn Pane, &PaneCtx<'_>) -> Update,
    ) -> Vec<Effect> {
        let area = Self::overlay_area(ctx);
        let mut overlays = std::mem::take(&mut self.overlays);
        let updates: Vec<Update> = {
            let pane_ctx = self.pane_ctx(area, ctx);
            overlays.iter_mut().map(|overlay| tell(overlay.pane_mut(), &pane_ctx)).collect()
        };
        self.overlays = overlays;
        let mut effects = Vec::new();
        // From the top, so that closing one does not move those that are still to be settled.
        for (at, update) in updates.into_iter().enumerate().rev() {
            self.dirty |= update.taken;
            effects.extend(self.settle(update, Origin::Overlay(at), ctx));
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
            let pane = self.board.focus();
            let update = self.with_pane(pane, ctx, |pane, ctx| act(pane, ctx));
            return (Origin::Pane(pane), update);
        }
        let area = Self::overlay_area(ctx);
        let at = self.overlays.len() - 1;
        let mut overlays = std::mem::take(&mut self.overlays);
        let update = match overlays.top_mut() {
            Some(overlay) => act(overlay.pane_mut(), &self.pane_ctx(area, ctx)),
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
        match self.board.pane_mut(pane) {
            Some(pane) => act(pane, &pane_ctx),
            None => Update::ignored(),
        }
    }
}
