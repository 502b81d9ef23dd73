//! Whither a report goes: what the world learns from it, then to every pane on the screen and every overlay.

use std::path::PathBuf;

use crate::effect::{Effect, Report, Tone};
use crate::panes::Pane;

use super::focus::Origin;
use super::{App, Ctx};

impl App {
    pub(super) fn on_report(&mut self, report: &Report, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let before = self.stood(report);
        if self.world.learn(report) {
            self.dirty = true;
            effects.extend(self.tell_overlays(ctx));
        }
        match report {
            Report::Notice(notice) => {
                self.notices.add(notice.clone(), ctx.now);
                self.dirty = true;
                return effects;
            }
            Report::DraftKept(draft) => {
                self.draft = Some(draft.clone());
                return effects;
            }
            Report::Exported { result, .. } => {
                self.on_exported(result, ctx);
                return effects;
            }
            Report::HistoryChanged { account, .. } => {
                self.budgets.spoil(account);
                for pane in self.board.hidden_mut() {
                    pane.fall_behind();
                }
            }
            Report::Recent { ticket, result } => {
                self.dirty |= self.budgets.answer(*ticket, result);
            }
            Report::Journal(entry) => {
                effects.extend(self.call_back(entry, before));
                self.budgets.spoil(&entry.request.account);
            }
            Report::Window { .. }
            | Report::Summary { .. }
            | Report::Detail { .. }
            | Report::Gathered { .. }
            | Report::Account { .. }
            | Report::Resources { .. }
            | Report::Limits { .. }
            | Report::Previewed { .. }
            | Report::Enqueued { .. }
            | Report::Looked { .. }
            | Report::Queue { .. }
            | Report::Paused(_)
            | Report::Edited { .. }
            | Report::FileRead { .. } => {}
        }
        for slot in self.board.shown() {
            let outcome = self.with_pane(slot, ctx, |pane, ctx| pane.on_report(report, ctx));
            self.dirty |= outcome.taken;
            effects.extend(self.settle(outcome, Origin::Pane(slot), ctx));
        }
        effects.extend(self.each_overlay(ctx, |pane, ctx| pane.on_report(report, ctx)));
        effects
    }

    pub(super) fn on_exported(&mut self, result: &Result<(u64, PathBuf), String>, ctx: &Ctx<'_>) {
        match result {
            Ok((purges, path)) => {
                let amount = crate::panes::look::of(*purges, "purge", "purges");
                self.say(
                    Tone::Info,
                    format!("Wrote {amount} to {}.", path.display()),
                    ctx,
                );
            }
            Err(words) => self.say(Tone::Error, words.clone(), ctx),
        }
    }
}
