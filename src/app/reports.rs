//! Whither a report goes: what the world learns from it, then to every pane on the screen and every overlay.

use std::path::PathBuf;

use crate::domain::event::{Event, Level};
use crate::effect::{Answer, Effect, Report};
use crate::panes::{Pane, PromptFor};

use super::focus::Origin;
use super::overlays::Overlay;
use super::{App, Ctx};

impl App {
    pub(super) fn on_report(&mut self, report: &Report, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let before = self.stood(report);
        let learned = match report {
            Report::Event(event) => self.known.learn(event),
            Report::Answer(
                Answer::Enqueued { result: Ok(entries), .. }
                | Answer::Queue { result: Ok(entries), .. },
            ) => {
                for entry in entries {
                    self.known.learn_entry(entry);
                }
                !entries.is_empty()
            }
            Report::Answer(_) => false,
        };
        if learned {
            self.dirty = true;
            effects.extend(self.tell_overlays(ctx));
        }
        if self.is_for_the_prompt(report) {
            return effects;
        }
        match report {
            Report::Event(Event::Notice(notice)) => {
                self.notices.add(notice.clone(), ctx.now);
                self.dirty = true;
                return effects;
            }
            Report::Answer(Answer::DraftKept(draft)) => {
                self.draft = Some(draft.clone());
                return effects;
            }
            Report::Answer(Answer::Exported { result, .. }) => {
                self.on_exported(result, ctx);
                return effects;
            }
            Report::Event(Event::HistoryChanged { account, .. }) => {
                self.budgets.spoil(account);
                self.hidden_panes_fall_behind();
            }
            Report::Answer(Answer::Recent { ticket, result }) => {
                self.dirty |= self.budgets.answer(*ticket, result);
            }
            Report::Event(Event::Journal(entry)) => {
                effects.extend(self.call_back(entry, before));
                self.budgets.spoil(&entry.request.account);
                if entry.is_looked_at() {
                    self.hidden_panes_fall_behind();
                }
            }
            Report::Answer(
                Answer::Window { .. }
                | Answer::Summary { .. }
                | Answer::Detail { .. }
                | Answer::Gathered { .. }
                | Answer::Previewed { .. }
                | Answer::Enqueued { .. }
                | Answer::Verified { .. }
                | Answer::Queue { .. }
                | Answer::Edited { .. }
                | Answer::FileRead { .. },
            )
            | Report::Event(
                Event::Account { .. }
                | Event::Resources { .. }
                | Event::Limits { .. }
                | Event::QueuePaused(_),
            ) => {}
        }
        for pane in self.board.shown() {
            let update = self.with_pane(pane, ctx, |pane, ctx| pane.on_report(report, ctx));
            self.dirty |= update.taken;
            effects.extend(self.settle(update, Origin::Pane(pane), ctx));
        }
        effects.extend(self.each_overlay(ctx, |pane, ctx| pane.on_report(report, ctx)));
        effects
    }

    fn hidden_panes_fall_behind(&mut self) {
        for pane in self.board.hidden_mut() {
            pane.fall_behind();
        }
    }

    /// Tells the prompt that waits for what becomes of a file: it stays where nothing came of it, for the name to be corrected,
    /// and closes otherwise. Whether no one else need know.
    fn is_for_the_prompt(&mut self, report: &Report) -> bool {
        let (purpose, trouble) = if let Report::Answer(Answer::FileRead { result, .. }) = report {
            (PromptFor::TargetsFile, result.as_ref().err())
        } else if let Report::Answer(Answer::Exported { result, .. }) = report {
            (PromptFor::ExportPath, result.as_ref().err())
        } else {
            return false;
        };
        let waiting =
            self.overlays.iter_mut().enumerate().find_map(|(at, overlay)| match overlay {
                Overlay::Prompt(pane) if pane.waits_for(purpose) => Some((at, pane)),
                Overlay::Prompt(_)
                | Overlay::Compose(_)
                | Overlay::Plan(_)
                | Overlay::Queue(_)
                | Overlay::Help(_)
                | Overlay::Palette(_)
                | Overlay::Pick(_) => None,
            });
        let Some((at, pane)) = waiting else {
            return false;
        };
        self.dirty = true;
        if let Some(words) = trouble {
            pane.refuse(words);
            return true;
        }
        self.overlays.close_at(at);
        false
    }

    pub(super) fn on_exported(&mut self, result: &Result<(u64, PathBuf), String>, ctx: &Ctx<'_>) {
        match result {
            Ok((purges, path)) => {
                let amount = crate::panes::format::of(*purges, "purge", "purges");
                self.say(Level::Info, format!("Wrote {amount} to {}.", path.display()), ctx);
            }
            Err(words) => self.say(Level::Error, words.clone(), ctx),
        }
    }
}
