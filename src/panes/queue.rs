//! The queue: requests that wait, are being sent, or were sent.

use std::collections::BTreeSet;

use crate::commands::{Command, Context, Sends};
use crate::domain::bad_news::BadEnd;
use crate::domain::event::{Event, Level};
use crate::domain::ids::{JournalId, Ticket};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::effect::{Answer, Effect, Order, Query, Subject};

use super::copy::of_request;
use super::requests::AppRequest;
use super::scrolling::moved;
use super::{BudgetOf, Pane, PaneCtx, Update};

mod again;
mod plans;
pub mod view;

/// The queue. It shows the store's last answer and asks again whenever the journal changes.
#[derive(Clone, Debug)]
pub struct QueuePane {
    /// The query under way; there is never more than one.
    asked: Option<Ticket>,
    /// The journal changed after the query under way was asked.
    outdated: bool,
    /// The store's last answer by plan; `None` before the first one.
    entries: Option<Vec<JournalEntry>>,
    error: Option<String>,
    /// The entry under the cursor; it stays there when others come and go.
    here: Option<JournalId>,
    /// The entries that were canceled since it was opened.
    canceled: BTreeSet<JournalId>,
    /// The entry that one more press of the key sends: again, where its outcome is unknown, or at
    /// all, where somebody else queued it.
    armed: Option<JournalId>,
    /// The query for the purge that a request became, to draft it again, and the request.
    again: Option<(Ticket, Box<JournalEntry>)>,
    /// The query for the command line of a request, and 1 if that removes everything.
    previewed: Option<(Ticket, usize)>,
}

impl QueuePane {
    /// Opens it: asks the store for the newest entries.
    pub fn open(ctx: &PaneCtx<'_>) -> (Self, Effect) {
        let ticket = ctx.tickets.take();
        let pane = Self {
            asked: Some(ticket),
            outdated: false,
            entries: None,
            error: None,
            here: None,
            armed: None,
            again: None,
            canceled: BTreeSet::new(),
            previewed: None,
        };
        (pane, Effect::Query(Query::Queue { ticket }))
    }

    /// Asks the store again, after the query under way where there is one.
    fn ask_again(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.outdated = self.asked.is_some();
        if self.outdated {
            return Update::taken();
        }
        let ticket = ctx.tickets.take();
        self.asked = Some(ticket);
        Update::effect(Effect::Query(Query::Queue { ticket }))
    }

    fn entries(&self) -> &[JournalEntry] {
        self.entries.as_deref().unwrap_or_default()
    }

    /// The row under the cursor, counted from 0.
    fn cursor(&self) -> usize {
        self.here
            .as_ref()
            .and_then(|here| self.entries().iter().position(|entry| entry.id == *here))
            .unwrap_or(0)
    }

    fn current(&self) -> Option<&JournalEntry> {
        self.entries().get(self.cursor())
    }

    fn go_to(&mut self, row: usize) -> Update {
        let row = row.min(self.entries().len().saturating_sub(1));
        self.here = self.entries().get(row).map(|entry| entry.id.clone());
        self.armed = None;
        Update::taken()
    }

    fn cancel(&mut self) -> Update {
        let queued = self.current().filter(|entry| entry.state == JournalState::Queued);
        let Some(id) = queued.map(|entry| entry.id.clone()) else {
            return Update::taken();
        };
        self.canceled.insert(id.clone());
        Update::effect(Effect::Order(Order::Cancel { ids: vec![id] }))
    }

    /// True for a request that was canceled here: the operator takes back the last press, not a
    /// decision of another day, which would go out without being checked again.
    fn can_restore(&self) -> bool {
        self.current().is_some_and(|entry| {
            entry.state == JournalState::Cancelled && self.canceled.contains(&entry.id)
        })
    }

    fn restore(&self) -> Update {
        self.current().filter(|_| self.can_restore()).map_or_else(Update::taken, |entry| {
            Update::effect(Effect::Order(Order::Restore { id: entry.id.clone() }))
        })
    }

    fn resend(&mut self) -> Update {
        let unknown = self.current().filter(|entry| entry.state == JournalState::Unknown);
        let Some(id) = unknown.map(|entry| entry.id.clone()) else {
            return Update::taken();
        };
        self.at_second_press(
            &id,
            |id| Order::Resend { id },
            "This purge may have taken effect. The same key again sends it a second time.",
        )
    }

    fn confirm(&mut self) -> Update {
        let Some(entry) = self.current().filter(|entry| entry.is_unconfirmed()) else {
            return Update::taken();
        };
        let words = format!(
            "This purge of {} was queued by {}. The same key again sends it in your name.",
            entry.request.cname,
            entry.author()
        );
        let id = entry.id.clone();
        self.at_second_press(&id, |id| Order::Confirm { id }, &words)
    }

    /// Orders what sends a request, once its key was pressed twice on it; says why before.
    fn at_second_press(
        &mut self,
        id: &JournalId,
        order: impl FnOnce(JournalId) -> Order,
        why: &str,
    ) -> Update {
        if self.armed.take_if(|armed| armed == id).is_some() {
            return Update::effect(Effect::Order(order(id.clone())));
        }
        self.armed = Some(id.clone());
        Update::say(Level::Warning, why)
    }

    /// Has the request under the cursor change places with its neighbour among those of its account
    /// that are queued: each account has a queue of its own. A neighbour of another plan is passed
    /// with its whole plan, below whose heading it stands.
    fn reorder(&self, earlier: bool) -> Update {
        let queued = self.current().filter(|entry| entry.state == JournalState::Queued);
        let Some(here) = queued else {
            return Update::taken();
        };
        let mut queued: Vec<&JournalEntry> = self
            .entries()
            .iter()
            .filter(|entry| {
                entry.state == JournalState::Queued && entry.request.account == here.request.account
            })
            .collect();
        queued.sort_by_key(|entry| entry.place);
        let Some(at) = queued.iter().position(|entry| entry.id == here.id) else {
            return Update::taken();
        };
        let (before, rest) = queued.split_at(at);
        let after = rest.get(1..).unwrap_or_default();
        let neighbour = if earlier { before.last() } else { after.first() };
        let Some(plan) = neighbour.map(|entry| entry.queued_at) else {
            return Update::taken();
        };
        let passed = |entry: &&&JournalEntry| {
            entry.queued_at == plan && (plan != here.queued_at || neighbour == Some(*entry))
        };
        let ids = |entries: &[&JournalEntry]| -> Vec<JournalId> {
            entries.iter().filter(passed).map(|entry| entry.id.clone()).collect()
        };
        let here = vec![here.id.clone()];
        let ids = if earlier { [here, ids(before)] } else { [ids(after), here] }.concat();
        Update::effect(Effect::Order(Order::Reorder { ids }))
    }

    /// Shows the purge of the entry under the cursor in the history, or where it should be.
    fn show(&self) -> Update {
        self.current().map_or_else(Update::taken, |entry| {
            let filter = match &entry.purge {
                Some(purge) => format!("id:{purge}"),
                None => format!("cname:{} sent:here", entry.request.cname),
            };
            Update::request(AppRequest::Show(filter))
        })
    }

    /// Shows other entries. The cursor is on an entry from the start and stays on it: left on a
    /// row, it would come to another entry when one above is done, and a key would cancel the wrong
    /// one. Where its entry is gone, it stays on the row.
    fn show_entries(&mut self, entries: Vec<JournalEntry>) {
        let row = self.cursor();
        self.entries = Some(plans::group(entries));
        if self.current().map(|entry| &entry.id) != self.here.as_ref() {
            self.go_to(row);
        }
    }
}

impl Pane for QueuePane {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Queue]
    }

    fn on_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        let here = self.cursor();
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not for the queue")]
        match command {
            Command::Back | Command::QueueOpen | Command::Quit => {
                Update::request(AppRequest::Close)
            }
            Command::Open => self.show(),
            Command::QueueCancel => self.cancel(),
            Command::QueueRestore => self.restore(),
            Command::QueueResend => self.resend(),
            Command::QueueConfirm => self.confirm(),
            Command::PurgeAgain => self.again(ctx),
            Command::QueueEarlier => self.reorder(true),
            Command::QueueLater => self.reorder(false),
            Command::Verify => self.current().map_or_else(Update::taken, |entry| {
                Update::effect(Effect::Order(Order::Verify(vec![Subject::Request(
                    entry.id.clone(),
                )])))
            }),
            Command::QueuePause => Update::effect(Effect::Order(Order::Pause(!ctx.known.paused))),
            Command::Copy => self.current().map_or_else(Update::taken, |entry| {
                Update::copy_targets([of_request(&entry.request)])
            }),
            Command::CopyCurl => {
                let Some(request) = self.current().map(|entry| entry.request.clone()) else {
                    return Update::taken();
                };
                let ticket = ctx.tickets.take();
                self.previewed = Some((ticket, usize::from(request.empties())));
                Update::effect(Effect::Query(Query::Preview { ticket, requests: vec![request] }))
            }
            other => moved(other, here, self.entries().len())
                .map_or_else(Update::ignored, |to| self.go_to(to)),
        }
    }

    /// Goes to the request, or shows the purge of the one that the cursor is on already.
    fn on_item(&mut self, item: usize, ctx: &PaneCtx<'_>) -> Update {
        if item != self.cursor() {
            return self.go_to(item);
        }
        match self.unavailable(Command::Open, ctx) {
            Some(why) => Update::say(Level::Info, format!("{why}.")),
            None => self.show(),
        }
    }

    fn on_answer(&mut self, answer: &Answer, ctx: &PaneCtx<'_>) -> Update {
        if let Answer::Gathered { ticket, result } = answer {
            return self.on_purges(*ticket, result);
        }
        if let Answer::Previewed { ticket, previews } = answer {
            return match self.previewed.take_if(|(asked, _)| asked == ticket) {
                Some((_, emptying)) => Update::copy_commands(previews, emptying),
                None => Update::ignored(),
            };
        }
        let Answer::Queue { ticket, result } = answer else {
            return Update::ignored();
        };
        if self.asked.take_if(|asked| asked == ticket).is_none() {
            return Update::ignored();
        }
        match result {
            Ok(entries) => {
                self.show_entries(entries.clone());
                self.error = None;
            }
            Err(error) => self.error = Some(error.to_string()),
        }
        let again = if self.outdated { self.ask_again(ctx) } else { Update::taken() };
        match &self.error {
            Some(error) if self.entries.is_some() => {
                let words = format!("The queue shows an earlier state. {error}");
                again.and(Update::say(Level::Error, words))
            }
            Some(_) | None => again,
        }
    }

    fn on_event(&mut self, event: &Event, ctx: &PaneCtx<'_>) -> Update {
        match event {
            Event::Journal(_) | Event::StoreBack => self.ask_again(ctx),
            Event::HistoryChanged { .. }
            | Event::Account { .. }
            | Event::Resources { .. }
            | Event::Limits { .. }
            | Event::Accounts { .. }
            | Event::QueuePaused(_)
            | Event::Stored(_)
            | Event::Sender { .. }
            | Event::StoreLost { .. }
            | Event::Notice(_) => Update::ignored(),
        }
    }

    fn budget_of(&self) -> BudgetOf {
        self.current().map_or(BudgetOf::Nothing, |entry| {
            BudgetOf::Resource(entry.request.account.clone(), entry.request.resource.clone())
        })
    }

    fn unavailable(&self, command: Command, ctx: &PaneCtx<'_>) -> Option<&'static str> {
        let entry = self.current();
        let state = entry.map(|entry| entry.state);
        let read_only = entry.is_some_and(|entry| ctx.known.is_read_only(&entry.request.account));
        if read_only && command.about().sends == Some(Sends::Request) {
            return Some("This account is read-only");
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are always possible")]
        match command {
            Command::Open
                if matches!(state, Some(JournalState::Rejected | JournalState::Cancelled)) =>
            {
                Some("Nothing was purged, so the history has no row of it: purge it again instead")
            }
            Command::QueueCancel if state != Some(JournalState::Queued) => {
                let sent = entry.is_some_and(|entry| entry.sent_at.is_some());
                Some(if sent {
                    "Already sent: a purge cannot be taken back"
                } else {
                    "Only a queued request can be canceled"
                })
            }
            Command::QueueRestore if !self.can_restore() => {
                Some("Only what was canceled just now goes back: purge it again instead")
            }
            Command::PurgeAgain => match state? {
                // What was refused of it is not under way.
                JournalState::Accepted if entry.and_then(BadEnd::of).is_some() => None,
                JournalState::Queued | JournalState::Sending | JournalState::Accepted => {
                    Some("It is still under way")
                }
                JournalState::Unknown => Some("Its outcome is unknown: send again decides that"),
                JournalState::Rejected
                | JournalState::Successful
                | JournalState::Failed
                | JournalState::Cancelled => None,
            },
            Command::QueueResend
                if entry.and_then(BadEnd::of).is_some_and(|end| end != BadEnd::Unknown) =>
            {
                Some("Its end is known: purge it again instead")
            }
            Command::QueueEarlier | Command::QueueLater if state != Some(JournalState::Queued) => {
                Some("Only a queued request can be moved")
            }
            Command::QueueResend if state != Some(JournalState::Unknown) => {
                Some("Only a request of unknown outcome can be sent again")
            }
            Command::QueueConfirm if !entry.is_some_and(JournalEntry::is_unconfirmed) => {
                Some("Only a request that somebody else queued waits for it")
            }
            Command::Verify if state != Some(JournalState::Successful) => {
                Some("Only a successful purge can be checked")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
