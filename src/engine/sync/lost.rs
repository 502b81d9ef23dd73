//! Tells of history that is missing for good: its vendor did not keep it until it was read.

use chrono::{DateTime, TimeDelta, Utc};

use super::AccountSync;
use crate::domain::event::Level;

impl AccountSync {
    /// Tells the operator what the vendor did not keep since the history was last read.
    pub(super) fn tell_lost(&self) {
        let (Some(read_until), now) = (self.read_until, self.client.vendor_now()) else { return };
        let kept_from = self.limits.borrow().history.kept_from(now);
        let Some(kept_from) = kept_from.filter(|kept_from| read_until < *kept_from) else { return };
        let minutes = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M").to_string();
        self.client.events.notice(
            Level::Warning,
            Some(&self.client.account),
            format!(
                "The vendor keeps its history for {} only, and it was read longer ago: from {} to \
                 {} UTC it is missing for good.",
                span(now - kept_from),
                minutes(read_until),
                minutes(kept_from)
            ),
        );
    }
}

/// Formats a length of time in days, or in hours where it is shorter than two days.
fn span(time: TimeDelta) -> String {
    match time.num_hours() {
        hours @ ..48 => format!("{hours} h"),
        hours => format!("{} days", hours / 24),
    }
}
