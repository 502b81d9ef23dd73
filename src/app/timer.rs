//! Wake-ups: the next second while something moves, else the next minute, offline never.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::App;

impl App {
    /// True while something moves: a vendor is being asked, a request is under way, a purge is
    /// being followed.
    pub fn moves(&self) -> bool {
        !self.known.offline
            && (!self.known.open.is_empty()
                || self
                    .known
                    .statuses
                    .values()
                    .any(|status| status.asking_since.is_some() || status.unfinished > 0))
    }
}

/// Returns the next instant at which the screen changes although nothing happened; `None`: never.
pub fn next_wake(app: &App, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let kept = app.keeper.due();
    if app.known.offline {
        return kept;
    }
    let step = if app.moves() { TimeDelta::seconds(1) } else { TimeDelta::minutes(1) };
    let tick = now.duration_trunc(step).ok()?.checked_add_signed(step)?;
    let window = app.budgets.view(&app.known, now);
    let opens = window
        .iter()
        .flat_map(|view| &view.windows)
        .filter_map(|window| window.next)
        .filter(|next| *next > now)
        .min();
    let panes = app.workspace.shown().into_iter().chain(app.workspace.unseen());
    let queries = panes.filter_map(|pane| app.workspace.pane(pane)?.next_wake()).min();
    [opens, queries, kept].into_iter().flatten().chain([tick]).min()
}
