//! When the screen changes by itself: the next second while something moves, else the next minute, offline never.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::App;

impl App {
    /// Whether something moves: a vendor is being asked, a request is under way, a purge is being followed.
    pub fn moves(&self) -> bool {
        !self.known.offline
            && (!self.known.open.is_empty()
                || self
                    .known
                    .statuses
                    .values()
                    .any(|status| status.asking || status.unfinished > 0))
    }
}

/// The next instant at which the screen says something else although nothing happened; `None`: never.
pub fn next_wake(app: &App, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if app.known.offline {
        return None;
    }
    let step = if app.moves() { TimeDelta::seconds(1) } else { TimeDelta::minutes(1) };
    let tick = now.duration_trunc(step).ok()?.checked_add_signed(step)?;
    let window = app.budgets.stand(&app.known, now);
    let opens = window
        .iter()
        .flat_map(|stand| &stand.windows)
        .filter_map(|window| window.next)
        .filter(|next| *next > now)
        .min();
    let panes = app.board.shown().into_iter();
    let asks = panes.filter_map(|pane| app.board.pane(pane)?.next_wake()).min();
    [opens, asks].into_iter().flatten().chain([tick]).min()
}
