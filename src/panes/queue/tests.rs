//! Tests of the queue.
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
    let mut pane = queue(vec![entry("1", JournalState::Queued), entry("2", JournalState::Queued)]);
    pane.on_command(Command::MoveDown, &pane_ctx());
    change(&mut pane, vec![entry("2", JournalState::Queued), entry("1", JournalState::Successful)]);
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
        [Effect::Order(Order::Reorder { ids })] => ids.iter().map(ToString::to_string).collect(),
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
    let mut pane = queue(vec![entry("1", JournalState::Sending), entry("2", JournalState::Queued)]);
    change(&mut pane, vec![entry("2", JournalState::Queued), entry("1", JournalState::Successful)]);
    assert_eq!(pane.current().map(|it| it.id.as_str()), Some("1"));
    assert!(pane.on_command(Command::QueueCancel, &pane_ctx()).effects.is_empty());
}

#[test]
fn what_somebody_else_queued_is_sent_at_the_second_press_of_its_key() {
    let ctx = pane_ctx();
    let mut theirs = entry("1", JournalState::Queued);
    (theirs.confirmed, theirs.queued_by) = (false, Some("eve@gate".to_owned()));
    let mut pane = queue(vec![theirs, entry("2", JournalState::Queued)]);
    assert_eq!(pane.unavailable(Command::QueueConfirm, &ctx), None);
    let first = pane.on_command(Command::QueueConfirm, &ctx);
    assert!(first.effects.is_empty());
    let words = "This purge of www.site.com was queued by eve@gate. The same key again sends it in \
                 your name.";
    assert_eq!(first, Update::say(Level::Warning, words));
    let update = pane.on_command(Command::QueueConfirm, &ctx);
    assert_eq!(update.effects, [Effect::Order(Order::Confirm { id: "1".into() })]);
    pane.on_command(Command::MoveDown, &ctx);
    assert!(pane.unavailable(Command::QueueConfirm, &ctx).is_some(), "one's own needs no word");
    assert!(pane.on_command(Command::QueueConfirm, &ctx).effects.is_empty());
}
