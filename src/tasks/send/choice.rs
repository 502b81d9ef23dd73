//! Which request of an account's queue goes out next, and when.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::domain::budget::{Ledger, Usage};
use crate::domain::ids::JournalId;
use crate::domain::journal::JournalEntry;
use crate::domain::limits::Limits;

/// What to do with an account's queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// This one may go out now.
    pub(super) next: Option<JournalId>,
    /// When to choose again, where none may go out now and some may later.
    pub(super) wake: Option<DateTime<Utc>>,
    /// Windows allow these no request at all, ever.
    pub(super) never: Vec<JournalId>,
}

/// Chooses from an account's queued entries, given in the order of the queue. A request waits for its planned time, for
/// `held` (until when it is put off), and for room in its windows; those before it in the queue have the first right to
/// that room. A request that waits does not hold up others whose windows are not its own. `now` is given by our clock, which
/// plans are made by, and by the vendor's, which everything else is told by.
pub(super) fn choose<'a>(
    queue: impl IntoIterator<Item = &'a JournalEntry>,
    limits: &Limits,
    usage: &Usage,
    held: &HashMap<JournalId, DateTime<Utc>>,
    (our_now, now): (DateTime<Utc>, DateTime<Utc>),
) -> Choice {
    let mut choice = Choice::default();
    let mut ledger: Option<Ledger<'_>> = None;
    for entry in queue {
        let (request, kind) = (&entry.request, entry.request.kind());
        let ledger = ledger.get_or_insert_with(|| Ledger::new(limits, &request.account, usage));
        let planned = now + (entry.planned_at - our_now);
        let held = held.get(&entry.id).copied().unwrap_or(planned);
        let ready = planned.max(held).max(now);
        let Some(at) = ledger.earliest(&request.resource, kind, ready) else {
            choice.never.push(entry.id.clone());
            continue;
        };
        ledger.take(&request.resource, kind, at);
        if at <= now {
            choice.next = Some(entry.id.clone());
            return choice;
        }
        choice.wake = Some(choice.wake.map_or(at, |wake| wake.min(at)));
    }
    choice
}
