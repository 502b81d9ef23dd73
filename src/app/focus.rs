//! Reaching the panes and overlays: each acts on itself and sees the world beside it.

use crate::effect::{Effect, Slot};
use crate::panes::history::HistoryPane;
use crate::panes::{Outcome, Pane, PaneCtx};

use super::{App, Ctx};

/// Where an outcome comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The overlay at this height of the stack.
    Overlay(usize),
    /// A pane.
    Pane(Slot),
}

impl App {
    /// The world, the zone or the screen's size changed.
    pub(super) fn tell_overlays(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.each_overlay(ctx, |pane, ctx| pane.on_change(ctx))
    }

    pub(super) fn each_overlay(
        &mut self,
        ctx: &Ctx<'_>,
        mut tell: impl FnMut(&mut dyn Pane, &PaneCtx<'_>) -> Outcome,
    ) -> Vec<Effect> {
        let area = Self::overlay_area(ctx);
        let mut overlays = std::mem::take(&mut self.overlays);
        let outcomes: Vec<Outcome> = {
            let pane_ctx = self.pane_ctx(area, ctx);
            overlays.iter_mut().map(|overlay| tell(overlay.pane_mut(), &pane_ctx)).collect()
        };
        self.overlays = overlays;
        let mut effects = Vec::new();
        // From the top, so that closing one does not move those that are still to be settled.
        for (at, outcome) in outcomes.into_iter().enumerate().rev() {
            self.dirty |= outcome.taken;
            effects.extend(self.settle(outcome, Origin::Overlay(at), ctx));
        }
        effects
    }

    /// Lets whatever has the focus do something.
    pub(super) fn with_focus(
        &mut self,
        ctx: &Ctx<'_>,
        act: impl FnOnce(&mut dyn Pane, &PaneCtx<'_>) -> Outcome,
    ) -> (Origin, Outcome) {
        if self.overlays.is_empty() {
            let slot = self.board.focus();
            let outcome = self.with_pane(slot, ctx, |pane, ctx| act(pane, ctx));
            return (Origin::Pane(slot), outcome);
        }
        let area = Self::overlay_area(ctx);
        let at = self.overlays.len() - 1;
        let mut overlays = std::mem::take(&mut self.overlays);
        let outcome = match overlays.top_mut() {
            Some(overlay) => act(overlay.pane_mut(), &self.pane_ctx(area, ctx)),
            None => Outcome::ignored(),
        };
        self.overlays = overlays;
        (Origin::Overlay(at), outcome)
    }

    pub(super) fn with_pane(
        &mut self,
        slot: Slot,
        ctx: &Ctx<'_>,
        act: impl FnOnce(&mut HistoryPane, &PaneCtx<'_>) -> Outcome,
    ) -> Outcome {
        let area = self.area_of(slot, ctx);
        let pane_ctx = PaneCtx {
            now: ctx.now,
            zone: self.zone,
            world: &self.world,
            tickets: &self.tickets,
            area,
        };
        match self.board.pane_mut(slot) {
            Some(pane) => act(pane, &pane_ctx),
            None => Outcome::ignored(),
        }
    }
}
