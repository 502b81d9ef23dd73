//! What a history pane makes of reports.

use std::sync::Arc;

use crate::domain::event::{Event, Level};
use crate::effect::{Answer, Report, Subject};
use crate::panes::{PaneCtx, Update};

use super::HistoryPane;

impl HistoryPane {
    pub(super) fn take_report(&mut self, report: &Report, ctx: &PaneCtx<'_>) -> Update {
        match report {
            Report::Answer(Answer::Window { pane, ticket, result }) if *pane == self.pane => {
                let answer = self.rows.answer(*ticket, result);
                self.keep_to_detail();
                match (answer, result) {
                    (None, _) => Update::ignored(),
                    (Some(_), Err(trouble)) => Update::say(Level::Error, trouble.to_string()),
                    (Some(true), Ok(_)) => self.ask_again(ctx),
                    (Some(false), Ok(_)) => self.moved(None, ctx),
                }
            }
            Report::Answer(Answer::Summary { pane, ticket, result }) if *pane == self.pane => {
                if self.overview.answer(*ticket, result, ctx.now) {
                    self.wake(ctx).and(Update::taken())
                } else {
                    Update::ignored()
                }
            }
            Report::Answer(Answer::Detail { pane, ticket, result }) if *pane == self.pane => {
                let predicate = Arc::clone(self.filter.predicate());
                if self.detail.answer(*ticket, result, &predicate) {
                    Update::taken()
                } else {
                    Update::ignored()
                }
            }
            Report::Answer(Answer::Verified { subject: Subject::Purge(key), result }) => {
                self.detail.looked(*key, result);
                // The journal may know it now as well.
                Update::taken().and(self.ask_detail(true, ctx))
            }
            Report::Event(Event::Journal(entry)) if entry.is_looked_at() => {
                let mut update = Update::taken();
                if self.rows.changed() {
                    let want = self.rows.again();
                    update = update.and(self.ask_rows(&want, ctx));
                }
                update.and(self.ask_detail(true, ctx))
            }
            Report::Event(Event::HistoryChanged { from, until, .. }) => {
                let predicate = self.filter.predicate();
                if predicate.from.is_some_and(|begin| *until < begin)
                    || predicate.until.is_some_and(|end| *from >= end)
                {
                    return Update::ignored();
                }
                let mut update = Update::taken();
                if self.rows.touches(*from, *until) && self.rows.changed() {
                    self.filter.resolve(ctx.now, ctx.zone);
                    let want = self.rows.again();
                    update = update.and(self.ask_rows(&want, ctx)).and(self.ask_detail(true, ctx));
                }
                if self.overview.changed(ctx.now) {
                    update = update.and(self.ask_overview(ctx));
                }
                update
            }
            Report::Answer(Answer::Gathered { ticket, result }) => {
                self.on_gathered(*ticket, result, ctx)
            }
            Report::Answer(Answer::Previewed { ticket, previews }) => {
                self.on_previewed(*ticket, previews)
            }
            Report::Answer(
                Answer::Window { .. }
                | Answer::Summary { .. }
                | Answer::Detail { .. }
                | Answer::Verified { .. }
                | Answer::Recent { .. }
                | Answer::Enqueued { .. }
                | Answer::Queue { .. }
                | Answer::DraftKept(_)
                | Answer::Edited { .. }
                | Answer::FileRead { .. }
                | Answer::Exported { .. },
            )
            | Report::Event(
                Event::Account { .. }
                | Event::Resources { .. }
                | Event::Limits { .. }
                | Event::Journal(_)
                | Event::QueuePaused(_)
                | Event::Notice(_),
            ) => Update::ignored(),
        }
    }
}
