//! What a history pane makes of reports.

use std::sync::Arc;

use crate::effect::{Report, Subject, Tone};
use crate::panes::{Outcome, PaneCtx};

use super::HistoryPane;

impl HistoryPane {
    pub(super) fn take_report(&mut self, report: &Report, ctx: &PaneCtx<'_>) -> Outcome {
        match report {
            Report::Window { slot, ticket, result } if *slot == self.slot => {
                let answer = self.rows.answer(*ticket, result);
                self.keep_to_detail();
                match (answer, result) {
                    (None, _) => Outcome::ignored(),
                    (Some(_), Err(trouble)) => Outcome::say(Tone::Error, trouble.to_string()),
                    (Some(true), Ok(_)) => self.ask_again(ctx),
                    (Some(false), Ok(_)) => self.moved(None, ctx),
                }
            }
            Report::Summary { slot, ticket, result } if *slot == self.slot => {
                if self.overview.answer(*ticket, result, ctx.now) {
                    self.wake(ctx).and(Outcome::taken())
                } else {
                    Outcome::ignored()
                }
            }
            Report::Detail { slot, ticket, result } if *slot == self.slot => {
                let predicate = Arc::clone(self.filter.predicate());
                if self.detail.answer(*ticket, result, &predicate) {
                    Outcome::taken()
                } else {
                    Outcome::ignored()
                }
            }
            Report::Looked { subject: Subject::Purge(key), result } => {
                self.detail.looked(*key, result);
                // The journal may know it now as well.
                Outcome::taken().and(self.ask_detail(true, ctx))
            }
            Report::Journal(entry) if entry.is_looked_at() => {
                let mut outcome = Outcome::taken();
                if self.rows.changed() {
                    let want = self.rows.again();
                    outcome = outcome.and(self.ask_rows(&want, ctx));
                }
                outcome.and(self.ask_detail(true, ctx))
            }
            Report::HistoryChanged { from, until, .. } => {
                let predicate = self.filter.predicate();
                if predicate.from.is_some_and(|begin| *until < begin)
                    || predicate.until.is_some_and(|end| *from >= end)
                {
                    return Outcome::ignored();
                }
                let mut outcome = Outcome::taken();
                if self.rows.touches(*from, *until) && self.rows.changed() {
                    self.filter.resolve(ctx.now, ctx.zone);
                    let want = self.rows.again();
                    outcome =
                        outcome.and(self.ask_rows(&want, ctx)).and(self.ask_detail(true, ctx));
                }
                if self.overview.changed(ctx.now) {
                    outcome = outcome.and(self.ask_overview(ctx));
                }
                outcome
            }
            Report::Gathered { ticket, result } => self.on_gathered(*ticket, result, ctx),
            Report::Previewed { ticket, previews } => self.on_previewed(*ticket, previews),
            Report::Window { .. }
            | Report::Summary { .. }
            | Report::Detail { .. }
            | Report::Looked { .. }
            | Report::Recent { .. }
            | Report::Account { .. }
            | Report::Resources { .. }
            | Report::Limits { .. }
            | Report::Enqueued { .. }
            | Report::Journal(_)
            | Report::Queue { .. }
            | Report::DraftKept(_)
            | Report::Paused(_)
            | Report::Edited { .. }
            | Report::FileRead { .. }
            | Report::Exported { .. }
            | Report::Notice(_) => Outcome::ignored(),
        }
    }
}
