//! Answers and events that change a history pane.

use std::sync::Arc;

use crate::domain::event::{Event, Level};
use crate::effect::{Answer, Subject};
use crate::panes::{PaneCtx, Update};

use super::HistoryPane;

impl HistoryPane {
    pub(super) fn take_answer(&mut self, answer: &Answer, ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others answer somebody else")]
        match answer {
            Answer::Window { pane, ticket, result } if *pane == self.pane => {
                let answer = self.rows.answer(*ticket, result);
                self.contents.see(self.rows.held());
                self.pin_to_detail();
                match (answer, result) {
                    (None, _) => Update::ignored(),
                    (Some(_), Err(error)) => Update::say(Level::Error, error.to_string()),
                    (Some(true), Ok(_)) => self.ask_again(ctx),
                    (Some(false), Ok(_)) => self.moved(None, ctx),
                }
            }
            Answer::Summary { pane, ticket, result } if *pane == self.pane => {
                if self.timeline.answer(*ticket, result, ctx.now) {
                    self.wake(ctx).and(Update::taken())
                } else {
                    Update::ignored()
                }
            }
            Answer::Detail { pane, ticket, result } if *pane == self.pane => {
                let predicate = Arc::clone(self.filter.predicate());
                Update::taken_if(self.detail.answer(*ticket, result, &predicate))
            }
            Answer::Verified { subject: Subject::Purge(key), result } => {
                self.detail.on_verified(*key, result);
                // The journal may know it now as well.
                Update::taken().and(self.ask_detail(true, ctx))
            }
            Answer::Keys { ticket, result } => self.on_keys(*ticket, result, ctx),
            Answer::Gathered { ticket, result } => self.on_gathered(*ticket, result, ctx),
            Answer::Previewed { ticket, previews } => self.on_previewed(*ticket, previews),
            _ => Update::ignored(),
        }
    }

    pub(super) fn take_event(&mut self, event: &Event, ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others change no row")]
        match event {
            Event::Journal(entry) if entry.is_verification_settled() => {
                let mut update = Update::taken();
                if self.rows.changed() {
                    let want = self.rows.reload();
                    update = update.and(self.ask_rows(&want, ctx));
                }
                update.and(self.ask_detail(true, ctx))
            }
            Event::HistoryChanged { from, until, .. } => {
                let predicate = self.filter.predicate();
                if predicate.from.is_some_and(|begin| *until < begin)
                    || predicate.until.is_some_and(|end| *from >= end)
                {
                    return Update::ignored();
                }
                let mut update = Update::taken();
                if self.rows.touches(*from, *until) && self.rows.changed() {
                    self.filter.resolve(ctx.now, ctx.zone);
                    let want = self.rows.reload();
                    update = update.and(self.ask_rows(&want, ctx)).and(self.ask_detail(true, ctx));
                }
                if self.timeline.changed(ctx.now) {
                    update = update.and(self.ask_timeline(ctx));
                }
                update
            }
            _ => Update::ignored(),
        }
    }
}
