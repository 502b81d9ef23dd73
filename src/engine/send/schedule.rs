//! Selects the request of an account's queue that goes out next, and its time.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::budget::{Ledger, Usage};
use crate::domain::ids::{JournalId, ResourceId};
use crate::domain::journal::JournalEntry;
use crate::domain::kind::Kind;
use crate::domain::limits::Limits;

/// The next step of an account's queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Schedule {
    /// This one may go out now.
    pub(super) next: Option<JournalId>,
    /// The time to select again, where none may go out now and some may later.
    pub(super) wake: Option<DateTime<Utc>>,
    /// The limits never allow these requests.
    pub(super) never: Vec<JournalId>,
    /// The first request that waits only for purges under way to end.
    pub(super) waits: Option<JournalId>,
}

/// Delays of single requests besides their planned times and the windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Holds {
    /// The time, by the vendor's clock, before which each must not go out; nor do those of the same
    /// kind and resource behind it.
    pub(super) until: HashMap<JournalId, DateTime<Utc>>,
    /// Total (negative) jumps of our clock since each was planned.
    pub(super) shifted: HashMap<JournalId, TimeDelta>,
}

/// Selects from an account's queued entries, given in the order of the queue. A request waits for
/// its planned time, for its hold, and for room in its windows; those before it in the queue have
/// the first right to that room. A request that waits does not hold up others whose windows are not
/// its own. `now` is given by our clock, for planned times, and by the vendor's, for everything
/// else.
pub(super) fn next_request<'a>(
    queue: impl IntoIterator<Item = &'a JournalEntry>,
    limits: &Limits,
    usage: &Usage,
    holds: &Holds,
    (our_now, now): (DateTime<Utc>, DateTime<Utc>),
) -> Schedule {
    let mut schedule = Schedule::default();
    let mut held: HashMap<(&ResourceId, Kind), DateTime<Utc>> = HashMap::new();
    let mut ledger: Option<Ledger<'_>> = None;
    for entry in queue {
        let (request, kind) = (&entry.request, entry.request.kind());
        let ledger = ledger.get_or_insert_with(|| Ledger::new(limits, &request.account, usage));
        let held = held.entry((&request.resource, kind)).or_insert(now);
        if let Some(until) = holds.until.get(&entry.id) {
            *held = (*held).max(*until);
        }
        let shift = holds.shifted.get(&entry.id).copied().unwrap_or_default();
        // Queued at a time that is still to come: our clock was set back while nobody watched it.
        let back = (entry.queued_at - our_now).max(TimeDelta::zero());
        let planned = now + (entry.planned_at + shift.min(-back) - our_now);
        if entry.error.is_some() {
            // It went back with a later time because the vendor had closed its window. A restart
            // forgets closed windows, and those behind it would be refused as well.
            *held = (*held).max(planned);
        }
        let ready = planned.max(*held);
        let (resource, targets) = (&request.resource, request.payload.targets().len());
        let Some(at) = ledger.earliest(resource, kind, targets, ready) else {
            schedule.never.push(entry.id.clone());
            continue;
        };
        if ready <= now
            && schedule.waits.is_none()
            && !ledger.has_room(resource, kind, targets, now)
        {
            schedule.waits = Some(entry.id.clone());
        }
        ledger.take(resource, kind, targets, at);
        if at <= now {
            schedule.next = Some(entry.id.clone());
            return schedule;
        }
        schedule.wake = Some(schedule.wake.map_or(at, |wake| wake.min(at)));
    }
    schedule
}
