//! The ends of purges that a command of the operator's own can be run for.

use super::journal::{JournalEntry, JournalState};
use super::words::words;

words! {
    /// An end of a purge of ours.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    HookEvent {
        /// The vendor took it and reports that it failed.
        Failed = "failed";
        /// It was refused: nothing was purged.
        Refused = "refused";
        /// The edge was seen to serve the new.
        Verified = "verified";
        /// The vendor calls it successful.
        Done = "done";
    }
}

impl HookEvent {
    /// Returns the event of a request that came into this state; `None` where it is no end.
    pub fn of_state(state: JournalState) -> Option<Self> {
        match state {
            JournalState::Failed => Some(Self::Failed),
            JournalState::Rejected => Some(Self::Refused),
            JournalState::Successful => Some(Self::Done),
            JournalState::Queued
            | JournalState::Sending
            | JournalState::Accepted
            | JournalState::Unknown
            | JournalState::Cancelled => None,
        }
    }

    /// Returns the event of a request that was probed once more; `None` while that is not over, or
    /// where not everything is fresh.
    pub fn of_probes(entry: &JournalEntry) -> Option<Self> {
        let is_fresh = entry.is_verification_settled() && entry.verified == Some(true);
        is_fresh.then_some(Self::Verified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edge::Verification;
    use crate::testing::{noon, queued};

    #[test]
    fn every_end_has_an_event_and_nothing_else_has() {
        for state in JournalState::EVERY {
            let is_end = !state.is_open() && state != JournalState::Cancelled;
            assert_eq!(HookEvent::of_state(state).is_some(), is_end, "{state}");
        }
        for (settled, verified, event) in [
            (true, Some(true), Some(HookEvent::Verified)),
            (false, Some(true), None),
            (true, Some(false), None),
            (true, None, None),
        ] {
            let mut entry = queued("one", "1", noon());
            entry.verified = verified;
            entry.verification =
                Some(Box::new(Verification { settled, ..Verification::default() }));
            assert_eq!(HookEvent::of_probes(&entry), event);
        }
    }
}
