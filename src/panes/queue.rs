//! The queue: requests that wait, are being sent, or were sent.

use crate::commands::{Command, Context, Sends};
use crate::domain::event::{Event, Level};
use crate::domain::ids::{JournalId, Ticket};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::effect::{Answer, Effect, Order, Query, Subject, TerminalEffect};

use super::requests::AppRequest;
use super::{BudgetOf, Pane, PaneCtx, Update};

pub mod view;

/// Rows of a page.
const PAGE: usize = 10;

/// The queue. It shows the store's last answer and asks again whenever the journal changes.
#[derive(Clone, Debug)]
pub struct QueuePane {
    /// The query under way; there is never more than one.
    asked: Option<Ticket>,
    /// The journal changed after the query under way was asked.
    outdated: bool,
    /// The store's last answer: open entries first; `None` before the first one.
    entries: Option<Vec<JournalEntry>>,
    error: Option<String>,
    /// The entry under the cursor; it stays there when others come and go.
    here: Option<JournalId>,
    /// The entry of unknown outcome that one more press of the key sends again.
    armed: Option<JournalId>,
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

    fn cancel(&self) -> Update {
        match self.current() {
            Some(entry) if entry.state == JournalState::Queued => {
                Update::effect(Effect::Order(Order::Cancel { ids: vec![entry.id.clone()] }))
            }
            Some(_) | None => Update::taken(),
        }
    }

    fn resend(&mut self) -> Update {
        let unknown = self.current().filter(|entry| entry.state == JournalState::Unknown);
        let Some(id) = unknown.map(|entry| entry.id.clone()) else {
            return Update::taken();
        };
        if self.armed.as_ref() == Some(&id) {
            self.armed = None;
            return Update::effect(Effect::Order(Order::Resend { id }));
        }
        self.armed = Some(id);
        Update::say(
            Level::Warning,
            "This purge may have taken effect. The same key again sends it a second time.",
        )
    }

    /// Has the request under the cursor change places with its neighbour among those of its account
    /// that are queued: each account has a queue of its own.
    fn reorder(&self, earlier: bool) -> Update {
        let queued = self.current().filter(|entry| entry.state == JournalState::Queued);
        let Some(here) = queued else {
            return Update::taken();
        };
        let queued: Vec<&JournalEntry> = self
            .entries()
            .iter()
            .filter(|entry| {
                entry.state == JournalState::Queued && entry.request.account == here.request.account
            })
            .collect();
        let at = queued.iter().position(|entry| entry.id == here.id);
        let other =
            at.and_then(|at| queued.get(at.checked_add_signed(if earlier { -1 } else { 1 })?));
        let Some(other) = other else {
            return Update::taken();
        };
        let (first, second) = if earlier { (here, *other) } else { (*other, here) };
        Update::effect(Effect::Order(Order::Reorder {
            ids: vec![first.id.clone(), second.id.clone()],
        }))
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
        self.entries = Some(entries);
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
            Command::MoveDown => self.go_to(here + 1),
            Command::MoveUp => self.go_to(here.saturating_sub(1)),
            Command::PageDown => self.go_to(here + PAGE),
            Command::PageUp => self.go_to(here.saturating_sub(PAGE)),
            Command::MoveFirst => self.go_to(0),
            Command::MoveLast => self.go_to(usize::MAX),
            Command::Open => self.show(),
            Command::QueueCancel => self.cancel(),
            Command::QueueResend => self.resend(),
            Command::QueueEarlier => self.reorder(true),
            Command::QueueLater => self.reorder(false),
            Command::Verify => self.current().map_or_else(Update::taken, |entry| {
                Update::effect(Effect::Order(Order::Verify(vec![Subject::Request(
                    entry.id.clone(),
                )])))
            }),
            Command::QueuePause => Update::effect(Effect::Order(Order::Pause(!ctx.known.paused))),
            Command::Copy => self.current().map_or_else(Update::taken, |entry| {
                Update::effect(Effect::Terminal(TerminalEffect::Copy(
                    entry.request.payload.targets().join("\n"),
                )))
            }),
            _ => Update::ignored(),
        }
    }

    fn on_answer(&mut self, answer: &Answer, ctx: &PaneCtx<'_>) -> Update {
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
        if self.outdated { self.ask_again(ctx) } else { Update::taken() }
    }

    fn on_event(&mut self, event: &Event, ctx: &PaneCtx<'_>) -> Update {
        match event {
            Event::Journal(_) => self.ask_again(ctx),
            Event::HistoryChanged { .. }
            | Event::Account { .. }
            | Event::Resources { .. }
            | Event::Limits { .. }
            | Event::Accounts { .. }
            | Event::QueuePaused(_)
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
            Command::QueueCancel if state != Some(JournalState::Queued) => {
                let sent = entry.is_some_and(|entry| entry.sent_at.is_some());
                Some(if sent {
                    "Already sent: a purge cannot be taken back"
                } else {
                    "Only a queued request can be canceled"
                })
            }
            Command::QueueEarlier | Command::QueueLater if state != Some(JournalState::Queued) => {
                Some("Only a queued request can be moved")
            }
            Command::QueueResend if state != Some(JournalState::Unknown) => {
                Some("Only a request of unknown outcome can be sent again")
            }
            Command::Verify if state != Some(JournalState::Successful) => {
                Some("Only a successful purge can be checked")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::event::StoreError;
    use crate::domain::known::Known;
    use crate::domain::payload::{Payload, Targets};
    use crate::testing::{pane_ctx, pane_ctx_with, queued};

    fn entry(id: &str, state: JournalState) -> JournalEntry {
        let at = pane_ctx().now;
        let mut entry = queued("prod", "1", at);
        entry.id = id.into();
        entry.request.payload = Payload::Url(Targets::one("/a.jpg"));
        (entry.state, entry.queued_at) = (state, at);
        entry
    }

    fn queue(entries: Vec<JournalEntry>) -> QueuePane {
        let ctx = pane_ctx();
        let (mut pane, effect) = QueuePane::open(&ctx);
        let Effect::Query(Query::Queue { ticket }) = effect else { unreachable!() };
        pane.on_answer(&Answer::Queue { ticket, result: Ok(entries) }, &ctx);
        pane
    }

    fn changed() -> Event {
        Event::Journal(Box::new(entry("1", JournalState::Successful)))
    }

    /// Has the journal change, and the store answer with these entries.
    fn change(pane: &mut QueuePane, entries: Vec<JournalEntry>) {
        let update = pane.on_event(&changed(), &pane_ctx());
        assert_eq!(pane.asked.map(asks), Some(update));
        answer(pane, entries);
    }

    fn asks(ticket: Ticket) -> Update {
        Update::effect(Effect::Query(Query::Queue { ticket }))
    }

    fn answer(pane: &mut QueuePane, entries: Vec<JournalEntry>) -> Update {
        let answer = Answer::Queue { ticket: pane.asked.unwrap(), result: Ok(entries) };
        pane.on_answer(&answer, &pane_ctx())
    }

    #[test]
    fn a_change_of_the_journal_has_the_store_asked_once_at_a_time() {
        let ctx = pane_ctx();
        let mut pane = queue(vec![entry("1", JournalState::Sending)]);
        let first = pane.on_event(&changed(), &ctx);
        assert_eq!(first, asks(pane.asked.unwrap()));
        assert_eq!(pane.current().unwrap().state, JournalState::Sending, "an event is no answer");
        for _ in 0..3 {
            assert_eq!(pane.on_event(&changed(), &ctx), Update::taken());
        }
        let second = answer(&mut pane, vec![entry("1", JournalState::Accepted)]);
        assert_eq!(second, asks(pane.asked.unwrap()), "the answer may be older than the change");
        assert_eq!(pane.current().unwrap().state, JournalState::Accepted);
        assert_eq!(answer(&mut pane, vec![entry("1", JournalState::Successful)]), Update::taken());
        assert_eq!(pane.asked, None);
    }

    #[test]
    fn an_error_leaves_the_entries_and_the_next_change_asks_again() {
        let ctx = pane_ctx();
        let mut pane = queue(vec![entry("1", JournalState::Queued)]);
        pane.on_event(&changed(), &ctx);
        let ticket = pane.asked.unwrap();
        let error = StoreError { words: "The disk is full.".to_owned(), advice: String::new() };
        pane.on_answer(&Answer::Queue { ticket, result: Err(error) }, &ctx);
        assert_eq!(pane.current().unwrap().id.as_str(), "1");
        change(&mut pane, vec![entry("2", JournalState::Queued)]);
        assert_eq!(pane.current().unwrap().id.as_str(), "2");
        assert_eq!(pane.error, None);
    }

    #[test]
    fn only_what_is_queued_is_taken_back() {
        let mut pane =
            queue(vec![entry("1", JournalState::Queued), entry("2", JournalState::Accepted)]);
        let update = pane.on_command(Command::QueueCancel, &pane_ctx());
        assert_eq!(update.effects, [Effect::Order(Order::Cancel { ids: vec!["1".into()] })]);
        pane.on_command(Command::MoveDown, &pane_ctx());
        assert!(pane.on_command(Command::QueueCancel, &pane_ctx()).effects.is_empty());
    }

    #[test]
    fn sending_again_takes_two_presses_on_the_same_row() {
        let mut pane =
            queue(vec![entry("1", JournalState::Unknown), entry("2", JournalState::Unknown)]);
        assert!(pane.on_command(Command::QueueResend, &pane_ctx()).effects.is_empty());
        pane.on_command(Command::MoveDown, &pane_ctx());
        assert!(pane.on_command(Command::QueueResend, &pane_ctx()).effects.is_empty());
        let update = pane.on_command(Command::QueueResend, &pane_ctx());
        assert_eq!(update.effects, [Effect::Order(Order::Resend { id: "2".into() })]);
    }

    #[test]
    fn the_cursor_stays_on_its_request_when_another_is_finished() {
        let mut pane =
            queue(vec![entry("1", JournalState::Queued), entry("2", JournalState::Queued)]);
        pane.on_command(Command::MoveDown, &pane_ctx());
        change(
            &mut pane,
            vec![entry("2", JournalState::Queued), entry("1", JournalState::Successful)],
        );
        assert_eq!(pane.current().unwrap().id.as_str(), "2");
    }

    #[test]
    fn a_queued_request_changes_places_with_its_neighbour_of_the_same_account() {
        let ctx = pane_ctx_with({
            let mut known = Known::default();
            known.learn(&Event::QueuePaused(true));
            known
        });
        let (mut pane, _) = QueuePane::open(&ctx);
        let mut foreign = entry("b", JournalState::Queued);
        foreign.request.account = "other".into();
        let entries = vec![
            entry("a", JournalState::Queued),
            foreign,
            entry("c", JournalState::Queued),
            entry("d", JournalState::Accepted),
        ];
        answer(&mut pane, entries);
        let ids = |update: Update| match update.effects.as_slice() {
            [Effect::Order(Order::Reorder { ids })] => {
                ids.iter().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        };
        assert_eq!(
            ids(pane.on_command(Command::QueueLater, &ctx)),
            ["c", "a"],
            "the other account's request is no neighbour"
        );
        assert!(ids(pane.on_command(Command::QueueEarlier, &ctx)).is_empty());
        let pause = pane.on_command(Command::QueuePause, &ctx);
        assert_eq!(pause.effects, [Effect::Order(Order::Pause(false))], "it is paused");
    }

    #[test]
    fn the_cursor_stays_on_its_request_also_where_it_never_moved() {
        let mut pane =
            queue(vec![entry("1", JournalState::Sending), entry("2", JournalState::Queued)]);
        change(
            &mut pane,
            vec![entry("2", JournalState::Queued), entry("1", JournalState::Successful)],
        );
        assert_eq!(pane.current().map(|it| it.id.as_str()), Some("1"));
        assert!(pane.on_command(Command::QueueCancel, &pane_ctx()).effects.is_empty());
    }
}
