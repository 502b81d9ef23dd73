//! Changes of journal entries, in memory: the same on every backend.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::outcome::StepDetails;
use super::times;
use crate::domain::ids::{AccountName, JournalId, ResourceId};
use crate::domain::journal::{JournalEntry, JournalState};

/// True if an entry may take a step, whoever holds the account's lease.
pub(super) fn may_step(
    entry: &JournalEntry,
    from: JournalState,
    to: JournalState,
    details: &StepDetails,
) -> bool {
    // The answer to an earlier sending is none to this one.
    let is_its_answer = details
        .sent_at
        .is_none_or(|sent_at| entry.sent_at.map(times::micros) == Some(times::micros(sent_at)));
    let is_held = to == JournalState::Sending && entry.is_unconfirmed();
    entry.state == from && from.may_become(to) && is_its_answer && !is_held
}

/// Changes what a step changes, except the state.
pub(super) fn apply_step(entry: &mut JournalEntry, to: JournalState, details: &StepDetails) {
    if to != JournalState::Cancelled || details.error.is_some() {
        entry.error.clone_from(&details.error);
    }
    if details.purge.is_some() {
        entry.purge.clone_from(&details.purge);
    }
    entry.planned_at = details.planned_at.unwrap_or(entry.planned_at);
    entry.ahead = details.ahead.or(entry.ahead);
    match (entry.state, to) {
        (_, JournalState::Sending) => {
            (entry.sent_at, entry.answered_at) = (Some(details.at), None);
        }
        // It waits as if it had never been sent; the log of steps tells that it was.
        (_, JournalState::Queued) => {
            (entry.sent_at, entry.ahead, entry.answered_at) = (None, None, None);
        }
        (JournalState::Queued | JournalState::Sending, _) => entry.answered_at = Some(details.at),
        // A later step is not an answer.
        (
            JournalState::Accepted
            | JournalState::Rejected
            | JournalState::Unknown
            | JournalState::Successful
            | JournalState::Failed
            | JournalState::Cancelled,
            _,
        ) => {}
    }
}

/// Returns the queued ones of these entries in the order of their ids in a list, each once.
pub(super) fn in_order(entries: Vec<JournalEntry>, ids: &[JournalId]) -> Vec<JournalEntry> {
    let queued = entries.into_iter().filter(|entry| entry.state == JournalState::Queued);
    let mut queued: HashMap<JournalId, JournalEntry> =
        queued.map(|entry| (entry.id.clone(), entry)).collect();
    ids.iter().filter_map(|id| queued.remove(id)).collect()
}

/// Lets queued entries, in the order in which they are to be sent, exchange their places and their
/// times. Returns those that moved.
pub(super) fn exchange_places(queued: Vec<JournalEntry>) -> Vec<JournalEntry> {
    let mut slots: Vec<_> = queued.iter().map(|entry| (entry.place, entry.planned_at)).collect();
    slots.sort_unstable();
    let moved = queued.into_iter().zip(slots).filter(|(entry, slot)| entry.place != slot.0);
    moved.map(|(entry, (place, planned_at))| JournalEntry { place, planned_at, ..entry }).collect()
}

/// Delays the entries of each resource alike, so that its earliest one is due now.
pub(super) fn delay_until(now: DateTime<Utc>, entries: &mut [JournalEntry]) {
    let mut delays: HashMap<(AccountName, ResourceId), TimeDelta> = HashMap::new();
    let resource =
        |entry: &JournalEntry| (entry.request.account.clone(), entry.request.resource.clone());
    for entry in &*entries {
        let delay = delays.entry(resource(entry)).or_default();
        *delay = (*delay).max(now - entry.planned_at);
    }
    for entry in entries {
        entry.planned_at += delays.get(&resource(entry)).copied().unwrap_or_default();
    }
}
