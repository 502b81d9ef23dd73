//! Alerts to the operator: at once where a purge of theirs did not work, and when the last one that
//! was waited for is done. Not for every purge of a long queue.

use crate::domain::event::Event;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::effect::{Effect, TerminalEffect};

use super::App;

/// States that still change without the operator.
const WAITED_FOR: [JournalState; 3] =
    [JournalState::Queued, JournalState::Sending, JournalState::Accepted];

impl App {
    /// Returns the state so far of the request that an event tells of; asked before the event is
    /// learned.
    pub(super) fn previous_state(&self, event: &Event) -> Option<JournalState> {
        let Event::Journal(entry) = event else {
            return None;
        };
        Some(self.known.open.get(&entry.id)?.state)
    }

    /// Returns an alert, where the step that a request took is worth one.
    pub(super) fn alert(
        &self,
        entry: &JournalEntry,
        before: Option<JournalState>,
    ) -> Option<Effect> {
        before.filter(|before| *before != entry.state)?;
        let what = format!("{} purge of {}", entry.request.kind(), entry.request.cname);
        let words = match entry.state {
            JournalState::Rejected => format!("the {what} was refused"),
            JournalState::Failed => format!("the {what} failed"),
            JournalState::Unknown => format!("the outcome of the {what} is unknown"),
            JournalState::Successful => {
                let waiting = WAITED_FOR.iter().any(|state| self.known.count(*state) > 0);
                if waiting {
                    return None;
                }
                format!("all purges are done, the last: the {what}")
            }
            JournalState::Queued
            | JournalState::Sending
            | JournalState::Accepted
            | JournalState::Cancelled => return None,
        };
        Some(Effect::Terminal(TerminalEffect::Alert(format!("purgedeck: {words}"))))
    }
}
