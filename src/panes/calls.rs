//! The request log: the last calls to the vendors' APIs, the newest first. It asks once for those
//! that are kept, and then waits for each further one.

use crate::commands::{Command, Context};
use crate::domain::call::{Call, CallLog};
use crate::domain::ids::Ticket;
use crate::effect::{Answer, Effect, Query};

use super::requests::AppRequest;
use super::scrolling::moved;
use super::{Pane, PaneCtx, Update};

pub mod view;

/// The request log.
#[derive(Clone, Debug, Default)]
pub struct CallsPane {
    /// The query that was not answered yet.
    ticket: Ticket,
    /// `None` before the first answer.
    log: Option<CallLog>,
    /// The number of the call under the cursor; `None`: the newest one, whichever that is.
    here: Option<u64>,
    only_failures: bool,
}

impl CallsPane {
    /// Opens it; returns its first query, too.
    pub fn open(ctx: &PaneCtx<'_>) -> (Self, Effect) {
        let ticket = ctx.tickets.take();
        let query = Query::Calls { ticket, since: None };
        (Self { ticket, ..Self::default() }, Effect::Query(query))
    }

    /// The calls that are shown, the newest first.
    fn shown(&self) -> Vec<&Call> {
        let calls = self.log.iter().flat_map(CallLog::newest_first);
        calls.filter(|call| !self.only_failures || call.failure.is_some()).collect()
    }

    /// The row under the cursor. Where its call is not shown, the next older one that is.
    fn cursor(&self, shown: &[&Call]) -> usize {
        let Some(here) = self.here else { return 0 };
        let at = shown.iter().position(|call| call.number <= here);
        at.unwrap_or(shown.len().saturating_sub(1))
    }

    fn move_to(&mut self, row: usize) {
        let number = self.shown().get(row).map(|call| call.number);
        self.here = number.filter(|_| row > 0);
    }

    fn copy(&self) -> Update {
        let shown = self.shown();
        shown
            .get(self.cursor(&shown))
            .map_or_else(Update::taken, |call| Update::copy_words(&sentence(call)))
    }
}

/// Words a call in one line: `gcore-prod: GET /cdn/resources: 200 in 143 ms`.
fn sentence(call: &Call) -> String {
    let Call { account, method, path, attempt, took, status, failure, .. } = call;
    let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let attempt = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
    let failure = failure.as_ref().map(|words| format!(": {words}")).unwrap_or_default();
    format!("{account}: {method} {path}: {status} in {} ms{attempt}{failure}", took.as_millis())
}

impl Pane for CallsPane {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Calls]
    }

    fn on_command(&mut self, command: Command, _ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not for calls")]
        match command {
            Command::Back | Command::CallsOpen | Command::Quit => {
                Update::request(AppRequest::Close)
            }
            Command::CallsFailures => {
                self.only_failures = !self.only_failures;
                Update::taken()
            }
            Command::Copy => self.copy(),
            other => {
                let shown = self.shown();
                match moved(other, self.cursor(&shown), shown.len()) {
                    Some(to) => {
                        self.move_to(to);
                        Update::taken()
                    }
                    None => Update::ignored(),
                }
            }
        }
    }

    /// Goes to the call of this number: further ones may have come since it was drawn.
    fn on_item(&mut self, item: usize, _ctx: &PaneCtx<'_>) -> Update {
        let row = self.shown().iter().position(|call| call.number == item as u64);
        if let Some(row) = row {
            self.move_to(row);
        }
        Update::taken()
    }

    fn on_answer(&mut self, answer: &Answer, ctx: &PaneCtx<'_>) -> Update {
        let Answer::Calls { ticket, calls } = answer else {
            return Update::ignored();
        };
        if *ticket != self.ticket {
            return Update::ignored();
        }
        let log = self.log.get_or_insert_default();
        log.extend(calls.iter().cloned());
        let since = Some(log.last());
        self.ticket = ctx.tickets.take();
        let query = Query::Calls { ticket: self.ticket, since };
        Update::taken().and(Update::effect(Effect::Query(query)))
    }

    fn unavailable(&self, command: Command, _ctx: &PaneCtx<'_>) -> Option<&'static str> {
        (command == Command::Copy && self.shown().is_empty()).then_some("There is no call to copy")
    }
}
